//! What a file holds, for the map of a tree.

use std::collections::BTreeSet;

use crate::domain::{Constant, Export, FileCategory, FileFacts, Global, Import, RepoPath};

use super::syntax::{Part, Syntax};
use super::{external, imports, paths, routes, symbols};

/// The facts of one file, before files are related to each other.
pub(super) fn facts(path: &RepoPath, syntax: &Syntax<'_>) -> FileFacts {
    let mut facts = FileFacts::new(path.clone(), "python", FileCategory::Code);
    facts.is_test = paths::is_test_file(path);
    facts.imports = imports::statements(syntax, path.file_name() == "__init__.py");
    facts.globals = symbols::constants(syntax).into_iter().map(global).collect();
    facts.symbols = symbols::symbols("", syntax);
    facts.external = external::calls(syntax, &facts.imports, &facts.symbols);
    facts.broken = syntax.root().has_error();
    facts.exports = exports(&facts, listed(syntax));
    routes::finish(&mut facts, syntax);
    facts
}

fn global(constant: Constant) -> Global {
    let constant_by_name = constant.name.chars().all(|c| !c.is_lowercase()) && constant.name != "_";
    Global {
        constant: constant_by_name,
        public: symbols::is_public(&constant.name),
        name: constant.name.into(),
        span: constant.span,
    }
}

/// What others may have: what `__all__` names; without it, the public names of the top level and what a package takes
/// from its modules.
fn exports(facts: &FileFacts, listed: Option<BTreeSet<String>>) -> Vec<Export> {
    let symbols = facts
        .symbols
        .iter()
        .filter(|symbol| symbol.parent.is_none())
        .map(|symbol| (symbol.name.as_str(), symbol.is_public()));
    let globals = facts.globals.iter().map(|global| (global.name.as_str(), global.public));
    let own: BTreeSet<&str> =
        symbols.chain(globals).filter(|(_, public)| *public || listed.is_some()).map(|(name, _)| name).collect();
    let taken: BTreeSet<&str> =
        facts.imports.iter().filter(|import| import.reexported || listed.is_some()).flat_map(locals).collect();
    let is_listed = |name: &&str| listed.as_ref().is_none_or(|listed| listed.contains(*name));
    let mut exports: Vec<Export> =
        own.iter().filter(|name| is_listed(name) && **name != "__all__").map(|name| Export::own(name)).collect();
    let reexported = taken.difference(&own).filter(|name| is_listed(name) && !name.starts_with('_'));
    exports.extend(reexported.map(|name| Export::passed_on(name)));
    exports.sort();
    exports
}

fn locals(import: &Import) -> impl Iterator<Item = &str> {
    import.names.iter().map(|name| name.local.as_str()).filter(|local| *local != "*")
}

/// The names in `__all__ = [...]`, at the top level.
fn listed(syntax: &Syntax<'_>) -> Option<BTreeSet<String>> {
    let is_all =
        |part: &Part<'_>| part.is("assignment") && part.field("left").is_some_and(|left| left.text() == "__all__");
    let assignment = syntax.root().descendants().find(is_all)?;
    let list = assignment.field("right").filter(|right| right.is_any(&["list", "tuple"]))?;
    let strings = list.descendants().filter(|part| part.is("string_content"));
    Some(strings.map(|part| part.text().to_owned()).collect())
}
