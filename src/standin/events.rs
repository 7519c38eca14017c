//! Webhooks as GitHub writes them, built from what the stand-in holds at that moment.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::pulls;
use super::render::{self, merged, node_id};
use super::state::{Repo, State};
use super::{Repository, StandIn};

/// An event, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookEvent {
    /// What stands in `X-GitHub-Event`.
    pub name: String,
    /// The body: exactly these bytes are signed and sent.
    pub body: Vec<u8>,
}

impl HookEvent {
    /// Any body under any name: to try what isn't an event.
    pub fn raw(name: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), body: body.into() }
    }

    fn new(name: &str, body: &Value) -> Self {
        Self::raw(name, body.to_string())
    }
}

/// What every event of a repository has.
fn common(state: &State, repo: &Repo, action: &str, sender: &str) -> Value {
    let id = state.app.installation;
    json!({
        "action": action,
        "repository": render::repository(state, repo),
        "sender": render::user(state, sender),
        "installation": {"id": id, "node_id": node_id("IntegrationInstallation", id)},
    })
}

impl Repository {
    /// A `pull_request` event: `opened`, `synchronize`, `reopened`, `ready_for_review`, `closed`, … The author sends it.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn pull_request_event(&self, pull: u64, action: &str) -> anyhow::Result<HookEvent> {
        self.pull_request_event_with(pull, action, json!({}))
    }

    /// A `pull_request` event, `edited`, after [`Repository::retarget`] gave the old base branch.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn base_changed_event(&self, pull: u64, from: &str) -> anyhow::Result<HookEvent> {
        let old = self.branch_commits(from)?.first().map(|commit| commit.sha.clone()).unwrap_or_default();
        let changes = json!({"changes": {"base": {"ref": {"from": from}, "sha": {"from": old}}}});
        self.pull_request_event_with(pull, "edited", changes)
    }

    /// A `pull_request` event, `edited`, after [`Repository::edit_body`] gave the old body.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn body_edited_event(&self, pull: u64, from: &str) -> anyhow::Result<HookEvent> {
        self.pull_request_event_with(pull, "edited", json!({"changes": {"body": {"from": from}}}))
    }

    /// The same after the App itself wrote the body, in place of `from`.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn body_written_event(&self, pull: u64, from: &str) -> anyhow::Result<HookEvent> {
        let bot = self.read(|state, _| Ok(render::user(state, &state.app.bot())))?;
        self.pull_request_event_with(pull, "edited", json!({"changes": {"body": {"from": from}}, "sender": bot}))
    }

    fn pull_request_event_with(&self, number: u64, action: &str, more: Value) -> anyhow::Result<HookEvent> {
        self.read(|state, repo| {
            let pull = repo.pull(number).with_context(|| format!("no pull request {number}"))?;
            let mut body = merged(common(state, repo, action, &pull.author), more);
            body["number"] = json!(number);
            body["pull_request"] = pulls::shown(state, repo, pull)?;
            if action == "synchronize" {
                body["before"] = json!(pull.before.as_ref().unwrap_or(&pull.head_sha));
                body["after"] = json!(pull.head_sha);
            }
            Ok(HookEvent::new("pull_request", &body))
        })
    }

    /// An `issue_comment` event, `created`.
    ///
    /// # Errors
    /// Where there is no such comment.
    pub fn comment_event(&self, comment: u64) -> anyhow::Result<HookEvent> {
        self.read(|state, repo| {
            let comment = repo.issue_comments.iter().find(|one| one.id == comment).context("no such comment")?;
            let mut body = common(state, repo, "created", &comment.author);
            body["comment"] = render::issue_comment(state, repo, comment);
            body["issue"] = issue(state, repo, comment.pull)?;
            Ok(HookEvent::new("issue_comment", &body))
        })
    }

    /// A `check_run` event without a button: `rerequested`, `created`, `completed`.
    ///
    /// # Errors
    /// Where there is no such check run.
    pub fn check_run_event(&self, check_run: u64, action: &str, login: &str) -> anyhow::Result<HookEvent> {
        self.check_run_event_with(check_run, action, login, json!({}))
    }

    /// A `check_run` event, `requested_action`: `login` pressed a button.
    ///
    /// # Errors
    /// Where there is no such check run, or it has no such button.
    pub fn button_event(&self, check_run: u64, identifier: &str, login: &str) -> anyhow::Result<HookEvent> {
        self.read(|_, repo| {
            let run = repo.check_run(check_run).with_context(|| format!("no check run {check_run}"))?;
            let there = run.actions.iter().any(|action| action.identifier == identifier);
            ensure!(there && run.status == "completed", "check run {check_run} shows no button {identifier}");
            Ok(())
        })?;
        let more = json!({"requested_action": {"identifier": identifier}});
        self.check_run_event_with(check_run, "requested_action", login, more)
    }

    fn check_run_event_with(&self, id: u64, action: &str, login: &str, more: Value) -> anyhow::Result<HookEvent> {
        self.know(login);
        self.read(|state, repo| {
            let run = repo.check_run(id).with_context(|| format!("no check run {id}"))?;
            let mut body = merged(common(state, repo, action, login), more);
            body["check_run"] = render::check_run(state, repo, run);
            body["check_run"]["check_suite"] = render::check_suite(state, repo, run.suite, &run.head_sha);
            Ok(HookEvent::new("check_run", &body))
        })
    }

    /// A `check_suite` event: `rerequested`, `requested`, `completed`.
    ///
    /// # Errors
    /// Where the commit has no check suite.
    pub fn check_suite_event(&self, sha: &str, action: &str, login: &str) -> anyhow::Result<HookEvent> {
        self.know(login);
        self.read(|state, repo| {
            let suite = repo.suites.iter().find(|(_, head)| head == sha);
            let (id, _) = suite.with_context(|| format!("no check suite of {sha}"))?;
            let mut body = common(state, repo, action, login);
            body["check_suite"] = render::check_suite(state, repo, *id, sha);
            Ok(HookEvent::new("check_suite", &body))
        })
    }
}

/// A pull request as an issue: comments' events show it so.
fn issue(state: &State, repo: &Repo, number: u64) -> anyhow::Result<Value> {
    let pull = repo.pull(number).with_context(|| format!("no pull request {number}"))?;
    let shown = pulls::shown(state, repo, pull)?;
    let url = format!("{}/issues/{number}", render::repo_url(state, repo));
    let mut issue = json!({
        "url": url,
        "repository_url": render::repo_url(state, repo),
        "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"),
        "timeline_url": format!("{url}/timeline"),
        "html_url": shown["html_url"],
        "state_reason": null,
        "pull_request": {
            "url": shown["url"],
            "html_url": shown["html_url"],
            "diff_url": shown["diff_url"],
            "patch_url": shown["patch_url"],
            "merged_at": null,
        },
    });
    let same = [
        "id",
        "node_id",
        "number",
        "title",
        "user",
        "labels",
        "state",
        "locked",
        "assignee",
        "assignees",
        "milestone",
        "comments",
        "created_at",
        "updated_at",
        "closed_at",
        "author_association",
        "active_lock_reason",
        "body",
        "draft",
    ];
    for name in same {
        issue[name] = shown[name].clone();
    }
    Ok(issue)
}

impl StandIn {
    /// The `ping` that a new webhook gets.
    pub fn ping_event(&self) -> HookEvent {
        let state = self.shared.state();
        let body = json!({
            "zen": "Keep it logically awesome.",
            "hook_id": 2_024,
            "hook": {
                "type": "App",
                "id": 2_024,
                "name": "web",
                "active": true,
                "events": state.app.events,
                "config": {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": "http://127.0.0.1/"},
                "updated_at": "2026-01-01T00:00:00Z",
                "created_at": "2026-01-01T00:00:00Z",
                "app_id": state.app.id,
                "deliveries_url": format!("{}/app/hook/deliveries", state.api_url()),
            },
        });
        HookEvent::new("ping", &body)
    }

    /// An `installation` event: `created`, `deleted`, `suspend`, `unsuspend`.
    pub fn installation_event(&self, action: &str) -> HookEvent {
        let state = self.shared.state();
        let installed = state.repositories.iter().filter(|repo| repo.installed);
        let body = json!({
            "action": action,
            "installation": render::installation(&state),
            "repositories": installed.map(brief).collect::<Vec<_>>(),
            "requester": null,
            "sender": render::user(&state, "app-owner"),
        });
        HookEvent::new("installation", &body)
    }

    /// An `installation_repositories` event, `added` or `removed`, about repositories by their full names. It tells
    /// of the change, and makes it too.
    pub fn installation_repositories_event(&self, action: &str, repositories: &[&str]) -> HookEvent {
        let mut state = self.shared.state();
        let meant = |repo: &Repo| repositories.contains(&repo.full_name().as_str());
        for repo in state.repositories.iter_mut().filter(|repo| meant(repo)) {
            repo.installed = action == "added";
        }
        let changed: Vec<Value> = state.repositories.iter().filter(|repo| meant(repo)).map(brief).collect();
        let (added, removed) = if action == "added" { (changed, Vec::new()) } else { (Vec::new(), changed) };
        let body = json!({
            "action": action,
            "installation": render::installation(&state),
            "repository_selection": "selected",
            "repositories_added": added,
            "repositories_removed": removed,
            "requester": null,
            "sender": render::user(&state, "app-owner"),
        });
        HookEvent::new("installation_repositories", &body)
    }
}

fn brief(repo: &Repo) -> Value {
    json!({
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name(),
        "private": repo.private,
    })
}
