//! The flags of `jittest analyze`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::run::diff_source;
use crate::domain::{DiffSource, limits};

/// The flags of `jittest analyze`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AnalyzeArgs {
    /// The repository: any folder inside it. It is only read.
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(super) repo: PathBuf,
    /// Only what a change touches: staged, uncommitted, branch:<name>, HEAD~<n>, or <base>..<head>.
    #[arg(long, value_name = "SOURCE", value_parser = diff_source)]
    pub(super) diff: Option<DiffSource>,
    /// Only the files that are named in this file, one path a line, seen from the repository's root.
    #[arg(long, value_name = "F", conflicts_with = "diff")]
    pub(super) changed_files: Option<PathBuf>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write the batches there, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) batches_out: Option<PathBuf>,
    /// Write the graphs of the batches below this folder, and assembled-graph.json. Its batch-*.json are replaced.
    #[arg(long, value_name = "DIR")]
    pub(super) graph_out: Option<PathBuf>,
    /// Tokens of one answer of a model: they bound shards and the parts of graphs.
    #[arg(long, value_name = "N", default_value_t = limits::OUTPUT_TOKENS, value_parser = tokens)]
    pub(super) output_cap: usize,
}

const EXAMPLES: &str = "\
Examples:
  jittest analyze                                     what there is to test, and how it is divided
  jittest analyze --diff branch:main --format json
  jittest analyze --batches-out batches.json
  jittest analyze --format html > map.html            who imports whom, at a glance
  git diff --name-only main | jittest analyze --changed-files /dev/stdin
  jittest analyze --graph-out graph --output-cap 8192

Exit status: 0 it ran; 2 the call is wrong; 4 the tool itself failed.";

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// A page with the picture.
    Html,
}

fn tokens(text: &str) -> Result<usize, String> {
    let tokens = text.parse().ok().filter(|tokens| (256..=1_000_000).contains(tokens));
    tokens.ok_or_else(|| "expected a number from 256 to 1000000".to_owned())
}
