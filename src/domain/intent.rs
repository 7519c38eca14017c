//! What the change means to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Repairs a mistake.
    Fix,
    /// Adds or changes behaviour.
    Feature,
    /// Changes structure and no behaviour.
    Refactoring,
    /// The same, faster.
    Performance,
    /// Types, formatting, comments, documentation.
    Cosmetic,
    /// Dependencies, build, release.
    Maintenance,
    /// Tests alone.
    Tests,
    /// Nothing tells.
    Unknown,
}

impl ChangeKind {
    /// Whether a change of this kind claims that behaviour stays as it is.
    pub fn claims_no_behaviour_change(self) -> bool {
        matches!(self, Self::Refactoring | Self::Performance | Self::Cosmetic | Self::Maintenance | Self::Tests)
    }
}

/// What the change means to do; says who inferred it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Intent {
    /// One or two sentences.
    pub description: String,
    /// What it claims to change.
    pub behavior_changes: Vec<String>,
    /// What could go wrong, per changed construct.
    pub risk_areas: Vec<String>,
    /// Qualified names.
    pub affected_symbols: Vec<String>,
    /// `offline`, or the model's name.
    pub inferred_by: String,
    /// The kind of change.
    #[serde(skip, default = "unknown_kind")]
    #[schemars(skip)]
    pub kind: ChangeKind,
}

fn unknown_kind() -> ChangeKind {
    ChangeKind::Unknown
}
