//! Routes of axum and actix-web.

use crate::domain::{FileFacts, MappedRoute, Mount};

use super::super::query::Match;
use super::super::routes::{Mark, handler, inside, route, split, string};
use super::super::syntax::Part;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace", "any"];

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    let mut found = by_attribute(facts);
    for (call, one) in matches.iter().filter_map(|found| Some((found.get("route")?, found))) {
        let (Some(verb), Some(list)) = (one.text("verb"), one.text("arguments")) else { continue };
        let list = split(inside(list));
        match (verb, list.as_slice()) {
            ("route", [path, methods]) => {
                let Some(path) = string(path) else { continue };
                let scope = scope(call);
                let path = scope.map_or_else(|| path.to_owned(), |scope| super::super::routes::join(scope, path));
                found.extend(of_methods(call, &path, methods));
            }
            ("nest", [path, target]) => mount(facts, string(path), target, call),
            ("merge", [target]) => mount(facts, Some(""), target, call),
            _ => {}
        }
    }
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

/// actix-web: `#[get("/cart")]`
fn by_attribute(facts: &FileFacts) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    for symbol in &facts.symbols {
        for mark in symbol.decorators.iter().map(|text| Mark::read(text)) {
            let verb = mark.last_name();
            let path = mark.first().and_then(|first| first.string());
            if let Some(path) = path.filter(|path| VERBS.contains(&verb) && path.starts_with('/')) {
                found.push(route("actix-web", verb, path.to_owned(), &symbol.local_name, "", symbol.span));
            }
        }
    }
    found
}

/// axum: `get(show).post(add)`; actix-web: `web::get().to(show)`.
fn of_methods(call: Part<'_>, path: &str, methods: &str) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    for (at, _) in methods.match_indices('(') {
        let before = &methods[..at];
        let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
        let depth = before.matches('(').count() - before.matches(')').count().min(before.matches('(').count());
        if depth > 0 || !VERBS.contains(&name) {
            continue;
        }
        let rest = &methods[at + 1..];
        let own = rest.split([')', ',']).next().unwrap_or_default();
        let method = if name == "any" { "ANY" } else { name };
        let (framework, own) = match rest.strip_prefix(").to(") {
            Some(target) => ("actix-web", target.split(')').next().unwrap_or_default()),
            None => ("axum", own),
        };
        found.push(route(framework, method, path.to_owned(), handler(own), "", call.span()));
    }
    found
}

/// actix-web: `web::scope("/cart").route(…)`
fn scope<'s>(call: Part<'s>) -> Option<&'s str> {
    let text = call.field("function")?.text();
    let (_, rest) = text.get(..text.len().min(2_000)).unwrap_or_default().split_once("scope(")?;
    string(rest.split(')').next()?)
}

fn mount(facts: &mut FileFacts, prefix: Option<&str>, target: &str, call: Part<'_>) {
    let name = handler(target.split('(').next().unwrap_or_default());
    if let Some(prefix) = prefix.filter(|_| !name.is_empty()) {
        facts.mounts.push(Mount {
            prefix: prefix.to_owned(),
            router: name.to_owned(),
            into: String::new(),
            line: call.line_start(),
        });
    }
}
