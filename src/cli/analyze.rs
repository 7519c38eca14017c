//! `jittest analyze`: what there is to test in a repository, and how the work is divided. Nothing of it is run.

mod args;
mod outputs;

use std::path::Path;
use std::sync::Arc;

pub use args::AnalyzeArgs;
use args::Format;

use super::interrupt::interrupted;
use super::progress::Shown;
use super::{Ending, Failure, say};
use crate::journey::{self, AnalyzeOf, AnalyzeOutcome, AnalyzeRequest, JourneyError};
use crate::report::analysis;

/// Analyzes, and shows what was found.
///
/// # Errors
/// Where the call is wrong, the repository can't be read, batching failed, or a file can't be written.
pub(super) async fn analyze(args: AnalyzeArgs) -> Result<Ending, Failure> {
    let request = request(&args)?;
    outputs::can_be_written(args.batches_out.as_deref(), args.graph_out.as_deref())?;
    let progress = Shown::new();
    let heard = Arc::new(progress.clone());
    let work = tokio::task::spawn_blocking(move || journey::analyze(&request, heard.as_ref()));
    let outcome = tokio::select! {
        outcome = work => outcome.map_err(Failure::ours)?,
        () = interrupted() => {
            progress.finish();
            say::err_line("interrupted");
            return Ok(Ending::Interrupted);
        }
    };
    progress.finish();
    let mut outcome = outcome.map_err(|error| {
        // Nothing is guessed, and what an earlier run left would pass for this one's.
        outputs::remove_stale(args.batches_out.as_deref());
        match error {
            JourneyError::Usage(message) => Failure::wrong(message),
            error => Failure::ours(error),
        }
    })?;
    let ending = write(&args, &mut outcome)?;
    show(args.format, &outcome);
    Ok(ending)
}

fn request(args: &AnalyzeArgs) -> Result<AnalyzeRequest, Failure> {
    let of = match (&args.diff, &args.changed_files) {
        (Some(diff), _) => AnalyzeOf::Diff(diff.clone()),
        (None, Some(file)) => AnalyzeOf::Files(outputs::changed_files(file)?),
        (None, None) => AnalyzeOf::Tree,
    };
    let cache = outputs::cache_folder(&args.repo);
    Ok(AnalyzeRequest { repository: args.repo.clone(), of, cache, output_tokens: args.output_cap })
}

fn write(args: &AnalyzeArgs, outcome: &mut AnalyzeOutcome) -> Result<Ending, Failure> {
    if let Some(file) = &args.batches_out {
        outputs::write_json(file, &outcome.analyzed.batches)?;
        outcome.analyzed.analysis.batches_file = Some(file.display().to_string());
    }
    match &args.graph_out {
        Some(folder) => write_graph(folder, outcome),
        None => Ok(Ending::Ran),
    }
}

/// Writes the parts, and puts together what then lies there.
fn write_graph(folder: &Path, outcome: &mut AnalyzeOutcome) -> Result<Ending, Failure> {
    outputs::write_parts(folder, &outcome.parts)?;
    let merged = outputs::merge_folder(folder, &outcome.links)?;
    say::err_line(&merged.found);
    outcome.analyzed.analysis.warnings.extend(merged.warnings);
    for error in &merged.errors {
        say::err_line(&format!("error: {}", crate::domain::printable(&error.to_string(), false)));
    }
    Ok(if merged.errors.is_empty() { Ending::Ran } else { Ending::Failed })
}

fn show(format: Format, outcome: &AnalyzeOutcome) {
    let found = &outcome.analyzed;
    if format != Format::Table {
        // A table has them itself.
        let warnings = found.analysis.warnings.iter();
        warnings.for_each(|warning| say::err_line(&crate::domain::printable(&warning.to_string(), false)));
    }
    say::out(&match format {
        Format::Table => analysis::table::render(&found.analysis),
        Format::Json => analysis::json(&found.analysis),
        Format::Dot => analysis::dot::render(&found.picture),
        Format::Svg => analysis::svg::render(&found.picture),
        Format::Html => analysis::html::render(&found.analysis, &found.picture),
    });
}
