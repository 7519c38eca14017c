//! Base and head on disk, at exactly the named revisions.
//!
//! A pull request's commits are fetched shallow into a bare repository of ours, one for each repository; a local
//! repository is only read. Both revisions are then written to a folder of our own by walking their trees: nothing
//! is checked out by git, so no filter, hook or attribute of the repository has a say.

mod cache;
mod fetch;
mod local;
mod write;

use std::path::Path;

use anyhow::Context;

use crate::domain::{Checkout, PullRequest, Revision, SourceTree, Subject, Warning};
use crate::forge::CloneAccess;

pub use cache::forget_unused;
pub use local::{LocalChange, LocalError, local};

/// The repository is over one of its bounds: fetching it again would only take as long again. Its text says which
/// bound, for a reader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OverBound(pub String);

/// Fetches a pull request's merge base and head, and writes both to disk.
///
/// Blocks; to be called where that is allowed.
///
/// # Errors
/// Where a commit can't be fetched or written within the bounds.
pub fn pull_request(
    subject: &Subject,
    pull: &PullRequest,
    access: &CloneAccess,
    cache: &Path,
) -> anyhow::Result<Checkout> {
    let held = cache::cached_repository(cache, subject)?;
    let commits = [&pull.merge_base, &pull.head];
    fetch::commits(&held, access, pull.number, &commits)
        .with_context(|| format!("fetching {} and {}", pull.merge_base.short(), pull.head.short()))?;
    let repository = git2::Repository::open_bare(held.folder()).context("opening the cached repository")?;
    let (base, head) = (Revision::Commit(pull.merge_base.clone()), Revision::Commit(pull.head.clone()));
    Ok(write_both(&repository, base, head, Vec::new())?.holding(held.into_reader()))
}

/// Writes base and head of an open repository to a new folder.
fn write_both(
    repository: &git2::Repository,
    base: Revision,
    head: Revision,
    mut warnings: Vec<Warning>,
) -> anyhow::Result<Checkout> {
    let folder = tempfile::Builder::new().prefix("jittest-").tempdir().context("making a folder for the checkout")?;
    let base = write_one(repository, base, &folder.path().join("base"), &mut warnings).context("writing base")?;
    let mut of_head = Vec::new();
    let head = write_one(repository, head, &folder.path().join("head"), &mut of_head).context("writing head")?;
    for warning in of_head {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Ok(Checkout::new(folder, base, head, repository.path().to_path_buf(), warnings))
}

fn write_one(
    repository: &git2::Repository,
    revision: Revision,
    folder: &Path,
    warnings: &mut Vec<Warning>,
) -> anyhow::Result<SourceTree> {
    std::fs::create_dir_all(folder).context("making its folder")?;
    let mut writer = write::Writer::new(folder);
    match &revision {
        Revision::Commit(sha) => writer.commit(repository, sha)?,
        Revision::Index => writer.index(repository)?,
        Revision::WorkTree => writer.work_tree(repository)?,
        Revision::Empty => {}
    }
    let (files, blobs) = writer.finish(warnings)?;
    Ok(SourceTree { revision, folder: folder.to_path_buf(), files, blobs })
}
