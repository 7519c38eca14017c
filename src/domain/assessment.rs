//! What the kill matrix proves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MutantId, MutantStatus, TestId};

/// How sure we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Console and JSON only.
    Low,
    /// Worth a person's look.
    Medium,
    /// Almost surely a mistake.
    High,
}

/// What a catch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatchKind {
    /// Passes on base and fails on head, every time.
    Regression,
    /// Passes on head and kills a mutant that the repository's own tests let live.
    Hardening,
}

/// A test that proved something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The test.
    pub test: TestId,
    /// What it proves.
    pub kind: CatchKind,
    /// How sure.
    pub confidence: Confidence,
    /// Why, each one checkable.
    pub reasons: Vec<String>,
    /// The mutants it kills.
    pub kills: Vec<MutantId>,
}

/// What was rejected, by which rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejection {
    /// `test` or `mutant`.
    pub what: String,
    /// The rule's name, in kebab case.
    pub rule: String,
    /// Why, in words.
    pub reason: String,
}

/// All that the kill matrix proves.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// The tests that are kept, best first; regressions before hardenings.
    pub proofs: Vec<Proof>,
    /// What was rejected.
    pub rejections: Vec<Rejection>,
    /// What became of each mutant, and which tests killed it.
    pub mutants: BTreeMap<MutantId, (MutantStatus, Vec<String>)>,
    /// Why nothing can be said, where that is so.
    pub distrust: Vec<String>,
}
