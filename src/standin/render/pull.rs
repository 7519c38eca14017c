//! Pull requests.

use serde_json::{Value, json};

use super::{association, merged, node_id, repo_page, repo_url, repository, user};
use crate::standin::git;
use crate::standin::record::Pull;
use crate::standin::state::{Repo, State};

/// A pull request in a list.
pub(in crate::standin) fn pull(state: &State, repo: &Repo, pull: &Pull) -> Value {
    let (api, page) = (repo_url(state, repo), repo_page(state, repo));
    let number = pull.number;
    let (url, issue) = (format!("{api}/pulls/{number}"), format!("{api}/issues/{number}"));
    let html = format!("{page}/pull/{number}");
    let statuses = format!("{api}/statuses/{}", pull.head_sha);
    let links = json!({
        "url": url,
        "html_url": html,
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "issue_url": issue,
        "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "_links": {
            "self": {"href": url},
            "html": {"href": html},
            "issue": {"href": issue},
            "comments": {"href": format!("{issue}/comments")},
            "review_comments": {"href": format!("{url}/comments")},
            "review_comment": {"href": format!("{api}/pulls/comments{{/number}}")},
            "commits": {"href": format!("{url}/commits")},
            "statuses": {"href": statuses},
        },
    });
    merged(links, merged(about(state, repo, pull), sides(state, repo, pull)))
}

fn about(state: &State, repo: &Repo, pull: &Pull) -> Value {
    let labels: Vec<Value> = pull.labels.iter().map(|name| label(state, repo, name)).collect();
    json!({
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "number": pull.number,
        "state": if pull.open { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "user": user(state, &pull.author),
        "body": pull.body,
        "labels": labels,
        "milestone": null,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": null,
        "merge_commit_sha": null,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "author_association": association(repo, &pull.author),
        "auto_merge": null,
        "active_lock_reason": null,
        "draft": pull.draft,
    })
}

fn label(state: &State, repo: &Repo, name: &str) -> Value {
    let id: u64 = name.bytes().map(u64::from).sum();
    json!({
        "id": id,
        "node_id": node_id("Label", id),
        "url": format!("{}/labels/{name}", repo_url(state, repo)),
        "name": name,
        "description": "",
        "color": "ededed",
        "default": false,
    })
}

fn sides(state: &State, repo: &Repo, pull: &Pull) -> Value {
    let source = pull.head_repository.as_deref().and_then(|name| state.repo(name));
    let owner = source.map_or("unknown", |source| source.owner.as_str());
    json!({
        "head": {
            "label": format!("{owner}:{}", pull.head_branch),
            "ref": pull.head_branch,
            "sha": pull.head_sha,
            "user": user(state, owner),
            "repo": source.map(|source| repository(state, source)),
        },
        "base": {
            "label": format!("{}:{}", repo.owner, pull.base_branch),
            "ref": pull.base_branch,
            "sha": pull.base_sha,
            "user": user(state, &repo.owner),
            "repo": repository(state, repo),
        },
    })
}

/// A pull request alone: with its counts.
pub(in crate::standin) fn full_pull(state: &State, repo: &Repo, pull: &Pull) -> Result<Value, git2::Error> {
    let git = repo.git()?;
    let (base, head) = (git2::Oid::from_str(&pull.base_sha)?, git2::Oid::from_str(&pull.head_sha)?);
    let merge_base = git.merge_base(base, head)?;
    let files = git::diff(&git, merge_base, head)?;
    let of = |number: u64| number == pull.number;
    let counts = json!({
        "merged": false,
        "mergeable": true,
        "rebaseable": true,
        "mergeable_state": "clean",
        "merged_by": null,
        "comments": repo.issue_comments.iter().filter(|comment| of(comment.pull)).count(),
        "review_comments": repo.review_comments.iter().filter(|comment| of(comment.pull)).count(),
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": git::between(&git, base, head)?.len(),
        "additions": files.iter().map(|file| file.additions).sum::<usize>(),
        "deletions": files.iter().map(|file| file.deletions).sum::<usize>(),
        "changed_files": files.len(),
    });
    Ok(merged(self::pull(state, repo, pull), counts))
}
