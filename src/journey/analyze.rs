//! A tree analyzed, from checkout to parts of its graph: nothing of it is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use super::{JourneyError, Progress};
use crate::domain::{Checkout, DiffSource, FileStatus, GraphPart, RepoPath, RepositorySettings};
use crate::pipeline::analyze::{self, Analyzed, Scope};
use crate::pipeline::checkout::{self, LocalError};
use crate::pipeline::diff;
use crate::pipeline::graph::{self, Bounds, Links};
use crate::pipeline::map;

/// What is analyzed.
#[derive(Clone, Debug)]
pub struct AnalyzeRequest {
    /// Any folder inside a repository of this machine; never changed.
    pub repository: PathBuf,
    /// Which part of its tree.
    pub of: AnalyzeOf,
    /// A file of ours in which what was read of this repository's files is remembered.
    pub remembered: Option<PathBuf>,
    /// The repository's settings: which files are tested.
    pub settings: RepositorySettings,
    /// Whether the graphs of its batches are wanted.
    pub with_graphs: bool,
    /// Tokens of one answer: they bound shards and parts.
    pub output_tokens: usize,
}

/// Which part of a tree is analyzed.
#[derive(Clone, Debug)]
pub enum AnalyzeOf {
    /// The whole work tree.
    Tree,
    /// What a change touches.
    Diff(DiffSource),
    /// These files of the work tree.
    Files(BTreeSet<RepoPath>),
}

/// What is known of a tree.
#[derive(Clone, Debug)]
pub struct AnalyzeOutcome {
    /// Counts, targets, shards and batches.
    pub analyzed: Analyzed,
    /// The graphs of the batches, in parts, where they are wanted.
    pub parts: Vec<GraphPart>,
    /// The edges between files that the map knows.
    pub links: Links,
}

/// Analyzes a tree. Blocks.
///
/// # Errors
/// [`JourneyError`] where the call is wrong, the repository can't be read, or batching failed.
pub fn analyze(request: &AnalyzeRequest, progress: &dyn Progress) -> Result<AnalyzeOutcome, JourneyError> {
    progress.at("checkout", 0, 0, "reading the repository");
    let checkout = checkout(request)?;
    let (scope, mut warnings) = scope(request, &checkout)?;
    progress.at("map", 0, 0, "reading the source files");
    let at = |done: usize, total: usize| progress.at("map", done, total, "files read");
    let parsed = AtomicUsize::new(0);
    let cache = request.remembered.as_deref();
    let tree = map::tree(&checkout.head, &map::Reading { progress: Some(&at), cache, parsed: Some(&parsed) });
    progress.at("map", 0, 0, &super::parsed(&tree, &parsed));
    progress.at("shard", 0, 0, "grouping files");
    let analyzed = analyze::analyze(&tree, &checkout.head, &scope, &request.settings, request.output_tokens);
    let mut analyzed = analyzed.map_err(|error| JourneyError::Internal(error.into()))?;
    warnings.append(&mut analyzed.analysis.warnings);
    analyzed.analysis.warnings = warnings;
    let counts = &analyzed.analysis.batches;
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let (files, batches) = (counts.total_files, counts.total_batches);
    progress.at("map", 0, 0, &format!("{files} files in {batches} batches (up to {at_once} concurrent)"));
    let (parts, links) = if request.with_graphs {
        let bounds = Bounds::of(request.output_tokens);
        let graphs = graph::graphs(&tree, &analyzed.batches);
        (graphs.iter().flat_map(|graph| graph::parts(graph, bounds)).collect(), Links::of(&tree))
    } else {
        (Vec::new(), Links::default())
    };
    Ok(AnalyzeOutcome { analyzed, parts, links })
}

fn checkout(request: &AnalyzeRequest) -> Result<Checkout, JourneyError> {
    let source = match &request.of {
        AnalyzeOf::Diff(source) => source.clone(),
        AnalyzeOf::Tree | AnalyzeOf::Files(_) => DiffSource::Everything,
    };
    match checkout::local(&request.repository, &source) {
        Ok(change) => Ok(change.checkout),
        Err(LocalError::Usage(words)) => Err(JourneyError::Usage(words)),
        Err(LocalError::Failed(error)) => Err(JourneyError::Internal(error)),
    }
}

fn scope(request: &AnalyzeRequest, checkout: &Checkout) -> Result<(Scope, Vec<crate::domain::Warning>), JourneyError> {
    let mut warnings = checkout.warnings.clone();
    let scope = match &request.of {
        AnalyzeOf::Tree => Scope::Tree,
        AnalyzeOf::Files(files) => Scope::Files(files.clone()),
        AnalyzeOf::Diff(_) => {
            let diffed = diff::diff(checkout).map_err(JourneyError::Internal)?;
            warnings.extend(diffed.warnings);
            warnings.extend(diffed.limits_hit.into_iter().map(|hit| {
                crate::domain::Warning::new("analyze", hit, "a run is bounded", "targets past the bound are not named")
            }));
            let files = diffed.change.files.iter().filter(|file| file.status != FileStatus::Deleted);
            let lines: BTreeMap<RepoPath, BTreeSet<u32>> =
                files.map(|file| (file.path.clone(), file.changed_lines())).collect();
            Scope::Lines(lines)
        }
    };
    Ok((scope, warnings))
}
