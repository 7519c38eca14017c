//! Routes under the prefixes that their routers are put under elsewhere, and the files of their handlers.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, MappedRoute, Mount, Name, RepoPath, Symbol, SymbolKind, TreeMap};
use crate::language;

use super::calls;
use super::names::Names;

/// How many routers lie in each other.
const NESTED: usize = 6;
/// Under how many prefixes one route may be found.
const PREFIXES: usize = 20;

/// One router put under a prefix.
struct Placed<'m> {
    /// The file that holds the routes, and the name of their router; empty for all of them.
    file: RepoPath,
    router: String,
    prefix: &'m str,
    /// Whether that takes the place of the router's own prefix.
    replaces: bool,
    /// Where it is put.
    in_file: &'m RepoPath,
    into: Vec<String>,
}

/// The routes of each file, as they are reached.
pub(super) fn routes<'m>(
    names: &Names<'m>,
    files: &'m BTreeMap<RepoPath, FileFacts>,
) -> BTreeMap<RepoPath, Vec<MappedRoute>> {
    let placed: Vec<Placed<'m>> = files.values().flat_map(|file| placed(names, file)).collect();
    let controllers = controllers(names, files);
    let programs: Vec<&FileFacts> = files.values().filter(|file| file.mounts.iter().any(is_of_controllers)).collect();
    let with_routes = files.values().filter(|file| !file.routes.is_empty());
    let of_file = |file: &'m FileFacts| {
        let routes = file.routes.iter().flat_map(|route| reached(names, file, route, &placed));
        let routes = routes.flat_map(|route| answered(names, route, &controllers));
        (file.path.clone(), routes.map(|route| of_program(&programs, file, route)).collect())
    };
    with_routes.map(of_file).collect()
}

fn placed<'m>(names: &Names<'m>, file: &'m FileFacts) -> Vec<Placed<'m>> {
    let place = |mount: &'m Mount| {
        let (target, router) = meant(names, file, &mount.router, mount.line)?;
        let into = owners(file, &mount.into, mount.line, mount.line);
        Some(Placed {
            file: target,
            router,
            prefix: &mount.prefix,
            replaces: mount.replaces,
            in_file: &file.path,
            into,
        })
    };
    file.mounts.iter().filter_map(place).collect()
}

fn is_of_controllers(mount: &Mount) -> bool {
    mount.router == Mount::CONTROLLERS
}

/// NestJS: a route under the prefix of its program, which is that in the innermost folder around it.
fn of_program(programs: &[&FileFacts], file: &FileFacts, mut route: MappedRoute) -> MappedRoute {
    let is_around = |program: &&&FileFacts| {
        let folder = program.path.folder();
        folder.is_empty() || file.path.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let around = programs.iter().filter(|_| route.framework == "nestjs").filter(is_around);
    let Some(program) = around.max_by_key(|program| program.path.folder().len()) else { return route };
    let (left_out, prefixes): (Vec<&Mount>, Vec<&Mount>) =
        program.mounts.iter().filter(|mount| is_of_controllers(mount)).partition(|mount| mount.replaces);
    if let Some(mount) = prefixes.first().filter(|_| left_out.iter().all(|mount| mount.prefix != route.route.path)) {
        route.route.path = language::mounted(&route.framework, &mount.prefix, &route.route.path);
    }
    route
}

/// The controllers of Spring that implement an interface, by its file and name.
type Controllers<'m> = BTreeMap<(&'m RepoPath, &'m str), Vec<(&'m FileFacts, &'m Symbol)>>;

fn controllers<'m>(names: &Names<'m>, files: &'m BTreeMap<RepoPath, FileFacts>) -> Controllers<'m> {
    let mut found = Controllers::new();
    let is_mark = |mark: &Name| {
        let name = mark.split('(').next().unwrap_or_default();
        matches!(name.rsplit('.').next(), Some("RestController" | "Controller"))
    };
    for file in files.values().filter(|file| file.language == "java") {
        for class in file.types().filter(|class| class.decorators.iter().any(is_mark)) {
            let bases = class.bases.iter().map(|base| base.split('<').next().unwrap_or_default());
            for (owner, name) in bases.filter_map(|base| names.resolve(file, base)) {
                found.entry((&owner.path, name)).or_default().push((file, class));
            }
        }
    }
    found
}

/// Spring: a route that an interface declares is answered by the controllers that implement it; by nobody where none
/// does.
fn answered(names: &Names<'_>, route: MappedRoute, controllers: &Controllers<'_>) -> Vec<MappedRoute> {
    let file = route.handler_file.as_ref().filter(|_| route.framework == "spring");
    let Some((file, (class, method))) = file.zip(route.handler.rsplit_once('.')) else { return vec![route] };
    if names.symbol(file, class).is_none_or(|symbol| symbol.kind != SymbolKind::Interface) {
        return vec![route];
    }
    let by = controllers.get(&(file, class)).into_iter().flatten();
    let of_controller = |(file, class): &(&FileFacts, &Symbol)| {
        let local = format!("{}.{method}", class.local_name);
        match names.symbol(&file.path, &local) {
            Some(_) => MappedRoute { handler: local, handler_file: Some(file.path.clone()), ..route.clone() },
            // The interface has it itself.
            None => route.clone(),
        }
    };
    by.map(of_controller).collect()
}

/// What a router or a handler is, by how it is written on a line: its file, and its name there.
fn meant<'m>(names: &Names<'m>, file: &'m FileFacts, written: &'m str, line: u32) -> Option<(RepoPath, String)> {
    let holds = |symbol: &&'m Symbol| symbol.span.line_start <= line && line <= symbol.span.line_end;
    let is_csharp = file.language == "csharp";
    let around = file.symbols.iter().rfind(holds).filter(|_| written.contains('.') || is_csharp);
    if let Some(found) = around.and_then(|symbol| calls::stands_for(names, file, symbol, written)) {
        return Some((found.file, found.name.to_string()));
    }
    let found = names.resolve(file, written).or_else(|| names.extension(file, written))?;
    Some((found.0.path.clone(), found.1.to_owned()))
}

/// The names that a route or a mount is known by: its router, and the functions that it stands in.
fn owners(file: &FileFacts, router: &str, from: u32, to: u32) -> Vec<String> {
    let around = file.symbols.iter().filter(|symbol| symbol.span.line_start <= from && to <= symbol.span.line_end);
    std::iter::once(router.to_owned()).chain(around.map(|symbol| symbol.local_name.to_string())).collect()
}

fn reached(names: &Names<'_>, file: &FileFacts, route: &MappedRoute, placed: &[Placed<'_>]) -> Vec<MappedRoute> {
    let own = owners(file, &route.router, route.span.line_start, route.span.line_end);
    let mut prefixes = prefixes(&file.path, &own, placed, 0);
    prefixes.truncate(PREFIXES);
    let handler = meant(names, file, &route.handler, route.span.line_start);
    let under = |prefix: Prefix| {
        let mut reached = route.clone();
        if prefix.replaces {
            let rest = reached.route.path.strip_prefix(route.own_prefix.trim_end_matches('/'));
            reached.route.path = rest.unwrap_or(&route.route.path).to_owned();
        }
        if !prefix.text.is_empty() {
            reached.route.path = language::mounted(&route.framework, &prefix.text, &reached.route.path);
        }
        if let Some((owner, name)) = &handler {
            reached.handler_file = Some(owner.clone());
            reached.handler.clone_from(name);
        }
        reached
    };
    prefixes.into_iter().map(under).collect()
}

/// What stands before the paths of a router.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Prefix {
    text: String,
    /// Whether it takes the place of the router's own.
    replaces: bool,
}

/// The prefixes that what is known by these names is found under; an empty one for what is put nowhere.
fn prefixes(file: &RepoPath, own: &[String], placed: &[Placed<'_>], depth: usize) -> Vec<Prefix> {
    let fits = |one: &&Placed<'_>| {
        let is_own = one.router.is_empty() || one.router == "default" || own.contains(&one.router);
        let is_itself = one.in_file == file && (one.router.is_empty() || one.into.contains(&one.router));
        one.file == *file && is_own && !is_itself
    };
    let mut found: Vec<Prefix> = Vec::new();
    for one in placed.iter().filter(fits).take(PREFIXES) {
        if depth < NESTED {
            for outer in prefixes(one.in_file, &one.into, placed, depth + 1) {
                let text = match outer.text.is_empty() {
                    true => one.prefix.to_owned(),
                    false => language::mounted("", &outer.text, one.prefix),
                };
                found.push(Prefix { text, replaces: one.replaces });
            }
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() { vec![Prefix::default()] } else { found }
}

/// Who answers a route that `file` declares, where that is a symbol of the repository: its file, and the symbol.
pub fn handler<'t>(tree: &'t TreeMap, file: &'t FileFacts, route: &MappedRoute) -> Option<(&'t FileFacts, &'t Symbol)> {
    let own = route.handler_file.as_ref().map_or(Some(file), |path| tree.files.get(path))?;
    own.symbols.iter().find(|symbol| symbol.local_name == route.handler).map(|symbol| (own, symbol))
}
