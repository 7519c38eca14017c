//! The undirected import graph of code files.

/// Files as numbers from 0, in the order of their paths; who imports whom is not told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportGraph {
    neighbours: Vec<Vec<usize>>,
}

impl ImportGraph {
    /// The graph of `files` files with these edges: each counts once, none leads to where it came from. An edge to a
    /// file that isn't there is left out.
    pub fn new(files: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut neighbours = vec![Vec::new(); files];
        for (one, other) in edges {
            if one != other && one < files && other < files {
                neighbours[one].push(other);
                neighbours[other].push(one);
            }
        }
        for list in &mut neighbours {
            list.sort_unstable();
            list.dedup();
        }
        Self { neighbours }
    }

    /// How many files.
    pub fn files(&self) -> usize {
        self.neighbours.len()
    }

    /// How many edges.
    pub fn edge_count(&self) -> usize {
        self.neighbours.iter().map(Vec::len).sum::<usize>() / 2
    }

    /// The neighbours of a file, in order.
    pub fn neighbours(&self, file: usize) -> &[usize] {
        self.neighbours.get(file).map_or(&[], Vec::as_slice)
    }

    /// How many neighbours a file has.
    pub fn degree(&self, file: usize) -> usize {
        self.neighbours(file).len()
    }

    /// Every edge once, in order.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let of_file = |(file, list): (usize, &'_ Vec<usize>)| {
            list.iter().filter(move |other| **other > file).map(move |other| (file, *other)).collect::<Vec<_>>()
        };
        self.neighbours.iter().enumerate().flat_map(of_file)
    }

    /// The graph of some of the files, which are numbered anew in the order given.
    pub fn among(&self, files: &[usize]) -> Self {
        let mut numbers = vec![usize::MAX; self.files()];
        for (number, file) in files.iter().enumerate() {
            numbers[*file] = number;
        }
        let edges = files.iter().flat_map(|file| self.neighbours(*file).iter().map(|other| (*file, *other)));
        Self::new(files.len(), edges.map(|(one, other)| (numbers[one], numbers[other])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_counts_once_and_never_leads_back() {
        let graph = ImportGraph::new(3, [(0, 1), (1, 0), (2, 2), (1, 2), (0, 9)]);
        assert_eq!(graph.edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        assert_eq!((graph.edge_count(), graph.degree(1), graph.degree(0)), (2, 2, 1));
    }

    #[test]
    fn a_part_of_a_graph_has_the_edges_inside_it() {
        let graph = ImportGraph::new(4, [(0, 1), (1, 2), (2, 3), (0, 3)]);
        let part = graph.among(&[1, 2, 3]);
        assert_eq!(part.edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
    }
}
