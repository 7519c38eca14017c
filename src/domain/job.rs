//! A job: small, serialisable, safe to run twice.

use serde::{Deserialize, Serialize};

use super::{CommitSha, DeliveryId, JobId, Subject};

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobKind {
    /// Test the pull request at this head.
    Test {
        /// The head that was named; `None`: whatever it is when the job starts.
        head: Option<CommitSha>,
        /// Asked for by a person, so that drafts and a disabled description don't stop it.
        asked: bool,
    },
    /// Obey a `/jittest` comment.
    Command {
        /// The comment's text.
        body: String,
        /// The comment's id.
        comment: u64,
        /// Who wrote it.
        author: String,
    },
    /// Obey a button.
    Button {
        /// Which one.
        button: String,
        /// Who pressed it.
        sender: String,
        /// The commit that it stood on.
        head: CommitSha,
        /// Our own id of the check run that it stood on: the job that made it, if it is ours.
        check: String,
    },
    /// Give an author back what our description overwrote.
    Restore {
        /// Who overwrote it.
        sender: String,
        /// The whole text that is gone.
        lost: String,
        /// The whole text that was written in its place.
        by: String,
    },
}

/// One piece of work for a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id; also the external id of its check run.
    pub id: JobId,
    /// The delivery that it comes from.
    pub delivery: DeliveryId,
    /// Where.
    pub subject: Subject,
    /// The pull request; `None` where the forge named none and it is looked up by the head.
    pub pull: Option<u64>,
    /// What to do.
    pub kind: JobKind,
}
