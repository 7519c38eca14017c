//! Files of a commit, read and written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use git2::{ObjectType, Oid, Repository};
use serde_json::{Value, json};

use super::auth::Access;
use super::body::{Field, Kind, may, must};
use super::call::{Answer, Body, Call, Outcome};
use super::git::{self, Entry};
use super::git_data::move_branch;
use super::render;
use super::route::{Route, get, send};
use super::state::{Repo, State};

/// Beyond this GitHub gives a file's content as raw bytes alone.
const CONTENT_BYTES: usize = 1 << 20;

pub(super) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/contents/{*path}", Access::Installation("contents:read"), &["ref"], read),
    send("PUT", "/repos/{owner}/{repo}/contents/{*path}", Access::Installation("contents:write"), WRITE, write),
];

const WRITE: &[Field] = &[
    must("message", Kind::Text),
    must("content", Kind::Text),
    may("sha", Kind::Sha),
    may("branch", Kind::Text),
    may("committer", Kind::Object(PERSON)),
    may("author", Kind::Object(PERSON)),
];
/// Who wrote a commit.
pub(super) const PERSON: &[Field] = &[must("name", Kind::Text), must("email", Kind::Text), may("date", Kind::Time)];

/// One entry of a tree, and where it stands.
struct Found<'a> {
    path: &'a str,
    reference: &'a str,
    id: Oid,
    mode: i32,
}

fn read(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let git = repo.git()?;
    let reference = call.query.get("ref").unwrap_or(&repo.default_branch);
    let commit = git::resolve(&git, reference)
        .map_err(|_| Answer::refused(404, &format!("No commit found for the ref {reference}")))?;
    let path = call.param("path").trim_end_matches('/');
    let tree = git.find_commit(commit)?.tree()?;
    let entry = tree.get_path(std::path::Path::new(path)).map_err(|_| Answer::not_found())?;
    let found = Found { path, reference, id: entry.id(), mode: entry.filemode() };
    let raw = call.accept.contains("raw");
    match entry.kind() {
        Some(ObjectType::Blob) if raw => {
            let content = git.find_blob(entry.id())?.content().to_vec();
            let kind = "application/vnd.github.raw+json; charset=utf-8".to_owned();
            Ok(Answer { body: Body::Raw(kind, content), ..Answer::ok(Value::Null) })
        }
        Some(ObjectType::Tree) => {
            let mut listed = Vec::new();
            for entry in &git.find_tree(entry.id())? {
                let path = format!("{path}/{}", String::from_utf8_lossy(entry.name_bytes()));
                let found = Found { path: &path, reference, id: entry.id(), mode: entry.filemode() };
                listed.push(described(call.state, repo, &git, &found)?);
            }
            Ok(Answer::ok(Value::Array(listed)))
        }
        _ => Ok(Answer::ok(with_content(&git, &found, described(call.state, repo, &git, &found)?)?)),
    }
}

/// An entry without its content.
fn described(state: &State, repo: &Repo, git: &Repository, found: &Found<'_>) -> Result<Value, git2::Error> {
    let Found { path, reference, id, mode } = found;
    let (kind, object) = match mode {
        0o040_000 => ("dir", "trees"),
        0o120_000 => ("symlink", "blobs"),
        0o160_000 => ("submodule", "trees"),
        _ => ("file", "blobs"),
    };
    let size = if object == "blobs" { git.find_blob(*id)?.size() } else { 0 };
    let (api, page) = (render::repo_url(state, repo), render::repo_page(state, repo));
    let url = format!("{api}/contents/{path}?ref={reference}");
    let git_url = format!("{api}/git/{object}/{id}");
    let html = format!("{page}/{}/{reference}/{path}", if kind == "dir" { "tree" } else { "blob" });
    Ok(json!({
        "name": path.rsplit('/').next(),
        "path": path,
        "sha": id.to_string(),
        "size": size,
        "type": kind,
        "url": url,
        "git_url": git_url,
        "html_url": html,
        "download_url": if kind == "dir" { Value::Null } else { json!(format!("{page}/raw/{reference}/{path}")) },
        "_links": {"self": url, "git": git_url, "html": html},
    }))
}

fn with_content(git: &Repository, found: &Found<'_>, shown: Value) -> Result<Value, git2::Error> {
    let more = match found.mode {
        0o160_000 => json!({"submodule_git_url": "git://example.org/submodule.git"}),
        0o120_000 => json!({"target": String::from_utf8_lossy(git.find_blob(found.id)?.content())}),
        _ => {
            let blob = git.find_blob(found.id)?;
            if blob.size() > CONTENT_BYTES {
                json!({"content": "", "encoding": "none"})
            } else {
                json!({"content": wrapped(blob.content()), "encoding": "base64"})
            }
        }
    };
    Ok(render::merged(shown, more))
}

/// Base64 in lines of 60 characters, as GitHub breaks them.
pub(super) fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / 60 + 1);
    for line in text.as_bytes().chunks(60) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines
}

/// The bytes of a base64 text, which may be broken into lines.
pub(super) fn decoded(text: &str) -> Result<Vec<u8>, Answer> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| Answer::violation(422, "content is not valid Base64"))
}

fn write(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let git = repo.git()?;
    let branch = call.text("branch").unwrap_or_else(|| repo.default_branch.clone());
    let tip = git::tip(&git, &branch).map_err(|_| Answer::refused(404, &format!("Branch {branch} not found")))?;
    let path = call.param("path").to_owned();
    let old = git.find_commit(tip)?.tree()?.get_path(std::path::Path::new(&path)).ok().map(|entry| entry.id());
    let (status, replaced) = match (old, call.text("sha")) {
        (None, _) => (201, true),
        (Some(_), None) => return Err(Answer::invalid("\"sha\" wasn't supplied.")),
        (Some(old), Some(sha)) => (200, old.to_string() == sha),
    };
    if !replaced {
        return Err(Answer::refused(409, &format!("{path} does not match the given sha")));
    }
    let content = decoded(&call.text("content").unwrap_or_default())?;
    let tree = git::tree(&git, Some(tip), &[(&path, Entry::File(content))])?;
    let (author, second) = (call.login(), call.state.tick());
    let message = call.text("message").unwrap_or_default();
    let commit = git::commit(&git, tree, &[tip], &message, (&author, second))?;
    move_branch(call, &branch, commit, false)?;
    let repo = call.repo()?;
    let id = git.find_commit(commit)?.tree()?.get_path(std::path::Path::new(&path))?.id();
    let found = Found { path: &path, reference: &branch, id, mode: 0o100_644 };
    let shown = described(call.state, repo, &git, &found)?;
    let made = render::git_commit(call.state, repo, &git, commit)?;
    Ok(Answer::json(status, json!({"content": shown, "commit": made})))
}
