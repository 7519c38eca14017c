//! The files of a tree in batches that belong together. The JSON form is a contract with other programs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FileCategory, RepoPath, Texts};

/// The version of the form of `batches.json`.
pub const BATCHES_SCHEMA_VERSION: u32 = 1;

/// How code files were grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// By communities of the import graph.
    Louvain,
    /// In alphabetical order, so many a batch.
    CountFallback,
}

impl Algorithm {
    /// Its name in `batches.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Louvain => "louvain",
            Self::CountFallback => "count-fallback",
        }
    }
}

/// One file of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchFile {
    /// Its path.
    pub path: RepoPath,
    /// The id of its language, or the name of its format.
    pub language: String,
    /// Its lines.
    pub size_lines: u32,
    /// What it is for.
    pub file_category: FileCategory,
}

/// A file of another batch that imports a file, or is imported by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Neighbour {
    /// Its path.
    pub path: RepoPath,
    /// The batch that it is in.
    pub batch_index: usize,
    /// The names that it exports, constants too, sorted.
    // One list for all whose neighbour it is.
    #[schemars(with = "Vec<String>")]
    pub symbols: Arc<Texts>,
}

/// Files that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    /// From 1.
    pub batch_index: usize,
    /// Its files, sorted by path.
    pub files: Vec<BatchFile>,
    /// For each file, the files of the repository that it imports.
    pub batch_import_data: BTreeMap<RepoPath, Vec<RepoPath>>,
    /// For each file that has any, its neighbours in other batches: those with the most neighbours first.
    pub neighbor_map: BTreeMap<RepoPath, Vec<Neighbour>>,
}

/// All batches of a tree, or those of them that hold changed files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batches {
    /// `BATCHES_SCHEMA_VERSION`.
    pub schema_version: u32,
    /// How code files were grouped.
    pub algorithm: Algorithm,
    /// Files of the whole tree.
    pub total_files: usize,
    /// Batches of the whole tree.
    pub total_batches: usize,
    /// Batches that follow.
    pub emitted_batches: usize,
    /// The batches, by index.
    pub batches: Vec<Batch>,
}

impl Batches {
    /// Only the batches that hold one of these files; counts and indices stay those of the whole tree.
    pub fn with(&self, changed: &BTreeSet<RepoPath>) -> Self {
        let holds = |batch: &&Batch| batch.files.iter().any(|file| changed.contains(&file.path));
        let batches: Vec<Batch> = self.batches.iter().filter(holds).cloned().collect();
        Self { emitted_batches: batches.len(), batches, ..*self }
    }

    /// The batch of each file.
    pub fn places(&self) -> BTreeMap<&RepoPath, usize> {
        let of_batch = |batch: &'_ Batch| batch.batch_index;
        self.batches
            .iter()
            .flat_map(|batch| batch.files.iter().map(move |file| (&file.path, of_batch(batch))))
            .collect()
    }

    /// How many code files each batch of code has, in the order of the batches.
    pub fn community_sizes(&self) -> Vec<usize> {
        let code = |file: &&BatchFile| file.file_category == FileCategory::Code;
        let sizes = self.batches.iter().map(|batch| batch.files.iter().filter(code).count());
        sizes.filter(|size| *size > 0).collect()
    }
}
