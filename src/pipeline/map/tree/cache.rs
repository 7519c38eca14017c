//! Facts of files that were read before, by the id of their blob: a second run on a nearby commit parses what changed.

use std::collections::HashMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid};

use crate::domain::{FileFacts, RepoPath, Warning, limits};

/// Counted up whenever the same text gives other facts.
const FORMAT: u32 = 1;

/// What was read before.
pub(super) struct Cache {
    file: PathBuf,
    text: String,
    known: HashMap<String, Range<usize>>,
}

/// The facts of one file, to be remembered.
pub(super) struct Entry {
    key: String,
    json: String,
}

impl Cache {
    /// The cache in a folder; an empty one where there is none, or none that can be read.
    pub(super) fn open(folder: &Path) -> Self {
        let file = folder.join(format!("facts-{}-{FORMAT}", env!("CARGO_PKG_VERSION")));
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
    pub(super) fn get(&self, key: &str) -> Option<(FileFacts, Entry)> {
        let json = self.text.get(self.known.get(key)?.clone())?;
        let facts = serde_json::from_str(json).ok()?;
        Some((facts, Entry { key: key.to_owned(), json: json.to_owned() }))
    }

    /// Remembers these, and nothing else; an unchanged cache is left as it is.
    pub(super) fn save(&self, mut entries: Vec<Entry>) -> Option<Warning> {
        let is_same = entries.len() == self.known.len() && entries.iter().all(|one| self.known.contains_key(&one.key));
        if is_same {
            return None;
        }
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        self.write(&entries).err().map(|error| {
            let why = format!("{}: {error}", self.file.display());
            Warning::new("map", "what was read is not remembered", why, "the next run parses every file again")
        })
    }

    fn write(&self, entries: &[Entry]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        {
            let mut out = std::io::BufWriter::new(new.as_file_mut());
            for entry in entries {
                writeln!(out, "{} {}", entry.key, entry.json)?;
            }
            out.flush()?;
        }
        new.persist(&self.file).map(drop).map_err(|error| error.error)
    }
}

impl Entry {
    /// What is to be remembered of a file.
    pub(super) fn new(key: String, facts: &FileFacts) -> Option<Self> {
        Some(Self { key, json: serde_json::to_string(facts).ok()? })
    }
}
