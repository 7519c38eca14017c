//! Routes of ASP.NET: attributes of controllers, and `MapGet` and the like.

use crate::domain::{FileFacts, MappedRoute, Symbol};

use super::super::query::Match;
use super::super::routes::{Groups, Mark, handler, inside, join, route, split, string};

const VERBS: &[(&str, &str, &str)] = &[
    ("HttpGet", "MapGet", "GET"),
    ("HttpPost", "MapPost", "POST"),
    ("HttpPut", "MapPut", "PUT"),
    ("HttpPatch", "MapPatch", "PATCH"),
    ("HttpDelete", "MapDelete", "DELETE"),
    ("HttpHead", "", "HEAD"),
    ("HttpOptions", "", "OPTIONS"),
];

/// Sets the routes.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    let mut found = by_attributes(facts);
    found.extend(by_calls(matches));
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

fn by_attributes(facts: &FileFacts) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    for class in facts.symbols.iter().filter(|symbol| symbol.kind.is_type()) {
        let marks: Vec<Mark<'_>> = class.decorators.iter().map(|text| Mark::read(text)).collect();
        let is_controller = class.name.ends_with("Controller") || marks.iter().any(|mark| mark.name == "ApiController");
        if !is_controller {
            continue;
        }
        let prefix = marks.iter().find(|mark| mark.name == "Route").and_then(template).unwrap_or_default();
        let methods = facts.symbols.iter().filter(|symbol| symbol.parent.as_ref() == Some(&class.local_name));
        for method in methods {
            found.extend(of_method(class, method, prefix));
        }
    }
    found
}

fn template<'t>(mark: &Mark<'t>) -> Option<&'t str> {
    mark.first().and_then(|first| first.string())
}

fn of_method(class: &Symbol, method: &Symbol, prefix: &str) -> Vec<MappedRoute> {
    let marks: Vec<Mark<'_>> = method.decorators.iter().map(|text| Mark::read(text)).collect();
    let own = marks.iter().find(|mark| mark.name == "Route").and_then(template);
    let mut found = Vec::new();
    for mark in &marks {
        let Some((_, _, verb)) = VERBS.iter().find(|(attribute, _, _)| *attribute == mark.name) else { continue };
        let path = template(mark).or(own).unwrap_or_default();
        // A path that starts at the root leaves the prefix out.
        let path = match path.strip_prefix('~') {
            Some(absolute) => absolute.to_owned(),
            None if path.starts_with('/') => path.to_owned(),
            None => join(prefix, path),
        };
        let path =
            path.replace("[controller]", class.name.trim_end_matches("Controller")).replace("[action]", &method.name);
        found.push(route("aspnet", verb, path, &method.local_name, "", method.span));
    }
    found
}

fn by_calls(matches: &[Match<'_>]) -> Vec<MappedRoute> {
    let mut groups = Groups::default();
    for found in matches.iter().filter(|found| found.get("group").is_some() && found.text("verb") == Some("MapGroup")) {
        let prefix =
            found.text("arguments").and_then(|list| split(inside(list)).first().and_then(|first| string(first)));
        if let (Some(name), Some(router), Some(prefix)) = (found.text("variable"), found.text("router"), prefix) {
            groups.add(name, router, prefix);
        }
    }
    let mut routes = Vec::new();
    for found in matches {
        let (Some(call), Some(verb), Some(list)) = (found.get("route"), found.text("verb"), found.text("arguments"))
        else {
            continue;
        };
        let method = match VERBS.iter().find(|(_, own, _)| *own == verb) {
            Some((_, _, method)) => *method,
            None if verb == "Map" => "ANY",
            None => continue,
        };
        let list = split(inside(list));
        let (Some(path), Some(own)) = (list.first().and_then(|first| string(first)), list.get(1)) else { continue };
        let (root, prefix) = groups.root(found.text("router").unwrap_or_default());
        let path = if prefix.is_empty() { join("", path) } else { join(&prefix, path) };
        routes.push(route("aspnet", method, path, handler(own), &root, call.span()));
    }
    routes
}
