//! What the batches yield, as graphs: built from the map, written in parts, put together again.

mod build;
mod check;
mod merge;
mod parts;

pub use build::graphs;
pub use check::{PartName, check};
pub use merge::{Asking, Links, Merged, PartError, PartFile, merge};
pub use parts::{Bounds, parts};

use crate::domain::{GraphEdge, GraphNode};

/// The graph of one batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchGraph {
    /// The batch.
    pub batch_index: usize,
    /// Its nodes, sorted.
    pub nodes: Vec<GraphNode>,
    /// The edges that go out from them, sorted.
    pub edges: Vec<GraphEdge>,
}

#[cfg(test)]
mod tests;
