//! Review comments: one for each finding, found by its mark and our authorship, new ones posted as one review.

use std::collections::{HashMap, HashSet};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Failure};
use super::repo::{Login, Repo};
use super::text;
use crate::domain::{CommitSha, ReviewComment};
use crate::forge::ForgeError;

/// Pages of a pull request's files: GitHub gives 3,000 of them at most.
const FILE_PAGES: usize = 30;

/// A comment in GitHub's words: of a review, or of the conversation.
#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) body: Option<String>,
    user: Option<Login>,
}

#[derive(Deserialize)]
struct ChangedFile {
    filename: String,
    /// Missing where the file is binary or its diff too large.
    patch: Option<String>,
}

/// A comment that is to be there: its mark and its whole body.
struct Wanted<'a> {
    comment: &'a ReviewComment,
    mark: String,
    body: String,
}

impl Repo<'_> {
    /// Makes the pull request show `comments`. What GitHub would not take is added to `refused`. A comment of an earlier
    /// finding is left: people may have answered it.
    pub(super) async fn review(
        &self,
        pull: u64,
        head: &CommitSha,
        comments: &[ReviewComment],
        refused: &mut Vec<String>,
    ) -> Result<(), ForgeError> {
        let mut wanted: Vec<Wanted<'_>> = comments.iter().map(Wanted::of).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut tries = self.tries("post the review");
        let mut sifted = false;
        loop {
            let new = self.update_comments(pull, &wanted).await?;
            wanted.retain(|comment| new.contains(&comment.mark));
            if wanted.is_empty() {
                return Ok(());
            }
            let call = Call::post("post the review", self.at(&format!("pulls/{pull}/reviews")), &posted(head, &wanted));
            match self.once(&call).await {
                Ok(_) => return Ok(()),
                Err(Failure::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, .. }) if !sifted => {
                    sifted = true;
                    self.sift(pull, &mut wanted, refused).await?;
                }
                Err(Failure::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, message }) => {
                    refused.extend(wanted.iter().map(|comment| comment.refusal(&message)));
                    return Ok(());
                }
                Err(failure) => tries.after(failure).await?,
            }
        }
    }

    /// Updates the comments that are there, and gives the marks of those that are not.
    async fn update_comments(&self, pull: u64, wanted: &[Wanted<'_>]) -> Result<HashSet<String>, ForgeError> {
        let there = self.own_comments("list the review comments", &format!("pulls/{pull}/comments")).await?;
        let mut new = HashSet::new();
        for comment in wanted {
            let found = there.iter().find(|(body, _)| text::bears(body, &comment.mark));
            match found {
                None => {
                    new.insert(comment.mark.clone());
                }
                Some((body, _)) if same_text(body, &comment.body) => {}
                Some((_, id)) => {
                    let path = self.at(&format!("pulls/comments/{id}"));
                    let body = json!({ "body": comment.body });
                    let call = Call::patch("update a review comment", path, &body);
                    self.repeat(&call).await.map_err(|failure| failure.named(call.what))?;
                }
            }
        }
        Ok(new)
    }

    /// Our own comments of a list: their bodies and ids.
    pub(super) async fn own_comments(&self, what: &'static str, rest: &str) -> Result<Vec<(String, u64)>, ForgeError> {
        let us = self.identity().await?;
        let all: Vec<Comment> = self.list(what, rest).await?;
        let ours = |comment: &Comment| comment.user.as_ref().is_some_and(|user| us.is_author(&user.login));
        let known = |comment: Comment| (comment.body.unwrap_or_default(), comment.id);
        Ok(all.into_iter().filter(ours).map(known).collect())
    }

    /// Takes out the comments on lines that the diff doesn't show: GitHub refuses the whole review for one of them,
    /// and doesn't say for which.
    async fn sift(&self, pull: u64, wanted: &mut Vec<Wanted<'_>>, refused: &mut Vec<String>) -> Result<(), ForgeError> {
        let rest = format!("pulls/{pull}/files");
        let files: Vec<ChangedFile> = self.first("list the changed files", &rest, FILE_PAGES).await?;
        let shown: HashMap<&str, Vec<(u32, u32)>> = files
            .iter()
            .map(|file| (file.filename.as_str(), shown_lines(file.patch.as_deref().unwrap_or_default())))
            .collect();
        wanted.retain(|Wanted { comment, .. }| {
            let spans = shown.get(comment.path.as_str());
            spans.is_some_and(|spans| spans.iter().any(|(from, to)| (*from..*to).contains(&comment.line))) || {
                refused.push(refusal(comment, "the diff does not show this line"));
                false
            }
        });
        Ok(())
    }
}

impl<'a> Wanted<'a> {
    fn of(comment: &'a ReviewComment) -> Self {
        let mark = text::mark("finding", comment.finding.as_str());
        let body = text::marked(&mark, &comment.body);
        Self { comment, mark, body }
    }

    fn refusal(&self, why: &str) -> String {
        refusal(self.comment, why)
    }
}

fn refusal(comment: &ReviewComment, why: &str) -> String {
    format!("the comment on {}:{} ({}): {why}", comment.path, comment.line, comment.finding)
}

fn posted(head: &CommitSha, wanted: &[Wanted<'_>]) -> Value {
    let comments: Vec<Value> = wanted
        .iter()
        .map(|Wanted { comment, body, .. }| {
            json!({ "path": comment.path.as_str(), "line": comment.line, "side": "RIGHT", "body": body })
        })
        .collect();
    let body = match comments.len() {
        1 => "jittest has a question about this change.".to_owned(),
        count => format!("jittest has {count} questions about this change."),
    };
    json!({ "commit_id": head.as_str(), "event": "COMMENT", "body": body, "comments": comments })
}

/// Whether two bodies differ in more than what GitHub does to line ends.
pub(super) fn same_text(there: &str, ours: &str) -> bool {
    there.lines().map(str::trim_end).eq(ours.trim_end().lines().map(str::trim_end))
}

/// The lines of head that a patch shows, each as first line and the one after the last.
fn shown_lines(patch: &str) -> Vec<(u32, u32)> {
    let span = |line: &str| {
        let new = line.strip_prefix("@@ ")?.split(' ').nth(1)?.strip_prefix('+')?;
        let (from, count) = new.split_once(',').unwrap_or((new, "1"));
        let from: u32 = from.parse().ok()?;
        Some((from, from.saturating_add(count.parse().ok()?)))
    };
    patch.lines().filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_head_are_read_from_the_hunks() {
        let patch = "@@ -1,3 +1,4 @@ def f():\n a\n+b\n c\n d\n@@ -10 +12,2 @@\n-x\n+y\n+z\n@@ -30,2 +33,0 @@\n-q";
        assert_eq!(shown_lines(patch), [(1, 5), (12, 14), (33, 33)]);
        assert!(shown_lines("").is_empty());
    }
}
