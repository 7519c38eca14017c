//! The check run of a job: found by its external id, created or updated, with its remarks in batches.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Call;
use super::repo::{ALL_PAGES, Repo, too_long};
use super::text;
use crate::domain::{Annotation, CheckRun, CheckState, Conclusion, limits};
use crate::forge::ForgeError;

/// The name under which our check run stands on a commit.
const NAME: &str = "jittest";
/// GitHub's bounds of a button.
const BUTTONS: usize = 3;
const LABEL_CHARS: usize = 20;
const DESCRIPTION_CHARS: usize = 40;
const IDENTIFIER_CHARS: usize = 20;
/// GitHub's bound of an annotation's title; we keep a check run's within it too.
const TITLE_CHARS: usize = 255;

/// A check run in GitHub's words.
#[derive(Debug, Deserialize)]
pub(super) struct Run {
    pub(super) id: u64,
    external_id: Option<String>,
    status: String,
    conclusion: Option<String>,
    pub(super) html_url: Option<String>,
    completed_at: Option<String>,
    output: Output,
}

#[derive(Debug, Default, Deserialize)]
struct Output {
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    #[serde(default)]
    annotations_count: usize,
}

#[derive(Deserialize)]
struct RunPage {
    check_runs: Vec<Run>,
}

impl IntoIterator for RunPage {
    type Item = Run;
    type IntoIter = std::vec::IntoIter<Run>;

    fn into_iter(self) -> Self::IntoIter {
        self.check_runs.into_iter()
    }
}

/// An annotation, as it goes to GitHub and as it comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
struct Remark {
    path: String,
    start_line: u32,
    end_line: u32,
    annotation_level: String,
    title: Option<String>,
    message: Option<String>,
}

impl Remark {
    fn of(annotation: &Annotation) -> Self {
        Self {
            path: annotation.path.as_str().to_owned(),
            start_line: annotation.line_start.max(1),
            end_line: annotation.line_end.max(annotation.line_start).max(1),
            annotation_level: if annotation.warning { "warning" } else { "notice" }.to_owned(),
            title: Some(text::first_chars(&annotation.title, TITLE_CHARS)).filter(|title| !title.is_empty()),
            message: Some(text::bounded(&annotation.message)),
        }
    }

    fn sent(&self) -> Value {
        let mut sent = json!({
            "path": self.path,
            "start_line": self.start_line,
            "end_line": self.end_line,
            "annotation_level": self.annotation_level,
            "message": self.message,
        });
        if let Some(title) = &self.title {
            sent["title"] = json!(title);
        }
        sent
    }
}

/// What GitHub is to show, within its bounds.
struct Wanted<'a> {
    check: &'a CheckRun,
    title: String,
    summary: String,
    text: String,
    remarks: Vec<Remark>,
    buttons: Vec<Value>,
}

impl<'a> Wanted<'a> {
    fn of(check: &'a CheckRun, refused: &mut Vec<String>) -> Self {
        // GitHub asks for a title and a summary.
        let or_name = |text: String| if text.trim().is_empty() { NAME.to_owned() } else { text };
        Self {
            check,
            title: or_name(text::first_chars(&check.title, TITLE_CHARS)),
            summary: or_name(text::bounded(&check.summary)),
            text: text::bounded(&check.text),
            remarks: check.annotations.iter().map(Remark::of).collect(),
            buttons: buttons(check, refused),
        }
    }

    /// What a request says, with these remarks of it.
    fn body(&self, remarks: &[Remark], was: Option<&Run>, now_ms: i64) -> Map<String, Value> {
        let mut output = json!({ "title": self.title, "summary": self.summary });
        if !self.text.is_empty() || was.is_some_and(|run| run.output.text.is_some()) {
            output["text"] = json!(self.text);
        }
        if !remarks.is_empty() {
            output["annotations"] = remarks.iter().map(Remark::sent).collect();
        }
        let mut body = Map::new();
        body.insert("status".to_owned(), json!(self.status()));
        if let Some(conclusion) = self.conclusion() {
            body.insert("conclusion".to_owned(), json!(conclusion));
            if was.is_none_or(|run| run.completed_at.is_none()) {
                body.insert("completed_at".to_owned(), json!(time(now_ms)));
            }
        }
        if self.check.state == CheckState::InProgress && was.is_none_or(|run| run.status != self.status()) {
            body.insert("started_at".to_owned(), json!(time(now_ms)));
        }
        body.insert("output".to_owned(), output);
        body.insert("actions".to_owned(), json!(self.buttons));
        body
    }

    fn status(&self) -> &'static str {
        match self.check.state {
            CheckState::Queued => "queued",
            CheckState::InProgress => "in_progress",
            CheckState::Completed(_) => "completed",
        }
    }

    fn conclusion(&self) -> Option<&'static str> {
        let CheckState::Completed(conclusion) = self.check.state else { return None };
        Some(match conclusion {
            Conclusion::Success => "success",
            Conclusion::Neutral => "neutral",
            Conclusion::Failure => "failure",
            Conclusion::Cancelled => "cancelled",
            Conclusion::Skipped => "skipped",
        })
    }

    /// Whether `run` already shows it, remarks apart. GitHub doesn't tell which buttons are there: they change only
    /// with the state.
    fn is_shown_by(&self, run: &Run) -> bool {
        let same = |there: &Option<String>, ours: &str| there.as_deref().unwrap_or_default() == ours;
        run.status == self.status()
            && run.conclusion.as_deref() == self.conclusion()
            && same(&run.output.title, &self.title)
            && same(&run.output.summary, &self.summary)
            && same(&run.output.text, &self.text)
    }

    /// Whether `run` has ended and this would open it again. What is late (a stage's progress after a newer head
    /// cancelled the job, a job that runs a second time) changes nothing; a check run that GitHub itself opened again
    /// isn't `completed` there any more.
    fn is_late_for(&self, run: &Run) -> bool {
        run.status == "completed" && self.conclusion().is_none()
    }
}

fn buttons(check: &CheckRun, refused: &mut Vec<String>) -> Vec<Value> {
    let mut taken = Vec::new();
    for button in &check.buttons {
        let fits = button.label.chars().count() <= LABEL_CHARS
            && button.description.chars().count() <= DESCRIPTION_CHARS
            && button.identifier.chars().count() <= IDENTIFIER_CHARS;
        if fits && taken.len() < BUTTONS {
            let (label, description, identifier) = (&button.label, &button.description, &button.identifier);
            taken.push(json!({ "label": label, "description": description, "identifier": identifier }));
        } else {
            let why = if fits { "GitHub takes three" } else { "its texts are too long" };
            refused.push(format!("the button {:?}: {why}", button.identifier));
        }
    }
    taken
}

/// GitHub's form of a time: whole seconds.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1000)).unwrap_or_default().to_string()
}

impl Repo<'_> {
    /// Makes the check run show `check`. What GitHub would not take is added to `refused`. `None` where there is none
    /// and `check` was cancelled: then nobody waits for one.
    pub(super) async fn check_run(
        &self,
        check: &CheckRun,
        refused: &mut Vec<String>,
    ) -> Result<Option<Run>, ForgeError> {
        let wanted = Wanted::of(check, refused);
        let run = if check.state == CheckState::Completed(Conclusion::Cancelled) {
            let Some(run) = self.find_run(check).await? else { return Ok(None) };
            run
        } else {
            self.find_or_create(&wanted).await?
        };
        let run = if wanted.is_late_for(&run) { run } else { self.settle(run, &wanted).await? };
        Ok(Some(run))
    }

    async fn find_or_create(&self, wanted: &Wanted<'_>) -> Result<Run, ForgeError> {
        let mut tries = self.tries("create the check run");
        loop {
            if let Some(run) = self.find_run(wanted.check).await? {
                return Ok(run);
            }
            let first = &wanted.remarks[..wanted.remarks.len().min(limits::GITHUB_ANNOTATIONS)];
            let mut body = wanted.body(first, None, self.now_ms());
            body.insert("name".to_owned(), json!(NAME));
            body.insert("head_sha".to_owned(), json!(wanted.check.head.as_str()));
            body.insert("external_id".to_owned(), json!(wanted.check.external_id.as_str()));
            let call = Call::post("create the check run", self.at("check-runs"), &Value::Object(body));
            match self.once(&call).await {
                Ok(answer) => return answer.read(call.what),
                Err(failure) => tries.after(failure).await?,
            }
        }
    }

    async fn find_run(&self, check: &CheckRun) -> Result<Option<Run>, ForgeError> {
        let what = "list the commit's check runs";
        let app = self.identity().await?.id;
        let rest = format!("commits/{}/check-runs?check_name={NAME}&filter=all&app_id={app}", check.head);
        let (runs, complete) = self.pages::<RunPage>(what, &rest, ALL_PAGES).await?;
        let found = runs.into_iter().find(|run| run.external_id.as_deref() == Some(check.external_id.as_str()));
        if found.is_none() && !complete { Err(too_long(what)) } else { Ok(found) }
    }

    /// Updates `run` until it shows what is wanted. GitHub appends the remarks of each update, so only those that are
    /// missing are sent, and after an answer that was lost they are looked up again.
    async fn settle(&self, mut run: Run, wanted: &Wanted<'_>) -> Result<Run, ForgeError> {
        let path = self.at(&format!("check-runs/{}", run.id));
        let mut tries = self.tries("update the check run");
        let mut missing = self.missing(&run, wanted).await?;
        while !missing.is_empty() || !wanted.is_shown_by(&run) {
            let batch: Vec<Remark> = missing.iter().take(limits::GITHUB_ANNOTATIONS).cloned().collect();
            let body = wanted.body(&batch, Some(&run), self.now_ms());
            let call = Call::patch("update the check run", path.as_str(), &Value::Object(body));
            match self.once(&call).await {
                Ok(answer) => {
                    run = answer.read(call.what)?;
                    missing.drain(..batch.len());
                    if missing.is_empty() {
                        break; // even where GitHub keeps our text in a form of its own
                    }
                }
                Err(failure) => {
                    tries.after(failure).await?;
                    run = self.read(Call::get("read the check run", path.as_str())).await?;
                    missing = self.missing(&run, wanted).await?;
                }
            }
        }
        Ok(run)
    }

    async fn missing(&self, run: &Run, wanted: &Wanted<'_>) -> Result<Vec<Remark>, ForgeError> {
        if wanted.remarks.is_empty() || run.output.annotations_count == 0 {
            return Ok(wanted.remarks.clone());
        }
        let rest = format!("check-runs/{}/annotations", run.id);
        let there: Vec<Remark> = self.list("list the check run's annotations", &rest).await?;
        let mut count: HashMap<Remark, usize> = HashMap::new();
        for remark in there {
            let title = remark.title.filter(|title| !title.is_empty());
            *count.entry(Remark { title, ..remark }).or_default() += 1;
        }
        let is_missing = |remark: &&Remark| match count.get_mut(*remark) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        Ok(wanted.remarks.iter().filter(is_missing).cloned().collect())
    }
}
