//! Ends a job that did not end by itself, and says so to whoever waits for it: on its check run, or by an answer.

use std::time::Duration;

use crate::domain::{JobKind, Publication, StopReason};
use crate::store::{ClaimedJob, Finish, JobRecord, JobState, Standing, StoreError, now_ms};

use super::notice::{self, Place};
use super::outcome::{GivenUp, JobError, Next, after, after_unsaid};
use super::{WorkerParts, errand};

/// What is said at a job's end.
enum LastWords {
    /// On its check run.
    Shown(Publication),
    /// To whoever asked for it, on a pull request.
    Answered { pull: u64, marker: String, body: String },
    /// Nobody waits for it, or can be told.
    Nothing,
}

/// A try failed: again later, or never. Where the job is to stop, that may be why it failed.
pub(super) async fn failed(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    error: JobError,
) -> Result<&'static str, StoreError> {
    let failures = claimed.record.failures.saturating_add(1);
    tracing::warn!(job = %claimed.record.job.id, failures, error = &error as &dyn std::error::Error, "a try failed");
    match parts.store.standing(&claimed.lease).await? {
        Standing::Held => {}
        Standing::Stop(reason) => return close(parts, claimed, reason).await,
        Standing::Lost => return Ok("lost"),
    }
    match after(&error, failures, now_ms()) {
        Next::TryAgain(wait) => again(parts, claimed, wait, &error.chain()).await,
        Next::GiveUp => give_up(parts, claimed, &error).await,
    }
}

async fn again(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    wait: Duration,
    why: &str,
) -> Result<&'static str, StoreError> {
    let now = now_ms();
    let at = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    parts.store.reschedule(&claimed.lease, at, why, now).await?;
    Ok("again")
}

/// The job is stopped: its check run, if there is one, ends `cancelled`.
pub(super) async fn close(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    reason: StopReason,
) -> Result<&'static str, StoreError> {
    let finish = Finish { state: JobState::Cancelled, error: None, then: Default::default() };
    if reason == StopReason::Gone {
        return finished(parts, claimed, finish, "gone").await;
    }
    let word = if reason == StopReason::Closed { "closed" } else { "superseded" };
    let Some(record) = newest(parts, claimed).await? else { return Ok("lost") };
    let words = match (record.job.pull, &record.head) {
        (Some(pull), Some(head)) => {
            LastWords::Shown(notice::stopped(&Place { job: &record.job.id, pull, head }, reason))
        }
        _ => LastWords::Nothing,
    };
    say(parts, claimed, finish, word, words).await
}

/// The job is given up: its check run says so, and never looks like a success; a person who asked is answered.
pub(super) async fn give_up(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    error: &JobError,
) -> Result<&'static str, StoreError> {
    tracing::error!(job = %claimed.record.job.id, error = error as &dyn std::error::Error, "given up");
    let why = GivenUp::by(error);
    if !parts.store.gives_up(&claimed.lease, &why.stored()).await? {
        return Ok("lost");
    }
    last_words(parts, claimed, &why).await
}

/// All that is left of a job that was given up: to say so.
pub(super) async fn last_words(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    why: &GivenUp,
) -> Result<&'static str, StoreError> {
    let finish = Finish { state: JobState::Failed, error: Some(why.chain.clone()), then: Default::default() };
    let Some(record) = newest(parts, claimed).await? else { return Ok("lost") };
    match bad_news(parts, &record, why).await {
        Ok(words) => say(parts, claimed, finish, "given_up", words).await,
        Err(error) => unsaid(parts, claimed, finish, &error).await,
    }
}

/// Read again: the check run may have come into being during this very try.
async fn newest(parts: &WorkerParts, claimed: &ClaimedJob) -> Result<Option<JobRecord>, StoreError> {
    parts.store.job(&claimed.record.job.id).await
}

/// What is said of a job that is given up: a test is spoken of on the commit that it stands on, or that its event
/// named, whether there is a check run already or not; all else is answered.
async fn bad_news(parts: &WorkerParts, record: &JobRecord, why: &GivenUp) -> Result<LastWords, JobError> {
    let job = &record.job;
    if let JobKind::Test { head: named, .. } = &job.kind {
        return Ok(match (record.head.as_ref().or(named.as_ref()), job.pull) {
            // A check run belongs to a commit: of which pull request it speaks makes no difference.
            (Some(head), pull) => {
                let place = Place { job: &job.id, pull: pull.unwrap_or_default(), head };
                LastWords::Shown(notice::given_up(&place, why))
            }
            (None, Some(pull)) => {
                LastWords::Answered { pull, marker: format!("job-{}", job.id), body: notice::not_tested(why) }
            }
            (None, None) => LastWords::Nothing,
        });
    }
    let (Some(marker), Some(pull)) = (errand::marker(job), errand::pull(parts, job).await?) else {
        return Ok(LastWords::Nothing);
    };
    Ok(LastWords::Answered { pull, marker, body: notice::not_obeyed(why) })
}

/// Says a job's last words and ends it; where the forge doesn't take them now, the job comes back for that.
async fn say(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    finish: Finish,
    word: &'static str,
    words: LastWords,
) -> Result<&'static str, StoreError> {
    let subject = &claimed.record.job.subject;
    let said = match words {
        LastWords::Shown(publication) => parts.forge.publish(subject, &publication).await.map(|_| ()),
        LastWords::Answered { pull, marker, body } => parts.forge.reply(subject, pull, &marker, &body).await,
        LastWords::Nothing => Ok(()),
    };
    match said {
        Ok(()) => finished(parts, claimed, finish, word).await,
        Err(error) => unsaid(parts, claimed, finish, &JobError::Forge(error)).await,
    }
}

/// The end could not be shown: the job comes back to say it, or it stays unsaid.
async fn unsaid(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    finish: Finish,
    error: &JobError,
) -> Result<&'static str, StoreError> {
    let record = &claimed.record;
    tracing::warn!(job = %record.job.id, error = error as &dyn std::error::Error, "its end could not be shown");
    match after_unsaid(error, record.failures.saturating_add(1), now_ms()) {
        Next::TryAgain(wait) => again(parts, claimed, wait, &error.chain()).await,
        Next::GiveUp => finished(parts, claimed, finish, "unsaid").await,
    }
}

/// Ends the job in the store.
pub(super) async fn finished(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    finish: Finish,
    word: &'static str,
) -> Result<&'static str, StoreError> {
    let more = !finish.then.jobs.is_empty();
    if !parts.store.finish(&claimed.lease, &claimed.record.job, finish, now_ms()).await? {
        return Ok("lost");
    }
    // The end of one test may be what another of its pull request waits for.
    if more || matches!(claimed.record.job.kind, JobKind::Test { .. }) {
        parts.wake.notify_waiters();
    }
    Ok(word)
}
