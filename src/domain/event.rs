//! What happened on the forge, in no forge's own words: wire types end here.

use serde::{Deserialize, Serialize};

use super::CommitSha;

/// A repository and the installation through which it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The App's installation.
    pub installation: u64,
    /// The repository's owner (a user's or an organisation's login).
    pub owner: String,
    /// The repository's name.
    pub name: String,
}

impl Subject {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// Why a pull request is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeReason {
    /// It was opened.
    Opened,
    /// It has a new head.
    Pushed,
    /// It was opened again.
    Reopened,
    /// It is no draft any more.
    Ready,
    /// Its base branch changed.
    BaseChanged,
}

/// An event, after the forge's own words were understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The forge tries whether we answer.
    Ping,
    /// A pull request has something new to test.
    PullRequestChanged {
        /// Where.
        subject: Subject,
        /// Its number.
        pull: u64,
        /// Its head.
        head: CommitSha,
        /// Whether it is a draft.
        draft: bool,
        /// Why it is to be looked at.
        reason: ChangeReason,
    },
    /// A pull request was closed or merged.
    PullRequestClosed {
        /// Where.
        subject: Subject,
        /// Its number.
        pull: u64,
    },
    /// A bot wrote a pull request's text, and replaced one that it can't have read.
    DescriptionOverwritten {
        /// Where.
        subject: Subject,
        /// Its number.
        pull: u64,
        /// The bot's login.
        sender: String,
        /// The text that is gone.
        lost: String,
        /// The text that is there instead.
        by: String,
    },
    /// Somebody commented on a pull request.
    Commented {
        /// Where.
        subject: Subject,
        /// Its number.
        pull: u64,
        /// The comment's id, for reactions.
        comment: u64,
        /// The author's login.
        author: String,
        /// Whether a bot wrote it.
        by_bot: bool,
        /// The text.
        body: String,
    },
    /// One of our buttons was pressed on a check run.
    ButtonPressed {
        /// Where.
        subject: Subject,
        /// The check run's id.
        check_run: u64,
        /// Our own id of the check run.
        external_id: String,
        /// The commit that the check run stands on.
        head: CommitSha,
        /// Which button: the identifier that we gave it.
        button: String,
        /// Who pressed it.
        sender: String,
        /// The pull requests that the forge names (none for forks).
        pulls: Vec<u64>,
    },
    /// A check run or a check suite is to run again.
    RerunRequested {
        /// Where.
        subject: Subject,
        /// The commit.
        head: CommitSha,
        /// Our own id of the check run, where there is one.
        external_id: Option<String>,
        /// Who asked.
        sender: String,
        /// The pull requests that the forge names (none for forks).
        pulls: Vec<u64>,
    },
    /// An installation or its repositories changed.
    InstallationChanged {
        /// The installation.
        installation: u64,
        /// The forge's own word: `created`, `deleted`, `suspend`, `added`, `removed`, …
        change: String,
        /// `owner/name` of repositories that we can't reach any more; empty with `deleted` and `suspend` means all.
        lost: Vec<String>,
    },
    /// An event that asks nothing of us.
    Ignored,
}
