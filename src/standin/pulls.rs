//! Repositories, pull requests, comparisons and who may do what.

use git2::Oid;
use serde_json::{Value, json};

use super::auth::Access;
use super::body::{Field, Kind, may};
use super::call::{Answer, Body, Call, Outcome};
use super::git;
use super::record::Pull;
use super::render::{self, Comparison};
use super::route::{Route, get, send};
use super::state::{Repo, State};
use crate::domain::Permission;

/// GitHub's own bound on a pull request's body, and on a comment's.
pub(super) const BODY_CHARACTERS: usize = 65_536;
/// Commits and files that GitHub shows of one comparison.
const COMPARED: usize = 250;
const COMPARED_FILES: usize = 300;

const READ: Access = Access::Installation("pull_requests:read");
const PAGES: &[&str] = &["per_page", "page"];

pub(super) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}", Access::Installation("metadata:read"), &[], |call| {
        Ok(Answer::ok(render::full_repository(call.state, call.repo()?)))
    }),
    get("/repos/{owner}/{repo}/pulls", READ, LIST, list),
    get("/repos/{owner}/{repo}/pulls/{pull_number}", READ, &[], one),
    send(
        "PATCH",
        "/repos/{owner}/{repo}/pulls/{pull_number}",
        Access::Installation("pull_requests:write"),
        UPDATE,
        update,
    ),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/commits", READ, PAGES, commits),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/files", READ, PAGES, files),
    get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", READ, PAGES, of_commit),
    get("/repos/{owner}/{repo}/compare/{*basehead}", Access::Installation("contents:read"), PAGES, compare),
    get("/repos/{owner}/{repo}/commits", Access::Installation("contents:read"), &["sha", "per_page", "page"], history),
    get("/repos/{owner}/{repo}/commits/{ref}", Access::Installation("contents:read"), PAGES, commit),
    get(
        "/repos/{owner}/{repo}/collaborators/{username}/permission",
        Access::Installation("metadata:read"),
        &[],
        permission,
    ),
];

const LIST: &[&str] = &["state", "head", "base", "sort", "direction", "per_page", "page"];

const UPDATE: &[Field] = &[
    may("title", Kind::Short(256)),
    may("body", Kind::TextOrNull),
    may("state", Kind::OneOf(&["open", "closed"])),
    may("base", Kind::Text),
    may("maintainer_can_modify", Kind::Boolean),
];

/// A text that is to be stored as a body: GitHub's own bound, in GitHub's own words.
pub(super) fn check_body(resource: &str, text: &str) -> Result<(), Answer> {
    if text.chars().count() > BODY_CHARACTERS {
        let message = format!("body is too long (maximum is {BODY_CHARACTERS} characters)");
        return Err(Answer::unprocessable(resource, "body", &message));
    }
    Ok(())
}

/// The base branch moves on without the pull request; GitHub shows its tip.
fn fresh(repo: &Repo, pull: &Pull) -> Result<Pull, git2::Error> {
    let mut pull = pull.clone();
    if let (true, Ok(tip)) = (pull.open, git::tip(&repo.git()?, &pull.base_branch)) {
        pull.base_sha = tip.to_string();
    }
    Ok(pull)
}

/// Base (the merge base) and head of a pull request.
pub(super) fn range(repo: &Repo, pull: &Pull) -> Result<(Oid, Oid), git2::Error> {
    let pull = fresh(repo, pull)?;
    let head = Oid::from_str(&pull.head_sha)?;
    Ok((repo.git()?.merge_base(Oid::from_str(&pull.base_sha)?, head)?, head))
}

/// A pull request as it is shown alone.
pub(super) fn shown(state: &State, repo: &Repo, pull: &Pull) -> Result<Value, git2::Error> {
    render::full_pull(state, repo, &fresh(repo, pull)?)
}

fn one(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(shown(call.state, call.repo()?, call.pull("pull_number")?)?))
}

fn list(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let asked = |name: &str, usual: &'static str| call.query.get(name).map_or(usual, String::as_str).to_owned();
    let (wanted, head, base) = (asked("state", "open"), asked("head", ""), asked("base", ""));
    let mut found = Vec::new();
    for pull in repo.pulls.iter().rev() {
        let owner = pull.head_repository.as_deref().and_then(|name| name.split('/').next()).unwrap_or_default();
        let label = format!("{owner}:{}", pull.head_branch);
        let state = if pull.open { "open" } else { "closed" };
        // Without an owner GitHub ignores the filter; so do we.
        let from = !head.contains(':') || head == label;
        if (wanted == "all" || wanted == state) && from && (base.is_empty() || base == pull.base_branch) {
            found.push(render::pull(call.state, repo, &fresh(repo, pull)?));
        }
    }
    if asked("direction", "desc") == "asc" {
        found.reverse();
    }
    Ok(call.paged(found))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let number = call.pull("pull_number")?.number;
    let now = call.state.now();
    let body = call.body.clone();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(body) = text("body") {
        check_body("Issue", &body)?;
    }
    let repo = call.repo_mut()?;
    if let Some(base) = text("base") {
        git::tip(&repo.git()?, &base).map_err(|_| {
            Answer::unprocessable("PullRequest", "base", &format!("Proposed base branch '{base}' was not found"))
        })?;
    }
    let pull = repo.pull_mut(number).ok_or_else(Answer::not_found)?;
    pull.title = text("title").unwrap_or_else(|| pull.title.clone());
    pull.base_branch = text("base").unwrap_or_else(|| pull.base_branch.clone());
    if let Some(body) = body.get("body") {
        pull.body = body.as_str().map(str::to_owned);
    }
    if let Some(may) = body.get("maintainer_can_modify").and_then(Value::as_bool) {
        pull.maintainer_can_modify = may;
    }
    if let Some(state) = text("state") {
        pull.open = state == "open";
        pull.closed_at = (!pull.open).then(|| now.clone());
    }
    pull.updated_at = now;
    one(call)
}

fn commits(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let git = repo.git()?;
    let (base, head) = range(repo, call.pull("pull_number")?)?;
    let ids = git::between(&git, base, head)?.into_iter().take(COMPARED);
    let shown: Result<Vec<_>, _> = ids.map(|id| render::commit(call.state, repo, &git, id)).collect();
    Ok(call.paged(shown?))
}

fn files(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let (base, head) = range(repo, call.pull("pull_number")?)?;
    let files = git::diff(&repo.git()?, base, head)?;
    Ok(call.paged(files.iter().take(3_000).map(|file| render::file(call.state, repo, head, file)).collect()))
}

fn of_commit(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let commit = call.commit(call.param("commit_sha"))?;
    let git = repo.git()?;
    let mut found = Vec::new();
    for pull in &repo.pulls {
        let (base, head) = range(repo, pull)?;
        if git::between(&git, base, head)?.contains(&commit) {
            found.push(render::pull(call.state, repo, &fresh(repo, pull)?));
        }
    }
    Ok(call.paged(found))
}

/// The commits below a branch or a commit, the newest first.
fn history(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let git = repo.git()?;
    let from = call.query.get("sha").unwrap_or(&repo.default_branch);
    let tip = git::resolve(&git, from).map_err(|_| Answer::not_found())?;
    let mut walk = git.revwalk()?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
    walk.push(tip)?;
    let (ids, link) = call.page(walk.collect::<Result<Vec<_>, _>>()?, 30);
    let shown: Result<Vec<_>, _> = ids.into_iter().map(|id| render::commit(call.state, repo, &git, id)).collect();
    Ok(Answer { headers: link, ..Answer::ok(Value::Array(shown?)) })
}

fn commit(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let id = call.commit(call.param("ref"))?;
    if call.accept.contains("application/vnd.github.sha") {
        let body = Body::Raw("application/vnd.github.sha".to_owned(), id.to_string().into_bytes());
        return Ok(Answer { body, ..Answer::ok(Value::Null) });
    }
    let git = repo.git()?;
    let whole = git.find_commit(id)?;
    let parent = whole.parent(0).ok().map(|parent| parent.tree()).transpose()?;
    let files = git::diff_trees(&git, parent.as_ref(), &whole.tree()?)?;
    let mut shown = render::commit(call.state, repo, &git, id)?;
    let (more, less) = (total(&files, |file| file.additions), total(&files, |file| file.deletions));
    shown["stats"] = json!({"additions": more, "deletions": less, "total": more + less});
    shown["files"] = files.iter().take(COMPARED_FILES).map(|file| render::file(call.state, repo, id, file)).collect();
    Ok(Answer::ok(shown))
}

fn total(files: &[git::FileDiff], of: impl Fn(&git::FileDiff) -> usize) -> usize {
    files.iter().map(of).sum()
}

/// One side of a comparison: a name, or `owner:branch` of another repository of the same network.
fn side(call: &Call<'_>, git: &git2::Repository, name: &str) -> Result<Oid, Answer> {
    let repo = call.repo()?;
    let root = repo.fork_of.clone().unwrap_or_else(|| repo.full_name());
    let Some((owner, branch)) = name.split_once(':').filter(|(owner, _)| *owner != repo.owner) else {
        let name = name.split_once(':').map_or(name, |(_, branch)| branch);
        return git::resolve(git, name).map_err(|_| Answer::not_found());
    };
    let related =
        |other: &&Repo| other.owner == owner && (other.fork_of.as_ref() == Some(&root) || other.full_name() == root);
    let other = call.state.repositories.iter().find(related).ok_or_else(Answer::not_found)?;
    let commit = git::resolve(&other.git()?, branch).map_err(|_| Answer::not_found())?;
    git::bring(&other.path, git, commit, &format!("refs/network/{owner}/{branch}"))?;
    Ok(commit)
}

fn compare(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let (base, head) = call.param("basehead").split_once("...").ok_or_else(Answer::not_found)?;
    let git = repo.git()?;
    let (base, head) = (side(call, &git, base)?, side(call, &git, head)?);
    let merge_base = git
        .merge_base(base, head)
        .map_err(|_| Answer::refused(404, &format!("No common ancestor between {base} and {head}.")))?;
    let (ahead, behind) = git.graph_ahead_behind(head, base)?;
    let found = Comparison { base, head, merge_base, ahead, behind };
    let mut shown = render::comparison(call.state, repo, &git, &found)?;
    let (commits, link) = call.page(git::between(&git, base, head)?, COMPARED);
    let commits: Result<Vec<_>, _> = commits.into_iter().map(|id| render::commit(call.state, repo, &git, id)).collect();
    shown["commits"] = Value::Array(commits?);
    if call.query.get("page").is_none_or(|page| page == "1") {
        let files = git::diff(&git, merge_base, head)?;
        shown["files"] =
            files.iter().take(COMPARED_FILES).map(|file| render::file(call.state, repo, head, file)).collect();
    }
    Ok(Answer { headers: link, ..Answer::ok(shown) })
}

fn permission(call: &mut Call<'_>) -> Outcome {
    let login = call.param("username").to_owned();
    let known = call.state.users.keys().find(|known| known.eq_ignore_ascii_case(&login));
    let login = known.ok_or_else(|| Answer::refused(404, &format!("{login} is not a user")))?.clone();
    // The old word has no triage and no maintain.
    let (old, role) = match call.repo()?.permission(&login) {
        Permission::None => ("none", ""),
        Permission::Read => ("read", "read"),
        Permission::Triage => ("read", "triage"),
        Permission::Write => ("write", "write"),
        Permission::Maintain => ("write", "maintain"),
        Permission::Admin => ("admin", "admin"),
    };
    let user = render::merged(render::user(call.state, &login), json!({"role_name": role}));
    Ok(Answer::ok(json!({"permission": old, "role_name": role, "user": user})))
}
