//! A test that was generated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Level, MutantId, Quality, RepoPath, TargetId, TestId};

/// What a test is meant to show, as far as exploration saw it; the kill matrix decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It passes on base and fails on head.
    Regression,
    /// It passes on head and fails on these mutants.
    Hardening(Vec<MutantId>),
}

/// What one call did, in words: `total([]) returned 0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Observation {
    /// On base.
    pub before: Option<String>,
    /// On head.
    pub now: Option<String>,
    /// On each of the mutants that it is meant to kill.
    pub on_mutants: BTreeMap<MutantId, String>,
    /// Whether the difference is an exception that nobody planned (not raised by name in the changed code).
    pub unplanned_exception: bool,
    /// Whether base comes to an end and head does not.
    pub endless: bool,
    /// How many of the inputs that were tried on this target differed, and how many were tried.
    pub differing: u32,
    /// How many were tried.
    pub tried: u32,
}

/// One generated test; it never touches an existing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedTest {
    /// Its id in this run.
    pub id: TestId,
    /// What it tests.
    pub target: TargetId,
    /// The framework's id.
    pub framework: String,
    /// The file to write, new in the repository.
    pub path: RepoPath,
    /// The test function's name.
    pub name: String,
    /// The whole file.
    pub code: String,
    /// The command that runs it in a clean checkout.
    pub command: Vec<String>,
    /// Unit or end to end.
    pub level: Level,
    /// `offline`, or the model's name.
    pub provenance: String,
    /// What it is meant to show.
    pub purpose: Purpose,
    /// What was seen while exploring.
    pub observation: Observation,
    /// How long and how nested its inputs are; smaller is better.
    pub size: u32,
    /// The gate of formatter, linter and type checker; absent where it could not be held to it.
    pub quality: Option<Quality>,
    /// The first things that the gate says against it, in words.
    pub faults: Vec<String>,
}
