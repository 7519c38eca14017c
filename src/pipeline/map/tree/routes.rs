//! Routes under the prefixes that their routers are put under elsewhere, and the files of their handlers.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, MappedRoute, RepoPath, Symbol, TreeMap};
use crate::language;

use super::names::Names;

/// How many routers lie in each other.
const NESTED: usize = 6;
/// Under how many prefixes one route may be found.
const PREFIXES: usize = 20;

/// One router put under a prefix.
struct Placed<'m> {
    /// The file that holds the routes, and the name of their router; empty for all of them.
    file: &'m RepoPath,
    router: String,
    prefix: &'m str,
    /// Whether that takes the place of the router's own prefix.
    replaces: bool,
    /// Where it is put.
    in_file: &'m RepoPath,
    into: Vec<String>,
}

/// The routes of each file, as they are reached.
pub(super) fn routes<'m>(
    names: &Names<'m>,
    files: &'m BTreeMap<RepoPath, FileFacts>,
) -> BTreeMap<RepoPath, Vec<MappedRoute>> {
    let placed: Vec<Placed<'m>> = files.values().flat_map(|file| placed(names, file)).collect();
    let with_routes = files.values().filter(|file| !file.routes.is_empty());
    let of_file = |file: &'m FileFacts| {
        let routes = file.routes.iter().flat_map(|route| reached(names, file, route, &placed));
        (file.path.clone(), routes.collect())
    };
    with_routes.map(of_file).collect()
}

fn placed<'m>(names: &Names<'m>, file: &'m FileFacts) -> Vec<Placed<'m>> {
    let place = |mount: &'m crate::domain::Mount| {
        let (target, router) = names.resolve(file, &mount.router)?;
        let into = owners(file, &mount.into, mount.line, mount.line);
        Some(Placed {
            file: &target.path,
            router,
            prefix: &mount.prefix,
            replaces: mount.replaces,
            in_file: &file.path,
            into,
        })
    };
    file.mounts.iter().filter_map(place).collect()
}

/// The names that a route or a mount is known by: its router, and the functions that it stands in.
fn owners(file: &FileFacts, router: &str, from: u32, to: u32) -> Vec<String> {
    let around = file.symbols.iter().filter(|symbol| symbol.span.line_start <= from && to <= symbol.span.line_end);
    std::iter::once(router.to_owned()).chain(around.map(|symbol| symbol.local_name.clone())).collect()
}

fn reached(names: &Names<'_>, file: &FileFacts, route: &MappedRoute, placed: &[Placed<'_>]) -> Vec<MappedRoute> {
    let own = owners(file, &route.router, route.span.line_start, route.span.line_end);
    let mut prefixes = prefixes(&file.path, &own, placed, 0);
    prefixes.truncate(PREFIXES);
    let handler = names.resolve(file, &route.handler);
    let under = |prefix: Prefix| {
        let mut reached = route.clone();
        if prefix.replaces {
            let rest = reached.route.path.strip_prefix(route.own_prefix.trim_end_matches('/'));
            reached.route.path = rest.unwrap_or(&route.route.path).to_owned();
        }
        if !prefix.text.is_empty() {
            reached.route.path = language::mounted(&route.framework, &prefix.text, &reached.route.path);
        }
        if let Some((owner, name)) = &handler {
            reached.handler_file = Some(owner.path.clone());
            reached.handler.clone_from(name);
        }
        reached
    };
    prefixes.into_iter().map(under).collect()
}

/// What stands before the paths of a router.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Prefix {
    text: String,
    /// Whether it takes the place of the router's own.
    replaces: bool,
}

/// The prefixes that what is known by these names is found under; an empty one for what is put nowhere.
fn prefixes(file: &RepoPath, own: &[String], placed: &[Placed<'_>], depth: usize) -> Vec<Prefix> {
    let fits = |one: &&Placed<'_>| {
        let is_own = one.router.is_empty() || one.router == "default" || own.contains(&one.router);
        let is_itself = one.in_file == file && (one.router.is_empty() || one.into.contains(&one.router));
        one.file == file && is_own && !is_itself
    };
    let mut found: Vec<Prefix> = Vec::new();
    for one in placed.iter().filter(fits).take(PREFIXES) {
        if depth < NESTED {
            for outer in prefixes(one.in_file, &one.into, placed, depth + 1) {
                let text = match outer.text.is_empty() {
                    true => one.prefix.to_owned(),
                    false => language::mounted("", &outer.text, one.prefix),
                };
                found.push(Prefix { text, replaces: one.replaces });
            }
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() { vec![Prefix::default()] } else { found }
}

/// Who answers a route that `file` declares, where that is a symbol of the repository: its file, and the symbol.
pub fn handler<'t>(tree: &'t TreeMap, file: &'t FileFacts, route: &MappedRoute) -> Option<(&'t FileFacts, &'t Symbol)> {
    let own = route.handler_file.as_ref().map_or(Some(file), |path| tree.files.get(path))?;
    own.symbols.iter().find(|symbol| symbol.local_name == route.handler).map(|symbol| (own, symbol))
}
