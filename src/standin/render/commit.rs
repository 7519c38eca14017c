//! Commits, comparisons and changed files.

use git2::{Oid, Repository};
use serde_json::{Value, json};

use super::{merged, node_id, repo_page, repo_url, user};
use crate::standin::git::FileDiff;
use crate::standin::state::{Repo, State, written};

fn who(signature: &git2::Signature<'_>) -> Value {
    json!({
        "name": String::from_utf8_lossy(signature.name_bytes()),
        "email": String::from_utf8_lossy(signature.email_bytes()),
        "date": written(signature.when().seconds()),
    })
}

fn unsigned() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null})
}

/// A commit as GitHub's own API shows it.
pub(in crate::standin) fn commit(state: &State, repo: &Repo, git: &Repository, id: Oid) -> Result<Value, git2::Error> {
    let commit = git.find_commit(id)?;
    let (api, page) = (repo_url(state, repo), repo_page(state, repo));
    let author = String::from_utf8_lossy(commit.author().name_bytes()).into_owned();
    let account = if state.users.contains_key(&author) { user(state, &author) } else { Value::Null };
    let parents: Vec<Value> = commit
        .parent_ids()
        .map(|id| json!({"sha": id.to_string(), "url": format!("{api}/commits/{id}"), "html_url": format!("{page}/commit/{id}")}))
        .collect();
    Ok(json!({
        "sha": id.to_string(),
        "node_id": node_id("Commit", id),
        "url": format!("{api}/commits/{id}"),
        "html_url": format!("{page}/commit/{id}"),
        "comments_url": format!("{api}/commits/{id}/comments"),
        "commit": {
            "url": format!("{api}/git/commits/{id}"),
            "author": who(&commit.author()),
            "committer": who(&commit.committer()),
            "message": String::from_utf8_lossy(commit.message_bytes()),
            "comment_count": 0,
            "tree": {"sha": commit.tree_id().to_string(), "url": format!("{api}/git/trees/{}", commit.tree_id())},
            "verification": unsigned(),
        },
        "author": account,
        "committer": account,
        "parents": parents,
    }))
}

/// A commit as the git database's API shows it.
pub(in crate::standin) fn git_commit(
    state: &State,
    repo: &Repo,
    git: &Repository,
    id: Oid,
) -> Result<Value, git2::Error> {
    let whole = commit(state, repo, git, id)?;
    let inner = &whole["commit"];
    Ok(json!({
        "sha": whole["sha"],
        "node_id": whole["node_id"],
        "url": inner["url"],
        "html_url": whole["html_url"],
        "author": inner["author"],
        "committer": inner["committer"],
        "tree": inner["tree"],
        "message": inner["message"],
        "parents": whole["parents"],
        "verification": inner["verification"],
    }))
}

/// A changed file.
pub(in crate::standin) fn file(state: &State, repo: &Repo, head: Oid, file: &FileDiff) -> Value {
    let (api, page) = (repo_url(state, repo), repo_page(state, repo));
    let mut shown = json!({
        "sha": file.blob.to_string(),
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": format!("{page}/blob/{head}/{}", file.path),
        "raw_url": format!("{page}/raw/{head}/{}", file.path),
        "contents_url": format!("{api}/contents/{}?ref={head}", file.path),
    });
    if let Some(patch) = &file.patch {
        shown["patch"] = json!(patch);
    }
    if let Some(old) = &file.old_path {
        shown["previous_filename"] = json!(old);
    }
    shown
}

/// What one comparison found.
pub(in crate::standin) struct Comparison {
    pub(in crate::standin) base: Oid,
    pub(in crate::standin) head: Oid,
    pub(in crate::standin) merge_base: Oid,
    pub(in crate::standin) ahead: usize,
    pub(in crate::standin) behind: usize,
}

/// A comparison without its commits and files.
pub(in crate::standin) fn comparison(
    state: &State,
    repo: &Repo,
    git: &Repository,
    found: &Comparison,
) -> Result<Value, git2::Error> {
    let Comparison { base, head, merge_base, ahead, behind } = found;
    let names = format!("compare/{base}...{head}");
    let page = format!("{}/{names}", repo_page(state, repo));
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let links = json!({
        "url": format!("{}/{names}", repo_url(state, repo)),
        "html_url": page,
        "permalink_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
    });
    let content = json!({
        "base_commit": commit(state, repo, git, *base)?,
        "merge_base_commit": commit(state, repo, git, *merge_base)?,
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
    });
    Ok(merged(links, content))
}
