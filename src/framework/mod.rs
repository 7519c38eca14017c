//! A folder per test framework: detect, place, command, the matrix's driver, its results. Pure.

mod matrix;
pub mod pytest;

use crate::domain::{GeneratedTest, Mutant, RepoPath, SourceTree, Target};
use crate::language::Driver;

pub use matrix::{MatrixError, MatrixPlan, MatrixResult};

/// Every test framework.
pub const ALL: &[&dyn Framework] = &[&pytest::Pytest];

/// A test framework.
pub trait Framework: Sync {
    /// Its id, as in reports: `pytest`.
    fn id(&self) -> &'static str;

    /// The language that it tests.
    fn language(&self) -> &'static str;

    /// Whether a repository uses it, from 0 (no) to 100 (its configuration is there).
    fn detect(&self, tree: &SourceTree) -> u8;

    /// The folder for new tests: the repository's own, `""` for the root.
    fn test_folder(&self, tree: &SourceTree) -> String;

    /// A path for a new test of `target` that neither tree has and `taken` does not hold.
    fn place(&self, trees: &[&SourceTree], target: &Target, taken: &dyn Fn(&RepoPath) -> bool) -> RepoPath;

    /// The command that runs one test file in the root of a clean checkout of each of `trees`, where imports are
    /// looked up in `import_roots`: what the repository doesn't configure itself, the command says.
    fn command(&self, trees: &[&SourceTree], import_roots: &[String], path: &RepoPath) -> Vec<String>;

    /// The driver of the kill matrix.
    fn driver(&self) -> Driver;

    /// The driver's plan, for a working folder that holds `base/`, `head/` and `jittest/`.
    fn plan(&self, matrix: &MatrixPlan<'_>) -> serde_json::Value;

    /// Reads the driver's `result.json` of a plan with these tests and mutants; it is untrusted.
    ///
    /// # Errors
    /// [`MatrixError`] where it is too large, is not of the driver's form, or is about something else.
    fn read(&self, bytes: &[u8], tests: &[GeneratedTest], mutants: &[Mutant]) -> Result<MatrixResult, MatrixError>;
}
