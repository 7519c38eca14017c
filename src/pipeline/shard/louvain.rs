//! Communities by the Louvain method.
//!
//! Blondel, Guillaume, Lambiotte, Lefebvre: "Fast unfolding of communities in large networks", J. Stat. Mech. (2008)
//! P10008. Gains are compared in whole numbers and nodes are visited in the order of a seed, so that the same graph
//! gives the same communities on every machine.

use super::ImportGraph;

/// How often all nodes of one level are visited before it is given up. Each visit raises modularity, so that this
/// bounds time and nothing else.
const PASSES: usize = 1_000;

/// Communities of a graph, each sorted, in the order of their first files.
///
/// # Errors
/// Where a level does not settle within its bound.
pub fn louvain(graph: &ImportGraph, seed: u64) -> Result<Vec<Vec<usize>>, String> {
    let mut level = Level::of(graph);
    let mut members: Vec<Vec<usize>> = (0..graph.files()).map(|file| vec![file]).collect();
    let mut random = SplitMix(seed);
    while level.settle(&mut random)? {
        let numbers = level.numbered();
        members = joined(&members, &numbers);
        level = level.aggregated(&numbers);
    }
    for group in &mut members {
        group.sort_unstable();
    }
    members.sort();
    Ok(members)
}

/// A weighted graph, and the community of each of its nodes.
struct Level {
    /// For each node, its neighbours and the weight of the edge: not the node itself.
    edges: Vec<Vec<(usize, i64)>>,
    /// For each node, the weight of all ends of edges at it; an edge to itself has both.
    degree: Vec<i64>,
    /// All ends of edges.
    total: i64,
    community: Vec<usize>,
    /// For each community, the sum of the degrees in it.
    weight: Vec<i64>,
}

impl Level {
    fn of(graph: &ImportGraph) -> Self {
        let list = |file| graph.neighbours(file).iter().map(|other| (*other, 1)).collect();
        let edges: Vec<Vec<(usize, i64)>> = (0..graph.files()).map(list).collect();
        let degree = edges.iter().map(|list| list.iter().map(|(_, weight)| weight).sum()).collect();
        Self::new(edges, degree)
    }

    fn new(edges: Vec<Vec<(usize, i64)>>, degree: Vec<i64>) -> Self {
        let community = (0..edges.len()).collect();
        Self { edges, total: degree.iter().sum(), community, weight: degree.clone(), degree }
    }

    /// Moves nodes until none can better modularity; whether any moved.
    fn settle(&mut self, random: &mut SplitMix) -> Result<bool, String> {
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        random.shuffle(&mut order);
        let mut towards = vec![0_i64; self.edges.len()];
        let mut moved = false;
        for _ in 0..PASSES {
            let moves = order.iter().filter(|node| self.visit(**node, &mut towards)).count();
            if moves == 0 {
                return Ok(moved);
            }
            moved = true;
        }
        Err(format!("communities did not settle in {PASSES} passes"))
    }

    /// Moves one node to the community where it gains the most, the lowest of equals; it stays where none is better
    /// than its own. `towards` is scratch space: all 0 before and after.
    fn visit(&mut self, node: usize, towards: &mut [i64]) -> bool {
        let own = self.community[node];
        self.weight[own] -= self.degree[node];
        let mut near = vec![own];
        for (other, weight) in &self.edges[node] {
            let community = self.community[*other];
            if towards[community] == 0 && community != own {
                near.push(community);
            }
            towards[community] += weight;
        }
        // The gain of joining a community, times half the square of `total`: a whole number.
        let gain = |community: usize| {
            i128::from(towards[community]) * i128::from(self.total)
                - i128::from(self.weight[community]) * i128::from(self.degree[node])
        };
        let mut best = (gain(own), own);
        for community in near.iter().copied().skip(1) {
            let here = gain(community);
            if here > best.0 || (here == best.0 && best.1 != own && community < best.1) {
                best = (here, community);
            }
        }
        for community in near {
            towards[community] = 0;
        }
        self.community[node] = best.1;
        self.weight[best.1] += self.degree[node];
        best.1 != own
    }

    /// The communities that have nodes, numbered in the order of their first node.
    fn numbered(&self) -> Vec<usize> {
        let mut numbers = vec![usize::MAX; self.edges.len()];
        let mut next = 0;
        let number = |community: &usize| {
            if numbers[*community] == usize::MAX {
                numbers[*community] = next;
                next += 1;
            }
            numbers[*community]
        };
        self.community.iter().map(number).collect()
    }

    /// The graph whose nodes are the communities.
    fn aggregated(&self, numbers: &[usize]) -> Self {
        let communities = numbers.iter().max().map_or(0, |last| last + 1);
        let mut edges: Vec<Vec<(usize, i64)>> = vec![Vec::new(); communities];
        let mut degree = vec![0; communities];
        for (node, list) in self.edges.iter().enumerate() {
            degree[numbers[node]] += self.degree[node];
            let outward = list.iter().map(|(other, weight)| (numbers[*other], *weight));
            edges[numbers[node]].extend(outward.filter(|(other, _)| *other != numbers[node]));
        }
        for list in &mut edges {
            list.sort_unstable();
            list.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
        }
        Self::new(edges, degree)
    }
}

fn joined(members: &[Vec<usize>], numbers: &[usize]) -> Vec<Vec<usize>> {
    let communities = numbers.iter().max().map_or(0, |last| last + 1);
    let mut joined = vec![Vec::new(); communities];
    for (group, number) in members.iter().zip(numbers) {
        joined[*number].extend(group);
    }
    joined
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Fisher and Yates. The modulo's bias doesn't matter here.
    fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or(0);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Modularity (Newman 2004), for comparison.
    fn modularity(graph: &ImportGraph, communities: &[Vec<usize>]) -> f64 {
        let ends = 2.0 * graph.edge_count() as f64;
        let of = |group: &Vec<usize>| {
            let degree: usize = group.iter().map(|file| graph.degree(*file)).sum();
            let inside = 2.0 * graph.among(group).edge_count() as f64;
            inside / ends - (degree as f64 / ends).powi(2)
        };
        communities.iter().map(of).sum()
    }

    /// Zachary's karate club (1977), numbered from 0.
    pub(super) const KARATE: &[(usize, usize)] = &[
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 4),
        (0, 5),
        (0, 6),
        (0, 7),
        (0, 8),
        (0, 10),
        (0, 11),
        (0, 12),
        (0, 13),
        (0, 17),
        (0, 19),
        (0, 21),
        (0, 31),
        (1, 2),
        (1, 3),
        (1, 7),
        (1, 13),
        (1, 17),
        (1, 19),
        (1, 21),
        (1, 30),
        (2, 3),
        (2, 7),
        (2, 8),
        (2, 9),
        (2, 13),
        (2, 27),
        (2, 28),
        (2, 32),
        (3, 7),
        (3, 12),
        (3, 13),
        (4, 6),
        (4, 10),
        (5, 6),
        (5, 10),
        (5, 16),
        (6, 16),
        (8, 30),
        (8, 32),
        (8, 33),
        (9, 33),
        (13, 33),
        (14, 32),
        (14, 33),
        (15, 32),
        (15, 33),
        (18, 32),
        (18, 33),
        (19, 33),
        (20, 32),
        (20, 33),
        (22, 32),
        (22, 33),
        (23, 25),
        (23, 27),
        (23, 29),
        (23, 32),
        (23, 33),
        (24, 25),
        (24, 27),
        (24, 31),
        (25, 31),
        (26, 29),
        (26, 33),
        (27, 33),
        (28, 31),
        (28, 33),
        (29, 32),
        (29, 33),
        (30, 32),
        (30, 33),
        (31, 32),
        (31, 33),
        (32, 33),
    ];

    #[test]
    fn the_karate_club_divides_as_the_literature_says() {
        let graph = ImportGraph::new(34, KARATE.iter().copied());
        for seed in 0..20 {
            let communities = louvain(&graph, seed).unwrap();
            // The best that is known is 0.4198 with four communities; the method comes within a hair of it.
            assert!(modularity(&graph, &communities) > 0.38, "seed {seed}: {communities:?}");
            assert!((3..=5).contains(&communities.len()), "seed {seed}");
        }
    }

    #[test]
    fn files_without_edges_stay_alone() {
        assert_eq!(louvain(&ImportGraph::new(3, [(0, 2)]), 1).unwrap(), [vec![0, 2], vec![1]]);
        assert_eq!(louvain(&ImportGraph::new(0, []), 1).unwrap(), Vec::<Vec<usize>>::new());
    }

    proptest! {
        #[test]
        fn every_file_is_in_one_community_and_no_community_is_worse_than_none(
            edges in proptest::collection::vec((0_usize..40, 0_usize..40), 0..160), seed: u64,
        ) {
            let graph = ImportGraph::new(40, edges);
            let communities = louvain(&graph, seed).unwrap();
            prop_assert_eq!(&communities, &louvain(&graph, seed).unwrap());
            let mut all: Vec<usize> = communities.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..40).collect::<Vec<_>>());
            if graph.edge_count() > 0 {
                let alone: Vec<Vec<usize>> = (0..40).map(|file| vec![file]).collect();
                prop_assert!(modularity(&graph, &communities) >= modularity(&graph, &alone));
            }
        }
    }
}
