//! Files, read one by one on all cores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::{FileCategory, FileFacts, LeftOut, RepoPath, SourceTree};
use crate::language::{self, LanguageError, Mapper};

use super::{category, left_out};

/// The stack of a reading thread, in bytes.
const STACK: usize = 8 << 20;

/// How a tree is read.
#[derive(Clone, Copy, Default)]
pub struct Reading<'r> {
    /// Told how many files are read, and how many there are; from several threads.
    pub progress: Option<&'r (dyn Fn(usize, usize) + Sync)>,
}

/// Every file of the tree.
pub(super) fn read_all(tree: &SourceTree, reading: &Reading<'_>) -> BTreeMap<RepoPath, FileFacts> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = || {
        let mut read = Vec::new();
        while let Some(path) = tree.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            read.push((path.clone(), read_one(tree, path)));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = reading.progress {
                progress(done, tree.files.len());
            }
        }
        read
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(tree.files.len().max(1));
    std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let others: Vec<_> = (1..threads).filter_map(|i| start(i).ok()).collect();
        let mut files: BTreeMap<RepoPath, FileFacts> = work().into_iter().collect();
        for other in others {
            match other.join() {
                Ok(read) => files.extend(read),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        files
    })
}

fn read_one(tree: &SourceTree, path: &RepoPath) -> FileFacts {
    let Some(mapper) = language::mapper(path) else { return other(tree, path) };
    let mut facts = FileFacts::new(path.clone(), mapper.id(), FileCategory::Code);
    facts.is_test = mapper.is_test_file(path);
    match source(tree, path, mapper) {
        Ok(read) => read,
        Err((why, lines)) => {
            facts.left_out = Some(why);
            facts.lines = lines;
            facts
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
fn source(tree: &SourceTree, path: &RepoPath, mapper: &dyn Mapper) -> Result<FileFacts, (LeftOut, u32)> {
    let Some(text) = tree.text(path.as_str()) else { return Err((left_out::unreadable(tree, path), 0)) };
    let lines = lines(&text);
    if let Some(why) = left_out::by_path(path).or_else(|| left_out::by_text(&text)) {
        return Err((why, lines));
    }
    match mapper.facts(path, &text) {
        Ok(mut facts) => {
            facts.lines = lines;
            Ok(facts)
        }
        Err(LanguageError::TooSlow(_) | LanguageError::Grammar(_)) => Err((LeftOut::TooSlow, lines)),
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.lines().count()).unwrap_or(u32::MAX)
}
