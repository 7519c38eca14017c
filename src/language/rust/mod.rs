//! Rust.

mod external;
mod imports;
mod resolve;
mod routes;
mod shape;

use std::sync::LazyLock;

use crate::domain::{Export, FileFacts, Import, RepoPath, Symbol, Visibility};

use super::dialect::{Definition, Dialect};
use super::external::Known;
use super::query::{Match, Queries};
use super::source::{self, Source};
use super::syntax::{Part, Syntax};
use super::{LanguageError, Project, Resolver};

static QUERIES: LazyLock<Result<Queries, LanguageError>> = LazyLock::new(|| {
    let text = concat!(include_str!("queries/rust.scm"), include_str!("queries/routes.scm"));
    Queries::compile(&tree_sitter_rust::LANGUAGE.into(), text)
});

/// Rust.
#[derive(Clone, Copy, Debug)]
pub struct Rust;

impl Source for Rust {
    fn owns(&self, path: &RepoPath) -> bool {
        source::has_ending(path, ".rs")
    }

    fn serves_tests(&self, path: &RepoPath) -> bool {
        let in_folder = path.folder().split('/').any(|folder| matches!(folder, "tests" | "benches"));
        let stem = path.file_name().trim_end_matches(".rs");
        in_folder || stem == "tests" || stem == "test" || stem.ends_with("_test") || stem.ends_with("_tests")
    }

    fn excluded(&self) -> &'static [&'static str] {
        &["**/build.rs"]
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Crates::new(project))
    }
}

impl Dialect for Rust {
    fn id(&self) -> &'static str {
        "rust"
    }

    fn grammar(&self, _path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>) {
        (tree_sitter_rust::LANGUAGE.into(), LazyLock::force(&QUERIES))
    }

    fn separator(&self) -> &'static str {
        "::"
    }

    fn leading(&self) -> &'static [&'static str] {
        &["attribute_item"]
    }

    fn is_doc(&self, comment: &str) -> bool {
        comment.starts_with("///") || comment.starts_with("/**")
    }

    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]) {
        (&["if_expression", "for_expression", "while_expression", "match_arm", "try_expression"], &["&&", "||"])
    }

    /// `#[cfg(test)] mod tests`, `#[test] fn`.
    fn is_inline_test(&self, whole: Part<'_>) -> bool {
        let before = std::iter::successors(whole.previous(), |part| part.previous());
        let attributes = before.take_while(|part| part.is_any(&["attribute_item", "line_comment", "block_comment"]));
        attributes.filter(|part| part.is("attribute_item")).any(|part| {
            let text: String = part.text().split_whitespace().collect();
            let is_test = text.ends_with("test]") || text.contains("::test(") || text.starts_with("#[bench]");
            text.starts_with("#[cfg(test") || text.starts_with("#[cfg(all(test") || is_test
        })
    }

    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol) {
        shape::describe(definition, symbol);
    }

    fn imports(&self, found: &Match<'_>) -> Vec<Import> {
        imports::imports(found)
    }

    fn global(&self, statement: Part<'_>, _name: &str) -> (bool, bool) {
        (statement.is("const_item"), statement.has("visibility_modifier"))
    }

    fn external(&self) -> &'static [Known] {
        external::KNOWN
    }

    fn target(&self, import: &Import, _name: &str) -> String {
        import.source.as_str().into()
    }

    fn finish(&self, facts: &mut FileFacts, _syntax: &Syntax<'_>, matches: &[Match<'_>]) {
        let symbols = facts
            .symbols
            .iter()
            .filter(|symbol| symbol.visibility != Visibility::Private && !symbol.local_name.contains("::"));
        let globals = facts.globals.iter().filter(|global| global.public).map(|global| &global.name);
        let own = symbols.map(|symbol| &symbol.name).chain(globals);
        let mut exports: Vec<Export> = own.map(|name| Export::own(name)).collect();
        let passed_on = facts.imports.iter().filter(|import| import.reexported).flat_map(|import| &import.names);
        let passed_on = passed_on.filter(|name| name.local != "*" && name.name != "*");
        exports.extend(passed_on.map(|name| Export::passed_on(&name.local)));
        exports.sort();
        exports.dedup();
        facts.exports = exports;
        facts.uses = imports::paths(matches);
        routes::finish(facts, matches);
    }
}
