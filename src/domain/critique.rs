//! The critic's scores, and the pull request's description.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How likely it is that a mistake in the change goes unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageRisk {
    /// Most changed branches were tested.
    Low,
    /// Some were.
    Medium,
    /// Few were.
    High,
}

/// Scores from 0 to 100, by the formulas in `pipeline/critique`. What can't be computed is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
pub struct Critique {
    /// PEP 8, naming, docstrings, type hints, import order of the generated tests.
    pub style: Option<u8>,
    /// Covered share of the changed lines and branches.
    pub coverage_adequacy: Option<u8>,
    /// How much the assertions depend on the code under test: share of mutants killed.
    pub assertion_quality: Option<u8>,
    /// Length, nesting and duplication of the generated tests.
    pub maintainability: Option<u8>,
    /// Share of reruns that agreed.
    pub determinism: Option<u8>,
    /// All of them together.
    pub overall: Option<u8>,
    /// `excellent`, `good`, `fair`, `poor`; `not assessed` where there is nothing to score.
    pub status: String,
    /// Found by syntax in the generated tests.
    pub anti_patterns: Vec<String>,
    /// How likely it is that a mistake goes unseen.
    pub coverage_risk: Option<CoverageRisk>,
    /// The description for the pull request, in Markdown; every claim is backed by this run.
    pub description: String,
}
