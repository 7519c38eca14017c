//! Routes of axum and actix-web.

use crate::domain::{FileFacts, MappedRoute, Mount};

use super::super::query::Match;
use super::super::routes::{Mark, handler, inside, join, route, split, string};
use super::super::syntax::Part;

/// How long a chain of calls is read.
const CHAIN: usize = 200;

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
                found.extend(of_methods(call, &scoped(call, path), methods));
            }
            // actix-web: `web::resource("/cart").route(web::get().to(show))`
            ("route", [methods]) => {
                let Some(path) = made_by(call, "resource") else { continue };
                found.extend(of_methods(call, &scoped(call, path), methods));
            }
            // actix-web: `web::scope("/cart").service(show)`
            ("service", [target]) if made_by(call, "scope").is_some() => {
                mount(facts, Some(&scoped(call, "")), target, call);
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

/// A path below the scopes of actix-web that it stands in: `web::scope("/cart").route(…)`, and those around that.
fn scoped(call: Part<'_>, path: &str) -> String {
    let around = call.ancestors().filter(|part| part.is("call_expression"));
    let mut firsts: Vec<Part<'_>> = std::iter::once(call).chain(around).filter_map(first).collect();
    // A chain is around each of its calls.
    firsts.dedup();
    let scopes = firsts.into_iter().filter_map(|first| path_of(first, "scope"));
    scopes.fold(path.to_owned(), |path, scope| join(scope, &path))
}

/// The path of the `web::scope("/cart")` or `web::resource("/cart")` that a chain of calls begins with.
fn made_by<'s>(call: Part<'s>, name: &str) -> Option<&'s str> {
    path_of(first(call)?, name)
}

/// The call that a chain of calls begins with.
fn first<'s>(call: Part<'s>) -> Option<Part<'s>> {
    let below = |part: &Part<'s>| match part.kind() {
        "call_expression" => part.field("function"),
        "field_expression" => part.field("value"),
        _ => None,
    };
    std::iter::successors(Some(call), below).take(CHAIN).filter(|part| part.is("call_expression")).last()
}

fn path_of<'s>(first: Part<'s>, name: &str) -> Option<&'s str> {
    let function = first.field("function").filter(|function| function.is_any(&["identifier", "scoped_identifier"]))?;
    let is_it = function.text().rsplit("::").next() == Some(name);
    first.field("arguments").and_then(Part::only).filter(|_| is_it).and_then(|path| string(path.text()))
}

fn mount(facts: &mut FileFacts, prefix: Option<&str>, target: &str, call: Part<'_>) {
    let name = handler(target.split('(').next().unwrap_or_default());
    if let Some(prefix) = prefix.filter(|_| !name.is_empty()) {
        facts.mounts.push(Mount {
            prefix: prefix.to_owned(),
            router: name.to_owned(),
            line: call.line_start(),
            ..Mount::default()
        });
    }
}
