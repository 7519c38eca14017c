//! Routes of net/http, gin and chi.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, Mount, Span};

use super::super::query::Match;
use super::super::routes::{Groups, handler, inside, join, mounted, route, split, string};
use super::super::syntax::Part;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

/// A prefix that holds for what is declared in a place: `r.Route("/cart", func(r chi.Router) { … })`.
struct Inside {
    span: Span,
    prefix: String,
}

/// Sets routes and mounts.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    let groups = groups(matches);
    let made = made(matches);
    let nested: Vec<Inside> = matches.iter().filter_map(nested).collect();
    let mut found = Vec::new();
    for (call, one) in matches.iter().filter_map(|found| Some((found.get("route")?, found))) {
        let (Some(verb), Some(list)) = (one.text("verb"), one.text("arguments")) else { continue };
        let list = split(inside(list));
        facts.mounts.extend(handed_on(&groups, one, &list, call));
        let Some(router) = one.text("router") else { continue };
        let around = around(&nested, call);
        let (root, prefix) = groups.root(router);
        let prefix = if around.is_empty() { prefix } else { join(&around, &prefix) };
        let mounted_at = match stripped(verb, &list) {
            Some((path, target, true)) => Some((path, target)),
            // What it answers is found under the prefix.
            Some((_, target, false)) if matches.iter().any(|other| other.text("router") == Some(target)) => continue,
            _ => mount(verb, &list),
        };
        if let Some((path, target)) = mounted_at {
            facts.mounts.push(Mount {
                prefix: if prefix.is_empty() { path.to_owned() } else { join(&prefix, path) },
                router: target.to_owned(),
                into: root,
                line: call.line_start(),
                ..Mount::default()
            });
        } else if let Some((framework, method, path, own)) = declared(facts, router, verb, &list) {
            let path = if prefix.is_empty() { path.to_owned() } else { mounted(framework, &prefix, path) };
            found.push(route(framework, method, path, &answering(own, &made), &root, call.span()));
        }
    }
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

/// Variables for what stands under a prefix: `v1 := r.Group("/v1")`, `mux.Handle("/v1/", http.StripPrefix("/v1", v1))`.
fn groups(matches: &[Match<'_>]) -> Groups {
    let mut groups = Groups::default();
    for found in matches {
        let Some(verb) = found.text("verb").filter(|verb| matches!(*verb, "Group" | "Handle")) else { continue };
        let (Some(router), Some(list)) = (found.text("router"), found.text("arguments")) else { continue };
        let list = split(inside(list));
        if let (Some(name), "Group") = (found.text("variable"), verb) {
            if let Some(prefix) = list.first().and_then(|first| string(first)) {
                groups.add(name, router, prefix);
            }
        } else if let Some((prefix, name, false)) = stripped(verb, &list) {
            groups.add(name, router, prefix);
        }
    }
    groups
}

/// What variables are made by: `cart.New()` for `carts := cart.New(store)`, `cart.Carts` for `carts := &cart.Carts{}`;
/// nothing where the file has a name twice.
fn made<'s>(matches: &[Match<'s>]) -> BTreeMap<&'s str, Option<String>> {
    let mut made: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for found in matches {
        let Some(name) = found.text("made") else { continue };
        let by = found
            .text("made.by")
            .map(|maker| format!("{maker}()"))
            .or_else(|| found.text("made.of").map(str::to_owned));
        made.entry(name)
            .and_modify(|known| *known = known.take().filter(|known| Some(known) == by.as_ref()))
            .or_insert(by);
    }
    made
}

/// The handler of a route: behind what is around it (`requireUser(http.HandlerFunc(show))`), and as a member of what
/// its variable was made by.
fn answering(written: &str, made: &BTreeMap<&str, Option<String>>) -> String {
    if written.starts_with("func(") {
        return String::new();
    }
    let own = match written.split_once("http.HandlerFunc(") {
        Some((_, rest)) => rest.split([')', ',']).next().unwrap_or_default(),
        None => written,
    };
    // A value that answers by itself: `version{}`.
    if let Some((name, _)) = own.split_once('{') {
        let name = handler(name.trim_start_matches('&'));
        return if name.is_empty() { String::new() } else { format!("{name}.ServeHTTP") };
    }
    let own = handler(own);
    let maker = own.split_once('.').and_then(|(name, member)| Some((made.get(name)?.as_ref()?, member)));
    maker.map_or_else(|| own.to_owned(), |(maker, member)| format!("{maker}.{member}"))
}

/// A router that is put under a prefix: `r.Mount("/admin", adminRouter())`.
fn mount<'t>(verb: &str, list: &[&'t str]) -> Option<(&'t str, &'t str)> {
    let ("Mount", [first, target]) = (verb, list) else { return None };
    let name = handler(target.split('(').next().unwrap_or_default());
    string(first).filter(|_| !name.is_empty()).map(|path| (path, name))
}

/// A handler that does not see the prefix which it is put under: `mux.Handle("/api/", http.StripPrefix("/api", api()))`;
/// and whether a function gives it.
fn stripped<'t>(verb: &str, list: &[&'t str]) -> Option<(&'t str, &'t str, bool)> {
    let last = list.last().filter(|_| verb == "Handle")?;
    let parts = split(last.strip_prefix("http.StripPrefix(")?.strip_suffix(')')?);
    let [prefix, target] = parts.as_slice() else { return None };
    let name = handler(target.split('(').next().unwrap_or_default());
    let is_own = !name.is_empty() && !name.starts_with("http.");
    string(prefix).filter(|_| is_own).map(|prefix| (prefix, name, target.contains('(')))
}

/// Groups that are handed to a function, which declares routes in them: `orders.Register(v1.Group("/orders"))`.
fn handed_on(groups: &Groups, one: &Match<'_>, list: &[&str], call: Part<'_>) -> Vec<Mount> {
    if groups.is_empty() && !list.iter().any(|argument| argument.contains(".Group(")) {
        return Vec::new();
    }
    let verb = one.text("verb").unwrap_or_default();
    let written = one.text("router").map_or_else(|| verb.to_owned(), |package| format!("{package}.{verb}"));
    let name = handler(&written);
    if name.is_empty() {
        return Vec::new();
    }
    let mount = |argument: &&str| {
        let (group, own) = match argument.split_once(".Group(") {
            Some((group, rest)) => (group, split(rest.strip_suffix(')')?).first().and_then(|first| string(first))?),
            None => (*argument, ""),
        };
        let (into, above) = groups.root(group);
        let prefix = if own.is_empty() { above } else { join(&above, own) };
        let mount = Mount { prefix, router: name.to_owned(), into, line: call.line_start(), ..Mount::default() };
        (!mount.prefix.is_empty()).then_some(mount)
    };
    list.iter().filter_map(mount).collect()
}

fn nested(found: &Match<'_>) -> Option<Inside> {
    let call = found.get("route").filter(|_| found.text("verb") == Some("Route") && found.get("router").is_some())?;
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
    let imports = |part: &str| facts.imports.iter().any(|import| import.source.contains(part));
    // `r.Method(http.MethodPut, "/cart", show)` of chi, `r.Handle("PUT", "/cart", show)` of gin.
    if let ("Method" | "MethodFunc" | "Handle", [method, path, .., last]) = (verb, list) {
        let method = string(method).or_else(|| method.strip_prefix("http.Method"))?;
        let path = string(path).filter(|path| path.starts_with('/') || path.is_empty())?;
        let framework = if verb == "Handle" { "gin" } else { "chi" };
        let is_one = METHODS.iter().any(|known| known.eq_ignore_ascii_case(method));
        return (is_one && (verb == "Handle" || imports("go-chi/chi"))).then_some((framework, method, path, *last));
    }
    let path = string(list.first()?)?;
    let last = list.get(1..)?.last()?;
    match verb {
        "HandleFunc" | "Handle" => {
            let (method, path) = match path.split_once(' ') {
                Some((method, path)) if METHODS.contains(&method) => (method, path.trim()),
                _ => ("ANY", path),
            };
            let path = path.find('/').map(|at| &path[at..])?;
            Some((if imports("go-chi/chi") { "chi" } else { "net/http" }, method, path, last))
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
