//! A comment or a button: found out which pull request it is about, then obeyed.

use crate::command::{self, Asked, CommandContext, CommandEffect, CommandInput};
use crate::domain::{CommitSha, Job, JobId, JobKind, Plan};

use super::WorkerParts;
use super::outcome::{JobEnd, JobError};

/// Obeys a command or a button; a test job is none, and nothing happens.
pub(super) async fn run(parts: &WorkerParts, job: &Job) -> Result<JobEnd, JobError> {
    let Some((sender, asked)) = asked(job) else { return Ok(JobEnd::done("no_command")) };
    let Some(pull) = pull(parts, job).await? else { return Ok(JobEnd::done("no_pull_request")) };
    let input = CommandInput { job: job.id.clone(), subject: job.subject.clone(), pull, sender, asked };
    let context = CommandContext { forge: parts.forge.as_ref(), store: &parts.store };
    match command::obey(input, &context).await? {
        CommandEffect::Nothing => Ok(JobEnd::done("obeyed")),
        CommandEffect::Test => {
            let then = Plan::to_test(&format!("job:{}", job.id), &job.subject, pull, None, true);
            Ok(JobEnd::leads_to(then, "obeyed"))
        }
    }
}

/// By which the answer to a command or a button is found again; `None` of a test.
pub(super) fn marker(job: &Job) -> Option<String> {
    asked(job).map(|(_, asked)| command::marker(&job.id, &asked))
}

/// The pull request that a command or a button is about.
pub(super) async fn pull(parts: &WorkerParts, job: &Job) -> Result<Option<u64>, JobError> {
    match &job.kind {
        JobKind::Button { head, check, .. } => pull_of_button(parts, job, check, head).await,
        JobKind::Test { .. } | JobKind::Command { .. } | JobKind::Restore { .. } => Ok(job.pull),
    }
}

/// Who asks, and how; `None` of a test.
fn asked(job: &Job) -> Option<(String, Asked)> {
    match &job.kind {
        JobKind::Test { .. } | JobKind::Restore { .. } => None,
        JobKind::Command { body, comment, author } => {
            Some((author.clone(), Asked::Comment { comment: *comment, body: body.clone() }))
        }
        JobKind::Button { button, sender, head, .. } => {
            Some((sender.clone(), Asked::Button { identifier: button.clone(), head: head.clone() }))
        }
    }
}

/// The pull request that the check run of a button was made for: our own job knows it; the forge, which names none
/// for forks, is asked last.
async fn pull_of_button(
    parts: &WorkerParts,
    job: &Job,
    check: &str,
    head: &CommitSha,
) -> Result<Option<u64>, JobError> {
    let made_by = parts.store.job(&JobId::new(check)).await?.map(|record| record.job);
    let known = made_by.filter(|made_by| made_by.subject == job.subject).and_then(|made_by| made_by.pull);
    if let Some(pull) = known.or(job.pull) {
        return Ok(Some(pull));
    }
    Ok(parts.forge.pulls_with_head(&job.subject, head).await?.first().copied())
}
