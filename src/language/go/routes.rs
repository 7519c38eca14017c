//! Routes of net/http, gin and chi.

use crate::domain::{FileFacts, Mount, Span};

use super::super::query::Match;
use super::super::routes::{Groups, handler, inside, join, route, split, string};
use super::super::syntax::Part;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

/// A prefix that holds for what is declared in a place: `r.Route("/cart", func(r chi.Router) { … })`.
struct Inside {
    span: Span,
    prefix: String,
}

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    let mut groups = Groups::default();
    for found in matches.iter().filter(|found| found.get("group").is_some() && found.text("verb") == Some("Group")) {
        let prefix =
            found.text("arguments").and_then(|list| split(inside(list)).first().and_then(|first| string(first)));
        if let (Some(name), Some(router), Some(prefix)) = (found.text("variable"), found.text("router"), prefix) {
            groups.add(name, router, prefix);
        }
    }
    let nested: Vec<Inside> = matches.iter().filter_map(nested).collect();
    let mut found = Vec::new();
    for (call, one) in matches.iter().filter_map(|found| Some((found.get("route")?, found))) {
        let (Some(router), Some(verb), Some(list)) = (one.text("router"), one.text("verb"), one.text("arguments"))
        else {
            continue;
        };
        let list = split(inside(list));
        let around = around(&nested, call);
        let (root, prefix) = groups.root(router);
        let prefix = if around.is_empty() { prefix } else { join(&around, &prefix) };
        if let Some((framework, method, path, own)) = declared(facts, router, verb, &list) {
            let path = if prefix.is_empty() { path.to_owned() } else { join(&prefix, path) };
            found.push(route(framework, method, path, handler(own), &root, call.span()));
        } else if let ("Mount", [first, target]) = (verb, list.as_slice()) {
            let Some(path) = string(first) else { continue };
            let name = handler(target.split('(').next().unwrap_or_default());
            if !name.is_empty() {
                let prefix = if prefix.is_empty() { path.to_owned() } else { join(&prefix, path) };
                facts.mounts.push(Mount {
                    prefix,
                    router: name.to_owned(),
                    into: root,
                    line: call.line_start(),
                    ..Mount::default()
                });
            }
        }
    }
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

fn nested(found: &Match<'_>) -> Option<Inside> {
    let call = found.get("route").filter(|_| found.text("verb") == Some("Route"))?;
    let list = split(inside(found.text("arguments")?));
    let prefix = string(list.first()?)?.to_owned();
    list.get(1)?.starts_with("func").then(|| Inside { span: call.span(), prefix })
}

/// The prefixes around a call, from the outside in.
fn around(nested: &[Inside], call: Part<'_>) -> String {
    let holds = |one: &&Inside| one.span.start_byte <= call.start() && call.end() < one.span.end_byte;
    let mut all: Vec<&Inside> = nested.iter().filter(holds).filter(|one| one.span != call.span()).collect();
    all.sort_by_key(|one| (one.span.start_byte, std::cmp::Reverse(one.span.end_byte)));
    all.iter().fold(String::new(), |prefix, one| join(&prefix, &one.prefix))
}

/// Framework, method, path and handler of a call that declares a route.
fn declared<'t>(
    facts: &FileFacts,
    router: &str,
    verb: &'t str,
    list: &[&'t str],
) -> Option<(&'static str, &'t str, &'t str, &'t str)> {
    let path = string(list.first()?)?;
    let last = list.get(1..)?.last()?;
    let imports = |part: &str| facts.imports.iter().any(|import| import.source.contains(part));
    match verb {
        "HandleFunc" | "Handle" => {
            let (method, path) = match path.split_once(' ') {
                Some((method, path)) if METHODS.contains(&method) => (method, path.trim()),
                _ => ("ANY", path),
            };
            let path = path.find('/').map(|at| &path[at..])?;
            let own = last.strip_prefix("http.HandlerFunc(").map_or(*last, |rest| rest.trim_end_matches(')'));
            Some((if imports("go-chi/chi") { "chi" } else { "net/http" }, method, path, own))
        }
        _ if METHODS.contains(&verb) && (path.starts_with('/') || path.is_empty()) => Some(("gin", verb, path, last)),
        "Any" if path.starts_with('/') => Some(("gin", "ANY", path, last)),
        "Get" | "Post" | "Put" | "Patch" | "Delete" | "Head" | "Options"
            if path.starts_with('/') && imports("go-chi/chi") && router != "http" =>
        {
            Some(("chi", verb, path, last))
        }
        _ => None,
    }
}
