//! `jittest run`: the pipeline on a change of a repository on this machine.

mod args;
mod outputs;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

pub use args::RunArgs;
use args::{EngineName, FailOn};
pub(super) use args::{SandboxName, diff_source};
use outputs::{Outputs, write_tests};

use super::ending::chain;
use super::interrupt::interrupted;
use super::progress::Shown;
use super::{Ending, Failure, memory, sandbox, say};
use crate::config::repository::{self, Ceiling};
use crate::domain::{
    CatchKind, Confidence, DiffSource, Engine, Report, RepositorySettings, Verdict, Warning, limits, shorten,
};
use crate::journey::{self, JourneyError, Request, Source, Tools};
use crate::report::console;
use crate::store::{RunOrigin, now_ms};

/// Tests the change, and reports.
///
/// # Errors
/// Where the call is wrong, or we could not find out.
pub(super) async fn run(args: RunArgs) -> Result<Ending, Failure> {
    let outputs = Outputs::plan(&args.reports)?;
    if args.dry_run && !outputs.are_console_alone() {
        return Err(Failure::wrong("--dry-run finds out nothing to report: it goes with --report console alone"));
    }
    let request = request(&args)?;
    let progress = Shown::new();
    let args = Arc::new(args);
    // A task of its own, so that an interrupt is heard whatever the run is busy with.
    let mut working = JoinSet::new();
    working.spawn(work(args.clone(), request, progress.clone()));
    let worked = tokio::select! {
        Some(worked) = working.join_next() => worked.map_err(|error| Failure::ours(anyhow::Error::new(error)))?,
        () = interrupted() => {
            // The run is dropped here, and with it what it started and wrote.
            drop(working);
            progress.finish();
            say::err_line("interrupted");
            return Ok(Ending::Interrupted);
        }
    };
    progress.finish();
    let (mut report, threshold) = worked?;
    if !args.dry_run && report.verdict != Verdict::NothingToTest {
        remember(&args, &mut report).await;
    }
    show(&args, &outputs, &report)?;
    Ok(ending(&report, args.fail_on, args.dry_run, threshold))
}

async fn work(args: Arc<RunArgs>, mut request: Request, progress: Shown) -> Result<(Report, Confidence), Failure> {
    let (sandbox, warnings) = sandbox::choose(args.sandbox).await?;
    request.warnings.extend(warnings);
    let threshold = request.settings.confidence_threshold;
    let tools = Tools { sandbox, progress: Arc::new(progress) };
    let report = journey::run(request, &tools).await;
    tools.sandbox.settle().await;
    let report = report.map_err(|error| match error {
        JourneyError::Usage(message) => Failure::wrong(message),
        error => Failure::ours(error),
    })?;
    Ok((report, threshold))
}

/// Remembers the run for `jittest history`; where that fails, it is said, and the run stands.
async fn remember(args: &RunArgs, report: &mut Report) {
    let origin = RunOrigin {
        job: None,
        repository: super::history::repository_name(&args.repo.display().to_string()),
        pull: None,
    };
    let remembered = async {
        let store = memory::open().await?;
        store.record_run(&origin, report, now_ms()).await?;
        store.close().await;
        anyhow::Ok(())
    };
    if let Err(error) = remembered.await {
        let why = chain(&error);
        report.warnings.push(Warning::new("store", "the run was not remembered", why, "jittest history won't show it"));
    }
}

fn request(args: &RunArgs) -> Result<Request, Failure> {
    let mut warnings = Vec::new();
    let settings = settings(args, &mut warnings)?;
    let body = match &args.body_file {
        Some(file) => read_body(file, &mut warnings)?,
        None => String::new(),
    };
    let diff = if args.all { DiffSource::Everything } else { args.diff.clone() };
    Ok(Request {
        source: Source::Local { repository: args.repo.clone(), diff },
        settings,
        title: args.title.clone(),
        body,
        targets: args.targets.clone(),
        dismissed: BTreeSet::new(),
        remembered: memory::map_of(&args.repo),
        dry_run: args.dry_run,
        warnings,
    })
}

/// The settings of `--config` or the repository, and what the flags say on top.
fn settings(args: &RunArgs, warnings: &mut Vec<Warning>) -> Result<RepositorySettings, Failure> {
    let mut settings = repository_settings(&args.repo, args.config.as_deref())?;
    if args.engine == Some(EngineName::Model) {
        return Err(Failure::wrong("--engine model: this version supports no language model; use --engine offline"));
    }
    if let Some(engine) = args.engine {
        settings.engine = engine.into();
    }
    if args.provider.is_some() || args.model.is_some() || args.endpoint.is_some() {
        warnings.push(Warning::new(
            "run",
            "--provider, --model and --endpoint were not used",
            "this version supports no language model",
            "the offline engine runs alone",
        ));
    }
    if let Some(max_parallel) = args.max_parallel {
        settings.max_parallel = max_parallel;
    }
    // On one's own machine the limits are one's own.
    let ceiling = Ceiling {
        engine: Engine::Auto,
        model: false,
        sandbox: settings.sandbox.clone(),
        max_parallel: settings.max_parallel,
    };
    let (settings, lowered) = repository::under_ceiling(settings, &ceiling);
    warnings.extend(lowered);
    Ok(settings)
}

/// The settings of `--config`, or of the repository around a folder.
///
/// # Errors
/// Where they can't be read, or something in them is wrong: a line for each.
pub(super) fn repository_settings(repo: &Path, config: Option<&Path>) -> Result<RepositorySettings, Failure> {
    let Some((file, text)) = settings_file(repo, config)? else { return Ok(RepositorySettings::default()) };
    let parsed = repository::parse(&text);
    if parsed.problems.is_empty() {
        return Ok(parsed.settings);
    }
    let shown = file.display();
    let lines = parsed.problems.iter().map(|problem| match problem.line {
        Some(line) => format!("{shown} line {line}: {}", problem.message),
        None => format!("{shown}: {}", problem.message),
    });
    Err(Failure::all_wrong(lines.collect()))
}

fn settings_file(repo: &Path, config: Option<&Path>) -> Result<Option<(PathBuf, String)>, Failure> {
    if let Some(file) = config {
        let text = read_bounded(file, limits::SETTINGS_BYTES + 1)
            .map_err(|error| Failure::wrong(format!("--config {}: {error}", file.display())))?;
        return Ok(Some((file.to_owned(), text)));
    }
    let file = root_of(repo).join(repository::FILE_NAME);
    if !file.is_file() {
        return Ok(None);
    }
    let text = read_bounded(&file, limits::SETTINGS_BYTES + 1)
        .map_err(|error| Failure::wrong(format!("{}: {error}", file.display())))?;
    Ok(Some((file, text)))
}

/// The innermost folder from `inside` upwards that holds a repository; `inside` itself where there is none, which the
/// journey then says.
pub(super) fn root_of(inside: &Path) -> PathBuf {
    let start = std::path::absolute(inside).unwrap_or_else(|_| inside.to_owned());
    start.ancestors().find(|folder| folder.join(".git").exists()).map_or(start.clone(), Path::to_owned)
}

/// A description, as long as GitHub's may be.
fn read_body(file: &Path, warnings: &mut Vec<Warning>) -> Result<String, Failure> {
    let body = read_bounded(file, limits::GITHUB_TEXT + 1)
        .map_err(|error| Failure::wrong(format!("--body-file {}: {error}", file.display())))?;
    if body.len() <= limits::GITHUB_TEXT {
        return Ok(body);
    }
    let what = format!("the end of {} was not read", file.display());
    let why = format!("a description has at most {} bytes", limits::GITHUB_TEXT);
    warnings.push(Warning::new("run", what, why, "what it says there is not known"));
    Ok(shorten(&body, limits::GITHUB_TEXT))
}

fn read_bounded(file: &Path, most: usize) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(most as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(args: &RunArgs, outputs: &Outputs, report: &Report) -> Result<(), Failure> {
    if !outputs.shows_console() {
        // The console report says both itself.
        report.warnings.iter().for_each(|warning| say::err_line(&warning.to_string()));
        if report.verdict == Verdict::NothingToTest {
            report.causes.iter().for_each(|cause| say::err_line(&cause.what));
        }
    }
    match &report.intent {
        Some(intent) if args.dry_run && outputs.shows_console() => {
            let colours = !outputs.stdout_is_taken() && say::colours();
            say::out(&console::render_intent(intent, console::Look { colours, verbose: args.verbose }));
            report.warnings.iter().for_each(|warning| say::err_line(&warning.to_string()));
        }
        _ => outputs.write(report, args.verbose)?,
    }
    if let Some(folder) = &args.tests_out {
        write_tests(report, folder)?;
    }
    Ok(())
}

/// The first that fits: what `--fail-on` names, inconclusive, it ran.
fn ending(report: &Report, fail_on: FailOn, dry_run: bool, threshold: Confidence) -> Ending {
    if dry_run && report.verdict != Verdict::NothingToTest && report.intent.is_some() {
        return Ending::Ran;
    }
    let regressions = report.regressions(threshold).count();
    let others = report.catches.iter().filter(|found| found.kind == CatchKind::Hardening).count();
    let found = match fail_on {
        FailOn::Never => 0,
        FailOn::Regression => regressions,
        FailOn::Any => regressions + others,
    };
    match report.verdict {
        _ if found > 0 => Ending::Found,
        Verdict::Inconclusive => Ending::Inconclusive,
        Verdict::Caught | Verdict::Clear | Verdict::NothingToTest => Ending::Ran,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught() -> Report {
        serde_json::from_str(include_str!("../../fixtures/report/rich.json")).unwrap()
    }

    #[test]
    fn the_status_says_what_was_found() {
        let report = caught();
        let hardened = Report { catches: vec![report.catches[1].clone()], verdict: Verdict::Clear, ..caught() };
        let unknown = Report::empty(Verdict::Inconclusive);
        for (report, fail_on, status) in [
            (&report, FailOn::Never, 0),
            (&report, FailOn::Regression, 1),
            (&report, FailOn::Any, 1),
            (&hardened, FailOn::Regression, 0),
            (&hardened, FailOn::Any, 1),
            (&unknown, FailOn::Any, 3),
            (&unknown, FailOn::Never, 3),
            (&Report::empty(Verdict::NothingToTest), FailOn::Any, 0),
        ] {
            assert_eq!(ending(report, fail_on, false, Confidence::Medium).status(), status, "{fail_on:?}");
        }
    }

    #[test]
    fn a_regression_below_the_threshold_is_not_what_fail_on_names() {
        let mut report = caught();
        report.catches[0].confidence = Confidence::Low;
        report.verdict = Verdict::Clear;
        assert_eq!(ending(&report, FailOn::Regression, false, Confidence::Medium), Ending::Ran);
    }
}
