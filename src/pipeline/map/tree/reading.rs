//! Files, read one by one on all cores.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::{ObjectType, Oid};

use crate::domain::{BlobId, FileCategory, FileFacts, LeftOut, RepoPath, SourceTree, Warning};
use crate::language::{self, LanguageError, Mapper};

use super::cache::{Cache, Key};
use super::{category, cores, left_out};

/// How a tree is read.
#[derive(Clone, Copy, Default)]
pub struct Reading<'r> {
    /// Told how many files are read, and how many there are; from several threads.
    pub progress: Option<&'r (dyn Fn(usize, usize) + Sync)>,
    /// A file of ours in which what was read of this repository is remembered, by what its files hold; others beside it
    /// are those of other repositories. Without one, every file is parsed.
    pub cache: Option<&'r Path>,
    /// Counted up for each source file that is parsed, and not remembered.
    pub parsed: Option<&'r AtomicUsize>,
}

/// Every file of the tree, and why they could not be remembered.
pub(super) fn read_all(tree: &SourceTree, reading: &Reading<'_>) -> (BTreeMap<RepoPath, FileFacts>, Option<Warning>) {
    let cache = reading.cache.map(Cache::open);
    let done = AtomicUsize::new(0);
    let read = cores::each(&tree.files, |path| {
        let read = read_one(tree, path, reading, cache.as_ref());
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(progress) = reading.progress {
            progress(done, tree.files.len());
        }
        read
    });
    let (facts, keys): (Vec<FileFacts>, Vec<Option<Key>>) = read.into_iter().unzip();
    let warning = cache.and_then(|cache| cache.finish(&keys.into_iter().flatten().collect()));
    (facts.into_iter().map(|facts| (facts.path.clone(), facts)).collect(), warning)
}

/// One file, and how it is remembered.
type Read = (FileFacts, Option<Key>);

fn read_one(tree: &SourceTree, path: &RepoPath, reading: &Reading<'_>, cache: Option<&Cache>) -> Read {
    let Some(mapper) = language::mapper(path) else { return (other(tree, path), None) };
    match source(tree, path, mapper, reading, cache) {
        Ok(read) => read,
        Err((why, lines)) => {
            let mut facts = FileFacts::new(path.clone(), mapper.id(), FileCategory::Code);
            facts.is_test = mapper.is_test_file(path);
            facts.left_out = Some(why);
            facts.lines = lines;
            (facts, None)
        }
    }
}

/// A file that is no source file of a known language.
fn other(tree: &SourceTree, path: &RepoPath) -> FileFacts {
    let (category, format) = category::of(path);
    let mut facts = FileFacts::new(path.clone(), format, category);
    facts.lines = tree.text(path.as_str()).map_or(0, |text| lines(&text));
    facts
}

/// A source file; why it is left out, and its lines, where it is.
fn source(
    tree: &SourceTree,
    path: &RepoPath,
    mapper: &dyn Mapper,
    reading: &Reading<'_>,
    cache: Option<&Cache>,
) -> Result<Read, (LeftOut, u32)> {
    let left_out = left_out::by_path(path);
    let cache = cache.filter(|_| left_out.is_none());
    // What Git knows need not be read to be known.
    let named = tree.blobs.get(path).map(|blob| Cache::key(path, blob));
    if let Some(read) = cache.zip(named).and_then(|(cache, key)| known(cache, path, key)) {
        return Ok(read);
    }
    let Some(content) = tree.content(path) else { return Err((left_out::unreadable(tree, path), 0)) };
    let key = named.or_else(|| cache.and_then(|_| blob(&content)).map(|blob| Cache::key(path, &blob)));
    if let Some(read) = cache.zip(key).filter(|_| named.is_none()).and_then(|(cache, key)| known(cache, path, key)) {
        return Ok(read);
    }
    let Ok(text) = String::from_utf8(content) else { return Err((LeftOut::NotText, 0)) };
    let lines = lines(&text);
    if let Some(why) = left_out.or_else(|| left_out::by_text(&text)) {
        return Err((why, lines));
    }
    if let Some(parsed) = reading.parsed {
        parsed.fetch_add(1, Ordering::Relaxed);
    }
    match mapper.facts(path, &text) {
        Ok(facts) => {
            let facts = FileFacts { lines, ..facts };
            if let Some((cache, key)) = cache.zip(key) {
                cache.add(&key, &facts);
            }
            // A copy has no more room than it needs, which lists that grew have.
            Ok((facts.clone(), key))
        }
        Err(LanguageError::TooSlow(_) | LanguageError::Grammar(_)) => Err((LeftOut::TooSlow, lines)),
    }
}

/// The id that Git would give a content.
fn blob(content: &[u8]) -> Option<BlobId> {
    Oid::hash_object(ObjectType::Blob, content).ok()?.as_bytes().try_into().ok()
}

/// What is remembered of a file of this key.
fn known(cache: &Cache, path: &RepoPath, key: Key) -> Option<Read> {
    let facts = cache.get(&key).filter(|facts| facts.path == *path)?;
    // The path's text is shared with the tree.
    Some((FileFacts { path: path.clone(), ..facts }, Some(key)))
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.lines().count()).unwrap_or(u32::MAX)
}
