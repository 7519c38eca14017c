//! Where pull requests live. One folder per member: `github/`.

pub mod github;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::domain::{
    CommitOutcome, CommitRequest, CommitSha, Event, Permission, Publication, PullRequest, Reaction, RepoPath, Subject,
};

/// The headers of a webhook that matter.
#[derive(Clone, Debug, Default)]
pub struct WebhookHeaders {
    /// `X-Hub-Signature-256`
    pub signature: Option<String>,
}

/// A webhook that we can't believe.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the webhook's signature is missing or wrong")]
pub struct Unauthentic;

/// A webhook that lacks what its event must have.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the webhook is not a {event} event: {what}")]
pub struct MalformedEvent {
    /// The event's name.
    pub event: String,
    /// What is wrong with it.
    pub what: String,
}

/// How a repository is cloned.
#[derive(Clone, Debug)]
pub struct CloneAccess {
    /// Without any secret in it.
    pub url: String,
    /// The token, sent as the password of `x-access-token`.
    pub token: Option<SecretString>,
}

/// What publishing left on the forge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The check run's id.
    pub check_run: Option<u64>,
    /// Its page.
    pub url: Option<String>,
    /// What the forge would not take, in words for the log and the report.
    pub refused: Vec<String>,
}

/// We could not find out, or the forge would not.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// It does not answer, or answers 5xx, after all tries.
    #[error("the forge does not answer ({what})")]
    Unavailable {
        /// The call.
        what: String,
        /// Why.
        #[source]
        source: anyhow::Error,
    },
    /// It asks us to wait for longer than is waited on the spot: a rate limit, or a time named with a 5xx.
    #[error("the forge asks us to wait ({what})")]
    RateLimited {
        /// The call.
        what: String,
        /// When it may be asked again, in milliseconds since 1970.
        until_ms: i64,
    },
    /// The credentials are wrong.
    #[error("the forge does not accept our credentials ({what}): {message}")]
    Unauthorized {
        /// The call.
        what: String,
        /// Its words.
        message: String,
    },
    /// We may not.
    #[error("the forge does not allow it ({what}): {message}")]
    Forbidden {
        /// The call.
        what: String,
        /// Its words.
        message: String,
    },
    /// It isn't there.
    #[error("not found on the forge ({what})")]
    NotFound {
        /// The call.
        what: String,
    },
    /// It is there, and larger than the forge sends.
    #[error("too large to be read from the forge ({what})")]
    TooLarge {
        /// What.
        what: String,
    },
    /// It refused what we sent, or answered what we can't read.
    #[error("the forge refused or answered unexpectedly ({what}): {message}")]
    Unexpected {
        /// The call.
        what: String,
        /// Its words.
        message: String,
    },
}

impl ForgeError {
    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::RateLimited { .. })
    }
}

/// Where pull requests live.
#[async_trait]
pub trait Forge: Send + Sync {
    /// Whether a webhook's raw body was signed by the forge. Constant time.
    ///
    /// # Errors
    /// [`Unauthentic`] where it was not.
    fn authenticate(&self, body: &[u8], headers: &WebhookHeaders) -> Result<(), Unauthentic>;

    /// What a webhook says.
    ///
    /// # Errors
    /// [`MalformedEvent`] where it isn't JSON or lacks what the event must have.
    fn event(&self, name: &str, body: &[u8]) -> Result<Event, MalformedEvent>;

    /// A pull request's body without our own part.
    fn authors_words(&self, body: &str) -> String {
        body.to_owned()
    }

    /// A pull request as it is now, with its merge base.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn pull_request(&self, subject: &Subject, number: u64) -> Result<PullRequest, ForgeError>;

    /// The open pull requests whose head is `head`, forks' included.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn pulls_with_head(&self, subject: &Subject, head: &CommitSha) -> Result<Vec<u64>, ForgeError>;

    /// A file at a commit; `None` where it isn't there.
    ///
    /// # Errors
    /// [`ForgeError`]; [`ForgeError::TooLarge`] where it is there and can't be had.
    async fn file_at(
        &self,
        subject: &Subject,
        path: &RepoPath,
        commit: &CommitSha,
    ) -> Result<Option<Vec<u8>>, ForgeError>;

    /// What a person may do in the repository.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn permission(&self, subject: &Subject, login: &str) -> Result<Permission, ForgeError>;

    /// How the repository is cloned.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn clone_access(&self, subject: &Subject) -> Result<CloneAccess, ForgeError>;

    /// Makes the forge show `publication`: looks up what is there by external id, or marker and author,
    /// and creates or updates. Publishing the same twice changes nothing.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn publish(&self, subject: &Subject, publication: &Publication) -> Result<Published, ForgeError>;

    /// Gives an author back the text `lost`, which `sender` overwrote with `by`: only where that was ourselves, and
    /// nobody has changed the author's part since. Doing it twice changes nothing.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn restore(&self, subject: &Subject, pull: u64, sender: &str, lost: &str, by: &str)
    -> Result<(), ForgeError>;

    /// Reacts to a comment.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn react(&self, subject: &Subject, comment: u64, reaction: Reaction) -> Result<(), ForgeError>;

    /// Answers on a pull request: one comment for each `marker`, found again by it.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn reply(&self, subject: &Subject, pull: u64, marker: &str, body: &str) -> Result<(), ForgeError>;

    /// Commits files to a pull request's branch, once for each marker.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn commit(&self, subject: &Subject, request: &CommitRequest) -> Result<CommitOutcome, ForgeError>;

    /// Whether the credentials are good: the App's name.
    ///
    /// # Errors
    /// [`ForgeError`].
    async fn check(&self) -> Result<String, ForgeError>;
}
