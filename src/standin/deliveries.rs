//! Webhooks on their way: signed, sent, kept for redelivery.

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::events::HookEvent;
use super::{Repository, StandIn};

/// The most of an answer that is kept.
const ANSWER_BYTES: usize = 64 << 10;

/// A delivery that was sent, for redelivery.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    id: String,
    url: String,
    secret: String,
    event: HookEvent,
}

/// What became of a delivery: that nobody answered is a result too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryResult {
    /// What stood in `X-GitHub-Delivery`.
    pub id: String,
    /// The answer's status; `None` where there was no answer within ten seconds.
    pub status: Option<u16>,
    /// The answer's body, its first 64 KB.
    pub body: String,
}

/// `X-Hub-Signature-256` of a body.
fn signature(secret: &str, body: &[u8]) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).context("the secret can't sign")?;
    mac.update(body);
    Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

impl StandIn {
    /// Where [`StandIn::send`] and the buttons send events, and the secret that signs them.
    pub fn set_webhook(&self, url: &str, secret: &str) {
        self.shared.state().webhook = Some((url.to_owned(), secret.to_owned()));
    }

    fn webhook(&self) -> anyhow::Result<(String, String)> {
        self.shared.state().webhook.clone().context("no webhook is set: call set_webhook first")
    }

    /// Sends an event to the webhook that is set.
    ///
    /// # Errors
    /// Where none is set. That nobody answers is no error.
    pub async fn send(&self, event: HookEvent) -> anyhow::Result<DeliveryResult> {
        let (url, secret) = self.webhook()?;
        self.deliver(&url, &secret, event).await
    }

    /// Sends an event, signed with `secret`, to `url`, under a new delivery id.
    ///
    /// # Errors
    /// Where `url` or `secret` can't be used. That nobody answers is no error.
    pub async fn deliver(&self, url: &str, secret: &str, event: HookEvent) -> anyhow::Result<DeliveryResult> {
        let id = uuid::Uuid::now_v7().to_string();
        let sent = Sent { id, url: url.to_owned(), secret: secret.to_owned(), event };
        self.shared.state().sent.push(sent.clone());
        self.post(&sent).await
    }

    /// Sends a delivery again, under the same id and with the same body, to the webhook that is set now, or else
    /// where it went before.
    ///
    /// # Errors
    /// Where there is no such delivery.
    pub async fn redeliver(&self, id: &str) -> anyhow::Result<DeliveryResult> {
        let mut sent = {
            let state = self.shared.state();
            state.sent.iter().find(|sent| sent.id == id).cloned().with_context(|| format!("no delivery {id}"))?
        };
        if let Ok((url, secret)) = self.webhook() {
            (sent.url, sent.secret) = (url, secret);
        }
        self.post(&sent).await
    }

    async fn post(&self, sent: &Sent) -> anyhow::Result<DeliveryResult> {
        let url = reqwest::Url::parse(&sent.url).with_context(|| format!("not a URL: {}", sent.url))?;
        let request = self
            .shared
            .client
            .post(url)
            .header("accept", "*/*")
            .header("content-type", "application/json")
            .header("user-agent", "GitHub-Hookshot/5ca1ab1e")
            .header("x-github-delivery", &sent.id)
            .header("x-github-event", &sent.event.name)
            .header("x-github-hook-id", "2024")
            .header("x-github-hook-installation-target-type", "integration")
            .header("x-hub-signature-256", signature(&sent.secret, &sent.event.body)?)
            .body(sent.event.body.clone());
        let nobody = DeliveryResult { id: sent.id.clone(), status: None, body: String::new() };
        let Ok(mut response) = request.send().await else { return Ok(nobody) };
        let status = Some(response.status().as_u16());
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= ANSWER_BYTES {
                body.truncate(ANSWER_BYTES);
                break;
            }
        }
        Ok(DeliveryResult { status, body: String::from_utf8_lossy(&body).into_owned(), ..nobody })
    }

    /// `login` presses a button of a check run: the event goes to the webhook that is set.
    ///
    /// # Errors
    /// Where there is no such check run, it has no such button, or no webhook is set.
    pub async fn press_button(&self, check_run: u64, identifier: &str, login: &str) -> anyhow::Result<DeliveryResult> {
        let (repository, _) = self.check_run_place(check_run)?;
        self.send(repository.button_event(check_run, identifier, login)?).await
    }

    /// `login` asks for a check run to run again.
    ///
    /// # Errors
    /// Where there is no such check run, or no webhook is set.
    pub async fn rerequest(&self, check_run: u64, login: &str) -> anyhow::Result<DeliveryResult> {
        let (repository, _) = self.check_run_place(check_run)?;
        self.send(repository.check_run_event(check_run, "rerequested", login)?).await
    }

    /// `login` asks for all of the App's checks of a commit to run again.
    ///
    /// # Errors
    /// Where the commit has no check of the App, or no webhook is set.
    pub async fn rerequest_suite(&self, sha: &str, login: &str) -> anyhow::Result<DeliveryResult> {
        let name = {
            let state = self.shared.state();
            let with = state.repositories.iter().find(|repo| repo.suites.iter().any(|(_, head)| head == sha));
            with.map(super::state::Repo::full_name).with_context(|| format!("no check suite of {sha}"))?
        };
        let repository = self.repository(&name).context("the repository went away")?;
        self.send(repository.check_suite_event(sha, "rerequested", login)?).await
    }

    /// The repository of a check run, and its commit.
    fn check_run_place(&self, id: u64) -> anyhow::Result<(Repository, String)> {
        let found = {
            let state = self.shared.state();
            let with = state.repositories.iter().find_map(|repo| repo.check_run(id).map(|run| (repo, run)));
            with.map(|(repo, run)| (repo.full_name(), run.head_sha.clone()))
        };
        let (name, sha) = found.with_context(|| format!("no check run {id}"))?;
        Ok((self.repository(&name).context("the repository went away")?, sha))
    }
}
