//! Check runs and suites.

use serde_json::{Value, json};

use super::{app, merged, node_id, repo_page, repo_url, repository};
use crate::standin::record::{Annotation, CheckRun, Pull};
use crate::standin::state::{Repo, State, written};

/// A check run.
pub(in crate::standin) fn check_run(state: &State, repo: &Repo, run: &CheckRun) -> Value {
    let url = format!("{}/check-runs/{}", repo_url(state, repo), run.id);
    json!({
        "id": run.id,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id.clone().unwrap_or_default(),
        "name": run.name,
        "url": url,
        "html_url": format!("{}/runs/{}", repo_page(state, repo), run.id),
        "details_url": run.details_url.clone().unwrap_or_else(|| format!("{}/about", state.base_url)),
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": run.output.title,
            "summary": run.output.summary,
            "text": run.output.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": {"id": run.suite},
        "app": app(state),
        "pull_requests": pulls_of(state, repo, &run.head_sha),
    })
}

/// An annotation of a check run.
pub(in crate::standin) fn annotation(state: &State, repo: &Repo, run: &CheckRun, annotation: &Annotation) -> Value {
    let place = format!("{}/blob/{}/{}", repo_page(state, repo), run.head_sha, annotation.path);
    merged(json!(annotation), json!({"blob_href": place}))
}

/// A check suite, with what the webhooks' form has besides.
pub(in crate::standin) fn check_suite(state: &State, repo: &Repo, id: u64, sha: &str) -> Value {
    let runs: Vec<_> = repo.check_runs.iter().filter(|run| run.suite == id).collect();
    let done = runs.iter().all(|run| run.status == "completed");
    let url = format!("{}/check-suites/{id}", repo_url(state, repo));
    let branch = pulls_with(repo, sha).next().map(|pull| pull.head_branch.clone());
    let time = written(super::CREATED);
    json!({
        "id": id,
        "node_id": node_id("CheckSuite", id),
        "head_branch": branch,
        "head_sha": sha,
        "status": if done { "completed" } else { "queued" },
        "conclusion": runs.last().and_then(|run| run.conclusion.clone()),
        "url": url,
        "before": null,
        "after": sha,
        "created_at": time,
        "updated_at": time,
        "pull_requests": pulls_of(state, repo, sha),
        "app": app(state),
        "repository": repository(state, repo),
        "head_commit": head_commit(repo, sha),
        "latest_check_runs_count": runs.len(),
        "check_runs_url": format!("{url}/check-runs"),
        "rerequestable": true,
        "runs_rerequestable": true,
    })
}

fn head_commit(repo: &Repo, sha: &str) -> Value {
    let found = repo.git().and_then(|git| {
        let commit = git.find_commit(git2::Oid::from_str(sha)?)?;
        let who = |signature: &git2::Signature<'_>| json!({"name": String::from_utf8_lossy(signature.name_bytes()), "email": String::from_utf8_lossy(signature.email_bytes())});
        Ok(json!({
            "id": sha,
            "tree_id": commit.tree_id().to_string(),
            "message": String::from_utf8_lossy(commit.message_bytes()),
            "timestamp": written(commit.time().seconds()),
            "author": who(&commit.author()),
            "committer": who(&commit.committer()),
        }))
    });
    found.unwrap_or_else(|_| json!({"id": sha, "tree_id": "", "message": "", "timestamp": written(0), "author": null, "committer": null}))
}

fn pulls_with<'a>(repo: &'a Repo, sha: &'a str) -> impl Iterator<Item = &'a Pull> {
    let own = repo.full_name();
    repo.pulls
        .iter()
        .filter(move |pull| pull.open && pull.head_sha == sha && pull.head_repository.as_deref() == Some(own.as_str()))
}

/// The pull requests that a check names: GitHub leaves out those from forks.
fn pulls_of(state: &State, repo: &Repo, sha: &str) -> Vec<Value> {
    let url = repo_url(state, repo);
    let place = json!({"id": repo.id, "url": url, "name": repo.name});
    let shown = pulls_with(repo, sha).map(|pull| {
        json!({
            "id": pull.id,
            "number": pull.number,
            "url": format!("{url}/pulls/{}", pull.number),
            "head": {"ref": pull.head_branch, "sha": pull.head_sha, "repo": place},
            "base": {"ref": pull.base_branch, "sha": pull.base_sha, "repo": place},
        })
    });
    shown.collect()
}
