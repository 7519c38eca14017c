//! `use` trees, `mod` items, and paths that name a module without a `use`.

use crate::domain::{Import, ImportedName};

use super::super::query::Match;
use super::super::syntax::Part;

/// How deep trees of `use` are read.
const NESTED: usize = 32;

/// One import for each leaf of a `use`; one for a `mod` that lies in another file.
pub(super) fn imports(found: &Match<'_>) -> Vec<Import> {
    let (Some(statement), Some(source)) = (found.get("import"), found.get("source")) else { return Vec::new() };
    let is_public = statement.has("visibility_modifier");
    let import = |path: String, name: ImportedName| Import {
        source: path.into(),
        names: vec![name],
        line: statement.line_start(),
        reexported: is_public,
        files: Vec::new(),
    };
    if statement.is("mod_item") {
        let name = ImportedName { name: "*".into(), local: source.text().into() };
        return vec![import(format!("self::{}", source.text()), name)];
    }
    let mut leaves = Vec::new();
    walk(source, "", 0, &mut leaves);
    let modules = statement.ancestors().filter(|around| around.is("mod_item")).count();
    leaves.iter_mut().for_each(|(path, _)| *path = of_file(path, modules));
    leaves
        .into_iter()
        .map(|(path, local)| {
            let last = path.rsplit("::").next().unwrap_or_default().to_owned();
            let name = if local == "*" { "*".to_owned() } else { last };
            import(path, ImportedName { name: name.into(), local: local.into() })
        })
        .collect()
}

/// A path as the file itself would write it: `super` of a module inside of the file is the file.
fn of_file(path: &str, modules: usize) -> String {
    let mut rest = path;
    for _ in 0..modules {
        let Some(above) = rest.strip_prefix("super::").or_else(|| (rest == "super").then_some("")) else { break };
        rest = above;
    }
    match (rest.len() == path.len(), rest.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => "self".to_owned(),
        (false, false) if rest.starts_with("super") => rest.to_owned(),
        (false, false) => format!("self::{rest}"),
    }
}

/// The leaves of a tree: full path, and the name in the file.
fn walk(part: Part<'_>, prefix: &str, depth: usize, leaves: &mut Vec<(String, String)>) {
    if depth > NESTED {
        return;
    }
    let full = |path: &str| {
        let path: String = path.split_whitespace().collect();
        let path = path.trim_start_matches("::");
        if prefix.is_empty() { path.to_owned() } else { format!("{prefix}::{path}") }
    };
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    match part.kind() {
        "scoped_use_list" => {
            let path = part.field("path").map_or_else(|| prefix.to_owned(), |path| full(path.text()));
            for child in part.field("list").into_iter().flat_map(Part::named) {
                walk(child, &path, depth + 1, leaves);
            }
        }
        "use_list" => part.named().for_each(|child| walk(child, prefix, depth + 1, leaves)),
        "use_as_clause" => {
            let (Some(path), Some(alias)) = (part.field("path"), part.field("alias")) else { return };
            leaves.push((full(path.text()), alias.text().to_owned()));
        }
        "use_wildcard" => {
            let path = part.only().map_or_else(|| prefix.to_owned(), |path| full(path.text()));
            leaves.push((path, "*".to_owned()));
        }
        "self" if !prefix.is_empty() => leaves.push((prefix.to_owned(), last(prefix))),
        _ => leaves.push((full(part.text()), last(part.text()))),
    }
}

/// Paths of two parts and more that are written out where they are used, sorted.
pub(super) fn paths(matches: &[Match<'_>]) -> Vec<String> {
    let outermost = matches.iter().filter_map(|found| found.get("path")).filter(|path| {
        !path
            .parent()
            .is_some_and(|parent| parent.is_any(&["scoped_identifier", "scoped_type_identifier", "use_declaration"]))
    });
    let plain = |path: Part<'_>| -> String {
        let text: String = path.text().split_whitespace().collect();
        text.split('<').next().unwrap_or_default().trim_end_matches(':').to_owned()
    };
    let mut paths: Vec<String> = outermost.map(plain).filter(|path| path.contains("::")).collect();
    paths.sort();
    paths.dedup();
    paths
}
