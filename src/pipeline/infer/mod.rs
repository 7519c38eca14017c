//! What the change means to do.

mod claims;
mod kind;
mod offline;
mod rewritten;
mod statements;

use crate::domain::{ChangeSet, CodeMap, Intent};

/// What the author wrote.
#[derive(Clone, Copy, Debug)]
pub struct IntentInputs<'a> {
    /// The pull request's title; may be empty.
    pub title: &'a str,
    /// Its body; may be empty.
    pub body: &'a str,
    /// The first lines of its commits.
    pub commit_subjects: &'a [String],
}

/// Infers the intent with no model, by rules over what the author wrote and over the change itself.
pub fn infer(inputs: IntentInputs<'_>, change: &ChangeSet, map: &CodeMap) -> Intent {
    offline::infer(inputs, change, map)
}

#[cfg(test)]
mod tests;
