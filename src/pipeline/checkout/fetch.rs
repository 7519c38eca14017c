//! Shallow fetches into a cached repository.

use std::path::Path;
use std::sync::Once;
use std::time::Instant;

use anyhow::{Context, anyhow};
use base64::Engine as _;
use git2::{FetchOptions, RemoteCallbacks, RemoteRedirect, Repository};
use secrecy::ExposeSecret;

use super::OverBound;
use super::cache::{Held, start_anew};
use crate::domain::{CommitSha, limits};
use crate::forge::CloneAccess;

/// Fetches `commits`, by id, else through the pull request's own ref; all of them are there afterwards.
pub(super) fn commits(held: &Held, access: &CloneAccess, pull: u64, commits: &[&CommitSha]) -> anyhow::Result<()> {
    match try_commits(held.folder(), access, pull, commits) {
        Ok(()) => Ok(()),
        Err(error) if error.is::<OverBound>() => Err(error),
        Err(error) => {
            // A cache that lost an object or its `shallow` never recovers by itself.
            tracing::warn!(error = format!("{error:#}"), "fetching anew into an empty cache");
            start_anew(held.folder())?;
            try_commits(held.folder(), access, pull, commits)
        }
    }
}

fn try_commits(folder: &Path, access: &CloneAccess, pull: u64, commits: &[&CommitSha]) -> anyhow::Result<()> {
    let repository = Repository::open_bare(folder).context("opening the cached repository")?;
    for commit in commits {
        if has_whole(&repository, commit) {
            continue;
        }
        let by_id = fetch(&repository, access, &format!("+{commit}:refs/jittest/{commit}"));
        if let Err(error) = &by_id
            && error.is::<OverBound>()
        {
            return by_id;
        }
        if by_id.is_err() || !has_whole(&repository, commit) {
            let by_pull = format!("+refs/pull/{pull}/head:refs/jittest/pull/{pull}");
            fetch(&repository, access, &by_pull).context("fetching the pull request's ref")?;
        }
        if !has_whole(&repository, commit) {
            by_id?;
            return Err(anyhow!("the commit {commit} is not there (any more)"));
        }
    }
    Ok(())
}

fn has_whole(repository: &Repository, commit: &CommitSha) -> bool {
    let Ok(id) = git2::Oid::from_str(commit.as_str()) else { return false };
    repository.find_commit(id).and_then(|found| found.tree()).is_ok()
}

fn fetch(repository: &Repository, access: &CloneAccess, refspec: &str) -> anyhow::Result<()> {
    bound_silence()?;
    let started = Instant::now();
    let mut callbacks = RemoteCallbacks::new();
    callbacks.transfer_progress(move |progress| {
        (progress.received_bytes() as u64) < limits::REPOSITORY_BYTES && started.elapsed() < limits::FETCH_TIME
    });
    let mut options = FetchOptions::new();
    options.remote_callbacks(callbacks).depth(1).download_tags(git2::AutotagOption::None);
    options.follow_redirects(RemoteRedirect::None);
    let header = access.token.as_ref().map(|token| {
        let pair = format!("x-access-token:{}", token.expose_secret());
        format!("Authorization: Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    });
    if let Some(header) = &header {
        options.custom_headers(&[header]);
    }
    let mut remote = repository.remote_anonymous(&access.url).context("naming the remote")?;
    remote.fetch(&[refspec], Some(&mut options), None).map_err(|error| bound_or(error, started)).context("git fetch")
}

fn bound_or(error: git2::Error, started: Instant) -> anyhow::Error {
    if error.class() != git2::ErrorClass::Callback {
        return error.into();
    }
    let bound = if started.elapsed() >= limits::FETCH_TIME {
        format!("the fetch took longer than {} s", limits::FETCH_TIME.as_secs())
    } else {
        format!("the repository is over {} MB", limits::REPOSITORY_BYTES >> 20)
    };
    OverBound(bound).into()
}

/// A silent server would hang a fetch for ever; libgit2 has a bound for that, for the whole process.
fn bound_silence() -> anyhow::Result<()> {
    static ONCE: Once = Once::new();
    let milliseconds = i32::try_from(limits::FETCH_SILENCE.as_millis()).context("the bound for silence")?;
    let mut outcome = Ok(());
    ONCE.call_once(|| outcome = set_server_timeouts(milliseconds));
    outcome.context("bounding a silent git server")
}

#[expect(unsafe_code, reason = "git2 marks it unsafe as it writes a global that is not locked; `Once` guards it")]
fn set_server_timeouts(milliseconds: i32) -> Result<(), git2::Error> {
    // SAFETY: called once, through `Once`, before the first connection of this process is made.
    unsafe {
        git2::opts::set_server_timeout_in_milliseconds(milliseconds)?;
        git2::opts::set_server_connect_timeout_in_milliseconds(milliseconds)
    }
}
