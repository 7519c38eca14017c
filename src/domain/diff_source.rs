//! What a local run compares.

use std::fmt;

/// What is compared with what, for a run on one's own repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffSource {
    /// `HEAD` and what is staged.
    Staged,
    /// `HEAD` and the work tree, untracked files included.
    Uncommitted,
    /// The merge base with a branch, and `HEAD`.
    Branch(String),
    /// `HEAD~n` and `HEAD`.
    Back(u32),
    /// Two revisions, as written.
    Range(String, String),
    /// Nothing, and the work tree.
    Everything,
}

impl fmt::Display for DiffSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staged => f.write_str("staged"),
            Self::Uncommitted => f.write_str("uncommitted"),
            Self::Branch(name) => write!(f, "branch:{name}"),
            Self::Back(n) => write!(f, "HEAD~{n}"),
            Self::Range(base, head) => write!(f, "{base}..{head}"),
            Self::Everything => f.write_str("all"),
        }
    }
}
