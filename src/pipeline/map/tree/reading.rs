//! Files, read one by one on all cores.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::{FileCategory, FileFacts, LeftOut, RepoPath, SourceTree, Warning};
use crate::language::{self, LanguageError, Mapper};

use super::cache::{Cache, Entry};
use super::{category, left_out};

/// The stack of a reading thread, in bytes.
const STACK: usize = 8 << 20;

/// How a tree is read.
#[derive(Clone, Copy, Default)]
pub struct Reading<'r> {
    /// Told how many files are read, and how many there are; from several threads.
    pub progress: Option<&'r (dyn Fn(usize, usize) + Sync)>,
    /// A folder of ours where what was read is remembered, by blob; without one, every file is parsed.
    pub cache: Option<&'r Path>,
}

/// One file, and what is to be remembered of it.
type Read = (FileFacts, Option<Entry>);

/// Every file of the tree.
pub(super) fn read_all(tree: &SourceTree, reading: &Reading<'_>) -> (BTreeMap<RepoPath, FileFacts>, Vec<Warning>) {
    let cache = reading.cache.map(Cache::open);
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    for (facts, entry) in read_parallel(tree, reading, cache.as_ref()) {
        entries.extend(entry);
        files.insert(facts.path.clone(), facts);
    }
    let warning = cache.and_then(|cache| cache.save(entries));
    (files, warning.into_iter().collect())
}

fn read_parallel(tree: &SourceTree, reading: &Reading<'_>, cache: Option<&Cache>) -> Vec<Read> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = || {
        let mut read = Vec::new();
        while let Some(path) = tree.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            read.push(read_one(tree, path, cache));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = reading.progress {
                progress(done, tree.files.len());
            }
        }
        read
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(tree.files.len().max(1));
    std::thread::scope(|scope| {
        let start = || std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let started: Vec<_> = (0..threads).filter_map(|_| start().ok()).collect();
        // Where no thread can be had, this one does it.
        let mut read = if started.is_empty() { work() } else { Vec::new() };
        for thread in started {
            match thread.join() {
                Ok(of_thread) => read.extend(of_thread),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        read
    })
}

fn read_one(tree: &SourceTree, path: &RepoPath, cache: Option<&Cache>) -> Read {
    let Some(mapper) = language::mapper(path) else { return (other(tree, path), None) };
    match source(tree, path, mapper, cache) {
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
    cache: Option<&Cache>,
) -> Result<Read, (LeftOut, u32)> {
    let Some(text) = tree.text(path.as_str()) else { return Err((left_out::unreadable(tree, path), 0)) };
    let lines = lines(&text);
    if let Some(why) = left_out::by_path(path).or_else(|| left_out::by_text(&text)) {
        return Err((why, lines));
    }
    let key = cache.and_then(|_| Cache::key(path, &text));
    if let Some((facts, entry)) = cache.zip(key.as_ref()).and_then(|(cache, key)| cache.get(key)) {
        return Ok((facts, Some(entry)));
    }
    match mapper.facts(path, &text) {
        Ok(mut facts) => {
            facts.lines = lines;
            let entry = key.and_then(|key| Entry::new(key, &facts));
            Ok((facts, entry))
        }
        Err(LanguageError::TooSlow(_) | LanguageError::Grammar(_)) => Err((LeftOut::TooSlow, lines)),
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.lines().count()).unwrap_or(u32::MAX)
}
