//! Id newtypes: a commit is never mistaken for a delivery.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id of this text.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// What the forge calls a delivery (`X-GitHub-Delivery`); unique for ever.
    DeliveryId
);
text_id!(
    /// A job in the store (UUID v7, so that ids sort by time).
    JobId
);
text_id!(
    /// One run of the pipeline (UUID v7).
    RunId
);
text_id!(
    /// A mutant within one run: `M001`.
    MutantId
);
text_id!(
    /// A target within one run: `T001`.
    TargetId
);
text_id!(
    /// A generated test within one run: `G001`.
    TestId
);
text_id!(
    /// A finding: at most 8 characters, the same across pushes while the finding is the same.
    FindingId
);

/// A full commit id: 40 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct CommitSha(String);

/// A text that is not a full commit id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a full commit id: {0:?}")]
pub struct NotACommitSha(pub String);

impl CommitSha {
    /// The commit id in `text`.
    ///
    /// # Errors
    /// [`NotACommitSha`] where `text` is not 40 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, NotACommitSha> {
        if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotACommitSha(text.chars().take(80).collect()))
        }
    }

    /// The 40 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 7 digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

impl TryFrom<String> for CommitSha {
    type Error = NotACommitSha;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<CommitSha> for String {
    fn from(sha: CommitSha) -> Self {
        sha.0
    }
}

impl fmt::Display for CommitSha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path inside a repository: relative, `/` between its parts, no `.` or `..`, no NUL, not in `.git`.
// Copies share its text: a tree names each of its files many times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RepoPath(Arc<str>);

/// A path that can't be trusted to stay inside the repository.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a path inside the repository: {0:?}")]
pub struct UnsafePath(pub String);

impl RepoPath {
    /// The repository path in `text`.
    ///
    /// # Errors
    /// [`UnsafePath`] where it is absolute, empty, leaves the repository, or goes into `.git`.
    pub fn parse(text: &str) -> Result<Self, UnsafePath> {
        let refuse = || Err(UnsafePath(text.chars().take(200).collect()));
        if text.is_empty() || text.len() > 4096 || text.starts_with('/') || text.contains(['\0', '\\']) {
            return refuse();
        }
        let bad = |part: &str| part.is_empty() || part == "." || part == ".." || part.eq_ignore_ascii_case(".git");
        if text.split('/').any(bad) {
            return refuse();
        }
        Ok(Self(text.into()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder, `""` for one in the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// So that a text can be looked up among paths without being made one.
impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<String> for RepoPath {
    type Error = UnsafePath;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.as_str().to_owned()
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_id_has_forty_hexadecimal_digits() {
        assert!(CommitSha::parse(&"a".repeat(40)).is_ok());
        assert!(CommitSha::parse(&"a".repeat(39)).is_err());
        assert!(CommitSha::parse(&"g".repeat(40)).is_err());
    }

    #[test]
    fn a_repository_path_never_leaves_the_repository() {
        assert!(RepoPath::parse("shop/cart.py").is_ok());
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", ".git/config", "a/.GIT/hooks", "a\\b", "a\0"] {
            assert!(RepoPath::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
