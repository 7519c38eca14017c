//! What the stand-in remembers, and shows to whoever scripts it: plain copies, no live references.

use serde::{Deserialize, Serialize};

/// A pull request as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The global id.
    pub id: u64,
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its body, byte for byte; `None` where it never had one.
    pub body: Option<String>,
    /// Its author's login.
    pub author: String,
    /// Whether it is open.
    pub open: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// The branch that it is to be merged into.
    pub base_branch: String,
    /// The tip of the base branch when the pull request was opened, retargeted or last looked at.
    pub base_sha: String,
    /// The branch that it comes from.
    pub head_branch: String,
    /// `owner/name` of the repository that it comes from; `None` where that was deleted.
    pub head_repository: Option<String>,
    /// The newest commit.
    pub head_sha: String,
    /// The newest commit before the last push.
    pub before: Option<String>,
    /// Whether maintainers may push to the head's branch.
    pub maintainer_can_modify: bool,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// When it was opened.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
}

/// A check run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRun {
    /// Its id.
    pub id: u64,
    /// The check suite that it belongs to: one for each commit.
    pub suite: u64,
    /// Its name.
    pub name: String,
    /// The commit that it stands on.
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended.
    pub conclusion: Option<String>,
    /// The App's own id of it.
    pub external_id: Option<String>,
    /// Where its details are.
    pub details_url: Option<String>,
    /// When it started.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
    /// What it says.
    pub output: CheckOutput,
    /// Its annotations: each update appends, as on GitHub.
    pub annotations: Vec<Annotation>,
    /// Its buttons.
    pub actions: Vec<Action>,
}

/// What a check run says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CheckOutput {
    /// Its title.
    pub title: Option<String>,
    /// Markdown.
    pub summary: Option<String>,
    /// More Markdown.
    pub text: Option<String>,
}

/// A remark on lines, in a check run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The file.
    pub path: String,
    /// Its first line, from 1.
    pub start_line: u64,
    /// Its last line.
    pub end_line: u64,
    /// Its first column.
    pub start_column: Option<u64>,
    /// Its last column.
    pub end_column: Option<u64>,
    /// `notice`, `warning` or `failure`.
    pub annotation_level: String,
    /// A short title.
    pub title: Option<String>,
    /// The text.
    pub message: String,
    /// Details.
    pub raw_details: Option<String>,
}

/// A button of a check run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Action {
    /// What stands on it.
    pub label: String,
    /// What it does.
    pub description: String,
    /// What comes back when it is pressed.
    pub identifier: String,
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: u64,
    /// The pull request's number.
    pub pull: u64,
    /// Its author's login.
    pub author: String,
    /// Its text.
    pub body: String,
    /// `COMMENTED`, `APPROVED`, `CHANGES_REQUESTED` or `PENDING`.
    pub state: String,
    /// The commit that it stands on.
    pub commit_id: String,
    /// When it was submitted.
    pub submitted_at: String,
}

/// A comment on a line of a pull request's diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewComment {
    /// Its id.
    pub id: u64,
    /// Its review's id.
    pub review: u64,
    /// The pull request's number.
    pub pull: u64,
    /// Its author's login.
    pub author: String,
    /// The file.
    pub path: String,
    /// `RIGHT` (head) or `LEFT` (base).
    pub side: String,
    /// The first line, for a comment on several.
    pub start_line: Option<u64>,
    /// The line (the last one, for a comment on several).
    pub line: u64,
    /// How many lines below the file's first hunk header it stands in the diff.
    pub position: u64,
    /// The part of the diff that it stands on.
    pub diff_hunk: String,
    /// Its text.
    pub body: String,
    /// The commit that it was made for.
    pub commit_id: String,
    /// The comment that it answers.
    pub in_reply_to: Option<u64>,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// A comment in a pull request's conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueComment {
    /// Its id.
    pub id: u64,
    /// The pull request's number.
    pub pull: u64,
    /// Its author's login.
    pub author: String,
    /// Its text.
    pub body: String,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// The reactions on it.
    pub reactions: Vec<Reaction>,
}

/// A reaction on a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Its id.
    pub id: u64,
    /// Who reacted.
    pub author: String,
    /// `+1`, `-1`, `laugh`, `confused`, `heart`, `hooray`, `rocket` or `eyes`.
    pub content: String,
    /// When.
    pub created_at: String,
}

/// A commit of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub sha: String,
    /// Its whole message.
    pub message: String,
    /// Its author's name.
    pub author: String,
    /// The paths that it changes against its first parent.
    pub paths: Vec<String>,
}

/// A request that the stand-in got. Headers and bodies, and with them secrets, are never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path, without `/api/v3`.
    pub path: String,
    /// What stands after the question mark; empty for nothing.
    pub query: String,
    /// The description's path that it matched, such as `/repos/{owner}/{repo}/check-runs`.
    pub route: Option<&'static str>,
    /// The answer's status; `None` while there is none, and where the connection was cut.
    pub status: Option<u16>,
}
