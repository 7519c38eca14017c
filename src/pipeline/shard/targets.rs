//! Targets that are worked on together: about ten, in the order of their batches and files, within a budget of tokens.

use std::collections::{BTreeMap, BTreeSet};

use super::balance::{Step, balanced};
use crate::domain::{Batches, CodeMap, Level, RepoPath, Shard, SourceTree, TargetId, limits};

/// Bytes of source text that make a token: the rule of thumb for text in a Latin alphabet, code included.
const BYTES_PER_TOKEN: usize = 4;

/// Tokens that a model may write for one target: a test of about thirty lines and the words around it.
const TOKENS_OUT: usize = 400;

/// Bytes of one signature, on average.
const SIGNATURE_BYTES: usize = 80;

/// Something to test, as far as dividing goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its id.
    pub id: TargetId,
    /// At which level.
    pub level: Level,
    /// Its file.
    pub file: RepoPath,
    /// The bytes of its own text.
    pub bytes: usize,
}

/// What reading one file takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileSize {
    /// Its bytes.
    pub bytes: usize,
    /// The symbols in it.
    pub symbols: usize,
}

/// Divides the targets of a change, which stand in `head`.
pub fn shard(map: &CodeMap, head: &SourceTree, batches: &Batches) -> Vec<Shard> {
    let piece = |target: &crate::domain::Target| Piece {
        id: target.id.clone(),
        level: target.level,
        file: target.file.clone(),
        bytes: target.symbol.span.end_byte - target.symbol.span.start_byte,
    };
    let pieces: Vec<Piece> = map.targets.iter().map(piece).collect();
    let files: BTreeSet<&RepoPath> = pieces.iter().map(|piece| &piece.file).collect();
    let size = |file: &RepoPath| {
        let on_disk = std::fs::metadata(head.path_of(file)).map_or(0, |found| found.len());
        let symbols = map.files.get(file).or_else(|| map.neighbours.get(file)).map_or(0, |file| file.symbols.len());
        FileSize { bytes: usize::try_from(on_disk).unwrap_or(usize::MAX), symbols }
    };
    let sizes = files.into_iter().map(|file| (file.clone(), size(file))).collect();
    divide(pieces, &sizes, batches, limits::OUTPUT_TOKENS)
}

/// Divides targets: unit and end-to-end targets never mix, small batches share a shard, and shards of one level
/// differ by little. `output_tokens` bounds what may be answered for one shard.
pub fn divide(
    pieces: Vec<Piece>,
    sizes: &BTreeMap<RepoPath, FileSize>,
    batches: &Batches,
    output_tokens: usize,
) -> Vec<Shard> {
    let places = batches.places();
    let mut shards = Vec::new();
    for level in [Level::Unit, Level::E2e] {
        let mut of_level: Vec<&Piece> = pieces.iter().filter(|piece| piece.level == level).collect();
        of_level.sort_by_key(|piece| (places.get(&piece.file).copied().unwrap_or(usize::MAX), &piece.file));
        let steps: Vec<Step> = of_level.windows(2).map(|pair| step(pair[0], pair[1], &places)).collect();
        let mut rest = of_level.as_slice();
        for size in balanced(of_level.len(), most(level, output_tokens), &steps) {
            let (own, others) = rest.split_at(size.min(rest.len()));
            rest = others;
            shards.push(of_pieces(shards.len() + 1, own, sizes, batches, &places));
        }
    }
    shards
}

/// The most targets of one shard: about ten, and no more than an answer has room for.
fn most(level: Level, output_tokens: usize) -> usize {
    let bound = match level {
        Level::Unit => limits::SHARD_UNIT_TARGETS,
        Level::E2e => limits::SHARD_E2E_TARGETS,
    };
    limits::SHARD_TARGETS.min(bound).min(output_tokens / TOKENS_OUT).max(1)
}

/// What a cut between two targets would part.
fn step(one: &Piece, next: &Piece, places: &BTreeMap<&RepoPath, usize>) -> Step {
    if one.file == next.file {
        Step::SameFile
    } else if places.get(&one.file) == places.get(&next.file) {
        Step::SameBatch
    } else {
        Step::Apart
    }
}

fn of_pieces(
    index: usize,
    pieces: &[&Piece],
    sizes: &BTreeMap<RepoPath, FileSize>,
    batches: &Batches,
    places: &BTreeMap<&RepoPath, usize>,
) -> Shard {
    let mut files: Vec<RepoPath> = pieces.iter().map(|piece| piece.file.clone()).collect();
    files.dedup();
    let (tokens_in, in_part) = budget(&files, pieces, sizes);
    let neighbours = |file: &RepoPath| {
        let batch = places.get(file).and_then(|place| batches.batches.iter().find(|batch| batch.batch_index == *place));
        batch.and_then(|batch| batch.neighbor_map.get(file)).map(|neighbours| (file.clone(), neighbours.clone()))
    };
    Shard {
        index,
        level: pieces.first().map_or(Level::Unit, |piece| piece.level),
        focus: focus(&files),
        targets: pieces.iter().map(|piece| piece.id.clone()).collect(),
        neighbour_map: files.iter().filter_map(neighbours).collect(),
        files,
        in_part,
        tokens_in,
        tokens_out: pieces.len() * TOKENS_OUT,
    }
}

/// The one file, the folder that all lie in, or how many there are.
fn focus(files: &[RepoPath]) -> String {
    let [first, others @ ..] = files else { return String::new() };
    if others.is_empty() {
        return first.as_str().to_owned();
    }
    let mut folder = first.folder();
    let holds =
        |folder: &str, file: &RepoPath| file.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    while !folder.is_empty() && !others.iter().all(|file| holds(folder, file)) {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    if folder.is_empty() { format!("{} files", files.len()) } else { format!("{folder}/") }
}

/// Tokens to read, and the files that don't fit whole: the smallest are read whole first.
fn budget(files: &[RepoPath], pieces: &[&Piece], sizes: &BTreeMap<RepoPath, FileSize>) -> (usize, Vec<RepoPath>) {
    let size = |file: &RepoPath| sizes.get(file).copied().unwrap_or_default();
    let in_part = |file: &RepoPath| {
        let own: usize = pieces.iter().filter(|piece| piece.file == *file).map(|piece| piece.bytes).sum();
        (own + size(file).symbols * SIGNATURE_BYTES).min(size(file).bytes.max(own))
    };
    let mut bytes: usize = files.iter().map(&in_part).sum();
    let mut order: Vec<&RepoPath> = files.iter().collect();
    order.sort_by_key(|file| size(file).bytes);
    let mut partly = Vec::new();
    for file in order {
        let whole = bytes - in_part(file) + size(file).bytes.max(in_part(file));
        if whole <= limits::SHARD_TOKENS_IN * BYTES_PER_TOKEN {
            bytes = whole;
        } else {
            partly.push(file.clone());
        }
    }
    partly.sort();
    (bytes.div_ceil(BYTES_PER_TOKEN), partly)
}
