//! Java.

mod external;
mod resolve;
mod routes;
mod shape;

use std::sync::LazyLock;

use crate::domain::{Export, FileFacts, Global, Import, ImportedName, RepoPath, Symbol, SymbolKind};

use super::dialect::{Definition, Dialect};
use super::external::Known;
use super::query::{Match, Queries};
use super::source::{self, Source};
use super::syntax::{Part, Syntax};
use super::{LanguageError, Project, Resolver};

static QUERIES: LazyLock<Result<Queries, LanguageError>> =
    LazyLock::new(|| Queries::compile(&tree_sitter_java::LANGUAGE.into(), include_str!("queries/java.scm")));

/// Java.
#[derive(Clone, Copy, Debug)]
pub struct Java;

impl Source for Java {
    fn owns(&self, path: &RepoPath) -> bool {
        source::has_ending(path, ".java")
    }

    fn serves_tests(&self, path: &RepoPath) -> bool {
        let stem = path.file_name().trim_end_matches(".java");
        let named = ["Test", "Tests", "IT", "TestCase"].iter().any(|end| stem.ends_with(end) && stem != *end);
        named || path.folder().split('/').any(|folder| matches!(folder, "test" | "androidTest" | "integrationTest"))
    }

    fn excluded(&self) -> &'static [&'static str] {
        &["**/package-info.java", "**/module-info.java"]
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Packages::new(project))
    }
}

impl Dialect for Java {
    fn id(&self) -> &'static str {
        "java"
    }

    fn grammar(&self, _path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>) {
        (tree_sitter_java::LANGUAGE.into(), LazyLock::force(&QUERIES))
    }

    fn is_doc(&self, comment: &str) -> bool {
        comment.starts_with("/**")
    }

    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]) {
        (
            &[
                "if_statement",
                "for_statement",
                "enhanced_for_statement",
                "while_statement",
                "do_statement",
                "switch_label",
                "catch_clause",
                "ternary_expression",
            ],
            &["&&", "||"],
        )
    }

    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol) {
        shape::describe(definition, symbol);
    }

    /// `import com.shop.Cart;`, `import com.shop.*;`, `import static com.shop.Tax.rate;`
    fn imports(&self, found: &Match<'_>) -> Vec<Import> {
        let Some(statement) = found.get("import") else { return Vec::new() };
        let Some(path) = statement.named().find(|part| part.is_any(&["scoped_identifier", "identifier"])) else {
            return Vec::new();
        };
        let source: String = path.text().split_whitespace().collect();
        let last = if statement.has("asterisk") { "*" } else { source.rsplit('.').next().unwrap_or_default() };
        let names = vec![ImportedName { name: last.into(), local: last.into() }];
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
        let package = matches.iter().find_map(|found| found.get("package")).and_then(Part::only);
        facts.module = package.map(|name| name.text().split_whitespace().collect()).unwrap_or_default();
        facts.globals = constants(syntax);
        let types =
            facts.symbols.iter().filter(|symbol| symbol.parent.is_none() && symbol.kind != SymbolKind::Function);
        facts.exports = types.map(|symbol| Export::own(&symbol.name)).collect();
        facts.exports.sort();
        facts.uses = shape::types_used(syntax);
        routes::finish(facts, syntax.text());
    }
}

/// `static final` fields: what Java has for names outside of functions.
fn constants(syntax: &Syntax<'_>) -> Vec<Global> {
    let fields = syntax.root().descendants().filter(|part| part.is("field_declaration"));
    let is_static = |part: &Part<'_>| part.child("modifiers").is_some_and(|modifiers| modifiers.has("static"));
    let of_field = |field: Part<'_>| {
        let modifiers = field.child("modifiers");
        let has = move |word: &str| modifiers.is_some_and(|modifiers| modifiers.has(word));
        let named = field.fields("declarator").filter_map(|part| part.field("name"));
        let global = move |name: Part<'_>| Global {
            name: name.text().into(),
            span: field.span(),
            constant: has("final"),
            public: has("public"),
        };
        named.map(global).collect::<Vec<_>>()
    };
    fields.filter(is_static).flat_map(of_field).collect()
}
