//! Facts of files that were read before, by the blobs that they were: a second run on a nearby commit reads and parses
//! what changed.
//!
//! One file for each repository, with a record for each source file: its key, and its facts in few bytes. What is new is
//! appended as it is read, so that no run holds it; where most records are of files that are gone, the file is written
//! anew. Processes that append at once put whole records one after the other. A record that does not add up is none.
//! The files of all repositories lie in one folder, which is kept within `limits::CACHE_BYTES`: those that were used least
//! recently go, and those that nobody used for `limits::KEPT_CACHE`.

mod folder;
mod records;

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::domain::{BlobId, FileFacts, RepoPath, Warning, limits};

pub use folder::forget_unused;
pub(super) use records::Key;
use records::Place;

/// Counted up whenever the same text gives other facts, or facts are written otherwise.
const FORMAT: u32 = 9;
/// So many records for each one that is used, and the file is written anew.
const STALE: usize = 3;
/// So many bytes of new records are written together.
const TOGETHER: usize = 1 << 20;

/// What was read before, and what is read now.
pub(super) struct Cache {
    path: PathBuf,
    /// None where it can't be had, with why.
    file: Result<File, std::io::Error>,
    /// Where the facts of each key lie.
    known: HashMap<Key, Place>,
    /// How many records there are, those of one key counted each.
    records: usize,
    new: Mutex<New>,
}

/// What was read and is not written yet.
#[derive(Default)]
struct New {
    bytes: Vec<u8>,
    records: usize,
    /// Why it could not be written; then nothing is any more.
    failed: Option<std::io::Error>,
}

impl Cache {
    /// The cache in a file; an empty one where there is none, none that can be read, or one that is too large.
    pub(super) fn open(file: &Path) -> Self {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{}-{FORMAT}", env!("CARGO_PKG_VERSION")));
        let path = file.with_file_name(name);
        match opened(&path) {
            Ok((file, records)) => {
                let count = records.len();
                Self {
                    path,
                    file: Ok(file),
                    known: records.into_iter().collect(),
                    records: count,
                    new: Mutex::default(),
                }
            }
            Err(error) => {
                let (known, new) = (HashMap::new(), Mutex::default());
                Self { path, file: Err(error), known, records: 0, new }
            }
        }
    }

    /// The key of a file: what it holds, and where it lies, as a path can matter to what a text means.
    pub(super) fn key(path: &RepoPath, blob: &BlobId) -> Key {
        // No path holds a NUL, so that it is told where one ends.
        Sha256::new().chain_update(path.as_str()).chain_update([0]).chain_update(blob).finalize().into()
    }

    /// What is known of a file.
    pub(super) fn get(&self, key: &Key) -> Option<FileFacts> {
        records::facts(self.file.as_ref().ok()?, key, *self.known.get(key)?)
    }

    /// Remembers what was read.
    pub(super) fn add(&self, key: &Key, facts: &FileFacts) {
        let (Ok(file), Some(record)) = (&self.file, records::record(key, facts)) else { return };
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        new.bytes.extend(record);
        new.records += 1;
        if new.bytes.len() >= TOGETHER {
            new.write(file);
        }
    }

    /// Writes what is left to write; what was known and is not among the files of these keys goes when there is much
    /// of it.
    pub(super) fn finish(self, used: &HashSet<Key>) -> Option<Warning> {
        let path = self.path.clone();
        self.end(used).and_then(|()| folder::make_room(folder_of(&path), &path)).err().map(|error| {
            let why = format!("{}: {error}", path.display());
            Warning::new("map", "what was read is not remembered", why, "the next run parses every file again")
        })
    }

    fn end(self, used: &HashSet<Key>) -> std::io::Result<()> {
        let file = self.file?;
        let mut new = self.new.into_inner().unwrap_or_else(PoisonError::into_inner);
        new.write(&file);
        if let Some(error) = new.failed {
            return Err(error);
        }
        if self.records + new.records > STALE * used.len() {
            let (records, _) = records::scan(&file)?;
            return replace(&self.path, &file, records.into_iter().filter(|(key, _)| used.contains(key))).map(drop);
        }
        file.set_modified(SystemTime::now())
    }
}

impl New {
    /// In one piece, so that what two processes append at once is not mixed.
    fn write(&mut self, mut file: &File) {
        if self.failed.is_none() && !self.bytes.is_empty() {
            self.failed = file.write_all(&self.bytes).err();
        }
        self.bytes.clear();
    }
}

/// The file and its records. One that is too large, or ends in what is no record, is written anew with what can be used:
/// nothing that comes after would be found.
fn opened(path: &Path) -> std::io::Result<(File, Vec<(Key, Place)>)> {
    std::fs::create_dir_all(folder_of(path))?;
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    let is_small = file.metadata()?.len() <= limits::CACHE_BYTES;
    let (records, is_whole) = if is_small { records::scan(&file)? } else { (Vec::new(), false) };
    if is_whole {
        return Ok((file, records));
    }
    let file = replace(path, &file, records.into_iter())?;
    let (records, _) = records::scan(&file)?;
    Ok((file, records))
}

/// Puts a file with these records of `old` in the place of it; of those of one key, the last.
fn replace(path: &Path, old: &File, records: impl Iterator<Item = (Key, Place)>) -> std::io::Result<File> {
    let new = tempfile::NamedTempFile::new_in(folder_of(path))?;
    let records: HashMap<Key, Place> = records.collect();
    {
        let mut out = std::io::BufWriter::new(new.as_file());
        for record in records.iter().filter_map(|(key, place)| records::whole(old, key, *place)) {
            out.write_all(&record)?;
        }
        out.flush()?;
    }
    new.persist(path).map_err(|error| error.error)?;
    OpenOptions::new().read(true).append(true).open(path)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
