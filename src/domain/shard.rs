//! Targets that belong together.

use std::collections::BTreeMap;

use super::{Level, Neighbour, RepoPath, TargetId};

/// Targets that belong together, within a budget of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub index: usize,
    /// Unit or end to end.
    pub level: Level,
    /// What it is about, in a few words: `shop/cart.py`, `shop/`.
    pub focus: String,
    /// Its targets, in order.
    pub targets: Vec<TargetId>,
    /// The files that have to be read for it, in order.
    pub files: Vec<RepoPath>,
    /// Those of them that don't fit whole: only the targets in them and the signatures of the rest are read.
    pub in_part: Vec<RepoPath>,
    /// Tokens that a model would read.
    pub tokens_in: usize,
    /// Tokens that a model may write.
    pub tokens_out: usize,
    /// For each of its files that has any, the neighbours in other batches.
    pub neighbour_map: BTreeMap<RepoPath, Vec<Neighbour>>,
}
