//! What a reader on the forge gets to see; publishing it twice changes nothing.

use super::{CommitSha, FindingId, JobId, RepoPath};

/// How a check run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// It was tested, and nothing was found.
    Success,
    /// Something was found, or nothing could be found out; the title says which.
    Neutral,
    /// A regression is proven, and the repository wants that to fail.
    Failure,
    /// A newer head, or a closed pull request.
    Cancelled,
    /// There was nothing to test.
    Skipped,
}

/// Where a check run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It waits.
    Queued,
    /// It runs.
    InProgress,
    /// It ended.
    Completed(Conclusion),
}

/// A remark on lines of the diff, in the check run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The file.
    pub path: RepoPath,
    /// First line in head.
    pub line_start: u32,
    /// Last line in head.
    pub line_end: u32,
    /// Whether it warns (a regression) or only notes.
    pub warning: bool,
    /// A short title.
    pub title: String,
    /// The text.
    pub message: String,
}

/// A button on the check run. The forge cuts nothing: what is too long is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// At most 20 characters.
    pub label: String,
    /// At most 40 characters.
    pub description: String,
    /// At most 20 characters; comes back when it is pressed.
    pub identifier: String,
}

/// The check run of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRun {
    /// By which it is found again.
    pub external_id: JobId,
    /// The commit that it stands on.
    pub head: CommitSha,
    /// Where it stands.
    pub state: CheckState,
    /// The title.
    pub title: String,
    /// Markdown, at most `limits::GITHUB_TEXT`.
    pub summary: String,
    /// More Markdown, at most `limits::GITHUB_TEXT`; empty for none.
    pub text: String,
    /// Remarks on lines; any number, the forge gets them in batches.
    pub annotations: Vec<Annotation>,
    /// At most three.
    pub buttons: Vec<Button>,
}

/// One review comment: one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewComment {
    /// By which it is found again.
    pub finding: FindingId,
    /// The file.
    pub path: RepoPath,
    /// A line of head that the diff shows.
    pub line: u32,
    /// Markdown, without the marker, at most `limits::GITHUB_TEXT` less 200.
    pub body: String,
}

/// All that is published for one state of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The pull request.
    pub pull: u64,
    /// Its head when the run began; comments stand on it.
    pub head: CommitSha,
    /// The check run.
    pub check_run: Option<CheckRun>,
    /// The review's comments; none means no review.
    pub comments: Vec<ReviewComment>,
    /// Our part of the pull request's body, without the markers.
    pub description: Option<String>,
}

/// Files to commit to a pull request's branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRequest {
    /// The pull request.
    pub pull: u64,
    /// The commit that they were made for. A branch that moved on since, by more than such files, does not get them.
    pub head: CommitSha,
    /// By which the commit is found again: in its message, as a trailer.
    pub marker: String,
    /// The message, without the trailer.
    pub message: String,
    /// New files.
    pub files: Vec<(RepoPath, String)>,
}

/// What became of a request to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It is there (now, or from an earlier try).
    Committed(CommitSha),
    /// The App may not; why, for a person.
    Refused(String),
}

/// A reaction on a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Seen.
    Eyes,
    /// Done.
    ThumbsUp,
    /// Not understood or not allowed.
    Confused,
}
