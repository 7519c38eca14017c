//! A realistic fault: one span replaced by another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MutantId, RepoPath, Span};

/// Who made a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MutantSource {
    /// An operator over the syntax tree.
    Operator,
    /// A language model.
    Model,
}

/// One span of head replaced by another. It parses, and differs from head after compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Its id in this run.
    pub id: MutantId,
    /// The file, in head.
    pub file: RepoPath,
    /// Qualified name of the innermost symbol around it.
    pub symbol: String,
    /// The place that is replaced.
    pub span: Span,
    /// What stood there.
    pub original: String,
    /// What stands there instead.
    pub mutated: String,
    /// The operator's name, in kebab case: `boundary`.
    pub operator: String,
    /// What was done: "`<` became `<=`".
    pub description: String,
    /// Why someone would make that mistake, as one plain sentence.
    pub rationale: String,
    /// Who made it.
    pub source: MutantSource,
    /// How likely the mistake is, 0 to 100; higher ones come first.
    pub plausibility: u8,
}

impl Mutant {
    /// The whole file with the mutant in place, made from head's text.
    pub fn apply(&self, head: &str) -> Option<String> {
        let (before, rest) = head.split_at_checked(self.span.start_byte)?;
        let (span, after) = rest.split_at_checked(self.span.end_byte.checked_sub(self.span.start_byte)?)?;
        (span == self.original).then(|| [before, &self.mutated, after].concat())
    }
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MutantStatus {
    /// A test that passes on head fails on it.
    Killed,
    /// No test did.
    Survived,
    /// Nothing can tell it from head: the same code after compilation, or the same behaviour as far as explored.
    Equivalent,
    /// It doesn't import.
    Broken,
    /// There was no time for it.
    NotRun,
}
