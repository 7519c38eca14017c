//! Each test against each revision: an outcome is a value, an error means that we could not find out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{MutantId, TestId};

/// What happened to one test in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It ran and every assertion held.
    Passed,
    /// Its own assertion failed.
    Failed {
        /// The assertion's message, shortened.
        message: String,
        /// The line in the test's own file.
        line: Option<u32>,
        /// Whether the failure was raised in the test's own file (an assertion), and not in the code under test.
        own_assertion: bool,
    },
    /// It did not get to its assertion: a crash, an import error, a collection error, nothing collected.
    Broken {
        /// What happened, shortened.
        message: String,
    },
    /// It did not end within its limit.
    TimedOut,
    /// It was skipped, expected to fail, or deselected. That isn't passing.
    Skipped {
        /// Why.
        message: String,
    },
}

/// Which version of the code a test ran against.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionKey {
    /// The merge base.
    Base,
    /// The change.
    Head,
    /// Head with one mutant in place.
    Mutant(MutantId),
}

/// All runs of one test against one revision, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The outcomes.
    pub runs: Vec<Outcome>,
    /// The slowest run, in milliseconds.
    pub slowest_ms: u64,
}

impl Cell {
    /// Whether there are runs and all passed.
    pub fn all_passed(&self) -> bool {
        !self.runs.is_empty() && self.runs.iter().all(|run| matches!(run, Outcome::Passed))
    }

    /// Whether there are runs and all failed by the test's own assertion, or by not ending.
    pub fn all_failed(&self) -> bool {
        !self.runs.is_empty() && self.runs.iter().all(|run| matches!(run, Outcome::Failed { .. }))
    }

    /// How many passed.
    pub fn passed(&self) -> u32 {
        self.count(|run| matches!(run, Outcome::Passed))
    }

    /// How many failed.
    pub fn failed(&self) -> u32 {
        self.count(|run| matches!(run, Outcome::Failed { .. }))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> u32 {
        u32::try_from(self.runs.iter().filter(|run| which(run)).count()).unwrap_or(u32::MAX)
    }
}

/// A test of the repository itself, by its node id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnTestId(pub String);

/// Each test against each revision.
#[derive(Clone, Debug, Default)]
pub struct KillMatrix {
    /// Generated tests.
    pub cells: BTreeMap<(TestId, RevisionKey), Cell>,
    /// The repository's own tests of the changed modules.
    pub own_cells: BTreeMap<(OwnTestId, RevisionKey), Cell>,
    /// Lines of head that were reached, per file, by generated and own tests.
    pub covered_lines: BTreeMap<String, Vec<u32>>,
    /// Branches of head, per file, that were reached: from line, to line (negative: leaves the function).
    pub covered_branches: BTreeMap<String, Vec<(u32, i32)>>,
    /// Mutants that don't import, with the message.
    pub broken_mutants: BTreeMap<MutantId, String>,
    /// Mutants for which there was no time.
    pub not_run: Vec<MutantId>,
    /// A revision that isn't what it claims to be, or an environment that swallows failures: nothing can be said.
    pub distrust: Vec<String>,
    /// Seconds spent inside the tests themselves.
    pub test_seconds: f64,
}
