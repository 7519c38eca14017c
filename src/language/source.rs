//! A language of which the map needs no more than its dialect: what such languages have in common.

use crate::domain::{FileFacts, RepoPath};

use super::dialect::{self, Dialect};
use super::{LanguageError, Mapper, Project, Resolver};

/// What its dialect doesn't say.
pub(crate) trait Source: Dialect {
    /// Whether a path is a source file of it.
    fn owns(&self, path: &RepoPath) -> bool;

    /// Whether a source file is a test file, or only serves tests.
    fn serves_tests(&self, path: &RepoPath) -> bool;

    /// Globs of what is not tested by default.
    fn excluded(&self) -> &'static [&'static str] {
        &[]
    }

    /// How the files of a tree are related.
    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p>;
}

impl<D: Source> Mapper for D {
    fn id(&self) -> &'static str {
        Dialect::id(self)
    }

    fn owns(&self, path: &RepoPath) -> bool {
        Source::owns(self, path)
    }

    fn is_test_file(&self, path: &RepoPath) -> bool {
        Source::owns(self, path) && self.serves_tests(path)
    }

    fn excluded(&self) -> &'static [&'static str] {
        Source::excluded(self)
    }

    fn grammar(&self, path: &RepoPath) -> tree_sitter::Language {
        Dialect::grammar(self, path).0
    }

    fn facts(&self, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
        let mut facts = dialect::facts(self, path, text)?;
        facts.is_test = self.is_test_file(path);
        if facts.is_test {
            facts.routes.clear();
        }
        Ok(facts)
    }

    fn separator(&self) -> &'static str {
        Dialect::separator(self)
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Source::resolver(self, project)
    }
}

/// Whether a path has this ending, and more than it.
pub(crate) fn has_ending(path: &RepoPath, ending: &str) -> bool {
    path.file_name().strip_suffix(ending).is_some_and(|stem| !stem.is_empty())
}
