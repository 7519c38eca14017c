//! The bare repositories behind the stand-in: commits, merge bases and diffs are real.

use std::path::Path;

use git2::{Delta, DiffFindOptions, DiffOptions, FileMode, Oid, Repository, Signature, Time};

/// One changed file, as GitHub's diff shows it: three lines of context, renames found.
#[derive(Clone, Debug)]
pub(super) struct FileDiff {
    pub(super) status: &'static str,
    pub(super) path: String,
    pub(super) old_path: Option<String>,
    pub(super) blob: Oid,
    pub(super) additions: usize,
    pub(super) deletions: usize,
    /// The hunks; `None` for a binary file.
    pub(super) patch: Option<String>,
    pub(super) lines: Vec<DiffLine>,
}

/// One line of a diff.
#[derive(Clone, Debug)]
pub(super) struct DiffLine {
    pub(super) hunk: usize,
    /// Lines below the file's first hunk header.
    pub(super) position: u64,
    pub(super) old: Option<u32>,
    pub(super) new: Option<u32>,
    pub(super) text: String,
}

/// Makes a bare repository that serves any commit that it has, as GitHub does.
pub(super) fn create(path: &Path, default_branch: &str) -> Result<Repository, git2::Error> {
    let repository = Repository::init_bare(path)?;
    repository.set_head(&format!("refs/heads/{default_branch}"))?;
    let mut config = repository.config()?;
    config.set_bool("uploadpack.allowReachableSHA1InWant", true)?;
    config.set_bool("uploadpack.allowAnySHA1InWant", true)?;
    Ok(repository)
}

/// The commit at the tip of a branch.
pub(super) fn tip(repository: &Repository, branch: &str) -> Result<Oid, git2::Error> {
    Ok(repository.find_reference(&format!("refs/heads/{branch}"))?.peel_to_commit()?.id())
}

/// The commit that a full id, a branch, a tag or a full ref names.
pub(super) fn resolve(repository: &Repository, name: &str) -> Result<Oid, git2::Error> {
    if let Ok(id) = Oid::from_str(name)
        && name.len() == 40
    {
        return Ok(repository.find_commit(id)?.id());
    }
    let forms = [format!("refs/heads/{name}"), format!("refs/tags/{name}"), name.to_owned(), format!("refs/{name}")];
    for form in &forms {
        if let Ok(reference) = repository.find_reference(form) {
            return Ok(reference.peel_to_commit()?.id());
        }
    }
    Err(git2::Error::new(git2::ErrorCode::NotFound, git2::ErrorClass::Reference, format!("no commit named {name}")))
}

/// What stands in a tree under one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File(Vec<u8>),
    /// A file that can be run.
    Executable(Vec<u8>),
    /// A symbolic link to what it names.
    Symlink(String),
    /// A submodule at a commit of another repository.
    Submodule(String),
    /// Nothing: it is deleted.
    Deleted,
}

/// A new tree: `base` with `entries` written over it.
pub(super) fn tree(repository: &Repository, base: Option<Oid>, entries: &[(&str, Entry)]) -> Result<Oid, git2::Error> {
    let base = match base {
        Some(commit) => repository.find_commit(commit)?.tree()?,
        None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
    };
    let mut update = git2::build::TreeUpdateBuilder::new();
    for (path, entry) in entries {
        let (id, mode) = match entry {
            Entry::File(bytes) => (repository.blob(bytes)?, FileMode::Blob),
            Entry::Executable(bytes) => (repository.blob(bytes)?, FileMode::BlobExecutable),
            Entry::Symlink(target) => (repository.blob(target.as_bytes())?, FileMode::Link),
            Entry::Submodule(commit) => (Oid::from_str(commit)?, FileMode::Commit),
            Entry::Deleted => {
                update.remove(*path);
                continue;
            }
        };
        update.upsert(*path, id, mode);
    }
    update.create_updated(repository, &base)
}

/// A new commit; no ref moves.
pub(super) fn commit(
    repository: &Repository,
    tree: Oid,
    parents: &[Oid],
    message: &str,
    (name, second): (&str, i64),
) -> Result<Oid, git2::Error> {
    let email = format!("{}@example.org", name.replace(['[', ']', ' '], ""));
    let who = Signature::new(name, &email, &Time::new(second, 0))?;
    let parents = parents.iter().map(|id| repository.find_commit(*id)).collect::<Result<Vec<_>, _>>()?;
    let parents: Vec<_> = parents.iter().collect();
    repository.commit(None, &who, &who, message, &repository.find_tree(tree)?, &parents)
}

/// Points a branch at a commit, fast-forward or not.
pub(super) fn set_branch(repository: &Repository, branch: &str, commit: Oid) -> Result<(), git2::Error> {
    repository.reference(&format!("refs/heads/{branch}"), commit, true, "push").map(drop)
}

/// Brings a commit from one repository to another, under a ref.
pub(super) fn bring(from: &Path, to: &Repository, commit: Oid, name: &str) -> Result<(), git2::Error> {
    if to.find_commit(commit).is_err() {
        let place = from.to_string_lossy();
        // The local transport gives refs, not ids: all branches come, their names are dropped again.
        to.remote_anonymous(&place)?.fetch(&["+refs/heads/*:refs/brought/*"], None, None)?;
        let brought: Vec<String> = to.references_glob("refs/brought/*")?.names().flatten().map(str::to_owned).collect();
        to.reference(name, commit, true, "brought")?;
        for name in brought {
            to.find_reference(&name)?.delete()?;
        }
        return Ok(());
    }
    to.reference(name, commit, true, "brought").map(drop)
}

/// Keeps `refs/pull/<number>/head` of the base's repository at the head.
pub(super) fn show_pull_head(base: &Path, head: &Path, number: u64, commit: Oid) -> Result<(), git2::Error> {
    bring(head, &Repository::open_bare(base)?, commit, &format!("refs/pull/{number}/head"))
}

/// The commits that `head` has and `base` has not, oldest first.
pub(super) fn between(repository: &Repository, base: Oid, head: Oid) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
    walk.push(head)?;
    walk.hide(base)?;
    walk.collect()
}

/// What changed from one commit to another.
pub(super) fn diff(repository: &Repository, base: Oid, head: Oid) -> Result<Vec<FileDiff>, git2::Error> {
    let base = repository.find_commit(base)?.tree()?;
    let head = repository.find_commit(head)?.tree()?;
    diff_trees(repository, Some(&base), &head)
}

/// What changed from one tree (nothing, for a root commit) to another.
pub(super) fn diff_trees(
    repository: &Repository,
    base: Option<&git2::Tree<'_>>,
    head: &git2::Tree<'_>,
) -> Result<Vec<FileDiff>, git2::Error> {
    let mut options = DiffOptions::new();
    options.context_lines(3);
    let mut diff = repository.diff_tree_to_tree(base, Some(head), Some(&mut options))?;
    diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
    let count = diff.deltas().len();
    let mut files = Vec::with_capacity(count);
    for at in 0..count {
        let Some(delta) = diff.get_delta(at) else { continue };
        let patch = git2::Patch::from_diff(&diff, at)?;
        files.push(file(&delta, patch.as_ref())?);
    }
    Ok(files)
}

fn file(delta: &git2::DiffDelta<'_>, patch: Option<&git2::Patch<'_>>) -> Result<FileDiff, git2::Error> {
    let name = |file: git2::DiffFile<'_>| String::from_utf8_lossy(file.path_bytes().unwrap_or_default()).into_owned();
    let (old, new) = (name(delta.old_file()), name(delta.new_file()));
    let status = match delta.status() {
        Delta::Added => "added",
        Delta::Deleted => "removed",
        Delta::Renamed => "renamed",
        Delta::Copied => "copied",
        Delta::Typechange => "changed",
        _ => "modified",
    };
    let side = if delta.status() == Delta::Deleted { delta.old_file() } else { delta.new_file() };
    let (mut text, lines) = match patch {
        Some(patch) => hunks(patch)?,
        None => (String::new(), Vec::new()),
    };
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(FileDiff {
        status,
        old_path: (status == "renamed").then_some(old),
        path: new,
        blob: side.id(),
        additions: lines.iter().filter(|line| line.old.is_none()).count(),
        deletions: lines.iter().filter(|line| line.new.is_none()).count(),
        patch: (!lines.is_empty()).then_some(text),
        lines,
    })
}

fn hunks(patch: &git2::Patch<'_>) -> Result<(String, Vec<DiffLine>), git2::Error> {
    let (mut text, mut lines, mut position) = (String::new(), Vec::new(), 0);
    for hunk in 0..patch.num_hunks() {
        let (header, count) = patch.hunk(hunk)?;
        text.push_str(&String::from_utf8_lossy(header.header()));
        for at in 0..count {
            position += 1;
            let line = patch.line_in_hunk(hunk, at)?;
            let content = String::from_utf8_lossy(line.content()).into_owned();
            match line.origin() {
                origin @ (' ' | '+' | '-') => {
                    text.push(origin);
                    text.push_str(&content);
                    let line_text = format!("{origin}{}", content.trim_end_matches('\n'));
                    let (old, new) = (line.old_lineno(), line.new_lineno());
                    lines.push(DiffLine { hunk, position, old, new, text: line_text });
                }
                // "\ No newline at end of file", with the line break that ends the line before it.
                _ => text.push_str(&content),
            }
        }
        position += 1;
    }
    Ok((text, lines))
}
