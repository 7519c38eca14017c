//! GitHub, and GitHub Enterprise Server.
//!
//! Every call goes through `client`: credentials, bounds of time and size, and the sorting of failures. What does no
//! harm when it is done twice is simply tried again; before anything is created it is looked up, and after an answer
//! that was lost it is looked up again. The wire types are private to this room.

mod address;
mod checks;
mod client;
mod comments;
mod commit;
mod credentials;
mod description;
mod pulls;
mod repo;
mod retry;
mod review;
mod signature;
mod text;
mod webhook;

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

pub use retry::{Clock, RetryBounds, SystemClock};

use self::client::Client;
use self::credentials::AppKey;
use self::repo::Repo;
use super::{CloneAccess, Forge, ForgeError, MalformedEvent, Published, Unauthentic, WebhookHeaders};
use crate::domain::{
    CheckRun, CommitOutcome, CommitRequest, CommitSha, Event, Markdown, Permission, Publication, PullRequest, Reaction,
    RepoPath, Subject, limits,
};

/// What the App needs to know of GitHub and of itself.
#[derive(Clone, Debug)]
pub struct GitHubConfig {
    /// The API: `https://api.github.com`, or `https://host/api/v3` of an Enterprise Server.
    pub api_url: String,
    /// The App's id or client id.
    pub app_id: String,
    /// Its RSA key: PEM, PKCS#1 or PKCS#8.
    pub private_key: SecretString,
    /// All of them are valid; two while a secret is rotated.
    pub webhook_secrets: Vec<SecretString>,
    /// From where repositories are cloned: `https://github.com`.
    pub git_url: String,
    /// How long and how often a call is tried.
    pub retry: RetryBounds,
}

/// GitHub, as a GitHub App.
#[derive(Debug)]
pub struct GitHub {
    client: Client,
    webhook_secrets: Vec<SecretString>,
    git_url: String,
}

impl GitHub {
    /// The App with these credentials. Nothing is sent; must be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`ForgeError::Unauthorized`] where the key can't be read, [`ForgeError::Unexpected`] where the URL is none; both
    /// say what to do, and show no secret.
    pub fn new(config: GitHubConfig) -> Result<Self, ForgeError> {
        let key = AppKey::parse(&config.app_id, &config.private_key)?;
        Ok(Self {
            client: Client::new(&config.api_url, key, config.retry)?,
            webhook_secrets: config.webhook_secrets,
            git_url: config.git_url.trim_end_matches('/').to_owned(),
        })
    }

    fn repo(&self, subject: &Subject) -> Repo<'_> {
        Repo::of(&self.client, subject)
    }
}

#[async_trait]
impl Forge for GitHub {
    fn authenticate(&self, body: &[u8], headers: &WebhookHeaders) -> Result<(), Unauthentic> {
        signature::authenticate(&self.webhook_secrets, body, headers)
    }

    fn event(&self, name: &str, body: &[u8]) -> Result<Event, MalformedEvent> {
        webhook::event(name, body)
    }

    fn authors_words(&self, body: &str) -> String {
        description::without_ours(body)
    }

    async fn pull_request(&self, subject: &Subject, number: u64) -> Result<PullRequest, ForgeError> {
        self.repo(subject).pull_request(number).await
    }

    async fn pulls_with_head(&self, subject: &Subject, head: &CommitSha) -> Result<Vec<u64>, ForgeError> {
        self.repo(subject).pulls_with_head(head).await
    }

    async fn file_at(
        &self,
        subject: &Subject,
        path: &RepoPath,
        commit: &CommitSha,
    ) -> Result<Option<Vec<u8>>, ForgeError> {
        self.repo(subject).file_at(path, commit).await
    }

    async fn permission(&self, subject: &Subject, login: &str) -> Result<Permission, ForgeError> {
        self.repo(subject).permission(login).await
    }

    async fn clone_access(&self, subject: &Subject) -> Result<CloneAccess, ForgeError> {
        // The token must outlive two fetches that use all of their time.
        let left = limits::FETCH_TIME * 2 + Duration::from_secs(60);
        let token = self.client.token(subject.installation, left).await?;
        let (owner, name) = (address::part(&subject.owner), address::part(&subject.name));
        Ok(CloneAccess { url: format!("{}/{owner}/{name}.git", self.git_url), token: Some(token.secret) })
    }

    /// The check run comes last: where it says that it is completed, all else is there.
    async fn publish(&self, subject: &Subject, publication: &Publication) -> Result<Published, ForgeError> {
        let repo = self.repo(subject);
        let mut published = Published::default();
        let Publication { pull, head, comments, .. } = publication;
        let reviewed = repo.review(*pull, head, comments, &mut published.refused).await;
        said("the review", reviewed, &mut published.refused)?;
        if let Some(ours) = &publication.description {
            let described = repo.describe(*pull, ours).await;
            let refused = said("the description", described, &mut published.refused)?;
            published.refused.extend(refused.flatten());
        }
        if let Some(check) = &publication.check_run {
            let check = telling(check, &published.refused);
            if let Some(run) = repo.check_run(&check, &mut published.refused).await? {
                published.check_run = Some(run.id);
                published.url = run.html_url;
            }
        }
        Ok(published)
    }

    async fn restore(
        &self,
        subject: &Subject,
        pull: u64,
        sender: &str,
        lost: &str,
        by: &str,
    ) -> Result<(), ForgeError> {
        self.repo(subject).restore(pull, sender, lost, by).await
    }

    async fn react(&self, subject: &Subject, comment: u64, reaction: Reaction) -> Result<(), ForgeError> {
        self.repo(subject).react(comment, reaction).await
    }

    async fn reply(&self, subject: &Subject, pull: u64, marker: &str, body: &str) -> Result<(), ForgeError> {
        self.repo(subject).reply(pull, marker, body).await
    }

    async fn commit(&self, subject: &Subject, request: &CommitRequest) -> Result<CommitOutcome, ForgeError> {
        self.repo(subject).commit(request).await
    }

    async fn check(&self) -> Result<String, ForgeError> {
        Ok(self.client.identity().await?.name.clone())
    }
}

/// The check run, which tells what of the other parts GitHub did not take: its readers would miss it else.
fn telling<'c>(check: &'c CheckRun, refused: &[String]) -> Cow<'c, CheckRun> {
    if refused.is_empty() {
        return Cow::Borrowed(check);
    }
    let rows: Vec<String> = refused.iter().map(|what| format!("- {}", Markdown::text(what))).collect();
    let text = format!("### Not taken by GitHub\n\n{}\n\n{}", rows.join("\n"), check.text);
    Cow::Owned(CheckRun { text, ..check.clone() })
}

/// What GitHub would not take of one part is said, and the other parts are still published; what may work later, or
/// concerns all parts, stays an error.
fn said<T>(part: &str, result: Result<T, ForgeError>, refused: &mut Vec<String>) -> Result<Option<T>, ForgeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } | ForgeError::Unexpected { .. })) => {
            refused.push(format!("{part}: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
