//! A folder per language: grammar, queries, symbols, mutation operators, environment, the explorer's driver.
//! Pure: from texts to values.

pub mod csharp;
mod dialect;
mod docs;
mod external;
mod flow;
pub mod go;
pub mod java;
pub mod javascript;
mod names;
pub mod python;
mod query;
mod routes;
pub mod rust;
mod source;
mod syntax;
pub mod typescript;

use std::collections::{BTreeMap, BTreeSet};

pub use routes::mounted;

use crate::domain::{
    ControlFlow, EnvironmentSettings, EnvironmentSpec, FileFacts, FileMap, Import, Mutant, RepoPath, SourceTree, Span,
    Symbol, Warning,
};

/// Every language that is mapped. The first one that owns a path has it.
pub static MAPPED: &[&dyn Mapper] = &[
    &python::Python,
    &javascript::JavaScript,
    &typescript::TypeScript,
    &java::Java,
    &csharp::CSharp,
    &go::Go,
    &rust::Rust,
];

/// The languages whose tests are run.
pub static TESTED: &[&dyn Language] = &[&python::Python];

/// The language that a source file is written in, for the map.
pub fn mapper(path: &RepoPath) -> Option<&'static dyn Mapper> {
    MAPPED.iter().copied().find(|language| language.owns(path))
}

/// The language with this id, as in [`FileFacts::language`].
pub fn mapper_by_id(id: &str) -> Option<&'static dyn Mapper> {
    MAPPED.iter().copied().find(|language| language.id() == id)
}

/// The language that a source file is written in, where its tests are run.
pub fn owner(path: &RepoPath) -> Option<&'static dyn Language> {
    TESTED.iter().copied().find(|language| language.owns(path))
}

/// The language with this id, as in [`FileMap::language`], where its tests are run.
pub fn by_id(id: &str) -> Option<&'static dyn Language> {
    TESTED.iter().copied().find(|language| language.id() == id)
}

/// The control flow of a function of a text; `None` for what is no function, or has no body.
///
/// # Errors
/// [`LanguageError`].
pub fn control_flow(path: &RepoPath, text: &str, symbol: &Symbol) -> Result<Option<ControlFlow>, LanguageError> {
    let Some(mapper) = mapper(path) else { return Ok(None) };
    let tree = syntax::Grammar::load(&mapper.grammar(path))?.parse(path, text, None)?;
    let syntax = syntax::Syntax::new(&tree, text);
    Ok(flow::control_flow(syntax.root(), symbol.span, symbol.complexity))
}

/// A source text that can't be read as this language.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// It took longer than `limits::PARSE_TIME`.
    #[error("{0} took too long to parse")]
    TooSlow(RepoPath),
    /// The grammar did not load.
    #[error("the grammar did not load")]
    Grammar(#[source] anyhow::Error),
}

/// A program of ours that runs inside the sandbox, in the language's own words.
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// Its files, by name.
    pub files: &'static [(&'static str, &'static str)],
    /// The command that starts it, before the path of its plan.
    pub argv: &'static [&'static str],
    /// Its environment, beside that of the sandbox.
    pub env: &'static [(&'static str, &'static str)],
}

impl Driver {
    /// Its environment, as a run takes it.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
}

/// The files of a driver, by name, from a folder beside the file that lists them.
macro_rules! driver_files {
    ($folder:literal; $($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!($folder, $name)))),*] };
}
pub(crate) use driver_files;

/// What a repository needs so that its own tests run.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentPlan {
    /// How its image is made.
    pub spec: EnvironmentSpec,
    /// The interpreter with base's dependencies, inside the image.
    pub base_interpreter: String,
    /// The interpreter with head's dependencies, inside the image: base's, unless dependency files differ.
    pub head_interpreter: String,
    /// Folders that imports are looked up in, relative to the repository, in order.
    pub import_roots: Vec<String>,
    /// The dependency files that were read.
    pub dependency_files: Vec<RepoPath>,
    /// Whether head changes dependency files that were not used.
    pub head_ignored: bool,
    /// Modules that only a build would write (`_version.py`), for both sides where they are missing.
    pub generated: Vec<(RepoPath, String)>,
    /// What could not be understood.
    pub warnings: Vec<Warning>,
}

/// What the syntax of a test says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestReview {
    /// Rules that it breaks, by name and with the reason: it asserts nothing, only constants, …
    pub rules: Vec<(String, String)>,
    /// What people would not merge: sleeping, printing, …
    pub anti_patterns: Vec<String>,
    /// Lines that are too long, or end with blanks.
    pub untidy_lines: usize,
    /// Other faults of style: tests without a docstring, names that are no usual ones.
    pub style_faults: usize,
    /// Test functions.
    pub tests: usize,
    /// Lines of the longest test function.
    pub longest: usize,
}

/// One token that can matter to behaviour. Two texts with the same tokens behave alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The line that it starts on, from 1.
    pub line: u32,
    /// Its text; quotes and trailing commas are normalised, the begin and end of a block are tokens.
    pub text: String,
}

/// A part of a file that is never mutated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffLimits {
    /// Where.
    pub span: Span,
    /// The rule, in kebab case: `comment`, `import`, `attribute`, `logging`, …
    pub rule: &'static str,
    /// Why, in words.
    pub reason: &'static str,
    /// Whether nobody tests its lines on purpose.
    pub untested: bool,
}

/// A construct that goes wrong easily.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Risk {
    /// Its line, from 1.
    pub line: u32,
    /// Its kind: `boundary`, `exception`, `default`, `order`, `loop`, `mutation`, …
    pub kind: &'static str,
    /// What could go wrong, in words, with the code that it is about.
    pub words: String,
}

/// Which routes an explorer can call end to end, without a port.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndToEnd {
    /// The frameworks, as in [`crate::domain::MappedRoute`].
    pub frameworks: &'static [&'static str],
    /// The last names of decorators of functions that a framework calls around handlers.
    pub around: &'static [&'static str],
}

/// A tree whose files were read one by one, and not yet related to each other.
#[derive(Clone, Copy, Debug)]
pub struct Project<'p> {
    /// The tree: for settings such as `go.mod` and `tsconfig.json`.
    pub tree: &'p SourceTree,
    /// What each file holds.
    pub files: &'p BTreeMap<RepoPath, FileFacts>,
}

/// Relates the files of one tree in one language's way.
pub trait Resolver: Sync {
    /// How others name this file.
    fn module(&self, file: &FileFacts) -> String;

    /// The files that an import of `from` stands for, sorted; none for another project's.
    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath>;

    /// The files that `from` uses without an import, sorted: those of its package, where the language has such.
    fn implied(&self, _from: &FileFacts) -> Vec<RepoPath> {
        Vec::new()
    }
}

/// A programming language, as far as the map goes.
pub trait Mapper: Sync {
    /// Its id, as in reports: `python`.
    fn id(&self) -> &'static str;

    /// Whether a path is a source file of it.
    fn owns(&self, path: &RepoPath) -> bool;

    /// Whether a path is a test file, or only serves tests.
    fn is_test_file(&self, path: &RepoPath) -> bool;

    /// Globs of what is not tested by default: entry points, configuration, build output, generated, vendored.
    fn excluded(&self) -> &'static [&'static str];

    /// The grammar of a path.
    fn grammar(&self, path: &RepoPath) -> tree_sitter::Language;

    /// What one file holds, by its text alone: imports stand for no files yet, its module is empty, and qualified
    /// names are local ones. A part that can't be parsed is left out and `broken` set.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn facts(&self, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError>;

    /// What stands between a module and a name in it: `.`, `::`.
    fn separator(&self) -> &'static str {
        "."
    }

    /// How the files of a tree are related.
    fn resolver<'p>(&self, project: Project<'p>) -> Box<dyn Resolver + 'p>;
}

/// A programming language whose tests are run.
pub trait Language: Mapper {
    /// How files of `path` are imported, given the import roots.
    fn module_name(&self, path: &RepoPath, import_roots: &[String]) -> String;

    /// Its symbols and imports. A part that can't be parsed is left out and `broken` set.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn map_file(&self, path: &RepoPath, module: &str, text: &str) -> Result<FileMap, LanguageError>;

    /// The tokens of a text that can matter to behaviour: no comments, no docstrings, no type hints of functions.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn tokens(&self, path: &RepoPath, text: &str) -> Result<Vec<Token>, LanguageError>;

    /// The parts of a text that are never mutated, in order of place.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn off_limits(&self, path: &RepoPath, text: &str) -> Result<Vec<OffLimits>, LanguageError>;

    /// What could go wrong on `lines`, in order of place.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn risks(&self, path: &RepoPath, text: &str, lines: &BTreeSet<u32>) -> Result<Vec<Risk>, LanguageError>;

    /// Mutants of `lines` and of the conditions around them, most plausible first, ids unset (empty). At most
    /// `limits::MUTANTS_PER_LINE` for each line.
    ///
    /// # Errors
    /// [`LanguageError`].
    fn mutants(&self, map: &FileMap, text: &str, lines: &BTreeSet<u32>) -> Result<Vec<Mutant>, LanguageError>;

    /// What the repository needs so that its tests run, by base's dependency files, and by head's too where
    /// `use_head` allows it.
    fn environment(
        &self,
        base: &SourceTree,
        head: &SourceTree,
        use_head: bool,
        settings: &EnvironmentSettings,
    ) -> EnvironmentPlan;

    /// The explorer.
    fn explorer(&self) -> Driver;

    /// The program that formats tests, mends them, and holds them to the repository's linter and type checker.
    fn polisher(&self) -> Driver;

    /// Which routes the explorer calls end to end; none by default.
    fn end_to_end(&self) -> EndToEnd {
        EndToEnd::default()
    }

    /// Reviews the text of a test file.
    fn review_test(&self, code: &str) -> TestReview;
}
