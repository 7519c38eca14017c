//! Routes of Flask, FastAPI, Starlette and Django.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, MappedRoute, Mount};
use crate::language::routes::{Argument, Mark, arguments, inside, mounted, route};

use super::syntax::{Part, Syntax};

/// The frameworks with a client of their own that needs no port.
pub(super) const FRAMEWORKS: &[&str] = &["flask", "fastapi", "starlette", "django"];

/// Decorators of functions that are called around handlers: `@app.before_request`, `@app.middleware("http")`.
pub(super) const AROUND: &[&str] = &[
    "before_request",
    "before_app_request",
    "after_request",
    "after_app_request",
    "errorhandler",
    "app_errorhandler",
    "exception_handler",
    "middleware",
];

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, syntax: &Syntax<'_>) {
    if facts.is_test {
        return;
    }
    let calls: Vec<Part<'_>> = syntax.root().descendants().filter(|part| part.is("call")).collect();
    let prefixes = prefixes(&calls);
    let mut routes = decorated(facts, &prefixes);
    for call in &calls {
        let name = call.field("function").map(Part::text).unwrap_or_default();
        let list = call.field("arguments").map(Part::text).unwrap_or_default();
        match name.rsplit('.').next().unwrap_or(name) {
            "include_router" | "register_blueprint" => {
                facts.mounts.extend(mount(name, list, call.line_start(), &prefixes));
            }
            "path" | "re_path" | "url" if name == "path" || name == "re_path" || name == "url" => {
                django(facts, list, *call, &mut routes);
            }
            "Route" | "add_route" | "add_url_rule" | "add_api_route" => {
                routes.extend(registered(facts, name, list, *call))
            }
            _ => {}
        }
    }
    routes.sort_by_key(|route| route.span);
    facts.routes = routes;
}

/// Routers with a prefix of their own: `APIRouter(prefix="/cart")`, `Blueprint("cart", __name__, url_prefix="/cart")`.
fn prefixes<'t>(calls: &[Part<'t>]) -> BTreeMap<&'t str, &'t str> {
    let mut prefixes = BTreeMap::new();
    for call in calls {
        let function = call.field("function").map(Part::text).unwrap_or_default();
        let key = match function.rsplit('.').next() {
            Some("APIRouter") => "prefix",
            Some("Blueprint") => "url_prefix",
            _ => continue,
        };
        let Some(name) = call.parent().filter(|parent| parent.is("assignment")).and_then(|parent| parent.field("left"))
        else {
            continue;
        };
        let list = arguments(inside(call.field("arguments").map(Part::text).unwrap_or_default()));
        let prefix = list.iter().find(|one| one.key == Some(key)).and_then(Argument::string);
        prefixes.extend(prefix.map(|prefix| (name.text(), prefix)));
    }
    prefixes
}

/// `@app.get("/cart")`, `@app.route("/cart", methods=["POST"])`
fn decorated(facts: &FileFacts, prefixes: &BTreeMap<&str, &str>) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    let is_flask = facts.imports.iter().any(|import| import.source.starts_with("flask"));
    for symbol in &facts.symbols {
        for mark in symbol.decorators.iter().map(|text| Mark::read(text)) {
            let Some((router, verb)) = mark.name.rsplit_once('.') else { continue };
            let path = mark.first().and_then(Argument::string).or_else(|| mark.key("path").and_then(Argument::string));
            let Some(path) = path.filter(|path| path.is_empty() || path.starts_with('/')) else { continue };
            let methods = match verb {
                "route" | "api_route" => methods(mark.key("methods")),
                "websocket" => vec!["WEBSOCKET".to_owned()],
                verb if METHODS.contains(&verb) => vec![verb.to_owned()],
                _ => continue,
            };
            let framework = if is_flask || verb == "route" { "flask" } else { "fastapi" };
            let own_prefix = prefixes.get(router).copied().unwrap_or_default();
            let path = if own_prefix.is_empty() { path.to_owned() } else { mounted(framework, own_prefix, path) };
            let of_method = |method: &String| MappedRoute {
                own_prefix: own_prefix.to_owned(),
                ..route(framework, method, path.clone(), &symbol.local_name, router, symbol.span)
            };
            found.extend(methods.iter().map(of_method));
        }
    }
    found
}

/// `Route("/cart", show, methods=["POST"])`, `app.add_url_rule("/cart", view_func=show)`
fn registered(facts: &FileFacts, name: &str, list: &str, call: Part<'_>) -> Vec<MappedRoute> {
    let (router, kind) = name.rsplit_once('.').unwrap_or(("", name));
    let framework = match kind {
        "add_url_rule" => "flask",
        "add_api_route" => "fastapi",
        _ => "starlette",
    };
    let imports = |of: &str| facts.imports.iter().any(|import| import.source.starts_with(of));
    if !(imports(framework) || framework == "starlette" && imports("fastapi")) {
        return Vec::new();
    }
    let list = arguments(inside(list));
    let key = |key: &str| list.iter().find(|one| one.key == Some(key));
    let at = |at: usize| list.iter().filter(|one| one.key.is_none()).nth(at);
    let path = at(0).or_else(|| key("path")).or_else(|| key("rule")).and_then(Argument::string);
    let handler =
        ["endpoint", "route", "view_func"].iter().find_map(|name| key(name).filter(|one| one.string().is_none()));
    let handler = handler.or_else(|| at(if kind == "add_url_rule" { 2 } else { 1 }));
    let (Some(path), Some(handler)) = (path.filter(|path| path.starts_with('/')), handler) else { return Vec::new() };
    let handler = handler.value.split(['(', ' ']).next().unwrap_or_default();
    let handler = handler.strip_suffix(".as_view").unwrap_or(handler);
    let of_method = |method: &String| route(framework, method, path.to_owned(), handler, router, call.span());
    methods(key("methods")).iter().map(of_method).collect()
}

/// Without `methods`, a route answers `GET`.
fn methods(given: Option<&Argument<'_>>) -> Vec<String> {
    let named = given.map(Argument::strings).unwrap_or_default();
    if named.is_empty() { vec!["GET".to_owned()] } else { named.into_iter().map(str::to_owned).collect() }
}

/// `app.include_router(cart.router, prefix="/cart")`, `app.register_blueprint(cart, url_prefix="/cart")`
///
/// What a router is put into may have a prefix by itself. Flask's `url_prefix` takes the place of the blueprint's own.
fn mount(name: &str, list: &str, line: u32, prefixes: &BTreeMap<&str, &str>) -> Option<Mount> {
    let list = arguments(inside(list));
    let router = list.iter().find(|one| one.key.is_none() || matches!(one.key, Some("router" | "blueprint")))?;
    let prefix = list.iter().find(|one| matches!(one.key, Some("prefix" | "url_prefix"))).and_then(Argument::string);
    let into = name.rsplit_once('.').map_or("", |(into, _)| into);
    let outer = prefixes.get(into).copied().unwrap_or_default();
    let framework = if name.ends_with("include_router") { "fastapi" } else { "flask" };
    let inner = prefix.unwrap_or_default();
    Some(Mount {
        prefix: if outer.is_empty() { inner.to_owned() } else { mounted(framework, outer, inner) },
        router: router.value.to_owned(),
        into: into.to_owned(),
        replaces: framework == "flask" && prefix.is_some(),
        line,
    })
}

/// `path("cart/<int:id>/", views.cart)`, `path("api/", include("shop.urls"))`
fn django(facts: &mut FileFacts, list: &str, call: Part<'_>, routes: &mut Vec<MappedRoute>) {
    if !facts.imports.iter().any(|import| import.source.starts_with("django")) {
        return;
    }
    let list = arguments(inside(list));
    let (Some(path), Some(view)) = (list.first().and_then(Argument::string), list.get(1)) else { return };
    let path = format!("/{}", path.trim_start_matches(['^', '/']).trim_end_matches('$'));
    if let Some(included) = view.value.strip_prefix("include(") {
        let included = arguments(included.trim_end_matches(')'));
        let router = included.first().map(|one| one.string().unwrap_or(one.value)).unwrap_or_default();
        let router = router.trim_start_matches('(').split(',').next().unwrap_or_default().trim_matches(['"', '\'']);
        let router = router.to_owned();
        facts.mounts.push(Mount { prefix: path, router, line: call.line_start(), ..Mount::default() });
        return;
    }
    let handler = view.value.split(['(', ' ']).next().unwrap_or_default();
    let handler = handler.strip_suffix(".as_view").unwrap_or(handler);
    routes.push(route("django", "ANY", path, handler, "", call.span()));
}
