//! What `jittest analyze` says: the map in numbers, its targets, and how the work is divided. The JSON form is a
//! contract with other programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Algorithm, Level, RepoPath, Route, TargetId, Warning};

/// The version of the form of an analysis.
pub const ANALYSIS_SCHEMA_VERSION: u32 = 1;

/// What there is of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LanguageCounts {
    /// Source files that are no tests.
    pub files: usize,
    /// Functions at module level in them.
    pub functions: usize,
    /// Classes, interfaces and enums.
    pub classes: usize,
    /// Routes.
    pub routes: usize,
}

/// How much there is of each kind, in source files that are no tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MapCounts {
    /// Source files that are no tests.
    pub files: usize,
    /// Test files.
    pub test_files: usize,
    /// Functions at module level.
    pub functions: usize,
    /// Functions of classes.
    pub methods: usize,
    /// Classes, interfaces and enums, nested ones too.
    pub classes: usize,
    /// Routes of web frameworks.
    pub routes: usize,
    /// Targets: of the change where one is named, else of the whole tree.
    pub targets: usize,
    /// The same for each language.
    pub by_language: BTreeMap<String, LanguageCounts>,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// A function at module level.
    Function,
    /// A function of a class.
    Method,
    /// A class, interface or enum.
    Class,
    /// A route.
    Route,
}

impl TargetKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Class => "class",
            Self::Route => "route",
        }
    }
}

/// Something to test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnalysedTarget {
    /// Its id in this analysis: `T001`.
    pub id: TargetId,
    /// What it is.
    pub kind: TargetKind,
    /// At which level it is tested.
    pub level: Level,
    /// Its name, with its module; a route's is its handler's.
    pub qualified_name: String,
    /// Its file.
    pub file: RepoPath,
    /// First line.
    pub line_start: u32,
    /// Last line.
    pub line_end: u32,
    /// The id of its language.
    pub language: String,
    /// The route, for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<Route>,
    /// The changed methods of a class, where a change is named.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub focus: Vec<String>,
    /// The bytes of its own text.
    #[serde(skip)]
    pub bytes: usize,
}

/// Targets that are worked on together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnalysedShard {
    /// From 1.
    pub index: usize,
    /// At which level.
    pub level: Level,
    /// What it is about, in a few words.
    pub focus: String,
    /// Its targets.
    pub targets: Vec<TargetId>,
    /// The files that have to be read for it.
    pub files: Vec<RepoPath>,
    /// Those of them of which only the targets and the signatures of the rest are read.
    pub files_in_part: Vec<RepoPath>,
    /// Tokens to read.
    pub tokens_in: usize,
    /// Tokens to write.
    pub tokens_out: usize,
}

/// How files were put into batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchCounts {
    /// By what.
    pub algorithm: Algorithm,
    /// Files of the whole tree, those that are no code too.
    pub total_files: usize,
    /// Batches of the whole tree.
    pub total_batches: usize,
    /// Batches that hold changed files.
    pub emitted_batches: usize,
    /// How many files each batch of code has, by index.
    pub community_sizes: Vec<usize>,
}

/// The map of a tree in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// `ANALYSIS_SCHEMA_VERSION`.
    pub schema_version: u32,
    /// How much there is of each kind.
    pub counts: MapCounts,
    /// What is to be tested, in order of file and place.
    pub targets: Vec<AnalysedTarget>,
    /// How that is divided.
    pub shards: Vec<AnalysedShard>,
    /// How files were put into batches.
    pub batches: BatchCounts,
    /// Where the batches were written; null where they were not.
    pub batches_file: Option<String>,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
}

/// One file in a picture of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PicturedFile {
    /// Its path.
    pub path: RepoPath,
    /// Its batch.
    pub batch: usize,
    /// Its lines.
    pub lines: u32,
    /// Whether it changed.
    pub changed: bool,
}

/// A tree as it is drawn: files, who imports whom, and which belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreePicture {
    /// Code files, by path.
    pub files: Vec<PicturedFile>,
    /// Importer and imported, as positions in `files`.
    pub imports: Vec<(usize, usize)>,
    /// Files that are no code, and so not drawn.
    pub others: usize,
}
