//! The git database: blobs, trees, commits, refs, on the real bare repository.

use git2::{ErrorCode, Oid, Repository};
use serde_json::{Value, json};

use super::auth::Access;
use super::body::{Field, Kind, may, must};
use super::call::{Answer, Call, Outcome};
use super::contents::{PERSON, decoded, wrapped};
use super::git;
use super::render;
use super::route::{Route, get, send};

const READ: Access = Access::Installation("contents:read");
const WRITE: Access = Access::Installation("contents:write");

pub(super) const ROUTES: &[Route] = &[
    send("POST", "/repos/{owner}/{repo}/git/blobs", WRITE, BLOB, create_blob),
    get("/repos/{owner}/{repo}/git/blobs/{file_sha}", READ, &[], blob),
    send("POST", "/repos/{owner}/{repo}/git/trees", WRITE, TREE, create_tree),
    get("/repos/{owner}/{repo}/git/trees/{tree_sha}", READ, &["recursive"], tree),
    send("POST", "/repos/{owner}/{repo}/git/commits", WRITE, COMMIT, create_commit),
    get("/repos/{owner}/{repo}/git/commits/{commit_sha}", READ, &[], commit),
    get("/repos/{owner}/{repo}/git/ref/{*ref}", READ, &[], reference),
    send("POST", "/repos/{owner}/{repo}/git/refs", WRITE, NEW_REF, create_reference),
    send("PATCH", "/repos/{owner}/{repo}/git/refs/{*ref}", WRITE, REF, update_reference),
];

const BLOB: &[Field] = &[must("content", Kind::Text), may("encoding", Kind::OneOf(&["utf-8", "base64"]))];
const TREE: &[Field] = &[must("tree", Kind::List(100_000, &Kind::Object(ENTRY))), may("base_tree", Kind::Sha)];
const ENTRY: &[Field] = &[
    must("path", Kind::Text),
    may("mode", Kind::OneOf(&["100644", "100755", "040000", "160000", "120000"])),
    may("type", Kind::OneOf(&["blob", "tree", "commit"])),
    may("sha", Kind::ShaOrNull),
    may("content", Kind::Text),
];
const COMMIT: &[Field] = &[
    must("message", Kind::Text),
    must("tree", Kind::Sha),
    may("parents", Kind::List(100, &Kind::Sha)),
    may("author", Kind::Object(PERSON)),
    may("committer", Kind::Object(PERSON)),
    may("signature", Kind::Text),
];
const NEW_REF: &[Field] = &[must("ref", Kind::Text), must("sha", Kind::Sha)];
const REF: &[Field] = &[must("sha", Kind::Sha), may("force", Kind::Boolean)];

/// The object that a part of the path names.
fn id(call: &Call<'_>, name: &str) -> Result<Oid, Answer> {
    Oid::from_str(call.param(name)).map_err(|_| Answer::not_found())
}

fn missing(error: git2::Error) -> Answer {
    if error.code() == ErrorCode::NotFound { Answer::not_found() } else { error.into() }
}

fn create_blob(call: &mut Call<'_>) -> Outcome {
    let content = call.text("content").unwrap_or_default();
    let bytes = match call.text("encoding").as_deref() {
        Some("base64") => decoded(&content)?,
        _ => content.into_bytes(),
    };
    let id = call.repo()?.git()?.blob(&bytes)?;
    let url = format!("{}/git/blobs/{id}", render::repo_url(call.state, call.repo()?));
    Ok(Answer::created(json!({"sha": id.to_string(), "url": url})))
}

fn blob(call: &mut Call<'_>) -> Outcome {
    let git = call.repo()?.git()?;
    let blob = git.find_blob(id(call, "file_sha")?).map_err(missing)?;
    Ok(Answer::ok(json!({
        "sha": blob.id().to_string(),
        "node_id": render::node_id("Blob", blob.id()),
        "size": blob.size(),
        "url": format!("{}/git/blobs/{}", render::repo_url(call.state, call.repo()?), blob.id()),
        "content": wrapped(blob.content()),
        "encoding": "base64",
    })))
}

fn create_tree(call: &mut Call<'_>) -> Outcome {
    let git = call.repo()?.git()?;
    let base = match call.text("base_tree") {
        // GitHub takes a commit's id too.
        Some(base) => git.find_object(Oid::from_str(&base)?, None).and_then(|object| object.peel_to_tree()),
        None => git.treebuilder(None).and_then(|empty| empty.write()).and_then(|id| git.find_tree(id)),
    };
    let base = base.map_err(|_| Answer::violation(422, "base_tree is not a valid tree oid"))?;
    let mut update = git2::build::TreeUpdateBuilder::new();
    for entry in call.body.get("tree").and_then(Value::as_array).into_iter().flatten() {
        place(&git, &mut update, entry)?;
    }
    let tree = update
        .create_updated(&git, &base)
        .map_err(|error| Answer::violation(422, &format!("tree.path is malformed: {}", error.message())))?;
    let shown = shown_tree(call, &git, tree, false)?;
    Ok(Answer::created(shown))
}

/// Adds one entry of a request to a tree.
fn place(git: &Repository, update: &mut git2::build::TreeUpdateBuilder, entry: &Value) -> Result<(), Answer> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let path = text("path").unwrap_or_default();
    let mode = match text("mode") {
        Some("100755") => git2::FileMode::BlobExecutable,
        Some("120000") => git2::FileMode::Link,
        Some("160000") => git2::FileMode::Commit,
        Some("040000") => git2::FileMode::Tree,
        Some(_) => git2::FileMode::Blob,
        None => return Err(Answer::violation(422, "Must supply a valid tree.mode")),
    };
    let sha = match (entry.get("sha"), text("content")) {
        (Some(_), Some(_)) => return Err(Answer::violation(422, "Must supply either tree.sha or tree.content.")),
        (Some(Value::Null), None) => {
            update.remove(path);
            return Ok(());
        }
        (Some(sha), None) => Oid::from_str(sha.as_str().unwrap_or_default())?,
        (None, Some(content)) => git.blob(content.as_bytes())?,
        (None, None) => return Err(Answer::violation(422, "Must supply either tree.sha or tree.content.")),
    };
    if mode != git2::FileMode::Commit && !git.odb()?.exists(sha) {
        return Err(Answer::violation(422, "tree.sha is not a valid blob"));
    }
    update.upsert(path, sha, mode);
    Ok(())
}

fn tree(call: &mut Call<'_>) -> Outcome {
    let git = call.repo()?.git()?;
    let name = call.param("tree_sha");
    let commit = git::resolve(&git, name).or_else(|_| Oid::from_str(name)).map_err(|_| Answer::not_found())?;
    let tree = git.find_object(commit, None).and_then(|object| object.peel_to_tree()).map_err(missing)?.id();
    let deep = call.query.contains_key("recursive");
    Ok(Answer::ok(shown_tree(call, &git, tree, deep)?))
}

fn shown_tree(call: &Call<'_>, git: &Repository, id: Oid, deep: bool) -> Result<Value, Answer> {
    let url = render::repo_url(call.state, call.repo()?);
    let mut entries = Vec::new();
    list(git, &url, id, "", deep, &mut entries)?;
    Ok(json!({"sha": id.to_string(), "url": format!("{url}/git/trees/{id}"), "tree": entries, "truncated": false}))
}

fn list(
    git: &Repository,
    url: &str,
    id: Oid,
    above: &str,
    deep: bool,
    entries: &mut Vec<Value>,
) -> Result<(), git2::Error> {
    for entry in &git.find_tree(id)? {
        let path = format!("{above}{}", String::from_utf8_lossy(entry.name_bytes()));
        let (kind, place) = match entry.filemode() {
            0o040_000 => ("tree", Some("trees")),
            0o160_000 => ("commit", None),
            _ => ("blob", Some("blobs")),
        };
        let mut shown = json!({
            "path": path,
            "mode": format!("{:06o}", entry.filemode()),
            "type": kind,
            "sha": entry.id().to_string(),
        });
        if let Some(place) = place {
            shown["url"] = json!(format!("{url}/git/{place}/{}", entry.id()));
        }
        if kind == "blob" {
            shown["size"] = json!(git.find_blob(entry.id())?.size());
        }
        entries.push(shown);
        if kind == "tree" && deep {
            list(git, url, entry.id(), &format!("{path}/"), deep, entries)?;
        }
    }
    Ok(())
}

fn create_commit(call: &mut Call<'_>) -> Outcome {
    let git = call.repo()?.git()?;
    let tree = Oid::from_str(&call.text("tree").unwrap_or_default())?;
    git.find_tree(tree).map_err(|_| Answer::violation(422, "Tree SHA does not exist"))?;
    let mut parents = Vec::new();
    for parent in call.body.get("parents").and_then(Value::as_array).into_iter().flatten() {
        let parent = Oid::from_str(parent.as_str().unwrap_or_default())?;
        git.find_commit(parent)
            .map_err(|_| Answer::violation(422, "Parent SHA does not exist or is not a commit object"))?;
        parents.push(parent);
    }
    let author = call.body.pointer("/author/name").and_then(Value::as_str).map_or_else(|| call.login(), str::to_owned);
    let message = call.text("message").unwrap_or_default();
    let second = call.state.tick();
    let id = git::commit(&git, tree, &parents, &message, (&author, second))?;
    Ok(Answer::created(render::git_commit(call.state, call.repo()?, &git, id)?))
}

fn commit(call: &mut Call<'_>) -> Outcome {
    let git = call.repo()?.git()?;
    let id = id(call, "commit_sha")?;
    git.find_commit(id).map_err(missing)?;
    Ok(Answer::ok(render::git_commit(call.state, call.repo()?, &git, id)?))
}

fn shown_reference(call: &Call<'_>, name: &str, id: Oid) -> Result<Value, Answer> {
    let url = render::repo_url(call.state, call.repo()?);
    Ok(json!({
        "ref": format!("refs/{name}"),
        "node_id": render::node_id("Ref", name),
        "url": format!("{url}/git/refs/{name}"),
        "object": {"type": "commit", "sha": id.to_string(), "url": format!("{url}/git/commits/{id}")},
    }))
}

fn reference(call: &mut Call<'_>) -> Outcome {
    let name = call.param("ref");
    let git = call.repo()?.git()?;
    let found = git.find_reference(&format!("refs/{name}")).map_err(missing)?;
    Ok(Answer::ok(shown_reference(call, name, found.peel_to_commit()?.id())?))
}

fn create_reference(call: &mut Call<'_>) -> Outcome {
    let name = call.text("ref").unwrap_or_default();
    let Some(short) = name.strip_prefix("refs/").filter(|short| short.contains('/')) else {
        return Err(Answer::violation(422, "Reference name must start with 'refs' and contain at least two slashes."));
    };
    let git = call.repo()?.git()?;
    if git.find_reference(&name).is_ok() {
        return Err(Answer::refused(422, "Reference already exists"));
    }
    let commit = Oid::from_str(&call.text("sha").unwrap_or_default())?;
    git.find_commit(commit).map_err(|_| Answer::violation(422, "Object does not exist"))?;
    git.reference(&name, commit, false, "created").map_err(|_| Answer::violation(422, "Reference name is invalid"))?;
    Ok(Answer::created(shown_reference(call, short, commit)?))
}

fn update_reference(call: &mut Call<'_>) -> Outcome {
    let name = call.param("ref").to_owned();
    let git = call.repo()?.git()?;
    git.find_reference(&format!("refs/{name}")).map_err(|_| Answer::refused(422, "Reference does not exist"))?;
    let commit = Oid::from_str(&call.text("sha").unwrap_or_default())?;
    git.find_commit(commit).map_err(|_| Answer::violation(422, "Object does not exist"))?;
    let force = call.body.get("force").and_then(Value::as_bool).unwrap_or_default();
    match name.strip_prefix("heads/") {
        Some(branch) => move_branch(call, branch, commit, force)?,
        None => drop(git.reference(&format!("refs/{name}"), commit, true, "moved")?),
    }
    Ok(Answer::ok(shown_reference(call, &name, commit)?))
}

/// Moves a branch, as a push would: forward only unless forced, never a protected one; pull requests follow.
pub(super) fn move_branch(call: &mut Call<'_>, branch: &str, commit: Oid, force: bool) -> Result<(), Answer> {
    let repo = call.repo()?;
    let git = repo.git()?;
    if repo.protected.iter().any(|protected| protected == branch) {
        return Err(Answer::refused(
            422,
            "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
        ));
    }
    let tip = git::tip(&git, branch)?;
    if !force && tip != commit && !git.graph_descendant_of(commit, tip)? {
        return Err(Answer::refused(422, "Update is not a fast forward"));
    }
    git::set_branch(&git, branch, commit)?;
    let full_name = repo.full_name();
    Ok(call.state.branch_moved(&full_name, branch)?)
}
