//! The ways through a function.

use serde::{Deserialize, Serialize};

/// What a node of a control flow does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// Where it starts.
    Entry,
    /// Where it ends.
    Exit,
    /// Statements that only lead on.
    Statement,
    /// A condition, or the value that cases are told by.
    Branch,
    /// The head of a loop.
    Loop,
    /// Where an exception is caught.
    Catch,
    /// It returns.
    Return,
    /// It raises.
    Raise,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowNode {
    /// What it does.
    pub kind: FlowKind,
    /// Its first line, from 1.
    pub line_start: u32,
    /// Its last line.
    pub line_end: u32,
}

/// How one node leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowStep {
    /// Always.
    Next,
    /// Where the condition holds, or the case fits.
    Taken,
    /// Where it doesn't.
    NotTaken,
    /// Back to the head of a loop.
    Back,
    /// By an exception.
    Exception,
}

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FlowEdge {
    /// From this node.
    pub from: usize,
    /// To this one.
    pub to: usize,
    /// How.
    pub step: FlowStep,
}

/// The control flow of one function. Node 0 is the entry, node 1 the exit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlFlow {
    /// The nodes.
    pub nodes: Vec<FlowNode>,
    /// The edges, sorted.
    pub edges: Vec<FlowEdge>,
    /// Ways from the entry to the exit, as nodes; each edge at most once, so that a loop is gone through once.
    pub paths: Vec<Vec<usize>>,
    /// Whether there are more paths than `limits::FLOW_PATHS`.
    pub more_paths: bool,
    /// Decisions + 1.
    pub complexity: u32,
}

impl ControlFlow {
    /// How many nodes are of this kind.
    pub fn count(&self, kind: FlowKind) -> usize {
        self.nodes.iter().filter(|node| node.kind == kind).count()
    }

    /// The paths on which an exception is raised.
    pub fn exception_paths(&self) -> impl Iterator<Item = &Vec<usize>> {
        let is_exception = |pair: &[usize]| {
            self.edges.iter().any(|edge| edge.step == FlowStep::Exception && edge.from == pair[0] && edge.to == pair[1])
        };
        self.paths.iter().filter(move |path| path.windows(2).any(is_exception))
    }
}
