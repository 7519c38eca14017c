//! Webhooks: GitHub's words in, an [`Event`] out. The wire types end here.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::description;
use crate::domain::{ChangeReason, CommitSha, Event, Subject};
use crate::forge::MalformedEvent;

/// What GitHub calls a user that is gone.
const GHOST: &str = "ghost";

#[derive(Deserialize)]
struct Acted {
    action: String,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
    name: String,
    owner: Owner,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
}

/// Where an event happened.
#[derive(Deserialize)]
struct Place {
    repository: Repository,
    /// Missing where a repository's own webhook was pointed at us: GitHub puts it into each of an App's.
    installation: Option<Installation>,
}

impl Place {
    fn subject(&self) -> Option<Subject> {
        let installation = self.installation.as_ref()?.id;
        let Repository { name, owner, .. } = &self.repository;
        Some(Subject { installation, owner: owner.login.clone(), name: name.clone() })
    }
}

#[derive(Deserialize)]
struct Commit {
    sha: CommitSha,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    head: Commit,
    #[serde(default)]
    draft: bool,
    body: Option<String>,
}

#[derive(Deserialize)]
struct PullRequestEvent {
    #[serde(flatten)]
    place: Place,
    pull_request: Pull,
    #[serde(default)]
    changes: Changes,
    sender: Option<User>,
}

#[derive(Default, Deserialize)]
struct Changes {
    base: Option<serde::de::IgnoredAny>,
    body: Option<Was>,
}

#[derive(Deserialize)]
struct Was {
    from: Option<String>,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    /// There where the issue is a pull request.
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    user: Option<User>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct IssueCommentEvent {
    #[serde(flatten)]
    place: Place,
    issue: Issue,
    comment: Comment,
}

#[derive(Deserialize)]
struct Named {
    id: u64,
}

#[derive(Deserialize)]
struct Base {
    repo: Named,
}

#[derive(Deserialize)]
struct LinkedPull {
    number: u64,
    base: Base,
}

/// A check run or a check suite.
#[derive(Deserialize)]
struct Check {
    id: u64,
    head_sha: CommitSha,
    external_id: Option<String>,
    #[serde(default)]
    pull_requests: Vec<LinkedPull>,
}

#[derive(Deserialize)]
struct Button {
    identifier: String,
}

#[derive(Deserialize)]
struct CheckEvent {
    #[serde(flatten)]
    place: Place,
    #[serde(alias = "check_suite")]
    check_run: Check,
    requested_action: Option<Button>,
    sender: User,
}

impl CheckEvent {
    /// The pull requests into this repository: GitHub also names those of a fork's own branches elsewhere.
    fn pulls(&self) -> Vec<u64> {
        let here = |pull: &&LinkedPull| pull.base.repo.id == self.place.repository.id;
        self.check_run.pull_requests.iter().filter(here).map(|pull| pull.number).collect()
    }
}

#[derive(Deserialize)]
struct RepositoryName {
    full_name: String,
}

#[derive(Deserialize)]
struct InstallationEvent {
    action: String,
    installation: Installation,
    #[serde(default)]
    repositories_removed: Vec<RepositoryName>,
}

/// What the webhook `name` with `body` says.
pub(super) fn event(name: &str, body: &[u8]) -> Result<Event, MalformedEvent> {
    match name {
        "pull_request" => pull_request(body),
        "issue_comment" => issue_comment(body),
        "check_run" => check_run(body),
        "check_suite" => check_suite(body),
        "installation" | "installation_repositories" => installation(name, body),
        // Only that it is JSON is known of the others.
        _ => read::<serde_json::Map<String, serde_json::Value>>(name, body)
            .map(|_| if name == "ping" { Event::Ping } else { Event::Ignored }),
    }
}

fn pull_request(body: &[u8]) -> Result<Event, MalformedEvent> {
    let name = "pull_request";
    let reason = match read::<Acted>(name, body)?.action.as_str() {
        "opened" => Some(ChangeReason::Opened),
        "synchronize" => Some(ChangeReason::Pushed),
        "reopened" => Some(ChangeReason::Reopened),
        "ready_for_review" => Some(ChangeReason::Ready),
        "edited" => Some(ChangeReason::BaseChanged),
        "closed" => None,
        _ => return Ok(Event::Ignored),
    };
    let PullRequestEvent { place, pull_request: pull, changes, sender } = read(name, body)?;
    let Some(subject) = place.subject() else { return Ok(Event::Ignored) };
    Ok(match reason {
        Some(ChangeReason::BaseChanged) if changes.base.is_none() => text_edited(subject, pull, changes, sender),
        Some(reason) => {
            Event::PullRequestChanged { subject, pull: pull.number, head: pull.head.sha, draft: pull.draft, reason }
        }
        None => Event::PullRequestClosed { subject, pull: pull.number },
    })
}

/// That somebody edited the text asks nothing of us, unless it was a bot that overwrote what it had not read.
fn text_edited(subject: Subject, pull: Pull, changes: Changes, sender: Option<User>) -> Event {
    let was = changes.body.map(|was| was.from.unwrap_or_default());
    match (was, sender) {
        (Some(lost), Some(sender)) if sender.kind == "Bot" => {
            let by = pull.body.unwrap_or_default();
            if !description::overwrote(&lost, &by) {
                return Event::Ignored;
            }
            Event::DescriptionOverwritten { subject, pull: pull.number, sender: sender.login, lost, by }
        }
        _ => Event::Ignored,
    }
}

fn issue_comment(body: &[u8]) -> Result<Event, MalformedEvent> {
    let name = "issue_comment";
    if read::<Acted>(name, body)?.action != "created" {
        return Ok(Event::Ignored);
    }
    let IssueCommentEvent { place, issue, comment } = read(name, body)?;
    let (Some(subject), Some(_)) = (place.subject(), issue.pull_request) else { return Ok(Event::Ignored) };
    let (author, kind) = comment.user.map_or((GHOST.to_owned(), String::new()), |user| (user.login, user.kind));
    Ok(Event::Commented {
        subject,
        pull: issue.number,
        comment: comment.id,
        by_bot: kind == "Bot" || author.ends_with("[bot]"),
        author,
        body: comment.body.unwrap_or_default(),
    })
}

fn check_run(body: &[u8]) -> Result<Event, MalformedEvent> {
    let name = "check_run";
    let action = read::<Acted>(name, body)?.action;
    if action != "rerequested" && action != "requested_action" {
        return Ok(Event::Ignored);
    }
    let event: CheckEvent = read(name, body)?;
    let Some(subject) = event.place.subject() else { return Ok(Event::Ignored) };
    if action == "rerequested" {
        return Ok(rerun(subject, event));
    }
    let pulls = event.pulls();
    let Some(button) = event.requested_action else { return Err(incomplete(name)) };
    Ok(Event::ButtonPressed {
        subject,
        check_run: event.check_run.id,
        external_id: event.check_run.external_id.unwrap_or_default(),
        head: event.check_run.head_sha,
        button: button.identifier,
        sender: event.sender.login,
        pulls,
    })
}

fn check_suite(body: &[u8]) -> Result<Event, MalformedEvent> {
    let name = "check_suite";
    if read::<Acted>(name, body)?.action != "rerequested" {
        return Ok(Event::Ignored);
    }
    let event: CheckEvent = read(name, body)?;
    Ok(event.place.subject().map_or(Event::Ignored, |subject| rerun(subject, event)))
}

fn rerun(subject: Subject, event: CheckEvent) -> Event {
    let pulls = event.pulls();
    let Check { head_sha: head, external_id, .. } = event.check_run;
    let external_id = external_id.filter(|id| !id.is_empty());
    Event::RerunRequested { subject, head, external_id, sender: event.sender.login, pulls }
}

fn installation(name: &str, body: &[u8]) -> Result<Event, MalformedEvent> {
    let event: InstallationEvent = read(name, body)?;
    let lost = event.repositories_removed.into_iter().map(|repository| repository.full_name).collect();
    Ok(Event::InstallationChanged { installation: event.installation.id, change: event.action, lost })
}

/// `body` as `T`; the error tells what kind of thing is wrong, and nothing of how we read it.
fn read<T: DeserializeOwned>(name: &str, body: &[u8]) -> Result<T, MalformedEvent> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            incomplete(name)
        } else {
            MalformedEvent { event: shown(name), what: "it is not JSON".to_owned() }
        }
    })
}

fn incomplete(name: &str) -> MalformedEvent {
    MalformedEvent { event: shown(name), what: "it lacks what this event must have".to_owned() }
}

/// An event's name comes from a header that nobody has signed.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}
