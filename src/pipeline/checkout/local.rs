//! A change in a repository of this machine, which is only read.

use std::path::Path;

use anyhow::Context;
use git2::{ErrorCode, Repository};

use super::write_both;
use crate::domain::{Checkout, CommitSha, DiffSource, Revision, limits};

/// A change in a local repository.
#[derive(Debug)]
pub struct LocalChange {
    /// Both sides on disk.
    pub checkout: Checkout,
    /// First lines of the commits between base and head, oldest first.
    pub commit_subjects: Vec<String>,
    /// What the only commit says below its first line; nothing where there are several.
    pub commit_body: String,
}

/// The call was wrong, or the repository can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// Something that the user named isn't there; the text is for them.
    #[error("{0}")]
    Usage(String),
    /// The repository can't be read.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Writes both sides of a local change to disk. Blocks.
///
/// # Errors
/// [`LocalError::Usage`] where the path is no git repository or a revision isn't in it.
pub fn local(path: &Path, diff: &DiffSource) -> Result<LocalChange, LocalError> {
    let repository = open(path)?;
    let (base, head) = revisions(&repository, diff)?;
    let (commit_subjects, commit_body) = messages(&repository, &base, &head);
    let checkout = write_both(&repository, base, head, Vec::new())?;
    Ok(LocalChange { checkout, commit_subjects, commit_body })
}

fn open(path: &Path) -> Result<Repository, LocalError> {
    Repository::discover(path).map_err(|error| {
        if error.class() == git2::ErrorClass::Config && error.code() == ErrorCode::Owner {
            LocalError::Usage(format!(
                "{} belongs to another user: run `git config --global --add safe.directory {}`",
                path.display(),
                path.display()
            ))
        } else {
            LocalError::Usage(format!("Not a git repository: {}", path.display()))
        }
    })
}

fn revisions(repository: &Repository, diff: &DiffSource) -> Result<(Revision, Revision), LocalError> {
    Ok(match diff {
        DiffSource::Staged => (head_or_empty(repository)?, Revision::Index),
        DiffSource::Uncommitted => (head_or_empty(repository)?, Revision::WorkTree),
        DiffSource::Everything => (Revision::Empty, everything(repository)?),
        DiffSource::Back(n) => (commit(repository, &format!("HEAD~{n}"))?, commit(repository, "HEAD")?),
        DiffSource::Range(base, head) => (commit(repository, base)?, commit(repository, head)?),
        DiffSource::Branch(name) => {
            let head = id(repository, "HEAD")?;
            let branch =
                id(repository, name).or_else(|error| id(repository, &format!("origin/{name}")).map_err(|_| error))?;
            let base = repository.merge_base(branch, head).map_err(|_| {
                LocalError::Usage(format!(
                    "{name} and HEAD have no common commit here (a shallow clone?): run `git fetch --unshallow`"
                ))
            })?;
            (sha(base)?, sha(head)?)
        }
    })
}

fn everything(repository: &Repository) -> Result<Revision, LocalError> {
    if repository.is_bare() { commit(repository, "HEAD") } else { Ok(Revision::WorkTree) }
}

fn head_or_empty(repository: &Repository) -> Result<Revision, LocalError> {
    if repository.is_bare() {
        return Err(LocalError::Usage(
            "This repository has no work tree: name a range, --diff <base>..<head>".to_owned(),
        ));
    }
    match repository.head() {
        Ok(_) => commit(repository, "HEAD"),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(Revision::Empty),
        Err(error) => Err(LocalError::Failed(anyhow::Error::new(error).context("reading HEAD"))),
    }
}

fn commit(repository: &Repository, name: &str) -> Result<Revision, LocalError> {
    sha(id(repository, name)?)
}

fn id(repository: &Repository, name: &str) -> Result<git2::Oid, LocalError> {
    let found = repository.revparse_single(name).and_then(|object| object.peel_to_commit());
    found.map(|commit| commit.id()).map_err(|_| LocalError::Usage(format!("Unknown revision: {name}")))
}

fn sha(id: git2::Oid) -> Result<Revision, LocalError> {
    let sha = CommitSha::parse(&id.to_string()).context("reading a commit's id")?;
    Ok(Revision::Commit(sha))
}

/// The first lines of the commits, and what the only one says below. Where the range can't be walked (a shallow clone)
/// there is neither: they only help the intent.
fn messages(repository: &Repository, base: &Revision, head: &Revision) -> (Vec<String>, String) {
    let (Some(base), Some(head)) = (base.sha(), head.sha()) else { return Default::default() };
    let walk = || -> Result<(Vec<String>, String), git2::Error> {
        let mut walk = repository.revwalk()?;
        walk.push(git2::Oid::from_str(head.as_str())?)?;
        walk.hide(git2::Oid::from_str(base.as_str())?)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
        let ids = walk.flatten().take(limits::COMMIT_SUBJECTS);
        let commits: Vec<git2::Commit<'_>> = ids.filter_map(|id| repository.find_commit(id).ok()).collect();
        let subjects = commits.iter().filter_map(|commit| commit.summary().ok().flatten().map(str::to_owned));
        let below = match commits.as_slice() {
            [only] => only.body().ok().flatten().unwrap_or_default().chars().take(limits::GITHUB_TEXT).collect(),
            _ => String::new(),
        };
        Ok((subjects.collect(), below))
    };
    walk().unwrap_or_default()
}
