//! `jittest analyze`: what there is to test in a repository, and how the work is divided. Nothing of it is run.

mod args;
mod outputs;

use std::path::Path;
use std::sync::Arc;

pub use args::AnalyzeArgs;
use args::Format;

use super::interrupt::interrupted;
use super::progress::Shown;
use super::{Ending, Failure, memory, run, say};
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
    let mut outcome = outcome.map_err(|error| failed(error, args.batches_out.as_deref()))?;
    let ending = write(&args, &mut outcome)?;
    show(args.format, &outcome);
    Ok(ending)
}

/// Nothing is guessed, and what an earlier run left would pass for this one's.
fn failed(error: JourneyError, batches_out: Option<&Path>) -> Failure {
    outputs::remove_stale(batches_out);
    match error {
        JourneyError::Usage(message) => Failure::wrong(message),
        error => Failure::ours(error),
    }
}

fn request(args: &AnalyzeArgs) -> Result<AnalyzeRequest, Failure> {
    let of = match (&args.diff, &args.changed_files) {
        (Some(diff), _) => AnalyzeOf::Diff(diff.clone()),
        (None, Some(file)) => AnalyzeOf::Files(outputs::changed_files(file)?),
        (None, None) => AnalyzeOf::Tree,
    };
    Ok(AnalyzeRequest {
        repository: args.repo.clone(),
        of,
        settings: run::repository_settings(&args.repo, None)?,
        remembered: memory::map_of(&args.repo),
        with_graphs: args.graph_out.is_some(),
        output_tokens: args.output_cap,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepoPath;
    use crate::pipeline::shard::BatchError;

    #[test]
    fn where_batching_fails_the_whole_message_is_said_and_no_batches_are_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("batches.json");
        std::fs::write(&file, "of an earlier run").unwrap();
        let lost = BatchError::Lost(RepoPath::parse("shop/cart.py").unwrap());
        let failure = failed(JourneyError::Internal(lost.into()), Some(&file));
        let said = format!("{failure:?}");
        assert!(said.contains("the tool itself failed: compute-batches: shop/cart.py is in no batch"), "{said}");
        assert_eq!(failure.report().status(), 4);
        assert!(!file.exists());
    }
}
