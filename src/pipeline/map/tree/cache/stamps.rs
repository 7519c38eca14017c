//! Files of a work tree that are as they were when they were read, by what the file system says of them: they need not
//! be read to be known.
//!
//! As Git's index does it (Git's documentation, "Racy Git problem"): a file that is as large as it was, of the same
//! inode, and whose two times are the same holds the same, unless it was written so shortly before it was looked at that
//! a second writing could have the same time. Such a file is read again.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Key;
use crate::domain::{RepoPath, limits};

/// How far apart two writings have other times, where the file system counts in parts of a second.
const FINE: Duration = Duration::from_millis(50);
/// The same where it doesn't.
const COARSE: Duration = Duration::from_secs(3);

/// What the file system says of a file: bytes, inode, device, and when its content and when anything of it changed, in
/// nanoseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Stamp {
    size: u64,
    inode: u64,
    device: u64,
    modified: i128,
    changed: i128,
}

impl Stamp {
    /// The stamp of a file now; `None` where it is none, or was written a moment ago.
    pub(super) fn of(file: &Path) -> Option<Self> {
        Self::seen(file, SystemTime::now())
    }

    /// The stamp of a file that is looked at at some time.
    pub(super) fn seen(file: &Path, now: SystemTime) -> Option<Self> {
        let found = std::fs::symlink_metadata(file).ok().filter(Metadata::is_file)?;
        let time = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        let modified = time(found.mtime(), found.mtime_nsec());
        let changed = time(found.ctime(), found.ctime_nsec());
        let is_coarse = found.ctime_nsec() == 0;
        let apart = if is_coarse { COARSE } else { FINE };
        let settled = now.checked_sub(apart)?.duration_since(UNIX_EPOCH).ok()?;
        let is_settled = modified.max(changed) < i128::try_from(settled.as_nanos()).ok()?;
        let (size, inode, device) = (found.size(), found.ino(), found.dev());
        is_settled.then_some(Self { size, inode, device, modified, changed })
    }
}

/// The stamps of the files of one work tree, those of before and those of now.
pub(super) struct Stamps {
    path: PathBuf,
    before: HashMap<String, (Stamp, Key)>,
    now: Mutex<Vec<(String, Stamp, Key)>>,
}

impl Stamps {
    /// The stamps in a file; none where there is none, none that can be read, or one that is too large.
    pub(super) fn open(path: PathBuf) -> Self {
        let is_small = path.metadata().is_ok_and(|found| found.len() <= limits::CACHE_HELD as u64);
        let bytes = if is_small { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let known: Vec<(String, Stamp, Key)> = postcard::from_bytes(&bytes).unwrap_or_default();
        let before = known.into_iter().map(|(path, stamp, key)| (path, (stamp, key))).collect();
        Self { path, before, now: Mutex::default() }
    }

    /// The key of a file that is as it was.
    pub(super) fn key(&self, path: &RepoPath, stamp: &Stamp) -> Option<Key> {
        self.before.get(path.as_str()).filter(|(before, _)| before == stamp).map(|(_, key)| *key)
    }

    /// Remembers the stamp that a file had before it was read.
    pub(super) fn add(&self, path: &RepoPath, stamp: Stamp, key: Key) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.push((path.as_str().to_owned(), stamp, key));
    }

    /// Writes those of now.
    pub(super) fn finish(self) -> std::io::Result<()> {
        let now = self.now.into_inner().unwrap_or_else(PoisonError::into_inner);
        if now.is_empty() && self.before.is_empty() {
            return Ok(());
        }
        let bytes = postcard::to_allocvec(&now).map_err(std::io::Error::other)?;
        let new = tempfile::NamedTempFile::new_in(super::folder_of(&self.path))?;
        std::fs::write(new.path(), bytes)?;
        new.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}
