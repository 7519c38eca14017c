//! The paths that the stand-in knows, as GitHub's OpenAPI description writes them. `{*name}` takes the rest of the
//! path, slashes included.

use std::collections::BTreeMap;

use super::auth::Access;
use super::body::Field;
use super::call::{Call, Outcome};
use super::{app, checks, comments, contents, git_data, pulls, reviews};

/// One path with one method.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) access: Access,
    /// The names that may stand in the query.
    pub(super) query: &'static [&'static str],
    /// What the body may have; `None` for no body.
    pub(super) body: Option<&'static [Field]>,
    pub(super) handle: fn(&mut Call<'_>) -> Outcome,
}

/// Reads something.
pub(super) const fn get(
    path: &'static str,
    access: Access,
    query: &'static [&'static str],
    handle: fn(&mut Call<'_>) -> Outcome,
) -> Route {
    Route { method: "GET", path, access, query, body: None, handle }
}

/// Changes something.
pub(super) const fn send(
    method: &'static str,
    path: &'static str,
    access: Access,
    body: &'static [Field],
    handle: fn(&mut Call<'_>) -> Outcome,
) -> Route {
    Route { method, path, access, query: &[], body: Some(body), handle }
}

/// Every route, topic by topic.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    [app::ROUTES, checks::ROUTES, pulls::ROUTES, reviews::ROUTES, comments::ROUTES, contents::ROUTES, git_data::ROUTES]
        .into_iter()
        .flatten()
}

/// The route of a request, and the named parts of its path.
pub(super) fn find(method: &str, path: &str) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    all().filter(|route| route.method == method).find_map(|route| parts(route.path, path).map(|parts| (route, parts)))
}

/// Whether some method has this path.
pub(super) fn known(path: &str) -> bool {
    all().any(|route| parts(route.path, path).is_some())
}

/// The named parts of `path` where it has the form of `template`.
fn parts(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut named = BTreeMap::new();
    let mut rest = path.strip_prefix('/')?;
    let mut segments = template.strip_prefix('/')?.split('/').peekable();
    while let Some(segment) = segments.next() {
        if let Some(name) = segment.strip_prefix("{*") {
            named.insert(name.strip_suffix('}')?, decoded(rest)?);
            return Some(named);
        }
        let (here, after) = rest.split_once('/').map_or((rest, None), |(here, after)| (here, Some(after)));
        match segment.strip_prefix('{') {
            Some(name) if !here.is_empty() => drop(named.insert(name.strip_suffix('}')?, decoded(here)?)),
            None if segment == here => {}
            _ => return None,
        }
        match (after, segments.peek()) {
            (Some(after), Some(_)) => rest = after,
            (None, None) => return Some(named),
            _ => return None,
        }
    }
    None
}

/// A part of a path without its percent signs; `None` where it isn't UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let (route, parts) = find("GET", "/repos/o/r/contents/a%20b/c.py").unwrap();
        assert_eq!(route.path, "/repos/{owner}/{repo}/contents/{*path}");
        assert_eq!(parts["path"], "a b/c.py");
        assert!(find("GET", "/repos/o/r/contents").is_none());
        assert!(find("GET", "/repos/o/r/").is_none());
        assert!(known("/repos/o/r/git/refs"));
    }
}
