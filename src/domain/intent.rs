//! What the change means to do.

use std::collections::BTreeSet;

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

/// Where something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementSource {
    /// The pull request's title.
    Title,
    /// Its body.
    Body,
    /// The first line of a commit.
    Commit,
    /// A line that the change adds to a changelog.
    Changelog,
    /// A line that the change adds to the documentation.
    Docs,
    /// A line of the documentation that the change puts in the place of another one.
    DocsInstead,
}

impl StatementSource {
    /// Whether it is the documentation.
    pub fn is_documentation(self) -> bool {
        matches!(self, Self::Docs | Self::DocsInstead)
    }
}

/// One sentence of the author's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands.
    pub source: StatementSource,
    /// The sentence.
    pub text: String,
    /// The kind of change that it speaks of.
    pub kind: ChangeKind,
}

/// A test whose assertions the change alters or takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewrittenTest {
    /// `tests/test_cart.py::test_total`
    pub name: String,
    /// The names that it used on base.
    pub words: BTreeSet<String>,
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
    /// All that the author said, in order.
    #[serde(skip)]
    #[schemars(skip)]
    pub statements: Vec<Statement>,
    /// Tests that expected something else on base.
    #[serde(skip)]
    #[schemars(skip)]
    pub rewritten_tests: Vec<RewrittenTest>,
}

fn unknown_kind() -> ChangeKind {
    ChangeKind::Unknown
}
