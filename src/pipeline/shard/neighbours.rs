//! For each file, the files of other batches that it imports or that import it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::{FileCategory, FileFacts, Name, Neighbour, RepoPath, Texts, TreeMap, Warning, limits};

/// Neighbours, and what was cut.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// For each file that has any, those with the most neighbours first.
    pub(super) of_files: BTreeMap<RepoPath, Vec<Neighbour>>,
    /// What was cut, and files whose exports are not known.
    pub(super) warnings: Vec<Warning>,
}

/// The neighbours of every file of a tree, given the batch of each.
pub(super) fn neighbours(tree: &TreeMap, places: &BTreeMap<&RepoPath, usize>) -> Neighbours {
    let related = related(tree);
    let degree = |path: &RepoPath| related.get(path).map_or(0, BTreeSet::len);
    let mut found = Neighbours::default();
    let mut unknown: BTreeSet<&RepoPath> = BTreeSet::new();
    let mut offered: HashMap<&RepoPath, Arc<Texts>> = HashMap::new();
    for (path, others) in &related {
        let mut outside: Vec<&RepoPath> =
            others.iter().copied().filter(|other| places.get(other) != places.get(path)).collect();
        if outside.is_empty() {
            continue;
        }
        outside.sort_by_key(|other| (Reverse(degree(other)), *other));
        if outside.len() > limits::NEIGHBOURS {
            found.warnings.push(truncated(path, outside.len()));
            outside.truncate(limits::NEIGHBOURS);
        }
        let files = outside.iter().filter_map(|other| tree.files.get(*other));
        unknown.extend(files.filter(|file| exports_are_unknown(file)).map(|file| &file.path));
        let mut neighbour = |other: &&RepoPath| {
            let file = tree.files.get(*other)?;
            let symbols = offered.entry(&file.path).or_insert_with(|| Arc::new(symbols(file)));
            Some(Neighbour { path: file.path.clone(), batch_index: *places.get(other)?, symbols: symbols.clone() })
        };
        found.of_files.insert((*path).clone(), outside.iter().filter_map(&mut neighbour).collect());
    }
    let unknown = unknown.into_iter().filter_map(|path| tree.files.get(path)).map(no_exports);
    found.warnings.extend(unknown);
    found
}

/// Who imports whom, both ways.
fn related(tree: &TreeMap) -> BTreeMap<&RepoPath, BTreeSet<&RepoPath>> {
    let mut related: BTreeMap<&RepoPath, BTreeSet<&RepoPath>> = BTreeMap::new();
    for file in tree.files.values() {
        for other in file.imports.iter().flat_map(|import| &import.files) {
            if *other != file.path && tree.files.contains_key(other) {
                related.entry(&file.path).or_default().insert(other);
                related.entry(other).or_default().insert(&file.path);
            }
        }
    }
    related
}

/// What a code file offers: its exports, and its public constants.
fn symbols(file: &FileFacts) -> Texts {
    if file.category != FileCategory::Code {
        return Texts::default();
    }
    let constants = file.globals.iter().filter(|global| global.constant && global.public).map(|global| &global.name);
    let names: BTreeSet<&Name> = file.exports.iter().map(|export| &export.name).chain(constants).collect();
    names.into_iter().collect()
}

fn exports_are_unknown(file: &FileFacts) -> bool {
    file.category == FileCategory::Code && file.left_out.is_some()
}

fn no_exports(file: &FileFacts) -> Warning {
    let why = file.left_out.map_or("not read", crate::domain::LeftOut::words);
    Warning::new(
        "compute-batches",
        format!("exports extraction failed for {} ({why})", file.path),
        "symbols=[] in neighborMap",
        "cross-batch edges to this file limited to file-level",
    )
}

fn truncated(path: &RepoPath, from: usize) -> Warning {
    let most = limits::NEIGHBOURS;
    let what = format!("neighborMap for {path} truncated from {from} to top {most} (by neighbor degree)");
    Warning::new("compute-batches", what, "", "")
}
