//! A whole tree, as far as it can be known without running anything: counts, targets, shards, batches.

mod targets;
mod tested;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ANALYSIS_SCHEMA_VERSION, AnalysedShard, AnalysedTarget, Analysis, BatchCounts, Batches, FileCategory, FileFacts,
    LanguageCounts, MapCounts, PicturedFile, RepoPath, RepositorySettings, Shard, SourceTree, TreeMap, TreePicture,
    Warning,
};
use crate::pipeline::shard::{self, BatchError, FileSize, Piece};
use tested::Tested;

/// Which part of a tree is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Tree,
    /// These files.
    Files(BTreeSet<RepoPath>),
    /// These lines of these files.
    Lines(BTreeMap<RepoPath, BTreeSet<u32>>),
}

impl Scope {
    fn files(&self) -> Option<BTreeSet<RepoPath>> {
        match self {
            Self::Tree => None,
            Self::Files(files) => Some(files.clone()),
            Self::Lines(lines) => Some(lines.keys().cloned().collect()),
        }
    }
}

/// What is known of a tree.
#[derive(Clone, Debug)]
pub struct Analyzed {
    /// In numbers.
    pub analysis: Analysis,
    /// The batches of the whole tree, or those that hold changed files.
    pub batches: Batches,
    /// As a picture.
    pub picture: TreePicture,
}

/// Analyzes a mapped tree, whose files lie in `head`.
///
/// # Errors
/// [`BatchError`] where batching itself failed: nothing is guessed.
pub fn analyze(
    tree: &TreeMap,
    head: &SourceTree,
    scope: &Scope,
    settings: &RepositorySettings,
    output_tokens: usize,
) -> Result<Analyzed, BatchError> {
    let batched = shard::batches(tree)?;
    let tested = Tested::of(tree, settings);
    let changed = scope.files();
    let emitted = changed.as_ref().map_or_else(|| batched.batches.clone(), |changed| batched.batches.with(changed));
    let targets = targets::targets(tree, &tested, scope);
    let shards = divided(tree, head, &targets, &batched.batches, output_tokens);
    let mut warnings = tree.warnings.clone();
    warnings.extend(tree.not_remembered.clone());
    warnings.extend(batched.warnings);
    warnings.extend(tested.warnings());
    if let Scope::Files(files) = scope {
        warnings.extend(files.iter().filter(|file| !tree.files.contains_key(*file)).map(not_there));
    }
    let picture = picture(tree, &batched.batches, changed.as_ref());
    let analysis = Analysis {
        schema_version: ANALYSIS_SCHEMA_VERSION,
        counts: counts(&tested, targets.len()),
        shards: shards.into_iter().map(analysed).collect(),
        targets,
        batches: BatchCounts {
            algorithm: emitted.algorithm,
            total_files: emitted.total_files,
            total_batches: emitted.total_batches,
            emitted_batches: emitted.emitted_batches,
            community_sizes: batched.batches.community_sizes(),
        },
        batches_file: None,
        warnings,
    };
    Ok(Analyzed { analysis, batches: emitted, picture })
}

fn not_there(file: &RepoPath) -> Warning {
    let what = format!("{file} was named as changed");
    Warning::new("analyze", what, "the tree has no such file", "no batch is emitted for it")
}

fn counts(tested: &Tested<'_>, targets: usize) -> MapCounts {
    let mut counts = MapCounts { targets, test_files: tested.test_files, ..MapCounts::default() };
    for file in &tested.files {
        let own = of_file(file);
        counts.files += own.files;
        counts.functions += own.functions;
        counts.classes += own.classes;
        counts.routes += own.routes;
        counts.methods += file.methods().count();
        let language = counts.by_language.entry(file.language.clone()).or_default();
        language.files += own.files;
        language.functions += own.functions;
        language.classes += own.classes;
        language.routes += own.routes;
    }
    counts
}

fn of_file(file: &FileFacts) -> LanguageCounts {
    LanguageCounts {
        files: 1,
        functions: file.functions().count(),
        classes: file.types().count(),
        routes: file.routes.len(),
    }
}

fn divided(
    tree: &TreeMap,
    head: &SourceTree,
    targets: &[AnalysedTarget],
    batches: &Batches,
    output_tokens: usize,
) -> Vec<Shard> {
    let piece = |target: &AnalysedTarget| Piece {
        id: target.id.clone(),
        level: target.level,
        file: target.file.clone(),
        bytes: target.bytes,
    };
    let size = |file: &RepoPath| {
        let on_disk = std::fs::metadata(head.path_of(file)).map_or(0, |found| found.len());
        let symbols = tree.files.get(file).map_or(0, |facts| facts.symbols.len());
        (file.clone(), FileSize { bytes: usize::try_from(on_disk).unwrap_or(usize::MAX), symbols })
    };
    let files: BTreeSet<&RepoPath> = targets.iter().map(|target| &target.file).collect();
    let sizes = files.into_iter().map(size).collect();
    shard::divide(targets.iter().map(piece).collect(), &sizes, batches, output_tokens)
}

fn analysed(shard: Shard) -> AnalysedShard {
    AnalysedShard {
        index: shard.index,
        level: shard.level,
        focus: shard.focus,
        targets: shard.targets,
        files: shard.files,
        files_in_part: shard.in_part,
        tokens_in: shard.tokens_in,
        tokens_out: shard.tokens_out,
    }
}

fn picture(tree: &TreeMap, batches: &Batches, changed: Option<&BTreeSet<RepoPath>>) -> TreePicture {
    let places = batches.places();
    let code: Vec<&FileFacts> = tree.files.values().filter(|file| file.category == FileCategory::Code).collect();
    let numbers: BTreeMap<&RepoPath, usize> = code.iter().enumerate().map(|(n, file)| (&file.path, n)).collect();
    let pictured = |file: &&FileFacts| PicturedFile {
        path: file.path.clone(),
        batch: places.get(&file.path).copied().unwrap_or(0),
        lines: file.lines,
        changed: changed.is_some_and(|changed| changed.contains(&file.path)),
    };
    let imports: BTreeSet<(usize, usize)> = code
        .iter()
        .enumerate()
        .flat_map(|(number, file)| {
            let imported = file.imports.iter().flat_map(|import| &import.files);
            imported.filter_map(|other| numbers.get(other)).map(move |other| (number, *other)).collect::<Vec<_>>()
        })
        .filter(|(from, to)| from != to)
        .collect();
    TreePicture {
        files: code.iter().map(pictured).collect(),
        imports: imports.into_iter().collect(),
        others: tree.files.len() - code.len(),
    }
}

#[cfg(test)]
mod tests;
