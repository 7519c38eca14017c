//! Targets that belong together.

use std::collections::BTreeMap;

use super::{Level, RepoPath, TargetId};

/// A neighbour of a file in another shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its path.
    pub path: RepoPath,
    /// The shard that it is in.
    pub shard: usize,
    /// What it offers.
    pub symbols: Vec<String>,
}

/// Targets that belong together, within a budget of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub index: usize,
    /// Unit or end to end.
    pub level: Level,
    /// What it is about, in a few words: `shop/cart.py`.
    pub focus: String,
    /// Its targets, in order.
    pub targets: Vec<TargetId>,
    /// The files that have to be read for it.
    pub files: Vec<RepoPath>,
    /// Tokens that a model would read.
    pub tokens_in: usize,
    /// Tokens that a model may write.
    pub tokens_out: usize,
    /// Per file, its neighbours in other shards.
    pub neighbour_map: BTreeMap<RepoPath, Vec<Neighbour>>,
}
