//! JavaScript, and what TypeScript has in common with it.

mod exports;
mod external;
mod imports;
mod paths;
mod resolve;
mod routes;
mod shape;

use std::sync::LazyLock;

use crate::domain::{FileFacts, Import, RepoPath, Symbol};

use super::dialect::{self, Definition, Dialect};
use super::external::Known;
use super::query::{Match, Queries};
use super::syntax::{Part, Syntax};
use super::{LanguageError, Mapper, Project, Resolver};

/// The queries that hold for TypeScript too.
pub(super) const QUERIES: &str = concat!(
    include_str!("queries/symbols.scm"),
    include_str!("queries/imports.scm"),
    include_str!("queries/routes.scm")
);

static COMPILED: LazyLock<Result<Queries, LanguageError>> = LazyLock::new(|| {
    let text = [QUERIES, include_str!("queries/javascript.scm")].concat();
    Queries::compile(&tree_sitter_javascript::LANGUAGE.into(), &text)
});

/// Settings of tools, which are programs here.
pub(super) const EXCLUDED: &[&str] = &["**/*.config.js", "**/*.config.mjs", "**/*.config.cjs", "**/*.config.ts"];

/// JavaScript, JSX too.
#[derive(Clone, Copy, Debug)]
pub struct JavaScript;

impl Mapper for JavaScript {
    fn id(&self) -> &'static str {
        "javascript"
    }

    fn owns(&self, path: &RepoPath) -> bool {
        paths::ends_with(path, &["js", "jsx", "mjs", "cjs"])
    }

    fn is_test_file(&self, path: &RepoPath) -> bool {
        self.owns(path) && is_test_file(path)
    }

    fn excluded(&self) -> &'static [&'static str] {
        EXCLUDED
    }

    fn grammar(&self, _path: &RepoPath) -> tree_sitter::Language {
        tree_sitter_javascript::LANGUAGE.into()
    }

    fn facts(&self, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
        facts(&Ecma { id: self.id(), grammar: |_| (tree_sitter_javascript::LANGUAGE.into(), &COMPILED) }, path, text)
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Modules::new(project))
    }
}

/// Whether a path is a test file, or only serves tests.
pub(super) fn is_test_file(path: &RepoPath) -> bool {
    paths::is_test_file(path)
}

/// How the files of a tree are related.
pub(super) fn resolver(project: Project<'_>) -> Box<dyn Resolver + '_> {
    Box::new(resolve::Modules::new(project))
}

/// What a file holds.
pub(super) fn facts(ecma: &Ecma, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
    let mut facts = dialect::facts(ecma, path, text)?;
    facts.is_test = is_test_file(path);
    Ok(facts)
}

/// A grammar of the family, with its queries.
type GrammarOf = fn(&RepoPath) -> (tree_sitter::Language, &'static LazyLock<Result<Queries, LanguageError>>);

/// One language of the family.
pub(super) struct Ecma {
    /// Its id.
    pub(super) id: &'static str,
    /// Its grammar for a path.
    pub(super) grammar: GrammarOf,
}

impl Dialect for Ecma {
    fn id(&self) -> &'static str {
        self.id
    }

    fn grammar(&self, path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>) {
        let (grammar, queries) = (self.grammar)(path);
        (grammar, LazyLock::force(queries))
    }

    fn wrappers(&self) -> &'static [&'static str] {
        &["export_statement", "lexical_declaration", "variable_declaration", "expression_statement"]
    }

    fn leading(&self) -> &'static [&'static str] {
        &["decorator"]
    }

    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]) {
        (
            &[
                "if_statement",
                "for_statement",
                "for_in_statement",
                "while_statement",
                "do_statement",
                "switch_case",
                "catch_clause",
                "ternary_expression",
            ],
            &["&&", "||", "??"],
        )
    }

    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol) {
        shape::describe(definition, symbol);
    }

    fn imports(&self, found: &Match<'_>) -> Vec<Import> {
        imports::imports(found)
    }

    fn global(&self, statement: Part<'_>, _name: &str) -> (bool, bool) {
        let constant = statement.field("kind").is_some_and(|kind| kind.text() == "const");
        (constant, statement.parent().is_some_and(|parent| parent.is("export_statement")))
    }

    fn external(&self) -> &'static [Known] {
        external::KNOWN
    }

    fn target(&self, import: &Import, name: &str) -> String {
        let source = import.source.strip_prefix("node:").unwrap_or(&import.source);
        if matches!(name, "*" | "default") { source.to_owned() } else { format!("{source}.{name}") }
    }

    fn finish(&self, facts: &mut FileFacts, _syntax: &Syntax<'_>, matches: &[Match<'_>]) {
        exports::finish(facts, matches);
        routes::finish(facts, matches);
    }
}
