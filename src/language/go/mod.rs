//! Go.

mod external;
mod resolve;
mod routes;
mod shape;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::domain::{Export, FileFacts, Import, ImportedName, RepoPath, Symbol};

use super::dialect::{Definition, Dialect};
use super::external::Known;
use super::names::unquoted;
use super::query::{Match, Queries};
use super::source::{self, Source};
use super::syntax::{Part, Syntax};
use super::{LanguageError, Project, Resolver};

static QUERIES: LazyLock<Result<Queries, LanguageError>> = LazyLock::new(|| {
    let text = concat!(include_str!("queries/go.scm"), include_str!("queries/routes.scm"));
    Queries::compile(&tree_sitter_go::LANGUAGE.into(), text)
});

/// Go.
#[derive(Clone, Copy, Debug)]
pub struct Go;

impl Source for Go {
    fn owns(&self, path: &RepoPath) -> bool {
        source::has_ending(path, ".go")
    }

    fn serves_tests(&self, path: &RepoPath) -> bool {
        path.as_str().ends_with("_test.go") || path.folder().split('/').any(|folder| folder == "testdata")
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Packages::new(project))
    }
}

impl Dialect for Go {
    fn id(&self) -> &'static str {
        "go"
    }

    fn grammar(&self, _path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>) {
        (tree_sitter_go::LANGUAGE.into(), LazyLock::force(&QUERIES))
    }

    fn wrappers(&self) -> &'static [&'static str] {
        &["type_declaration"]
    }

    fn is_doc(&self, comment: &str) -> bool {
        !comment.starts_with("//go:")
    }

    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]) {
        (&["if_statement", "for_statement", "expression_case", "type_case", "communication_case"], &["&&", "||"])
    }

    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol) {
        shape::describe(definition, symbol);
    }

    /// The name of a package is the last part of its path, without a version.
    fn imports(&self, found: &Match<'_>) -> Vec<Import> {
        let (Some(spec), Some(source)) = (found.get("import"), found.text("source")) else { return Vec::new() };
        let source = unquoted(source);
        let local = match spec.field("name").map(Part::text) {
            Some("_") => None,
            Some(".") => Some("*"),
            Some(alias) => Some(alias),
            None => Some(package_name(source)),
        };
        let name = |local: &str| ImportedName { name: "*".into(), local: local.into() };
        vec![Import::taken(source, local.map(name).into_iter().collect(), spec.line_start())]
    }

    fn global(&self, statement: Part<'_>, name: &str) -> (bool, bool) {
        (statement.is("const_spec"), shape::is_public(name))
    }

    fn external(&self) -> &'static [Known] {
        external::KNOWN
    }

    fn finish(&self, facts: &mut FileFacts, syntax: &Syntax<'_>, matches: &[Match<'_>]) {
        let symbols = facts.symbols.iter().filter(|symbol| symbol.parent.is_none() && symbol.is_public());
        let globals = facts.globals.iter().filter(|global| global.public).map(|global| &global.name);
        let names = symbols.map(|symbol| &symbol.name).chain(globals);
        facts.exports = names.map(|name| Export::own(name)).collect();
        facts.exports.sort();
        facts.exports.dedup();
        facts.uses = uses(syntax, matches);
        routes::finish(facts, matches);
    }
}

/// `cart` of `example.org/shop/cart` and of `example.org/cart/v2`.
fn package_name(source: &str) -> &str {
    let mut parts = source.rsplit('/');
    let last = parts.next().unwrap_or(source);
    let is_version =
        last.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    name.split('.').next().unwrap_or(name)
}

/// Names of other packages as `package.Name`, and plain ones that may be of other files of the package.
fn uses(syntax: &Syntax<'_>, matches: &[Match<'_>]) -> Vec<String> {
    let of_packages = matches
        .iter()
        .filter(|found| found.get("used").is_some())
        .filter_map(|found| Some((found.text("used.package")?, found.text("used.name")?)));
    let of_packages: BTreeSet<(&str, &str)> = of_packages.collect();
    let plain = syntax.root().descendants().filter(|part| part.is_any(&["identifier", "type_identifier"]));
    let plain: BTreeSet<&str> = plain.map(Part::text).collect();
    let of_packages = of_packages.into_iter().map(|(package, name)| format!("{package}.{name}"));
    let mut uses: Vec<String> = of_packages.chain(plain.into_iter().map(str::to_owned)).collect();
    uses.sort();
    uses
}
