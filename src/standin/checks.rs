//! Check runs.

use serde_json::Value;

use super::auth::Access;
use super::body::{Field, Kind, may, must};
use super::call::{Answer, Call, Outcome};
use super::record::{Action, Annotation, CheckOutput, CheckRun};
use super::render;
use super::route::{Route, get, send};

const READ: Access = Access::Installation("checks:read");
const WRITE: Access = Access::Installation("checks:write");

pub(super) const ROUTES: &[Route] = &[
    send("POST", "/repos/{owner}/{repo}/check-runs", WRITE, CREATE, create),
    send("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}", WRITE, UPDATE, update),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}", READ, &[], |call| {
        Ok(Answer::ok(render::check_run(call.state, call.repo()?, call.check_run()?)))
    }),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", READ, &["per_page", "page"], annotations),
    get("/repos/{owner}/{repo}/commits/{ref}/check-runs", READ, LIST, list),
    get(
        "/repos/{owner}/{repo}/commits/{ref}/check-suites",
        READ,
        &["per_page", "page", "app_id", "check_name"],
        suites,
    ),
    get("/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs", READ, SUITE_LIST, of_suite),
];

const SUITE_LIST: &[&str] = &["check_name", "status", "filter", "per_page", "page"];
const LIST: &[&str] = &["check_name", "status", "filter", "per_page", "page", "app_id"];

/// Characters, and bytes too: GitHub's description names the first, its store counts the second.
const TEXT: Kind = Kind::Bytes(65_535);

const CREATE: &[Field] = &[
    must("name", Kind::Text),
    must("head_sha", Kind::Sha),
    may("details_url", Kind::Text),
    may("external_id", Kind::Text),
    may("status", Kind::OneOf(&["queued", "in_progress", "completed"])),
    may("started_at", Kind::Time),
    may("conclusion", CONCLUSION),
    may("completed_at", Kind::Time),
    may("output", Kind::Object(OUTPUT)),
    may("actions", Kind::List(3, &Kind::Object(ACTION))),
];
const UPDATE: &[Field] = &[
    may("name", Kind::Text),
    may("details_url", Kind::Text),
    may("external_id", Kind::Text),
    may("started_at", Kind::Time),
    may("status", Kind::OneOf(&["queued", "in_progress", "completed"])),
    may("conclusion", CONCLUSION),
    may("completed_at", Kind::Time),
    may("output", Kind::Object(OUTPUT)),
    may("actions", Kind::List(3, &Kind::Object(ACTION))),
];
/// Without `stale`, which only GitHub may set.
const CONCLUSION: Kind =
    Kind::OneOf(&["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"]);
const OUTPUT: &[Field] = &[
    must("title", TEXT),
    must("summary", TEXT),
    may("text", TEXT),
    may("annotations", Kind::List(50, &Kind::Object(ANNOTATION))),
    may("images", Kind::List(50, &Kind::Object(IMAGE))),
];
const ANNOTATION: &[Field] = &[
    must("path", Kind::Text),
    must("start_line", Kind::Integer),
    must("end_line", Kind::Integer),
    may("start_column", Kind::Integer),
    may("end_column", Kind::Integer),
    must("annotation_level", Kind::OneOf(&["notice", "warning", "failure"])),
    must("message", Kind::Bytes(64 << 10)),
    may("title", Kind::Short(255)),
    may("raw_details", Kind::Bytes(64 << 10)),
];
const IMAGE: &[Field] = &[must("alt", Kind::Text), must("image_url", Kind::Text), may("caption", Kind::Text)];
const ACTION: &[Field] =
    &[must("label", Kind::Short(20)), must("description", Kind::Short(40)), must("identifier", Kind::Short(20))];

fn create(call: &mut Call<'_>) -> Outcome {
    let sha = call.text("head_sha").unwrap_or_default();
    call.commit(&sha)?;
    let at = call.at()?;
    let now = call.state.now();
    let id = call.state.next_id();
    let mut run = CheckRun {
        id,
        suite: call.state.suite(at, &sha),
        name: String::new(),
        head_sha: sha,
        status: "queued".to_owned(),
        conclusion: None,
        external_id: None,
        details_url: None,
        started_at: Some(now.clone()),
        completed_at: None,
        output: CheckOutput::default(),
        annotations: Vec::new(),
        actions: Vec::new(),
    };
    apply(&mut run, &call.body, &now)?;
    let repo = call.repo_mut()?;
    repo.check_runs.push(run.clone());
    Ok(Answer::created(render::check_run(call.state, call.repo()?, &run)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let mut run = call.check_run()?.clone();
    let now = call.state.now();
    apply(&mut run, &call.body, &now)?;
    let repo = call.repo_mut()?;
    if let Some(kept) = repo.check_runs.iter_mut().find(|kept| kept.id == run.id) {
        kept.clone_from(&run);
    }
    Ok(Answer::ok(render::check_run(call.state, call.repo()?, &run)))
}

/// Writes a checked body over a check run.
fn apply(run: &mut CheckRun, body: &Value, now: &str) -> Result<(), Answer> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    run.name = text("name").unwrap_or_else(|| run.name.clone());
    run.external_id = text("external_id").or(run.external_id.take());
    run.details_url = text("details_url").or(run.details_url.take());
    run.started_at = text("started_at").or(run.started_at.take());
    apply_status(run, text("status"), text("conclusion"), text("completed_at"), now)?;
    if let Some(output) = body.get("output") {
        run.output = read(output)?;
        if let Some(annotations) = output.get("annotations") {
            run.annotations.extend(read::<Vec<Annotation>>(annotations)?);
        }
    }
    if let Some(actions) = body.get("actions") {
        run.actions = read::<Vec<Action>>(actions)?;
    }
    check_annotations(&run.annotations)
}

fn apply_status(
    run: &mut CheckRun,
    status: Option<String>,
    conclusion: Option<String>,
    completed_at: Option<String>,
    now: &str,
) -> Result<(), Answer> {
    let completes = status.as_deref() == Some("completed") || completed_at.is_some();
    if completes && conclusion.is_none() {
        return Err(Answer::invalid("No subschema in \"anyOf\" matched.\n\"conclusion\" wasn't supplied."));
    }
    if let Some(conclusion) = conclusion {
        if status.is_some_and(|status| status != "completed") {
            return Err(Answer::invalid("a \"conclusion\" goes with the status \"completed\" alone."));
        }
        "completed".clone_into(&mut run.status);
        run.conclusion = Some(conclusion);
        run.completed_at = Some(completed_at.unwrap_or_else(|| now.to_owned()));
    } else if let Some(status) = status {
        run.status = status;
        run.conclusion = None;
        run.completed_at = None;
    }
    Ok(())
}

fn check_annotations(annotations: &[Annotation]) -> Result<(), Answer> {
    for annotation in annotations {
        if annotation.start_line == 0 || annotation.end_line < annotation.start_line {
            return Err(Answer::invalid("an annotation's lines count from 1, and end after they start."));
        }
        let columns = annotation.start_column.is_some() || annotation.end_column.is_some();
        if columns && annotation.start_line != annotation.end_line {
            return Err(Answer::invalid("columns go with annotations on one line alone."));
        }
        if annotation.path.starts_with('/') || annotation.path.is_empty() {
            return Err(Answer::invalid("an annotation's path is relative to the repository's root."));
        }
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Answer> {
    serde_json::from_value(value.clone()).map_err(|error| Answer::invalid(&error.to_string()))
}

fn annotations(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let run = call.check_run()?;
    let shown = run.annotations.iter().map(|annotation| render::annotation(call.state, repo, run, annotation));
    Ok(call.paged(shown.collect()))
}

fn list(call: &mut Call<'_>) -> Outcome {
    let sha = call.commit(call.param("ref"))?.to_string();
    listed(call, |run| run.head_sha == sha)
}

fn of_suite(call: &mut Call<'_>) -> Outcome {
    let suite = call.number("check_suite_id")?;
    listed(call, |run| run.suite == suite)
}

/// The check runs that are meant and that the query asks for, the newest first.
fn listed(call: &Call<'_>, meant: impl Fn(&CheckRun) -> bool) -> Outcome {
    let repo = call.repo()?;
    let asked = |name: &str, value: &str| call.query.get(name).is_none_or(|asked| asked == value);
    if !asked("app_id", &call.state.app.id.to_string()) {
        return Ok(call.counted("check_runs", Vec::new()));
    }
    let mut seen: Vec<(u64, &str)> = Vec::new();
    let mut shown = Vec::new();
    for run in repo.check_runs.iter().rev().filter(|run| meant(run)) {
        let key = (run.suite, run.name.as_str());
        let newest = !seen.contains(&key);
        seen.push(key);
        let all = call.query.get("filter").is_some_and(|filter| filter == "all");
        if (all || newest) && asked("check_name", &run.name) && asked("status", &run.status) {
            shown.push(render::check_run(call.state, repo, run));
        }
    }
    Ok(call.counted("check_runs", shown))
}

fn suites(call: &mut Call<'_>) -> Outcome {
    let sha = call.commit(call.param("ref"))?.to_string();
    let repo = call.repo()?;
    let meant = repo.suites.iter().filter(|(_, head)| *head == sha);
    let shown = meant.map(|(id, _)| render::check_suite(call.state, repo, *id, &sha)).collect();
    Ok(call.counted("check_suites", shown))
}
