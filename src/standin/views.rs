//! What a repository on the stand-in shows, for assertions and the demo.

use anyhow::Context;

use super::Repository;
use super::git;
use super::record::{CheckRun, Commit, IssueComment, Pull, Reaction, Review, ReviewComment};

impl Repository {
    /// A pull request as it stands.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn pull(&self, number: u64) -> anyhow::Result<Pull> {
        self.read(|_, repo| repo.pull(number).cloned().with_context(|| format!("no pull request {number}")))
    }

    /// All check runs of a commit, the oldest first.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn check_runs(&self, sha: &str) -> anyhow::Result<Vec<CheckRun>> {
        self.read(|_, repo| Ok(repo.check_runs.iter().filter(|run| run.head_sha == sha).cloned().collect()))
    }

    /// All reviews of a pull request, the oldest first.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn reviews(&self, pull: u64) -> anyhow::Result<Vec<Review>> {
        self.read(|_, repo| Ok(repo.reviews.iter().filter(|review| review.pull == pull).cloned().collect()))
    }

    /// All comments on a pull request's lines, the oldest first.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn review_comments(&self, pull: u64) -> anyhow::Result<Vec<ReviewComment>> {
        self.read(|_, repo| Ok(repo.review_comments.iter().filter(|comment| comment.pull == pull).cloned().collect()))
    }

    /// All comments in a pull request's conversation, the oldest first.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn issue_comments(&self, pull: u64) -> anyhow::Result<Vec<IssueComment>> {
        self.read(|_, repo| Ok(repo.issue_comments.iter().filter(|comment| comment.pull == pull).cloned().collect()))
    }

    /// The reactions on a comment in the conversation.
    ///
    /// # Errors
    /// Where there is no such comment.
    pub fn reactions(&self, comment: u64) -> anyhow::Result<Vec<Reaction>> {
        self.read(|_, repo| {
            let comment = repo.issue_comments.iter().find(|one| one.id == comment).context("no such comment")?;
            Ok(comment.reactions.clone())
        })
    }

    /// The commits of a branch, the newest first, along first parents.
    ///
    /// # Errors
    /// Where there is no such branch.
    pub fn branch_commits(&self, branch: &str) -> anyhow::Result<Vec<Commit>> {
        self.read(|_, repo| {
            let git = repo.git()?;
            let mut next = Some(git.find_commit(git::tip(&git, branch)?)?);
            let mut commits = Vec::new();
            while let Some(commit) = next {
                let parent = commit.parent(0).ok();
                let before = parent.as_ref().map(git2::Commit::tree).transpose()?;
                let changed = git::diff_trees(&git, before.as_ref(), &commit.tree()?)?;
                commits.push(Commit {
                    sha: commit.id().to_string(),
                    message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
                    author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
                    paths: changed.into_iter().map(|file| file.path).collect(),
                });
                next = parent;
            }
            Ok(commits)
        })
    }

    /// A file's bytes on a branch or at a commit; `None` where it isn't there.
    ///
    /// # Errors
    /// Where there is no such branch or commit.
    pub fn file(&self, reference: &str, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        self.read(|_, repo| {
            let git = repo.git()?;
            let tree = git.find_commit(git::resolve(&git, reference)?)?.tree()?;
            let Ok(entry) = tree.get_path(std::path::Path::new(path)) else { return Ok(None) };
            Ok(Some(git.find_blob(entry.id())?.content().to_vec()))
        })
    }
}
