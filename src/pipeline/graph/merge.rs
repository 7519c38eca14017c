//! The graphs of all batches, put together: the same from whichever order the parts are read in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::check::{PartName, check};
use crate::domain::{
    AssembledGraph, EdgeKind, GRAPH_SCHEMA_VERSION, GraphEdge, GraphNode, GraphPart, NodeKind, RepoPath, TreeMap,
    Warning, limits,
};

/// The file of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFile {
    /// Its name, without folders.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Asks for a part once more, by its name; `None` where there is no other answer.
pub type Asking<'a> = &'a mut dyn FnMut(&str) -> Option<String>;

/// What the map knows about edges between files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// A file, and one that it imports.
    pub imports: BTreeSet<(RepoPath, RepoPath)>,
    /// A test file, and one that it tests.
    pub tests: BTreeSet<(RepoPath, RepoPath)>,
}

impl Links {
    /// Those of a tree.
    pub fn of(tree: &TreeMap) -> Self {
        let files = || tree.files.values();
        let imported = |file: &'_ crate::domain::FileFacts| {
            let others: Vec<_> = file.imports.iter().flat_map(|import| import.files.iter().cloned()).collect();
            others
                .into_iter()
                .filter(|other| *other != file.path)
                .map(|other| (file.path.clone(), other))
                .collect::<Vec<_>>()
        };
        Self {
            imports: files().flat_map(imported).collect(),
            tests: files()
                .flat_map(|file| file.test_files.iter().map(|test| (test.clone(), file.path.clone())))
                .collect(),
        }
    }
}

/// A part that was left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PartError {
    /// The name of its file.
    pub part: String,
    /// How many edges it seems to hold: they are lost, unless the map knows them.
    pub edges: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "merge: {} was left out — {} — its nodes and {} edges are lost", self.part, self.why, self.edges)
    }
}

/// The whole graph, and what is to be said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The graph.
    pub graph: AssembledGraph,
    /// `Found 7 batch files (5 logical batches, 1 multi-part)`
    pub found: String,
    /// Parts that are missing.
    pub warnings: Vec<Warning>,
    /// Parts that were left out, by name.
    pub errors: Vec<PartError>,
}

/// Puts the parts together. Duplicates are joined; an edge from or to nothing is dropped and counted; import edges and
/// links of tests that the map knows are put back where both files are there. A part that can't be used is asked for
/// once more where there is somebody to ask, and then left out: never rebuilt. A file of another name is not looked at.
pub fn merge(files: &[PartFile], links: &Links, mut asking: Option<Asking<'_>>) -> Merged {
    let named: BTreeMap<PartName, &PartFile> =
        files.iter().filter_map(|file| PartName::parse(&file.name).map(|name| (name, file))).collect();
    let (mut parts, mut errors) = (Vec::new(), Vec::new());
    for (name, file) in &named {
        match read(*name, file, &mut asking) {
            Ok(part) => parts.push(part),
            Err(error) => errors.push(error),
        }
    }
    let names: Vec<PartName> = named.keys().copied().collect();
    let warnings = missing_parts(&names, &parts);
    Merged { graph: assembled(parts, links), found: found(&names), warnings, errors }
}

fn read(name: PartName, file: &PartFile, asking: &mut Option<Asking<'_>>) -> Result<GraphPart, PartError> {
    let why = match check(name, &file.text) {
        Ok(part) => return Ok(part),
        Err(why) => why,
    };
    let again = asking.as_mut().and_then(|ask| ask(&file.name));
    let (why, text) = match again {
        None => (why, file.text.clone()),
        Some(text) => match check(name, &text) {
            Ok(part) => return Ok(part),
            Err(second) => (format!("{why}; asked again: {second}"), text),
        },
    };
    Err(PartError { part: file.name.clone(), edges: edges_in(&text), why })
}

/// The edges in a text that may not parse.
fn edges_in(text: &str) -> usize {
    let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let listed = parsed.as_ref().and_then(|value| value.get("edges")).and_then(serde_json::Value::as_array);
    listed.map_or_else(|| text.matches("\"source\"").count(), Vec::len)
}

fn found(names: &[PartName]) -> String {
    let logical: BTreeSet<usize> = names.iter().map(|name| name.batch_index).collect();
    let in_parts = names.iter().filter(|name| name.part.is_some());
    let multi: BTreeSet<usize> = in_parts.map(|name| name.batch_index).collect();
    format!("Found {} batch files ({} logical batches, {} multi-part)", names.len(), logical.len(), multi.len())
}

/// Parts that a batch should have by the number of its highest one, or by what any of its parts says.
fn missing_parts(names: &[PartName], parts: &[GraphPart]) -> Vec<Warning> {
    let mut present: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (name, part) in names.iter().filter_map(|name| Some((name, name.part?))) {
        present.entry(name.batch_index).or_default().insert(part);
    }
    let mut warnings = Vec::new();
    for (batch, present) in &present {
        let of_batch = parts.iter().filter(|part| part.batch_index == *batch).filter_map(|part| part.parts);
        let count = of_batch.chain(present.iter().copied()).max().unwrap_or(0).min(limits::PARTS);
        let missing: Vec<usize> = (1..=count).filter(|part| !present.contains(part)).collect();
        if !missing.is_empty() {
            let (present, missing) = (listed(present), listed(&missing));
            warnings.push(Warning::new(
                "merge",
                format!("batch {batch} has parts {{{present}}} but missing part {{{missing}}}"),
                "possible truncated write",
                "affected nodes/edges may be lost",
            ));
        }
    }
    warnings
}

fn listed<'n>(numbers: impl IntoIterator<Item = &'n usize>) -> String {
    numbers.into_iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn assembled(parts: Vec<GraphPart>, links: &Links) -> AssembledGraph {
    let mut nodes: BTreeMap<String, GraphNode> = BTreeMap::new();
    let mut edges: BTreeSet<GraphEdge> = BTreeSet::new();
    for part in parts {
        nodes.extend(part.nodes.into_iter().map(|node| (node.id.clone(), node)));
        edges.extend(part.edges);
    }
    let all = edges.len();
    edges.retain(|edge| nodes.contains_key(&edge.source) && nodes.contains_key(&edge.target));
    let dropped_edges = all - edges.len();
    let mut put_back = |pairs: &BTreeSet<(RepoPath, RepoPath)>, kind: EdgeKind| {
        let edge = |(from, to): &(RepoPath, RepoPath)| GraphEdge {
            source: NodeKind::File.id(from, ""),
            target: NodeKind::File.id(to, ""),
            kind,
        };
        let known = |edge: &GraphEdge| nodes.contains_key(&edge.source) && nodes.contains_key(&edge.target);
        pairs.iter().map(edge).filter(known).filter(|edge| edges.insert(edge.clone())).count()
    };
    let restored_edges = put_back(&links.imports, EdgeKind::Imports);
    let linked_tests = put_back(&links.tests, EdgeKind::Tests);
    AssembledGraph {
        schema_version: GRAPH_SCHEMA_VERSION,
        nodes: nodes.into_values().collect(),
        edges: edges.into_iter().collect(),
        dropped_edges,
        restored_edges,
        linked_tests,
    }
}
