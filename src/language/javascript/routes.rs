//! Routes of Express, Fastify, NestJS and Next.js.

use crate::domain::{FileFacts, MappedRoute, Mount, Span};

use super::super::query::Match;
use super::super::routes::{Mark, arguments, handler, inside, join, route, split, string, under};
use super::super::syntax::Part;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "options", "head", "all"];

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    if facts.is_test {
        return;
    }
    for found in matches {
        if let Some(call) = Call::read(found).filter(|call| !is_foreign(facts, call.router)) {
            declared(facts, &call);
            mounted(facts, &call);
            of_all_controllers(facts, &call);
        }
    }
    of_controllers(facts);
    of_folders(facts);
    facts.routes.sort_by_key(|route| route.span);
}

/// `router.verb(arguments)`
struct Call<'s> {
    router: &'s str,
    verb: &'s str,
    arguments: Vec<&'s str>,
    part: Part<'s>,
}

impl<'s> Call<'s> {
    fn read(found: &Match<'s>) -> Option<Self> {
        let part = found.get("route")?;
        let verb = found.text("verb")?;
        if !VERBS.contains(&verb) && !matches!(verb, "use" | "register" | "route" | "setGlobalPrefix") {
            return None;
        }
        Some(Self { router: found.text("router")?, verb, arguments: split(inside(found.text("arguments")?)), part })
    }
}

/// Whether a call is one of a package's that is no router: `axios.get("/cart", settings)`.
fn is_foreign(facts: &FileFacts, router: &str) -> bool {
    let first = router.split(['.', '(']).next().unwrap_or(router);
    let mut from = facts.imports.iter().filter(|import| import.names.iter().any(|name| name.local == first));
    from.any(|import| !import.source.starts_with('.') && !matches!(import.source.as_str(), "express" | "fastify"))
}

fn framework(facts: &FileFacts, router: &str) -> &'static str {
    let imports = |source: &str| facts.imports.iter().any(|import| import.source == source);
    if imports("fastify") || router == "fastify" || (!imports("express") && imports("fastify-plugin")) {
        "fastify"
    } else {
        "express"
    }
}

fn declared(facts: &mut FileFacts, call: &Call<'_>) {
    if call.verb == "route" {
        let Some(settings) = call.arguments.first().filter(|first| first.starts_with('{')) else { return };
        of_settings(facts, call, settings);
        return;
    }
    if !VERBS.contains(&call.verb) {
        return;
    }
    let (router, path, least) = match call.router.split_once(".route(") {
        Some((router, rest)) => {
            (router, split(rest.split(')').next().unwrap_or_default()).first().and_then(|path| string(path)), 1)
        }
        None => (call.router, call.arguments.first().and_then(|path| string(path)), 2),
    };
    let Some(path) = path.filter(|path| path.starts_with(['/', '*']) || path.is_empty()) else { return };
    let Some(last) = call.arguments.last().filter(|_| call.arguments.len() >= least) else { return };
    if last.starts_with(['{', '\'', '"', '`']) || last.starts_with(|c: char| c.is_ascii_digit()) {
        return;
    }
    let method = if call.verb == "all" { "ANY" } else { call.verb };
    let framework = framework(facts, router);
    let path = under(&around(call.part), path);
    facts.routes.push(route(framework, method, path, handler(last), router, call.part.span()));
}

/// `fastify.route({ method: "GET", url: "/cart", handler })`
fn of_settings(facts: &mut FileFacts, call: &Call<'_>, settings: &str) {
    let settings = arguments(inside(settings));
    let value = |key: &str| settings.iter().find(|one| one.key == Some(key));
    let Some(url) = value("url").or_else(|| value("path")).and_then(|url| url.string()) else { return };
    let own = value("handler").map_or("handler", |one| handler(one.value));
    let url = under(&around(call.part), url);
    for method in value("method").map(|method| method.strings()).unwrap_or_default() {
        facts.routes.push(route("fastify", method, url.clone(), own, call.router, call.part.span()));
    }
}

/// `app.use("/cart", cart)`, `fastify.register(cart, { prefix: "/cart" })`
fn mounted(facts: &mut FileFacts, call: &Call<'_>) {
    let Some(first) = call.arguments.first() else { return };
    let (prefix, routers) = match (call.verb, string(first)) {
        ("use", Some(prefix)) => (prefix, &call.arguments[1..]),
        ("use", None) => ("", &call.arguments[..]),
        ("register", None) => {
            let prefix = call.arguments.get(1).and_then(|settings| prefix_of(settings));
            (prefix.unwrap_or_default(), &call.arguments[..1])
        }
        _ => return,
    };
    for router in routers {
        let loaded = ["require(", "import("].iter().find_map(|start| router.strip_prefix(start));
        let name = match loaded {
            Some(source) => string(source.split(')').next().unwrap_or_default()).unwrap_or_default(),
            None => handler(router.strip_suffix("()").unwrap_or(router)),
        };
        if !name.is_empty() {
            facts.mounts.push(Mount {
                prefix: under(&around(call.part), prefix),
                router: name.to_owned(),
                into: call.router.to_owned(),
                line: call.part.line_start(),
                ..Mount::default()
            });
        }
    }
}

/// NestJS: `app.setGlobalPrefix("api", { exclude: ["health", { path: "status", method: RequestMethod.GET }] })`
fn of_all_controllers(facts: &mut FileFacts, call: &Call<'_>) {
    let prefix = call.arguments.first().and_then(|first| string(first));
    let Some(prefix) = prefix.filter(|_| call.verb == "setGlobalPrefix") else { return };
    let settings = call.arguments.get(1).map(|settings| arguments(inside(settings))).unwrap_or_default();
    let excluded = settings.iter().find(|one| one.key == Some("exclude")).map(|one| split(inside(one.value)));
    let path = |one: &&str| match string(one) {
        Some(path) => Some(join("", path)),
        None => arguments(inside(one)).iter().find(|own| own.key == Some("path"))?.string().map(|path| join("", path)),
    };
    let left_out = excluded.unwrap_or_default().iter().filter_map(path).map(|path| (path, true)).collect::<Vec<_>>();
    for (prefix, replaces) in std::iter::once((join("", prefix), false)).chain(left_out) {
        facts.mounts.push(Mount {
            prefix,
            router: Mount::CONTROLLERS.to_owned(),
            into: call.router.to_owned(),
            replaces,
            line: call.part.line_start(),
        });
    }
}

/// The prefix in the settings of a plugin of Fastify.
fn prefix_of(settings: &str) -> Option<&str> {
    arguments(inside(settings)).iter().find(|one| one.key == Some("prefix")).and_then(|one| one.string())
}

/// The prefixes of the plugins of Fastify that a call is written in:
/// `app.register(async (api) => { … }, { prefix: "/v1" })`.
fn around(part: Part<'_>) -> String {
    let prefix = |list: Part<'_>| {
        let function = list.parent()?.field("function")?;
        let is_register = function.field("property").map(Part::text) == Some("register");
        list.named().nth(1).filter(|_| is_register).and_then(|settings| prefix_of(settings.text())).map(str::to_owned)
    };
    let lists = part.ancestors().filter(|above| above.is("arguments"));
    lists.filter_map(prefix).fold(String::new(), |whole, prefix| under(&prefix, &whole))
}

/// Classes with `@Controller`.
fn of_controllers(facts: &mut FileFacts) {
    let mut found: Vec<MappedRoute> = Vec::new();
    for class in facts.symbols.iter().filter(|symbol| symbol.kind.is_type()) {
        let marks = class.decorators.iter().map(|text| Mark::read(text));
        let Some(controller) = marks.into_iter().find(|mark| mark.name == "Controller") else { continue };
        let prefix = paths(&controller);
        let own = facts.symbols.iter().filter(|symbol| symbol.parent.as_ref() == Some(&class.local_name));
        for method in own {
            for mark in method.decorators.iter().map(|text| Mark::read(text)) {
                let verb = mark.name.to_ascii_lowercase();
                if !VERBS.contains(&verb.as_str()) || mark.name.starts_with(|c: char| c.is_lowercase()) {
                    continue;
                }
                let verb = if verb == "all" { "ANY" } else { &verb };
                for start in &prefix {
                    let all = paths(&mark).into_iter().map(|path| join(start, &path));
                    found.extend(all.map(|path| route("nestjs", verb, path, &method.local_name, "", method.span)));
                }
            }
        }
    }
    facts.routes.extend(found);
}

/// The paths of a mark: `""` where it names none.
fn paths(mark: &Mark<'_>) -> Vec<String> {
    let Some(first) = mark.arguments.first() else { return vec![String::new()] };
    if first.value.starts_with('{') {
        let settings = arguments(inside(first.value));
        let path = settings.iter().find(|one| one.key == Some("path")).map(|one| one.strings()).unwrap_or_default();
        return if path.is_empty() { vec![String::new()] } else { path.into_iter().map(str::to_owned).collect() };
    }
    let strings = first.strings();
    if strings.is_empty() { vec![String::new()] } else { strings.into_iter().map(str::to_owned).collect() }
}

/// Next.js: `app/cart/route.ts` answers by its exports, `pages/api/cart.ts` by its default.
fn of_folders(facts: &mut FileFacts) {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let path = facts.path.as_str().to_owned();
    let below = |folder: &str| {
        let start = if path.starts_with(folder) { Some(0) } else { path.find(&format!("/{folder}")).map(|at| at + 1) };
        start.map(|start| path[start + folder.len()..].to_owned())
    };
    let stem = facts.path.file_name().split('.').next().unwrap_or_default().to_owned();
    let whole = Span { start_byte: 0, end_byte: 0, line_start: 1, line_end: 1 };
    let mut found = Vec::new();
    if let Some(below) = below("app/").filter(|_| stem == "route") {
        let path = of_parts(below.rsplit_once('/').map_or("", |(folder, _)| folder));
        for export in facts.exports.iter().filter(|export| METHODS.contains(&export.name.as_str())) {
            let symbol = facts.symbols.iter().find(|symbol| symbol.local_name == export.name);
            let span = symbol.map_or(whole, |symbol| symbol.span);
            found.push(route("next", &export.name, path.clone(), &export.name, "", span));
        }
    }
    if let Some(below) = below("pages/api/").filter(|_| facts.exports.iter().any(|export| export.name == "default")) {
        let stem = below.rsplit_once('.').map_or(below.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/index").unwrap_or(if stem == "index" { "" } else { stem });
        let symbol = facts.functions().find(|symbol| symbol.is_public());
        let (name, span) =
            symbol.map_or((String::new(), whole), |symbol| (symbol.local_name.as_str().into(), symbol.span));
        found.push(route("next", "ANY", join("/api", &of_parts(stem)), &name, "", span));
    }
    facts.routes.extend(found);
}

/// A path of folders, without groups such as `(shop)`.
fn of_parts(folders: &str) -> String {
    let parts: Vec<&str> =
        folders.split('/').filter(|part| !part.is_empty() && !part.starts_with(['(', '@'])).collect();
    format!("/{}", parts.join("/"))
}
