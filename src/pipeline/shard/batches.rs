//! All files of a tree in batches: code by its imports, the others by rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{Detector, ImportGraph, SEED, communities, louvain, neighbours, other_files};
use crate::domain::{
    BATCHES_SCHEMA_VERSION, Batch, BatchFile, Batches, FileCategory, FileFacts, RepoPath, TreeMap, Warning,
};

/// The batches of a whole tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batched {
    /// All of them.
    pub batches: Batches,
    /// Every fallback, split and cut.
    pub warnings: Vec<Warning>,
}

/// Batching itself failed: there are no batches, and nothing is guessed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BatchError {
    /// A file would be in two batches.
    #[error("compute-batches: {0} is in two batches")]
    Twice(RepoPath),
    /// A file would be in none.
    #[error("compute-batches: {0} is in no batch")]
    Lost(RepoPath),
    /// A file is called a neighbour inside of its own batch.
    #[error("compute-batches: {0} and its neighbour {1} are in the same batch")]
    NeighbourInside(RepoPath, RepoPath),
}

/// The batches of a tree. The same tree gives the same batches.
///
/// # Errors
/// [`BatchError`] where what was computed breaks its own rules.
pub fn batches(tree: &TreeMap) -> Result<Batched, BatchError> {
    batches_by(tree, &|graph| louvain(graph, SEED))
}

/// The same by another way to detect communities.
///
/// # Errors
/// [`BatchError`].
pub fn batches_by(tree: &TreeMap, detect: Detector<'_>) -> Result<Batched, BatchError> {
    let code: Vec<&FileFacts> = tree.files.values().filter(|file| is_code(file)).collect();
    let others: BTreeSet<&RepoPath> =
        tree.files.values().filter(|file| !is_code(file)).map(|file| &file.path).collect();
    let grouped = communities::grouped(&import_graph(&code), detect);
    let of_code = grouped.groups.iter().map(|group| group.iter().map(|number| code[*number].path.clone()).collect());
    let groups: Vec<Vec<RepoPath>> = of_code.chain(other_files::grouped(&others)).collect();

    let places = places(tree, &groups)?;
    let mut neighbours = neighbours::neighbours(tree, &places);
    let of_group = |(number, group): (usize, &Vec<RepoPath>)| batch(tree, number + 1, group, &mut neighbours.of_files);
    let batches: Vec<Batch> = groups.iter().enumerate().map(of_group).collect();
    neighbours_are_outside(&batches)?;
    let mut warnings = grouped.warnings;
    warnings.append(&mut neighbours.warnings);
    let count = batches.len();
    Ok(Batched {
        batches: Batches {
            schema_version: BATCHES_SCHEMA_VERSION,
            algorithm: grouped.algorithm,
            total_files: tree.files.len(),
            total_batches: count,
            emitted_batches: count,
            batches,
        },
        warnings,
    })
}

fn is_code(file: &FileFacts) -> bool {
    file.category == FileCategory::Code
}

fn import_graph(code: &[&FileFacts]) -> ImportGraph {
    let numbers: BTreeMap<&RepoPath, usize> =
        code.iter().enumerate().map(|(number, file)| (&file.path, number)).collect();
    let edges = code.iter().enumerate().flat_map(|(number, file)| {
        let imported = file.imports.iter().flat_map(|import| &import.files);
        imported.filter_map(|path| numbers.get(path)).map(move |other| (number, *other)).collect::<Vec<_>>()
    });
    ImportGraph::new(code.len(), edges)
}

/// The batch of each file: every file has exactly one.
fn places<'t>(tree: &'t TreeMap, groups: &'t [Vec<RepoPath>]) -> Result<BTreeMap<&'t RepoPath, usize>, BatchError> {
    let mut places = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        for path in group {
            if places.insert(path, number + 1).is_some() {
                return Err(BatchError::Twice(path.clone()));
            }
        }
    }
    match tree.files.keys().find(|path| !places.contains_key(path)) {
        Some(lost) => Err(BatchError::Lost(lost.clone())),
        None => Ok(places),
    }
}

fn batch(
    tree: &TreeMap,
    batch_index: usize,
    group: &[RepoPath],
    neighbours: &mut BTreeMap<RepoPath, Vec<crate::domain::Neighbour>>,
) -> Batch {
    let files = group.iter().filter_map(|path| tree.files.get(path)).map(|file| BatchFile {
        path: file.path.clone(),
        language: file.language.clone(),
        size_lines: file.lines,
        file_category: file.category,
    });
    let imports = group.iter().filter_map(|path| tree.files.get(path)).map(|file| {
        let imported: BTreeSet<&RepoPath> = file.imports.iter().flat_map(|import| &import.files).collect();
        let others = imported.into_iter().filter(|other| **other != file.path && tree.files.contains_key(*other));
        (file.path.clone(), others.cloned().collect())
    });
    Batch {
        batch_index,
        files: files.collect(),
        batch_import_data: imports.collect(),
        neighbor_map: group.iter().filter_map(|path| neighbours.remove_entry(path)).collect(),
    }
}

fn neighbours_are_outside(batches: &[Batch]) -> Result<(), BatchError> {
    for batch in batches {
        for (file, neighbours) in &batch.neighbor_map {
            if let Some(inside) = neighbours.iter().find(|other| other.batch_index == batch.batch_index) {
                return Err(BatchError::NeighbourInside(file.clone(), inside.path.clone()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::domain::Neighbour;

    fn path(text: &str) -> RepoPath {
        RepoPath::parse(text).unwrap()
    }

    fn tree() -> TreeMap {
        let mut tree = TreeMap::default();
        for name in ["a.py", "b.py"] {
            tree.files.insert(path(name), FileFacts::new(path(name), "python", FileCategory::Code));
        }
        tree
    }

    #[test]
    fn a_file_in_two_batches_or_in_none_is_an_error_that_names_it() {
        let twice = [vec![path("a.py"), path("b.py")], vec![path("b.py")]];
        let error = places(&tree(), &twice).unwrap_err();
        assert_eq!(error.to_string(), "compute-batches: b.py is in two batches");
        let error = places(&tree(), &[vec![path("a.py")]]).unwrap_err();
        assert_eq!(error.to_string(), "compute-batches: b.py is in no batch");
        assert!(places(&tree(), &[vec![path("b.py")], vec![path("a.py")]]).is_ok());
    }

    #[test]
    fn a_neighbour_of_the_own_batch_is_an_error_that_names_both() {
        let neighbour = |batch_index| Neighbour { path: path("b.py"), batch_index, symbols: Arc::default() };
        let of = |batch_index| {
            let mut neighbours = BTreeMap::from([(path("a.py"), vec![neighbour(batch_index)])]);
            neighbours_are_outside(&[batch(&tree(), 1, &[path("a.py")], &mut neighbours)])
        };
        assert_eq!(of(2), Ok(()));
        let said = "compute-batches: a.py and its neighbour b.py are in the same batch";
        assert_eq!(of(1).unwrap_err().to_string(), said);
    }
}
