//! Routes of axum and actix-web.

use crate::domain::{FileFacts, MappedRoute, Mount};

use super::super::query::Match;
use super::super::routes::{Mark, handler, inside, join, route, split, string, under};
use super::super::syntax::Part;

/// How long a chain of calls is read.
const CHAIN: usize = 200;
/// How many routers of one function lie in each other.
const NESTED: usize = 8;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace", "any"];

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    let mut found = by_attribute(facts);
    let nests: Vec<Nest<'_>> = matches.iter().filter_map(nest).collect();
    for (call, one) in matches.iter().filter_map(|found| Some((found.get("route")?, found))) {
        let (Some(verb), Some(list)) = (one.text("verb"), one.text("arguments")) else { continue };
        let list = split(inside(list));
        match (verb, list.as_slice()) {
            ("route", [path, methods]) => {
                let Some(path) = string(path) else { continue };
                found.extend(of_methods(call, &under(&around(call, &nests), &scoped(call, path)), methods));
            }
            // actix-web: `web::resource("/cart").route(web::get().to(show))`
            ("route", [methods]) => {
                let Some(path) = made_by(call, "resource") else { continue };
                found.extend(of_methods(call, &scoped(call, path), methods));
            }
            // actix-web: `web::scope("/cart").service(show)`
            ("service", [target]) if made_by(call, "scope").is_some() => {
                mount(facts, scoped(call, ""), target, call);
            }
            ("nest", [path, target]) => {
                let Some(path) = string(path) else { continue };
                mount(facts, under(&around(call, &nests), path), target, call);
            }
            ("merge", [target]) => mount(facts, around(call, &nests), target, call),
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

/// A router of axum that is put into another one: `.nest("/api", api)`, `.merge(api)`.
struct Nest<'s> {
    call: Part<'s>,
    prefix: &'s str,
    target: &'s str,
}

fn nest<'s>(found: &Match<'s>) -> Option<Nest<'s>> {
    let verb = found.text("verb").filter(|verb| matches!(*verb, "nest" | "merge"))?;
    let (call, list) = (found.get("route")?, split(inside(found.text("arguments")?)));
    match (verb, list.as_slice()) {
        ("nest", [path, target]) => Some(Nest { call, prefix: string(path)?, target }),
        ("merge", [target]) => Some(Nest { call, prefix: "", target }),
        _ => None,
    }
}

/// The prefixes that the function around a call puts its router under: that of `.nest("/api", api)` for what is in
/// `let api = …;`, and for a router that is written where it is nested.
fn around(call: Part<'_>, nests: &[Nest<'_>]) -> String {
    let (mut part, mut whole) = (call, String::new());
    for _ in 0..NESTED {
        let Some(outer) = nests.iter().find(|nest| holds(nest, part)) else { break };
        whole = under(outer.prefix, &whole);
        part = outer.call;
    }
    whole
}

/// Whether a router is put somewhere by `nest`, in the same function, that what is declared in `part` is put into.
fn holds(nest: &Nest<'_>, part: Part<'_>) -> bool {
    let within = part.ancestors().take_while(|above| !above.is("function_item"));
    for above in within.filter(|above| above.is_any(&["arguments", "let_declaration"])) {
        if above.is("arguments") {
            if above.parent() == Some(nest.call) {
                return true;
            }
            continue;
        }
        let name = above.field("pattern").map(Part::text).unwrap_or_default();
        let rest = nest.target.strip_prefix(name).map(str::trim_start);
        let is_named = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        return is_named
            && above.end() <= nest.call.start()
            && above.inside("function_item") == nest.call.inside("function_item");
    }
    false
}

/// What a variable was bound to in the function before a call.
fn bound<'s>(call: Part<'s>, name: &str) -> Option<&'s str> {
    let before = call.inside("function_item")?.descendants().take_while(|part| part.start() < call.start());
    let lets = before.filter(|part| part.is("let_declaration") && part.end() <= call.start());
    let own = lets.filter(|part| part.field("pattern").map(Part::text) == Some(name)).last()?;
    own.field("value").map(Part::text)
}

fn mount(facts: &mut FileFacts, prefix: String, target: &str, call: Part<'_>) {
    let written = bound(call, target).unwrap_or(target);
    let name = handler(written.split('(').next().unwrap_or_default());
    // What is made on the spot has its prefix already.
    if !name.is_empty() && !name.ends_with("Router::new") {
        facts.mounts.push(Mount { prefix, router: name.to_owned(), line: call.line_start(), ..Mount::default() });
    }
}
