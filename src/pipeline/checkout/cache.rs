//! Cached repositories: a bare repository of ours for each, bounded, and removed when nobody uses it any more.
//!
//! Beside `NAME.git` lie two locks: `NAME.lock` is held by the one who fetches, `NAME.use` by everybody who still reads.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use git2::Repository;

use crate::domain::{Subject, limits};

/// A cached repository that nobody else fetches into while this is held: libgit2's parallel fetches lose lines of
/// `shallow`.
pub(super) struct Held {
    folder: PathBuf,
    in_use: File,
    _lock: File,
}

impl Held {
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets others fetch; the lock that is left says that the repository is still read.
    pub(super) fn into_reader(self) -> File {
        self.in_use
    }
}

/// The cached repository of `subject` below `cache`, made where it isn't there, locked until it is dropped.
pub(super) fn cached_repository(cache: &Path, subject: &Subject) -> anyhow::Result<Held> {
    let owner = safe_part(&subject.owner)?;
    let name = safe_part(&subject.name)?;
    let parent = cache.join(owner);
    std::fs::create_dir_all(&parent).context("making the cache's folder")?;
    let lock = File::create(parent.join(format!("{name}.lock"))).context("making the cache's lock")?;
    lock.lock().context("locking the cached repository")?;
    lock.set_modified(SystemTime::now()).context("marking the cached repository as used")?;
    let folder = parent.join(format!("{name}.git"));
    let in_use = File::create(parent.join(format!("{name}.use"))).context("making the cache's other lock")?;
    if Repository::open_bare(&folder).is_err() || (is_full(&folder) && is_free(&in_use)?) {
        start_anew(&folder)?;
    }
    in_use.lock_shared().context("locking the cached repository for reading")?;
    sweep(&folder);
    Ok(Held { folder, in_use, _lock: lock })
}

/// Whether nobody reads the repository; then its lock is held.
fn is_free(in_use: &File) -> anyhow::Result<bool> {
    match in_use.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error).context("locking the cached repository"),
    }
}

/// Whether so much was fetched that starting anew is cheaper. Nothing is ever thrown away inside a cache.
fn is_full(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder.join("objects/pack")) else { return false };
    let sizes: Vec<u64> = entries.flatten().filter_map(|entry| Some(entry.metadata().ok()?.len())).collect();
    // Each pack has an index beside it.
    sizes.len() / 2 > limits::CACHED_REPOSITORY_PACKS || sizes.iter().sum::<u64>() > limits::CACHED_REPOSITORY_BYTES
}

/// Removes the cached repositories below `cache` that nobody fetched into for `kept`. Blocks. Gives how many.
///
/// # Errors
/// Where the cache can't be read, or something can't be removed.
pub fn forget_unused(cache: &Path, kept: Duration) -> anyhow::Result<usize> {
    let mut removed = 0;
    for owner in std::fs::read_dir(cache).context("listing the cache")?.flatten() {
        let Ok(entries) = std::fs::read_dir(owner.path()) else { continue };
        let locks =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "lock"));
        for lock in locks {
            removed += usize::from(forget(&lock, kept)?);
        }
    }
    Ok(removed)
}

fn forget(lock: &Path, kept: Duration) -> anyhow::Result<bool> {
    let folder = lock.with_extension("git");
    let used = std::fs::metadata(lock).and_then(|metadata| metadata.modified()).context("reading a cache's age")?;
    if !folder.exists() || SystemTime::now().duration_since(used).is_ok_and(|age| age < kept) {
        return Ok(false);
    }
    // The locks stay: whoever waits for one must not hold what another process can't see.
    let locked = File::options().write(true).open(lock).context("opening a cache's lock")?;
    let in_use = File::create(lock.with_extension("use")).context("opening a cache's other lock")?;
    if !is_free(&locked)? || !is_free(&in_use)? {
        return Ok(false);
    }
    std::fs::remove_dir_all(&folder).context("removing an old cached repository")?;
    Ok(true)
}

fn safe_part(part: &str) -> anyhow::Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let special = matches!(part, "." | "..") || part.eq_ignore_ascii_case(".git");
    if part.is_empty() || part.len() > 100 || special || !part.chars().all(plain) {
        bail!("not a repository's name: {part:?}");
    }
    Ok(part)
}

/// An empty cache, whatever was there.
pub(super) fn start_anew(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).context("removing a broken cached repository")?;
    }
    Repository::init_bare(folder).context("making the cached repository")?;
    Ok(())
}

/// Removes what a killed fetch left: its half-written pack, and the lock that would fail every later fetch.
fn sweep(folder: &Path) {
    let mut leftovers = vec![folder.join("shallow.lock")];
    if let Ok(entries) = std::fs::read_dir(folder.join("objects/pack")) {
        let half_written =
            entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("pack_git2_"));
        leftovers.extend(half_written.map(|entry| entry.path()));
    }
    for leftover in leftovers {
        if let Err(error) = std::fs::remove_file(&leftover)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a leftover of a killed fetch stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(name: &str) -> Subject {
        Subject { installation: 1, owner: "octo".to_owned(), name: name.to_owned() }
    }

    /// Fills a cached repository past its bound, without filling the disk.
    fn fill(folder: &Path) {
        let packs = folder.join("objects/pack");
        std::fs::create_dir_all(&packs).unwrap();
        File::create(packs.join("pack-x.pack")).unwrap().set_len(limits::CACHED_REPOSITORY_BYTES + 1).unwrap();
    }

    #[test]
    fn a_cache_that_is_full_is_started_anew_unless_somebody_still_reads_it() {
        let cache = tempfile::tempdir().unwrap();
        let held = cached_repository(cache.path(), &subject("shop")).unwrap();
        let pack = held.folder().join("objects/pack/pack-x.pack");
        fill(held.folder());
        let reader = held.into_reader();
        drop(cached_repository(cache.path(), &subject("shop")).unwrap());
        assert!(pack.exists(), "it was taken away from its reader");
        drop(reader);
        drop(cached_repository(cache.path(), &subject("shop")).unwrap());
        assert!(!pack.exists());
    }

    #[test]
    fn a_cache_that_nobody_uses_is_removed_and_one_that_is_read_stays() {
        let cache = tempfile::tempdir().unwrap();
        let read = cached_repository(cache.path(), &subject("read")).unwrap().into_reader();
        drop(cached_repository(cache.path(), &subject("idle")).unwrap());
        let exists = |name: &str| cache.path().join("octo").join(name).exists();
        assert_eq!(forget_unused(cache.path(), Duration::from_secs(3_600)).unwrap(), 0);
        assert_eq!(forget_unused(cache.path(), Duration::ZERO).unwrap(), 1);
        assert!(exists("read.git") && !exists("idle.git"));
        drop(read);
        assert_eq!(forget_unused(cache.path(), Duration::ZERO).unwrap(), 1);
        assert!(Repository::open_bare(cached_repository(cache.path(), &subject("idle")).unwrap().folder()).is_ok());
    }

    #[test]
    fn a_repository_name_never_leaves_the_cache() {
        for bad in ["", ".", "..", ".git", ".GIT", "a/b", "a\\b", "a b", &"x".repeat(101)] {
            assert!(safe_part(bad).is_err(), "{bad:?} was taken");
        }
        for good in ["my-repo_1.0", ".github", "..."] {
            assert!(safe_part(good).is_ok(), "{good} was refused");
        }
    }

    #[test]
    fn a_repository_whose_name_starts_with_a_dot_is_cached_like_any_other() {
        let cache = tempfile::tempdir().unwrap();
        let held = cached_repository(cache.path(), &subject(".github")).unwrap();
        assert!(Repository::open_bare(held.folder()).is_ok());
    }
}
