//! The work, divided: files that belong together in batches, targets that belong together in shards.

mod balance;
mod batches;
mod communities;
mod import_graph;
mod louvain;
mod neighbours;
mod other_files;
mod split;
mod targets;

pub use batches::{BatchError, Batched, batches, batches_by};
pub use import_graph::ImportGraph;
pub use louvain::louvain;
pub use targets::{FileSize, Piece, divide, shard};

/// Finds the communities of a graph, or says why it can't.
pub type Detector<'d> = &'d dyn Fn(&ImportGraph) -> Result<Vec<Vec<usize>>, String>;

/// The seed of community detection: fixed, so that the same tree gives the same batches.
pub const SEED: u64 = 5;

#[cfg(test)]
mod tests;
