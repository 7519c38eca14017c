//! What the routes of all frameworks have in common: marks with arguments (`@Get(":id")`, `#[get("/x")]`), lists of
//! arguments, paths put together.

use std::collections::BTreeMap;

use crate::domain::{MappedRoute, Route, Span};

use super::names::unquoted;

/// The longest list of arguments that is read, in bytes.
const ARGUMENTS: usize = 16 << 10;

/// A decorator, annotation or attribute.
pub(crate) struct Mark<'t> {
    /// Its name, as written: `app.get`, `GetMapping`.
    pub(crate) name: &'t str,
    /// Its arguments.
    pub(crate) arguments: Vec<Argument<'t>>,
}

/// One argument.
pub(crate) struct Argument<'t> {
    /// Its name, where it has one.
    pub(crate) key: Option<&'t str>,
    /// Its value as written.
    pub(crate) value: &'t str,
}

impl<'t> Argument<'t> {
    /// Its text, where it is a text.
    pub(crate) fn string(&self) -> Option<&'t str> {
        string(self.value)
    }

    /// Its texts, where it is a text or a list of texts.
    pub(crate) fn strings(&self) -> Vec<&'t str> {
        if let Some(one) = self.string() {
            return vec![one];
        }
        let inner = self.value.trim().trim_start_matches(['[', '{', '(']).trim_end_matches([']', '}', ')']);
        split(inner).into_iter().filter_map(string).collect()
    }
}

impl<'t> Mark<'t> {
    /// Reads `name(arguments)`.
    pub(crate) fn read(text: &'t str) -> Self {
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        Self { name: name.trim(), arguments: arguments(rest.trim_end().strip_suffix(')').unwrap_or(rest)) }
    }

    /// The last part of its name.
    pub(crate) fn last_name(&self) -> &'t str {
        self.name.rsplit(['.', ':']).next().unwrap_or(self.name)
    }

    /// The argument of this name.
    pub(crate) fn key(&self, key: &str) -> Option<&Argument<'t>> {
        self.arguments.iter().find(|argument| argument.key == Some(key))
    }

    /// The first argument without a name.
    pub(crate) fn first(&self) -> Option<&Argument<'t>> {
        self.arguments.iter().find(|argument| argument.key.is_none())
    }
}

/// The text of a literal.
pub(crate) fn string(literal: &str) -> Option<&str> {
    let literal = literal.trim();
    let inner = unquoted(literal);
    (inner.len() < literal.len() && literal.ends_with(['"', '\'', '`', '#'])).then_some(inner)
}

/// The arguments in a list without its brackets.
pub(crate) fn arguments(list: &str) -> Vec<Argument<'_>> {
    split(list).into_iter().map(argument).collect()
}

fn argument(text: &str) -> Argument<'_> {
    let text = text.trim();
    let name_ends = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(0);
    let (name, rest) = text.split_at(name_ends);
    let rest = rest.trim_start();
    let value = rest.strip_prefix('=').filter(|rest| !rest.starts_with(['=', '>']));
    let value = value.or_else(|| rest.strip_prefix(':').filter(|rest| !rest.starts_with(':')));
    match value {
        Some(value) if !name.is_empty() => Argument { key: Some(name), value: value.trim() },
        _ => Argument { key: None, value: text },
    }
}

/// Parts between the commas that stand in no bracket and no text.
pub(crate) fn split(list: &str) -> Vec<&str> {
    let end = (0..=list.len().min(ARGUMENTS)).rev().find(|at| list.is_char_boundary(*at)).unwrap_or(0);
    let list = &list[..end];
    let (mut depth, mut quote, mut start, mut escaped) = (0usize, None, 0, false);
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        if let Some(open) = quote {
            if !escaped && c == open {
                quote = None;
            }
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A list of arguments without its brackets.
pub(crate) fn inside(list: &str) -> &str {
    let list = list.trim();
    let list = list.strip_prefix(['(', '{', '[']).unwrap_or(list);
    list.strip_suffix([')', '}', ']']).unwrap_or(list)
}

/// A prefix and a path, with one slash between them and one before.
pub(crate) fn join(prefix: &str, path: &str) -> String {
    let joined = format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    let joined = if joined.starts_with('/') { joined } else { format!("/{joined}") };
    if joined.len() > 1 && path.trim_matches('/').is_empty() { joined.trim_end_matches('/').to_owned() } else { joined }
}

/// A path under a prefix, where there is one.
pub(crate) fn under(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => join(prefix, path),
    }
}

/// A path under the prefix that its router is put under: FastAPI puts them together as they are, Flask and gin keep a
/// slash at the end.
pub fn mounted(framework: &str, prefix: &str, path: &str) -> String {
    match framework {
        "fastapi" => format!("{prefix}{path}"),
        "flask" | "gin" if path == "/" => format!("{}/", join("", prefix).trim_end_matches('/')),
        _ => join(prefix, path),
    }
}

/// Local names for what stands under a prefix: `v1 := r.Group("/v1")`.
#[derive(Default)]
pub(crate) struct Groups {
    of: BTreeMap<String, (String, String)>,
}

impl Groups {
    /// `name` stands for `prefix` of `router`.
    pub(crate) fn add(&mut self, name: &str, router: &str, prefix: &str) {
        self.of.insert(name.to_owned(), (router.to_owned(), prefix.to_owned()));
    }

    /// Whether no name stands for anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The router at the root of `router`, and the whole prefix.
    pub(crate) fn root(&self, router: &str) -> (String, String) {
        let (mut router, mut whole) = (router.to_owned(), String::new());
        for _ in 0..8 {
            let Some((above, prefix)) = self.of.get(&router) else { break };
            whole = if whole.is_empty() { prefix.clone() } else { join(prefix, &whole) };
            router.clone_from(above);
        }
        (router, whole)
    }
}

/// A route.
pub(crate) fn route(
    framework: &str,
    method: &str,
    path: String,
    handler: &str,
    router: &str,
    span: Span,
) -> MappedRoute {
    MappedRoute {
        route: Route { method: method.to_ascii_uppercase(), path },
        handler: handler.to_owned(),
        handler_file: None,
        framework: framework.to_owned(),
        router: router.to_owned(),
        own_prefix: String::new(),
        span,
    }
}

/// A handler's name; empty where it has none.
pub(crate) fn handler(written: &str) -> &str {
    let written = written.trim();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '$');
    if written.chars().all(is_name) { written } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_with_their_arguments() {
        let mark = Mark::read("app.route('/a,b', methods=['GET', \"POST\"], f(x, y))");
        assert_eq!((mark.name, mark.last_name()), ("app.route", "route"));
        assert_eq!(mark.first().and_then(Argument::string), Some("/a,b"));
        assert_eq!(mark.key("methods").map(Argument::strings), Some(vec!["GET", "POST"]));
        assert_eq!(mark.arguments[2].value, "f(x, y)");
        assert!(Mark::read("Get").arguments.is_empty());
    }

    #[test]
    fn paths_are_joined_by_one_slash() {
        assert_eq!(join("/cart/", "/:id"), "/cart/:id");
        assert_eq!(join("cart", ""), "/cart");
        assert_eq!(join("", "x"), "/x");
        assert_eq!(join("", ""), "/");
        assert_eq!(join("/a", "/b/"), "/a/b/");
    }

    #[test]
    fn groups_know_their_root() {
        let mut groups = Groups::default();
        groups.add("v1", "api", "/v1");
        groups.add("api", "r", "/api");
        assert_eq!(groups.root("v1"), ("r".to_owned(), "/api/v1".to_owned()));
        assert_eq!(groups.root("x"), ("x".to_owned(), String::new()));
    }
}
