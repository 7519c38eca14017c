//! Routes of ASP.NET: attributes of controllers, and `MapGet` and the like.

use crate::domain::{FileFacts, MappedRoute, Mount, Symbol};

use super::super::query::Match;
use super::super::routes::{Groups, Mark, handler, inside, join, route, split, string};
use super::super::syntax::Part;

/// How long a chain of calls is read.
const CHAIN: usize = 50;

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
    let (routes, mounts) = by_calls(matches);
    found.extend(routes);
    facts.mounts = mounts;
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

fn by_calls(matches: &[Match<'_>]) -> (Vec<MappedRoute>, Vec<Mount>) {
    let mut groups = Groups::default();
    for call in
        matches.iter().filter(|found| found.text("verb") == Some("MapGroup")).filter_map(|found| found.get("route"))
    {
        let in_chain = |part: &Part<'_>| {
            part.is_any(&["member_access_expression", "invocation_expression", "variable_declarator"])
        };
        let variable = call.ancestors().take_while(in_chain).find(|part| part.is("variable_declarator"));
        let name = variable.and_then(|variable| variable.field("name"));
        if let (Some(name), Some(value)) = (name, variable.and_then(|variable| variable.named().last())) {
            let (router, prefix) = chained(value);
            groups.add(name.text(), router, &prefix);
        }
    }
    let (mut routes, mut mounts) = (Vec::new(), Vec::new());
    for found in matches {
        let (Some(call), Some(verb), Some(list)) = (found.get("route"), found.text("verb"), found.text("arguments"))
        else {
            continue;
        };
        // What is not known may be an extension method that declares routes: `app.MapGroup("/stock").MapStock()`.
        if !verb.starts_with("Map") || verb == "MapGroup" {
            continue;
        }
        let known = VERBS.iter().find(|(_, own, _)| *own == verb);
        let (router, own_prefix) = found.get("router").map(chained).unwrap_or_default();
        let (root, above) = groups.root(router);
        let prefix = if own_prefix.is_empty() { above } else { join(&above, &own_prefix) };
        if known.is_none() && !matches!(verb, "Map" | "MapMethods") {
            if !prefix.is_empty() {
                let (router, line) = (verb.to_owned(), call.line_start());
                mounts.push(Mount { prefix, router, into: root, line, ..Mount::default() });
            }
            continue;
        }
        let list = split(inside(list));
        let (methods, own) = match (known, list.as_slice()) {
            (Some((_, _, method)), [_, own, ..]) => (vec![*method], own),
            // `new[] { "PUT", "PATCH" }`, `["PUT", "PATCH"]`
            (None, [_, methods, own, ..]) if verb == "MapMethods" => {
                (methods.split('"').skip(1).step_by(2).collect(), own)
            }
            (None, [_, own, ..]) if verb == "Map" => (vec!["ANY"], own),
            _ => continue,
        };
        let Some(path) = list.first().and_then(|first| string(first)) else { continue };
        let path = if prefix.is_empty() { join("", path) } else { join(&prefix, path) };
        let of_method = |method: &str| route("aspnet", method, path.clone(), handler(own), &root, call.span());
        routes.extend(methods.into_iter().map(of_method));
    }
    (routes, mounts)
}

/// The router that a chain of calls begins with, and what its calls of `MapGroup` put before a path:
/// `app.MapGroup("/api").RequireAuthorization()`.
fn chained(chain: Part<'_>) -> (&str, String) {
    let (mut part, mut prefix) = (chain, String::new());
    for _ in 0..CHAIN {
        let Some(function) = part.field("function").filter(|own| own.is("member_access_expression")) else { break };
        let list = part.field("arguments").map(Part::text).unwrap_or_default();
        let own = split(inside(list)).first().and_then(|first| string(first));
        if let Some(own) = own.filter(|_| function.field("name").map(Part::text) == Some("MapGroup")) {
            prefix = if prefix.is_empty() { own.to_owned() } else { join(own, &prefix) };
        }
        let Some(inner) = function.field("expression") else { break };
        part = inner;
    }
    (part.text(), prefix)
}
