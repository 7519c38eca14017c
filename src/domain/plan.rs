//! What an event asks for, before anything is stored.

use serde::{Deserialize, Serialize};

use super::{CommitSha, JobKind, Subject};

/// A job that is not in the store yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The same text means the same job: the second is not taken.
    pub dedupe: String,
    /// Where.
    pub subject: Subject,
    /// The pull request; `None` where it has to be looked up.
    pub pull: Option<u64>,
    /// What to do.
    pub kind: JobKind,
}

/// Why a job is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// A newer head has a job of its own.
    Superseded,
    /// The pull request was closed.
    Closed,
    /// The repository can't be reached any more: nothing can be shown there either.
    Gone,
}

/// Which jobs are to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The test jobs of one pull request.
    Pull {
        /// Where.
        subject: Subject,
        /// Its number.
        pull: u64,
        /// Why.
        reason: StopReason,
    },
    /// All jobs of one repository.
    Repository {
        /// The installation.
        installation: u64,
        /// `owner/name`.
        full_name: String,
    },
    /// All jobs of an installation.
    Installation(u64),
}

/// What an event asks for. Stops come first: they never stop the plan's own jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is to stop.
    pub stops: Vec<Stop>,
    /// What is to be done.
    pub jobs: Vec<NewJob>,
}

impl Plan {
    /// A test of a pull request, in place of its tests that have not ended. The same `cause` never asks twice.
    pub fn to_test(cause: &str, subject: &Subject, pull: u64, head: Option<CommitSha>, asked: bool) -> Self {
        Self {
            stops: vec![Stop::Pull { subject: subject.clone(), pull, reason: StopReason::Superseded }],
            jobs: vec![NewJob {
                dedupe: format!("{cause}:{pull}"),
                subject: subject.clone(),
                pull: Some(pull),
                kind: JobKind::Test { head, asked },
            }],
        }
    }
}
