//! What goes to the driver of a kill matrix, and what comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{
    ChangeSet, CodeMap, Environment, GeneratedTest, KillMatrix, Mutant, MutantId, OracleStrength, OwnTestId, SourceTree,
};

/// What a kill matrix is made from.
#[derive(Clone, Copy, Debug)]
pub struct MatrixPlan<'a> {
    /// The interpreters of both sides, and the import roots.
    pub environment: &'a Environment,
    /// Targets and the repository's own test files.
    pub map: &'a CodeMap,
    /// The changed lines, and which files base has.
    pub change: &'a ChangeSet,
    /// Head, which mutants are made from.
    pub head: &'a SourceTree,
    /// The generated tests.
    pub tests: &'a [GeneratedTest],
    /// The mutants, most plausible first.
    pub mutants: &'a [Mutant],
    /// Runs of each test on each side.
    pub reruns: u32,
    /// How often each of the reruns is made under its setting: once, but where only flakiness is looked for.
    pub repeats: u32,
    /// The limit of one test.
    pub test_timeout: Duration,
    /// The time for everything; what doesn't fit is listed as not run.
    pub time: Duration,
    /// Tests that run at once.
    pub parallel: usize,
}

/// A result that can't be believed.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// It is over its bound.
    #[error("the result of the tests is too large: {what}")]
    TooLarge {
        /// Which part.
        what: String,
    },
    /// It isn't JSON of the form that the driver writes.
    #[error("the result of the tests can't be read")]
    Malformed(#[source] serde_json::Error),
    /// It names something that was not in the plan, or says something twice.
    #[error("the result of the tests is not about this plan: {what}")]
    Foreign {
        /// What.
        what: String,
    },
}

/// A kill matrix, and what else the driver found out.
#[derive(Clone, Debug, Default)]
pub struct MatrixResult {
    /// The matrix.
    pub matrix: KillMatrix,
    /// How each of the repository's own tests is decided, by syntax.
    pub own_oracles: BTreeMap<OwnTestId, OracleStrength>,
    /// Every branch of the changed files on head: from line, to line (negative: leaves the function).
    pub all_branches: BTreeMap<String, Vec<(u32, i32)>>,
    /// Mutants that nothing can tell from head, with the reason.
    pub equivalent: BTreeMap<MutantId, String>,
    /// What the driver has to say besides, one line each.
    pub notes: Vec<String>,
    /// Seconds of the whole run, wall clock.
    pub total_seconds: f64,
}
