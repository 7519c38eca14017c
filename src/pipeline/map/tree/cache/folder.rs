//! The folder in which the files of all repositories lie, kept within its bounds.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::domain::limits;

/// Removes the files that were used least recently, `own` last, until the folder is within its bound.
pub(super) fn make_room(folder: &Path, own: &Path) -> std::io::Result<()> {
    forget_unused(folder, limits::KEPT_CACHE)?;
    let mut files = remembered(folder)?;
    files.sort_by_key(|file| (file.path == own, file.used));
    let mut bytes: u64 = files.iter().map(|file| file.bytes).sum();
    for file in files {
        if bytes <= limits::CACHE_BYTES {
            break;
        }
        file.remove()?;
        bytes -= file.bytes;
    }
    Ok(())
}

/// Removes from a folder what was read of repositories that nobody mapped for so long: how many.
///
/// # Errors
/// Where the folder can't be read, or a file can't be removed.
pub fn forget_unused(folder: &Path, kept: Duration) -> std::io::Result<usize> {
    let is_old = |file: &Remembered| SystemTime::now().duration_since(file.used).is_ok_and(|age| age > kept);
    let old: Vec<Remembered> = remembered(folder)?.into_iter().filter(is_old).collect();
    old.iter().try_for_each(Remembered::remove)?;
    Ok(old.len())
}

/// The file of one repository.
struct Remembered {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

impl Remembered {
    fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.path) {
            // Another process was quicker.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

fn remembered(folder: &Path) -> std::io::Result<Vec<Remembered>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // One that another process removes in this moment is gone.
        if let Some(metadata) = entry.metadata().ok().filter(std::fs::Metadata::is_file) {
            files.push(Remembered { path: entry.path(), used: metadata.modified()?, bytes: metadata.len() });
        }
    }
    Ok(files)
}
