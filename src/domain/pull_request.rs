//! A pull request as the forge describes it now.

use super::CommitSha;

/// What is known of a pull request when a job starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its body as it stands, our own part included.
    pub body: String,
    /// Its author's login.
    pub author: String,
    /// Whether it is open.
    pub open: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// The newest commit.
    pub head: CommitSha,
    /// The name of the head's branch.
    pub head_branch: String,
    /// `owner/name` of the head's repository; `None` where it was deleted.
    pub head_repository: Option<String>,
    /// Whether the head is in another repository.
    pub fork: bool,
    /// Whether maintainers may push to a fork's branch.
    pub maintainer_can_modify: bool,
    /// The name of the base branch.
    pub base_branch: String,
    /// The tip of the base branch, from which `jittest.toml` is read.
    pub base_tip: CommitSha,
    /// The merge base of base branch and head: what the change is compared with.
    pub merge_base: CommitSha,
    /// The first lines of its commits' messages, oldest first (at most 250).
    pub commit_subjects: Vec<String>,
    /// Labels.
    pub labels: Vec<String>,
}

/// What a person may do in a repository, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Nothing.
    None,
    /// Read.
    Read,
    /// Triage.
    Triage,
    /// Write.
    Write,
    /// Maintain.
    Maintain,
    /// Administer.
    Admin,
}
