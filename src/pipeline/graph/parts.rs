//! The graph of a batch in parts, none of them larger than what can be answered at once.

use std::collections::BTreeMap;

use super::BatchGraph;
use crate::domain::{GRAPH_SCHEMA_VERSION, GraphEdge, GraphNode, GraphPart, RepoPath, limits};

/// What one part may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Nodes.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
}

impl Bounds {
    /// What fits an answer of so many tokens: `limits::PART_NODES` nodes and `limits::PART_EDGES` edges in
    /// `limits::OUTPUT_TOKENS`, and in proportion.
    pub fn of(output_tokens: usize) -> Self {
        let share = |most: usize| (most.saturating_mul(output_tokens) / limits::OUTPUT_TOKENS).max(1);
        Self { nodes: share(limits::PART_NODES), edges: share(limits::PART_EDGES) }
    }

    fn hold(self, nodes: usize, edges: usize) -> bool {
        nodes <= self.nodes && edges <= self.edges
    }
}

/// The nodes of one file, and the edges that go out from them; a piece of both where a file alone is too large.
#[derive(Clone, Debug, Default)]
struct Piece {
    nodes: Vec<GraphNode>,
    edges: Vec<GraphEdge>,
}

/// One part for a batch within bounds; else its files in alphabetical groups, nodes with their file, edges with their
/// source.
pub fn parts(graph: &BatchGraph, bounds: Bounds) -> Vec<GraphPart> {
    if bounds.hold(graph.nodes.len(), graph.edges.len()) {
        return vec![part(graph.batch_index, None, Piece { nodes: graph.nodes.clone(), edges: graph.edges.clone() })];
    }
    let pieces: Vec<Piece> = by_file(graph).into_values().flat_map(|piece| within(piece, bounds)).collect();
    let wanted = graph.nodes.len().div_ceil(bounds.nodes).max(graph.edges.len().div_ceil(bounds.edges));
    let groups = (wanted..=pieces.len())
        .map(|count| grouped(&pieces, count))
        .find(|groups| groups.iter().all(|group| bounds.hold(group.nodes.len(), group.edges.len())));
    let groups = groups.unwrap_or(pieces);
    let count = groups.len();
    let numbered = groups.into_iter().enumerate();
    numbered.map(|(number, piece)| part(graph.batch_index, Some((number + 1, count)), piece)).collect()
}

fn part(batch_index: usize, place: Option<(usize, usize)>, piece: Piece) -> GraphPart {
    GraphPart {
        schema_version: GRAPH_SCHEMA_VERSION,
        batch_index,
        part: place.map(|(part, _)| part),
        parts: place.map(|(_, parts)| parts),
        nodes: piece.nodes,
        edges: piece.edges,
    }
}

fn by_file(graph: &BatchGraph) -> BTreeMap<&RepoPath, Piece> {
    let mut pieces: BTreeMap<&RepoPath, Piece> = BTreeMap::new();
    let files: BTreeMap<&str, &RepoPath> = graph.nodes.iter().map(|node| (node.id.as_str(), &node.file)).collect();
    for node in &graph.nodes {
        pieces.entry(&node.file).or_default().nodes.push(node.clone());
    }
    for edge in &graph.edges {
        if let Some(file) = files.get(edge.source.as_str()) {
            pieces.entry(file).or_default().edges.push(edge.clone());
        }
    }
    pieces
}

/// A file that is too large alone, in pieces: each node with its edges, as many as fit; the edges of one node go on in
/// the next piece where they are too many.
fn within(file: Piece, bounds: Bounds) -> Vec<Piece> {
    if bounds.hold(file.nodes.len(), file.edges.len()) {
        return vec![file];
    }
    let mut edges: BTreeMap<String, Vec<GraphEdge>> = BTreeMap::new();
    for edge in file.edges {
        edges.entry(edge.source.clone()).or_default().push(edge);
    }
    let (mut pieces, mut last) = (Vec::new(), Piece::default());
    for node in file.nodes {
        let own = edges.remove(&node.id).unwrap_or_default();
        if !bounds.hold(last.nodes.len() + 1, last.edges.len() + own.len()) && !last.nodes.is_empty() {
            pieces.push(std::mem::take(&mut last));
        }
        last.nodes.push(node);
        for edge in own {
            if last.edges.len() == bounds.edges {
                pieces.push(std::mem::take(&mut last));
            }
            last.edges.push(edge);
        }
    }
    pieces.push(last);
    pieces
}

/// Groups of `ceil(pieces / parts)`, in order.
fn grouped(pieces: &[Piece], parts: usize) -> Vec<Piece> {
    let size = pieces.len().div_ceil(parts.max(1)).max(1);
    let joined = |group: &[Piece]| Piece {
        nodes: group.iter().flat_map(|piece| piece.nodes.iter().cloned()).collect(),
        edges: group.iter().flat_map(|piece| piece.edges.iter().cloned()).collect(),
    };
    pieces.chunks(size).map(joined).collect()
}
