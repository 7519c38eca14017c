//! Code files in groups that belong together.

use super::{Detector, ImportGraph, split};
use crate::domain::{Algorithm, Warning, limits};

/// Groups of code files.
#[derive(Debug)]
pub(super) struct Grouped {
    /// How they were made.
    pub(super) algorithm: Algorithm,
    /// Each sorted, in the order of their first files.
    pub(super) groups: Vec<Vec<usize>>,
    /// Every split and fallback.
    pub(super) warnings: Vec<Warning>,
}

/// Communities, none of them too large; where there are no import edges, or none can be found, groups by count.
pub(super) fn grouped(graph: &ImportGraph, detect: Detector<'_>) -> Grouped {
    if graph.edge_count() == 0 {
        let files = graph.files();
        // In one batch nothing is lost.
        let warnings = if files > limits::FALLBACK_FILES { vec![failed("no import edges")] } else { Vec::new() };
        return by_count(files, warnings);
    }
    let found = detect(graph).and_then(|groups| is_partition(&groups, graph.files()).map(|()| groups));
    let communities = match found {
        Ok(communities) => communities,
        Err(why) => return by_count(graph.files(), vec![failed(&why)]),
    };
    let (mut groups, mut warnings) = (Vec::new(), Vec::new());
    for mut community in communities {
        community.sort_unstable();
        let (pieces, said) = split::split(graph, community, detect);
        groups.extend(pieces);
        warnings.extend(said);
    }
    groups.sort();
    Grouped { algorithm: Algorithm::Louvain, groups, warnings }
}

fn failed(why: &str) -> Warning {
    let how = format!("falling back to count-based grouping ({} files/batch)", limits::FALLBACK_FILES);
    Warning::new("compute-batches", format!("Louvain failed ({why})"), how, "module semantic boundaries lost")
}

fn by_count(files: usize, warnings: Vec<Warning>) -> Grouped {
    let files: Vec<usize> = (0..files).collect();
    let groups = files.chunks(limits::FALLBACK_FILES).map(<[usize]>::to_vec).collect();
    Grouped { algorithm: Algorithm::CountFallback, groups, warnings }
}

/// Whether every file is in exactly one group.
fn is_partition(groups: &[Vec<usize>], files: usize) -> Result<(), String> {
    let mut all: Vec<usize> = groups.concat();
    all.sort_unstable();
    if all.iter().copied().eq(0..files) { Ok(()) } else { Err("a file is in no community, or in two".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::shard::{SEED, louvain};

    const LOST: &str = "falling back to count-based grouping (12 files/batch) — module semantic boundaries lost";

    fn cliques(count: usize, size: usize) -> ImportGraph {
        let clique = |at: usize| (at..at + size).flat_map(move |one| (one + 1..at + size).map(move |two| (one, two)));
        ImportGraph::new(count * size, (0..count).flat_map(|nth| clique(nth * size)))
    }

    fn group(graph: &ImportGraph) -> Grouped {
        grouped(graph, &|graph| louvain(graph, SEED))
    }

    #[test]
    fn three_separate_cliques_give_three_groups() {
        let grouped = group(&cliques(3, 5));
        assert_eq!(grouped.groups, [(0..5).collect::<Vec<_>>(), (5..10).collect(), (10..15).collect()]);
        assert_eq!((grouped.algorithm, grouped.warnings.len()), (Algorithm::Louvain, 0));
    }

    #[test]
    fn a_complete_graph_of_fifty_is_split_to_thirty_five_at_most() {
        let grouped = group(&cliques(1, 50));
        assert_eq!(grouped.groups.iter().map(Vec::len).collect::<Vec<_>>(), [35, 15]);
        assert_eq!(grouped.warnings.len(), 1);
    }

    #[test]
    fn detection_that_fails_gives_chunks_of_twelve_and_says_why() {
        let failing = grouped(&cliques(5, 6), &|_| Err("out of luck".to_owned()));
        assert_eq!(failing.groups.iter().map(Vec::len).collect::<Vec<_>>(), [12, 12, 6]);
        assert_eq!(failing.algorithm, Algorithm::CountFallback);
        let said: Vec<String> = failing.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, [format!("Warning: compute-batches: Louvain failed (out of luck) — {LOST}")]);
    }

    #[test]
    fn detection_that_loses_a_file_has_failed() {
        for wrong in [vec![vec![0, 1]], vec![vec![0, 1, 2, 2]], vec![vec![0, 1, 3]]] {
            let graph = ImportGraph::new(3, [(0, 1)]);
            assert_eq!(grouped(&graph, &|_| Ok(wrong.clone())).algorithm, Algorithm::CountFallback, "{wrong:?}");
        }
    }

    #[test]
    fn a_handful_of_files_without_imports_is_one_group() {
        let few = group(&ImportGraph::new(5, []));
        assert_eq!((few.groups.len(), few.algorithm, few.warnings.len()), (1, Algorithm::CountFallback, 0));
        let many = group(&ImportGraph::new(30, []));
        assert_eq!(many.groups.iter().map(Vec::len).collect::<Vec<_>>(), [12, 12, 6]);
        let said: Vec<String> = many.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, [format!("Warning: compute-batches: Louvain failed (no import edges) — {LOST}")]);
        assert_eq!(group(&ImportGraph::new(0, [])).groups.len(), 0);
    }
}
