//! TypeScript, and TSX: what JavaScript has, and types.

use std::sync::LazyLock;

use crate::domain::{FileFacts, RepoPath};

use super::javascript::{self, Ecma};
use super::query::Queries;
use super::{LanguageError, Mapper, Project, Resolver};

static TYPESCRIPT: LazyLock<Result<Queries, LanguageError>> =
    LazyLock::new(|| compile(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));

static TSX: LazyLock<Result<Queries, LanguageError>> =
    LazyLock::new(|| compile(&tree_sitter_typescript::LANGUAGE_TSX.into()));

fn compile(grammar: &tree_sitter::Language) -> Result<Queries, LanguageError> {
    let text = [javascript::QUERIES, include_str!("queries/typescript.scm")].concat();
    Queries::compile(grammar, &text)
}

fn grammar(path: &RepoPath) -> (tree_sitter::Language, &'static LazyLock<Result<Queries, LanguageError>>) {
    if path.as_str().ends_with(".tsx") {
        (tree_sitter_typescript::LANGUAGE_TSX.into(), &TSX)
    } else {
        (tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), &TYPESCRIPT)
    }
}

/// TypeScript, TSX too.
#[derive(Clone, Copy, Debug)]
pub struct TypeScript;

impl Mapper for TypeScript {
    fn id(&self) -> &'static str {
        "typescript"
    }

    fn owns(&self, path: &RepoPath) -> bool {
        [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.file_name().len() > end.len() && path.as_str().ends_with(end))
    }

    fn is_test_file(&self, path: &RepoPath) -> bool {
        self.owns(path) && javascript::is_test_file(path)
    }

    fn excluded(&self) -> &'static [&'static str] {
        javascript::EXCLUDED
    }

    fn grammar(&self, path: &RepoPath) -> tree_sitter::Language {
        grammar(path).0
    }

    fn facts(&self, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
        javascript::facts(&Ecma { id: self.id(), grammar }, path, text)
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        javascript::resolver(project)
    }
}
