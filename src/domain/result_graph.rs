//! What a batch yields: a graph of its files, what stands in them, and how that is related. The JSON form is a
//! contract with other programs; parts of it may come from elsewhere and are untrusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RepoPath;

/// The version of the form of a part and of the assembled graph.
pub const GRAPH_SCHEMA_VERSION: u32 = 1;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A file.
    File,
    /// A function at module level.
    Function,
    /// A class, interface or enum.
    Class,
    /// A route of a web framework.
    Route,
    /// A test.
    Test,
}

impl NodeKind {
    /// Its name in ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Function => "function",
            Self::Class => "class",
            Self::Route => "route",
            Self::Test => "test",
        }
    }

    /// The id of a node of this kind: `file:<path>`, or `function:<path>:<name>`.
    pub fn id(self, file: &RepoPath, name: &str) -> String {
        match self {
            Self::File => format!("file:{file}"),
            _ => format!("{}:{file}:{name}", self.name()),
        }
    }
}

/// What an edge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// A file imports another.
    Imports,
    /// A function calls another.
    Calls,
    /// A class has another as its base.
    Inherits,
    /// A class implements an interface.
    Implements,
    /// They belong together in another way: a route and its handler.
    Related,
    /// A test, or its file, tests something.
    Tests,
}

/// Something in the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphNode {
    /// `function:<path>:<name>`
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// The file that it stands in.
    pub file: RepoPath,
    /// Its name in that file; empty for the file itself.
    pub name: String,
}

impl GraphNode {
    /// The node of `kind` with this name in a file.
    pub fn new(kind: NodeKind, file: &RepoPath, name: &str) -> Self {
        Self { id: kind.id(file, name), kind, file: file.clone(), name: name.to_owned() }
    }
}

/// How two nodes are related.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphEdge {
    /// The id of the node that it goes out from.
    pub source: String,
    /// The id of the node that it leads to; it may stand in another part.
    pub target: String,
    /// What it says.
    pub kind: EdgeKind,
}

/// What one batch yields, or a part of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphPart {
    /// `GRAPH_SCHEMA_VERSION`.
    pub schema_version: u32,
    /// The batch.
    pub batch_index: usize,
    /// Which part, from 1; absent for a batch in one piece.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part: Option<usize>,
    /// How many parts the batch has; absent for a batch in one piece.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parts: Option<usize>,
    /// Its nodes.
    pub nodes: Vec<GraphNode>,
    /// The edges that go out from its nodes.
    pub edges: Vec<GraphEdge>,
}

impl GraphPart {
    /// The name of its file: `batch-3.json`, `batch-3-part-2.json`.
    pub fn file_name(&self) -> String {
        match self.part {
            Some(part) => format!("batch-{}-part-{part}.json", self.batch_index),
            None => format!("batch-{}.json", self.batch_index),
        }
    }
}

/// The graphs of all batches as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssembledGraph {
    /// `GRAPH_SCHEMA_VERSION`.
    pub schema_version: u32,
    /// All nodes, by id.
    pub nodes: Vec<GraphNode>,
    /// All edges between them, sorted.
    pub edges: Vec<GraphEdge>,
    /// Edges that were left out, as they led from or to nothing.
    pub dropped_edges: usize,
    /// Import edges of the map that no part had: put back.
    pub restored_edges: usize,
    /// Test files that no part linked to what they test: linked by the map.
    pub linked_tests: usize,
}
