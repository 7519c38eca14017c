//! Python.

mod environment;
mod explorer;
mod external;
mod facts;
mod imports;
mod off_limits;
mod operators;
mod paths;
mod polisher;
mod resolve;
mod review;
mod risks;
mod routes;
mod symbols;
mod syntax;
mod tokens;

use std::collections::BTreeSet;

use super::{
    Driver, EndToEnd, EnvironmentPlan, Language, LanguageError, Mapper, OffLimits, Project, Resolver, Risk, TestReview,
    Token,
};
use crate::domain::{EnvironmentSettings, FileFacts, FileMap, Mutant, RepoPath, SourceTree};

use syntax::Syntax;

/// Python 3.
#[derive(Clone, Copy, Debug)]
pub struct Python;

impl Mapper for Python {
    fn id(&self) -> &'static str {
        "python"
    }

    fn owns(&self, path: &RepoPath) -> bool {
        paths::owns(path)
    }

    fn is_test_file(&self, path: &RepoPath) -> bool {
        paths::is_test_file(path)
    }

    fn excluded(&self) -> &'static [&'static str] {
        paths::EXCLUDED
    }

    fn grammar(&self, _path: &RepoPath) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn facts(&self, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
        let tree = syntax::grammar()?.parse(path, text, None)?;
        Ok(facts::facts(path, &Syntax::new(&tree, text)))
    }

    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p> {
        Box::new(resolve::Modules::new(project))
    }
}

impl Language for Python {
    fn module_name(&self, path: &RepoPath, import_roots: &[String]) -> String {
        paths::module_name(path, import_roots)
    }

    fn map_file(&self, path: &RepoPath, module: &str, text: &str) -> Result<FileMap, LanguageError> {
        let tree = syntax::grammar()?.parse(path, text, None)?;
        Ok(symbols::file_map(path, module, &Syntax::new(&tree, text)))
    }

    fn tokens(&self, path: &RepoPath, text: &str) -> Result<Vec<Token>, LanguageError> {
        let tree = syntax::grammar()?.parse(path, text, None)?;
        Ok(tokens::tokens(&Syntax::new(&tree, text)))
    }

    fn off_limits(&self, path: &RepoPath, text: &str) -> Result<Vec<OffLimits>, LanguageError> {
        let tree = syntax::grammar()?.parse(path, text, None)?;
        Ok(off_limits::regions(&Syntax::new(&tree, text)))
    }

    fn risks(&self, path: &RepoPath, text: &str, lines: &BTreeSet<u32>) -> Result<Vec<Risk>, LanguageError> {
        let tree = syntax::grammar()?.parse(path, text, None)?;
        Ok(risks::risks(&Syntax::new(&tree, text), lines))
    }

    fn mutants(&self, map: &FileMap, text: &str, lines: &BTreeSet<u32>) -> Result<Vec<Mutant>, LanguageError> {
        operators::mutants(map, text, lines)
    }

    fn environment(
        &self,
        base: &SourceTree,
        head: &SourceTree,
        use_head: bool,
        settings: &EnvironmentSettings,
    ) -> EnvironmentPlan {
        environment::environment(base, head, use_head, settings)
    }

    fn review_test(&self, code: &str) -> TestReview {
        review::review(code)
    }

    fn explorer(&self) -> Driver {
        explorer::EXPLORER
    }

    fn polisher(&self) -> Driver {
        polisher::POLISHER
    }

    fn end_to_end(&self) -> EndToEnd {
        EndToEnd { frameworks: routes::FRAMEWORKS, around: routes::AROUND }
    }
}
