//! A community that is too large for one batch, in pieces.
//!
//! By edge betweenness where it is small enough: the edge that the most shortest paths go through is taken away, again
//! and again, until the community falls apart (Girvan, Newman: "Community structure in social and biological
//! networks", PNAS 99 (2002) 7821).

use rustworkx_core::centrality::edge_betweenness_centrality;
use rustworkx_core::petgraph::graph::{EdgeIndex, NodeIndex, UnGraph};

use super::{Detector, ImportGraph};
use crate::domain::{Warning, limits};

/// A piece smaller than this joins the piece that it has the most edges with.
const CRUMB: usize = 4;

/// How a community was split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Betweenness,
    Louvain,
    Chunks,
}

/// Pieces of at most `limits::BATCH_CODE_FILES` files, each sorted; every split says by what it was made.
pub(super) fn split(
    graph: &ImportGraph,
    community: Vec<usize>,
    detect: Detector<'_>,
) -> (Vec<Vec<usize>>, Vec<Warning>) {
    let (mut pieces, mut warnings) = (Vec::new(), Vec::new());
    let mut waiting = vec![community];
    while let Some(community) = waiting.pop() {
        if community.len() <= limits::BATCH_CODE_FILES {
            pieces.push(community);
            continue;
        }
        let (means, parts) = divided(&graph.among(&community), detect);
        warnings.push(said(community.len(), means));
        waiting.extend(parts.into_iter().map(|part| part.into_iter().map(|number| community[number]).collect()));
    }
    pieces.sort();
    (pieces, warnings)
}

fn said(size: usize, means: Means) -> Warning {
    let max = limits::BATCH_CODE_FILES;
    let how = match means {
        Means::Betweenness => "splitting via edge-betweenness".to_owned(),
        Means::Louvain => "splitting via Louvain again".to_owned(),
        Means::Chunks => format!("splitting into alphabetical chunks of {max}"),
    };
    Warning::new("compute-batches", format!("community size {size} > max {max}"), how, "modularity may decrease")
}

/// The first that works: edge betweenness up to its bound, Louvain on the community alone, chunks.
fn divided(community: &ImportGraph, detect: Detector<'_>) -> (Means, Vec<Vec<usize>>) {
    let small = community.files() <= limits::BETWEENNESS_FILES && community.edge_count() <= limits::BETWEENNESS_EDGES;
    if small && let Some(parts) = by_betweenness(community) {
        return (Means::Betweenness, parts);
    }
    if let Ok(parts) = detect(community)
        && parts.len() > 1
    {
        return (Means::Louvain, parts);
    }
    let files: Vec<usize> = (0..community.files()).collect();
    (Means::Chunks, files.chunks(limits::BATCH_CODE_FILES).map(<[usize]>::to_vec).collect())
}

/// `None` where no edge stands out: in a clique, a ring, a star.
fn by_betweenness(community: &ImportGraph) -> Option<Vec<Vec<usize>>> {
    let (mut done, mut waiting) = (Vec::new(), vec![(0..community.files()).collect::<Vec<usize>>()]);
    let mut graph = community.clone();
    while let Some(piece) = waiting.pop() {
        if piece.len() <= limits::BATCH_CODE_FILES {
            done.push(piece);
            continue;
        }
        let Some((rest, apart)) = fallen_apart(&graph.among(&piece)) else {
            done.push(piece);
            continue;
        };
        let edges: Vec<(usize, usize)> = rest.edges().map(|(one, other)| (piece[one], piece[other])).collect();
        graph = with_edges_of(&graph, &piece, &edges);
        waiting.extend(apart.into_iter().map(|part| part.into_iter().map(|number| piece[number]).collect()));
    }
    let joined = without_crumbs(community, done);
    (joined.len() > 1).then_some(joined)
}

/// Takes edges away until the graph is in more than one piece: what is left, and the pieces.
fn fallen_apart(graph: &ImportGraph) -> Option<(ImportGraph, Vec<Vec<usize>>)> {
    let mut edges: Vec<(usize, usize)> = graph.edges().collect();
    loop {
        let rest = ImportGraph::new(graph.files(), edges.iter().copied());
        let pieces = components(&rest);
        if pieces.len() > 1 {
            return Some((rest, pieces));
        }
        let between = betweenness(&rest, &edges);
        let (most, least) = (between.iter().max()?, between.iter().min()?);
        if most == least {
            return None;
        }
        // The first of equals, so that the same tree is always split in the same way.
        let bridge = between.iter().position(|value| value == most)?;
        edges.remove(bridge);
    }
}

/// The betweenness of each edge, in thousandths: sums of fractions may differ in their last digits.
fn betweenness(graph: &ImportGraph, edges: &[(usize, usize)]) -> Vec<u64> {
    let mut plain = UnGraph::<(), ()>::with_capacity(graph.files(), edges.len());
    for _ in 0..graph.files() {
        plain.add_node(());
    }
    for (one, other) in edges {
        plain.add_edge(NodeIndex::new(*one), NodeIndex::new(*other), ());
    }
    // One thread: with more, sums come out in another order each time.
    let values = edge_betweenness_centrality(&plain, false, usize::MAX);
    let of_edge = |edge: EdgeIndex| values.get(edge.index()).copied().flatten().unwrap_or(0.0);
    plain.edge_indices().map(|edge| (of_edge(edge) * 1_000.0).round() as u64).collect()
}

/// The connected pieces, each sorted, in the order of their first files.
fn components(graph: &ImportGraph) -> Vec<Vec<usize>> {
    let mut seen = vec![false; graph.files()];
    let mut pieces = Vec::new();
    for start in 0..graph.files() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let (mut piece, mut next) = (vec![start], 0);
        while let Some(file) = piece.get(next).copied() {
            next += 1;
            for other in graph.neighbours(file) {
                if !std::mem::replace(&mut seen[*other], true) {
                    piece.push(*other);
                }
            }
        }
        piece.sort_unstable();
        pieces.push(piece);
    }
    pieces
}

/// The graph with these edges inside `piece` instead of those that it has there.
fn with_edges_of(graph: &ImportGraph, piece: &[usize], inside: &[(usize, usize)]) -> ImportGraph {
    let mut is_inside = vec![false; graph.files()];
    piece.iter().for_each(|file| is_inside[*file] = true);
    let outside = graph.edges().filter(|(one, other)| !(is_inside[*one] && is_inside[*other]));
    ImportGraph::new(graph.files(), outside.chain(inside.iter().copied()))
}

/// Small pieces join the piece that they have the most edges with and that has room; those that find none are put
/// together.
fn without_crumbs(graph: &ImportGraph, mut pieces: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    pieces.sort();
    let (crumbs, mut kept): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.len() < CRUMB);
    let mut homeless: Vec<usize> = Vec::new();
    for crumb in crumbs {
        let edges_to = |piece: &Vec<usize>| {
            let others = crumb.iter().flat_map(|file| graph.neighbours(*file));
            others.filter(|other| piece.binary_search(other).is_ok()).count()
        };
        let room = |piece: &Vec<usize>| piece.len() + crumb.len() <= limits::BATCH_CODE_FILES;
        let near = kept.iter_mut().filter(|piece| room(piece)).map(|piece| (edges_to(piece), piece));
        match near.filter(|(edges, _)| *edges > 0).min_by_key(|(edges, _)| std::cmp::Reverse(*edges)) {
            Some((_, piece)) => {
                piece.extend(crumb);
                piece.sort_unstable();
            }
            None => homeless.extend(crumb),
        }
    }
    homeless.sort_unstable();
    kept.extend(homeless.chunks(limits::BATCH_CODE_FILES).map(<[usize]>::to_vec));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::shard::{SEED, louvain};
    use proptest::prelude::*;

    fn clique(from: usize, to: usize) -> Vec<(usize, usize)> {
        (from..to).flat_map(|one| (one + 1..to).map(move |other| (one, other))).collect()
    }

    fn parts(graph: &ImportGraph) -> (Vec<usize>, Vec<String>) {
        let all = (0..graph.files()).collect();
        let (pieces, warnings) = split(graph, all, &|graph| louvain(graph, SEED));
        let mut files = pieces.concat();
        files.sort_unstable();
        assert_eq!(files, (0..graph.files()).collect::<Vec<_>>(), "a file was lost or is there twice");
        assert!(pieces.iter().all(|piece| piece.len() <= limits::BATCH_CODE_FILES));
        (pieces.iter().map(Vec::len).collect(), warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn betweenness_is_what_the_literature_says() {
        // rustworkx's own example, in thousandths.
        let edges = [(0, 4), (1, 2), (1, 3), (2, 3), (3, 4), (1, 4)];
        let graph = ImportGraph::new(5, edges);
        assert_eq!(betweenness(&graph, &edges), [4_000, 2_000, 1_000, 2_000, 3_000, 3_000]);
    }

    #[test]
    fn two_cliques_with_a_bridge_are_split_at_the_bridge() {
        let edges = clique(0, 20).into_iter().chain(clique(20, 40)).chain([(19, 20)]);
        let (sizes, warnings) = parts(&ImportGraph::new(40, edges));
        assert_eq!(sizes, [20, 20]);
        let said = "Warning: compute-batches: community size 40 > max 35 — splitting via edge-betweenness — \
                    modularity may decrease";
        assert_eq!(warnings, [said]);
    }

    #[test]
    fn a_clique_is_split_into_alphabetical_chunks() {
        let (sizes, warnings) = parts(&ImportGraph::new(50, clique(0, 50)));
        assert_eq!(sizes, [35, 15]);
        let said = "Warning: compute-batches: community size 50 > max 35 — splitting into alphabetical chunks of 35 — \
                    modularity may decrease";
        assert_eq!(warnings, [said]);
    }

    #[test]
    fn what_is_too_large_for_betweenness_is_split_by_louvain_again() {
        let rings = (0..8).flat_map(|ring| clique(ring * 25, ring * 25 + 25));
        let bridges = (0..8).map(|ring| (ring * 25, (ring * 25 + 25) % 200));
        let (sizes, warnings) = parts(&ImportGraph::new(200, rings.chain(bridges)));
        assert_eq!(sizes, [25; 8]);
        let said = "Warning: compute-batches: community size 200 > max 35 — splitting via Louvain again — \
                    modularity may decrease";
        assert_eq!(warnings, [said]);
    }

    #[test]
    fn a_hub_with_many_users_does_not_fall_into_crumbs() {
        let (sizes, _) = parts(&ImportGraph::new(60, (1..60).map(|user| (0, user))));
        assert!(sizes.len() <= 3, "{sizes:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
        #[test]
        fn no_piece_is_too_large_and_no_file_is_lost(
            files in 36_usize..90, edges in proptest::collection::vec((0_usize..90, 0_usize..90), 0..200),
        ) {
            let graph = ImportGraph::new(files, edges);
            prop_assert_eq!(parts(&graph), parts(&graph));
        }
    }
}
