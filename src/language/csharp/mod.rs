//! C#.

mod external;
mod resolve;
mod routes;
mod shape;

use std::sync::LazyLock;

use crate::domain::{Export, FileFacts, Global, Import, ImportedName, RepoPath, Symbol};

use super::dialect::{Definition, Dialect};
use super::external::Known;
use super::query::{Match, Queries};
use super::source::{self, Source};
use super::syntax::{Part, Syntax};
use super::{LanguageError, Project, Resolver};

static QUERIES: LazyLock<Result<Queries, LanguageError>> = LazyLock::new(|| {
    let text = concat!(include_str!("queries/csharp.scm"), include_str!("queries/routes.scm"));
    Queries::compile(&tree_sitter_c_sharp::LANGUAGE.into(), text)
});

/// C#.
#[derive(Clone, Copy, Debug)]
pub struct CSharp;

impl Source for CSharp {
    fn owns(&self, path: &RepoPath) -> bool {
        source::has_ending(path, ".cs")
    }

    /// By its name, or by that of its project's folder: `Shop.Tests`.
    fn serves_tests(&self, path: &RepoPath) -> bool {
        let stem = path.file_name().trim_end_matches(".cs");
        let named = ["Test", "Tests", "Spec", "Specs"].iter().any(|end| stem.ends_with(end) && stem != *end);
        let is_tests = |folder: &str| {
            let last = folder.rsplit('.').next().unwrap_or(folder).to_ascii_lowercase();
            matches!(last.as_str(), "test" | "tests" | "unittests" | "integrationtests" | "specs")
        };
        named || path.folder().split('/').any(is_tests)
    }

    fn excluded(&self) -> &'static [&'static str] {
        &["**/AssemblyInfo.cs", "**/Migrations/**"]
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Namespaces::new(project))
    }
}

impl Dialect for CSharp {
    fn id(&self) -> &'static str {
        "csharp"
    }

    fn grammar(&self, _path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>) {
        (tree_sitter_c_sharp::LANGUAGE.into(), LazyLock::force(&QUERIES))
    }

    fn is_doc(&self, comment: &str) -> bool {
        comment.starts_with("///") || comment.starts_with("/**")
    }

    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]) {
        (
            &[
                "if_statement",
                "for_statement",
                "foreach_statement",
                "while_statement",
                "do_statement",
                "switch_section",
                "switch_expression_arm",
                "catch_clause",
                "conditional_expression",
            ],
            &["&&", "||", "??"],
        )
    }

    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol) {
        shape::describe(definition, symbol);
    }

    /// `using Shop.Models;`, `using Alias = Shop.Models.Cart;`, `using static Shop.Tax;`
    fn imports(&self, found: &Match<'_>) -> Vec<Import> {
        let Some(statement) = found.get("import") else { return Vec::new() };
        let alias = statement.field("name");
        let Some(path) = statement.named().filter(|part| Some(*part) != alias).last() else { return Vec::new() };
        let source: String = path.text().split_whitespace().collect();
        let local = alias.map_or("*", Part::text).to_owned();
        let names = vec![ImportedName { name: "*".into(), local: local.into() }];
        vec![Import::taken(source, names, statement.line_start())]
    }

    fn global(&self, _statement: Part<'_>, _name: &str) -> (bool, bool) {
        (true, true)
    }

    fn external(&self) -> &'static [Known] {
        external::KNOWN
    }

    fn target(&self, import: &Import, _name: &str) -> String {
        import.source.as_str().into()
    }

    fn finish(&self, facts: &mut FileFacts, syntax: &Syntax<'_>, matches: &[Match<'_>]) {
        let package = matches.iter().find(|found| found.get("package").is_some());
        let namespace = package.and_then(|found| found.text("namespace"));
        facts.module = namespace.map(|name| name.split_whitespace().collect()).unwrap_or_default();
        facts.globals = constants(syntax);
        let types = facts.symbols.iter().filter(|symbol| symbol.parent.is_none() && symbol.kind.is_type());
        facts.exports = types.map(|symbol| Export::own(&symbol.name)).collect();
        facts.exports.sort();
        facts.exports.dedup();
        facts.uses = shape::types_used(syntax);
        routes::finish(facts, matches);
    }
}

/// `const` and `static` fields: what C# has for names outside of functions.
fn constants(syntax: &Syntax<'_>) -> Vec<Global> {
    let fields = syntax.root().descendants().filter(|part| part.is("field_declaration"));
    let has = |field: Part<'_>, word: &str| field.children().any(|part| part.is("modifier") && part.text() == word);
    let mut globals = Vec::new();
    for field in fields.filter(|field| has(*field, "const") || has(*field, "static")) {
        let declarators = field.child("variable_declaration").into_iter().flat_map(Part::named);
        for name in declarators.filter(|part| part.is("variable_declarator")).filter_map(|part| part.field("name")) {
            globals.push(Global {
                name: name.text().into(),
                span: field.span(),
                constant: has(field, "const") || has(field, "readonly"),
                public: has(field, "public"),
            });
        }
    }
    globals
}
