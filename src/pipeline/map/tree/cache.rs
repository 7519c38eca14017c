//! Facts of files that were read before, by the id of their blob: a second run on a nearby commit parses what changed.
//!
//! One file for each repository, with a line for each source file: its key, and its facts as JSON. What is new is
//! appended; where most lines are of files that are gone, it is written anew. The files of all repositories lie in one
//! folder, which is kept within `limits::CACHE_BYTES`: those that were used least recently go, and those that nobody used for `limits::KEPT_CACHE`.

use std::collections::HashMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git2::{ObjectType, Oid};

use crate::domain::{FileFacts, RepoPath, Warning, limits};

/// Counted up whenever the same text gives other facts.
const FORMAT: u32 = 3;
/// So many lines for each one that is used, and the file is written anew.
const STALE: usize = 3;

/// What was read before.
pub(super) struct Cache {
    file: PathBuf,
    text: String,
    known: HashMap<String, Range<usize>>,
}

/// How one file is remembered.
pub(super) enum Mark {
    /// By a line that is there.
    Known(String),
    /// By a new one.
    New(String),
}

impl Mark {
    /// What is to be remembered of a file.
    pub(super) fn new(key: String, facts: &FileFacts) -> Option<Self> {
        let mut line = key;
        line.push(' ');
        line.push_str(&serde_json::to_string(facts).ok()?);
        line.push('\n');
        Some(Self::New(line))
    }
}

impl Cache {
    /// The cache in a file; an empty one where there is none, none that can be read, or one that is too large.
    pub(super) fn open(file: &Path) -> Self {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{}-{FORMAT}", env!("CARGO_PKG_VERSION")));
        let file = file.with_file_name(name);
        let is_small = std::fs::metadata(&file).is_ok_and(|metadata| metadata.len() <= limits::CACHE_BYTES);
        let text = is_small.then(|| std::fs::read_to_string(&file).ok()).flatten().unwrap_or_default();
        let mut known = HashMap::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // A line that was cut off ends without its line end.
            if let (Some((key, json)), true) = (line.split_once(' '), line.ends_with('\n')) {
                let start = at + key.len() + 1;
                known.insert(key.to_owned(), start..start + json.len() - 1);
            }
            at += line.len();
        }
        Self { file, text, known }
    }

    /// The key of a file: what it holds, and where it lies, as a path can matter to what a text means.
    pub(super) fn key(path: &RepoPath, text: &str) -> Option<String> {
        let id = |bytes: &[u8]| Oid::hash_object(ObjectType::Blob, bytes).ok();
        Some(format!("{}{}", id(text.as_bytes())?, id(path.as_str().as_bytes())?))
    }

    /// What is known of a file.
    pub(super) fn get(&self, key: &str) -> Option<FileFacts> {
        serde_json::from_str(self.text.get(self.known.get(key)?.clone())?).ok()
    }

    /// Remembers what was read, beside what was known; what of that was not used goes when there is much of it.
    pub(super) fn save(&self, marks: Vec<Mark>) -> Option<Warning> {
        self.write(&marks).and_then(|()| self.make_room()).err().map(|error| {
            let why = format!("{}: {error}", self.file.display());
            Warning::new("map", "what was read is not remembered", why, "the next run parses every file again")
        })
    }

    fn write(&self, marks: &[Mark]) -> std::io::Result<()> {
        let new = marks.iter().filter_map(|mark| match mark {
            Mark::New(line) => Some(line.as_str()),
            Mark::Known(_) => None,
        });
        if self.text.is_empty() || self.known.len() > STALE * marks.len() {
            let known = marks.iter().filter_map(|mark| match mark {
                Mark::New(_) => None,
                Mark::Known(key) => self.line(key),
            });
            return self.replace(known.chain(new));
        }
        let new: Vec<&str> = new.collect();
        let file = std::fs::OpenOptions::new().append(true).open(&self.file)?;
        if !new.is_empty() {
            // In one piece, so that what two runs append at once is not mixed; past a line that was cut off.
            let before = if self.text.ends_with('\n') { "" } else { "\n" };
            (&file).write_all([before, &new.concat()].concat().as_bytes())?;
        }
        file.set_modified(SystemTime::now())
    }

    /// The whole line of a key.
    fn line(&self, key: &str) -> Option<&str> {
        let json = self.known.get(key)?;
        self.text.get(json.start - key.len() - 1..json.end + 1)
    }

    fn replace<'l>(&self, lines: impl Iterator<Item = &'l str>) -> std::io::Result<()> {
        let folder = self.folder();
        std::fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        {
            let mut out = std::io::BufWriter::new(new.as_file_mut());
            for line in lines {
                out.write_all(line.as_bytes())?;
            }
            out.flush()?;
        }
        new.persist(&self.file).map(drop).map_err(|error| error.error)
    }

    fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Removes the files that were used least recently, this one last, until the folder is within its bound.
    fn make_room(&self) -> std::io::Result<()> {
        forget_unused(self.folder(), limits::KEPT_CACHE)?;
        let mut files = remembered(self.folder())?;
        files.sort_by_key(|file| (file.path == self.file, file.used));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FileCategory;

    fn facts(path: &str) -> FileFacts {
        FileFacts::new(RepoPath::parse(path).unwrap(), "python", FileCategory::Code)
    }

    fn new(name: &str) -> Mark {
        Mark::new(name.to_owned(), &facts(name)).unwrap()
    }

    #[test]
    fn what_is_new_is_appended_and_what_is_mostly_gone_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop");
        assert!(Cache::open(&file).save(vec![new("a"), new("b"), new("c")]).is_none());
        assert!(Cache::open(&file).save(vec![Mark::Known("a".to_owned()), new("d")]).is_none());
        let cache = Cache::open(&file);
        assert!(["a", "b", "c", "d"].iter().all(|name| cache.get(name) == Some(facts(name))));
        assert!(cache.save(vec![Mark::Known("d".to_owned())]).is_none());
        let cache = Cache::open(&file);
        assert_eq!((cache.known.len(), cache.get("d")), (1, Some(facts("d"))));
    }

    #[test]
    fn a_line_that_was_cut_off_is_no_harm_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop");
        assert!(Cache::open(&file).save(vec![new("a"), new("b")]).is_none());
        let on_disk = Cache::open(&file).file;
        let text = std::fs::read_to_string(&on_disk).unwrap();
        std::fs::write(&on_disk, &text[..text.len() - 9]).unwrap();
        assert!(Cache::open(&file).save(vec![Mark::Known("a".to_owned()), new("c")]).is_none());
        let cache = Cache::open(&file);
        assert_eq!((cache.get("a"), cache.get("b"), cache.get("c")), (Some(facts("a")), None, Some(facts("c"))));
    }

    #[test]
    fn what_was_used_least_recently_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let age = |name: &str, seconds: u64, bytes: u64| {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            // Without its blocks: a file may be large and take no room.
            file.set_len(bytes).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        };
        age("forgotten", limits::KEPT_CACHE.as_secs() + 60, 10);
        age("oldest", 300, limits::CACHE_BYTES / 2);
        age("older", 200, limits::CACHE_BYTES / 2);
        age("newer", 100, limits::CACHE_BYTES / 4);
        assert!(Cache::open(&folder.path().join("shop")).save(vec![new("a")]).is_none());
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left.iter().map(|name| name.split('-').next().unwrap()).collect::<Vec<_>>(),
            ["newer", "older", "shop"]
        );
    }
}
