//! `/jittest dismiss <id>`, and the button `Dismiss`, which means all regressions that its check run shows.

use async_trait::async_trait;

use super::{Answer, Asked, Call, Command, CommandEffect, CommandError, NOT_THE_NEWEST, config};
use crate::domain::{FindingId, Markdown, Permission};
use crate::store::{StoredRun, now_ms};

/// Takes care that a finding never comes back in the repository.
pub struct Dismiss;

#[async_trait]
impl Command for Dismiss {
    fn name(&self) -> &'static str {
        "dismiss"
    }

    fn arguments(&self) -> &'static str {
        "<id>"
    }

    fn help(&self) -> &'static str {
        "never report this finding again, also after later pushes"
    }

    fn permission(&self) -> Permission {
        Permission::Write
    }

    fn button(&self) -> Option<&'static str> {
        Some("dismiss")
    }

    fn refuse(&self, words: &[String]) -> Option<String> {
        (words.len() != 1).then(|| "`/jittest dismiss` needs the id of one finding; it stands below it.".to_owned())
    }

    async fn run(&self, call: &Call<'_>) -> Result<Answer, CommandError> {
        let (store, input) = (call.context.store, call.input);
        let latest = store.latest_report(&input.subject, input.pull).await?;
        let ids = match (&input.asked, &latest) {
            (Asked::Comment { .. }, _) => call.words.iter().map(FindingId::new).collect(),
            (Asked::Button { head, .. }, Some(run)) if run.head.as_ref() == Some(head) => shown(call, run).await?,
            (Asked::Button { .. }, _) => {
                return Ok(Answer::says(NOT_THE_NEWEST));
            }
        };
        let dismissed = store.dismissed(&input.subject).await?;
        let known = |id: &FindingId| latest.iter().any(|run| run.report.catches.iter().any(|found| found.id == *id));
        let unknown: Vec<&FindingId> = ids.iter().filter(|id| !known(id) && !dismissed.contains(*id)).collect();
        if ids.is_empty() || !unknown.is_empty() {
            return Ok(Answer::says(not_there(&unknown, latest.as_ref())));
        }
        for id in &ids {
            store.dismiss(&input.subject, input.pull, id, &input.sender, now_ms()).await?;
        }
        let shown: Vec<String> = ids.iter().map(|id| Markdown::code(id.as_str()).to_string()).collect();
        Ok(Answer {
            reply: Some(format!("Dismissed {}: it won't be reported again. Testing without it now.", shown.join(", "))),
            effect: CommandEffect::Test,
        })
    }
}

/// The regressions that the check run shows: nobody dismisses what they could not see.
async fn shown(call: &Call<'_>, run: &StoredRun) -> Result<Vec<FindingId>, CommandError> {
    let regressions = run.report.regressions(config::threshold(call).await?);
    Ok(regressions.map(|found| found.id.clone()).collect())
}

fn not_there(unknown: &[&FindingId], latest: Option<&StoredRun>) -> String {
    let names: Vec<String> = unknown.iter().map(|id| Markdown::code(id.as_str()).to_string()).collect();
    let there =
        latest.iter().flat_map(|run| &run.report.catches).map(|found| Markdown::code(found.id.as_str()).to_string());
    let there: Vec<String> = there.take(20).collect();
    match (names.is_empty(), there.is_empty()) {
        (true, _) => "There is no regression to dismiss.".to_owned(),
        (false, true) => format!("No finding has the id {}: the newest run has none.", names.join(", ")),
        (false, false) => {
            format!("No finding has the id {}. The newest run's findings: {}.", names.join(", "), there.join(", "))
        }
    }
}
