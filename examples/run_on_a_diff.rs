//! The crate as a library: runs the pipeline on the last commit of a repository, and prints what it found.
//!
//! `cargo run --example run_on_a_diff -- ../my-project`

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use jittest::domain::RepositorySettings;
use jittest::journey::{self, DiffSource, Progress, Request, Source, Tools};
use jittest::sandbox::process::{ProcessConfig, ProcessSandbox};

/// Says each stage once, on standard error.
struct Lines;

impl Progress for Lines {
    fn at(&self, stage: &'static str, done: usize, total: usize, what: &str) {
        // A line that can't be written is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{stage} {done}/{total} {what}");
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let repository = std::env::args().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let config = ProcessConfig { path: std::env::var("PATH")?, ..ProcessConfig::default() };
    let tools = Tools { sandbox: Arc::new(ProcessSandbox::new(config).await), progress: Arc::new(Lines) };
    let request = Request {
        source: Source::Local { repository, diff: DiffSource::Back(1) },
        settings: RepositorySettings::default(),
        title: String::new(),
        body: String::new(),
        targets: Vec::new(),
        dismissed: BTreeSet::new(),
        remembered: None,
        dry_run: false,
        warnings: Vec::new(),
    };
    let report = journey::run(request, &tools).await?;
    writeln!(std::io::stdout(), "{:?}: {} findings", report.verdict, report.catches.len())?;
    for catch in &report.catches {
        writeln!(std::io::stdout(), "{}:{} {}\n{}", catch.file, catch.line, catch.effect, catch.test.code)?;
    }
    Ok(())
}
