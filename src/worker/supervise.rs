//! Holds one job's lease while it runs, and stops it where it must stop.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

use crate::domain::{JobKind, StopReason, limits};
use crate::store::{ClaimedJob, JobRecord, Lane, Standing, StoreError, now_ms};

use super::ending::{close, failed, finished, give_up, last_words};
use super::outcome::{GivenUp, JobEnd, JobError};
use super::progress::until_set;
use super::{WorkerParts, admission, errand, test_run};

/// How often it is looked whether the job is to stop.
const LOOK: Duration = Duration::from_secs(1);
/// How long a job that is told to stop may take to let go by itself, before it is cut off: a request to the forge
/// that is under way had better come to its end.
const LET_GO: Duration = Duration::from_secs(10);
/// The same where the process ends.
const LET_GO_AT_SHUTDOWN: Duration = Duration::from_secs(3);
/// How long what was cut off may take to be gone.
const CUT_OFF: Duration = Duration::from_secs(3);

/// A lease's length, in milliseconds.
pub(super) fn lease_ms() -> i64 {
    i64::try_from(limits::LEASE.as_millis()).unwrap_or(i64::MAX)
}

/// Why a job was not left to its end.
enum Interrupted {
    /// It is to stop.
    Stop(StopReason),
    /// Somebody else has it, or nobody: nothing more is to be done or shown.
    Lost,
    /// This process ends.
    Shutdown,
}

/// Runs one claimed job to its end, or until it must stop. Whatever happens, the store knows how it stands.
pub(super) async fn supervise(parts: &WorkerParts, claimed: ClaimedJob, stopped: watch::Receiver<bool>) {
    let began = Instant::now();
    let record = &claimed.record;
    let kind = kind_word(record);
    tracing::info!(job = %record.job.id, kind, attempt = record.attempt, "began");
    let word = match settle(parts, &claimed, stopped).await {
        Ok(word) => word,
        Err(error) => {
            // The lease lapses, and the job is claimed again.
            tracing::error!(job = %record.job.id, error = &error as &dyn std::error::Error, "its end could not be stored");
            "unstored"
        }
    };
    tracing::info!(job = %record.job.id, kind, outcome = word, seconds = began.elapsed().as_secs_f64(), "ended");
    parts.metrics.ended(kind, word, began.elapsed().as_secs_f64());
}

async fn settle(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    stopped: watch::Receiver<bool>,
) -> Result<&'static str, StoreError> {
    let record = &claimed.record;
    if let Some(reason) = record.stop {
        return close(parts, claimed, reason).await;
    }
    if let Some(why) = record.given_up.as_deref().and_then(GivenUp::of_store) {
        return last_words(parts, claimed, &why).await;
    }
    // This start counts already, and has not been cut off yet.
    let cut_off = record.attempt.saturating_sub(record.failures).saturating_sub(1);
    if cut_off >= limits::JOB_CUT_OFF {
        return give_up(parts, claimed, &JobError::NeverEnds(cut_off)).await;
    }
    let mut work = Work::begin(parts, claimed);
    let interrupted = match watch_over(parts, claimed, &mut work, stopped).await {
        Ok(ended) => return conclude(parts, claimed, ended).await,
        Err(interrupted) => interrupted,
    };
    match work.let_go(interrupted.patience()).await {
        Some(end) => conclude(parts, claimed, Ok(end)).await,
        None => interrupt(parts, claimed, interrupted).await,
    }
}

impl Interrupted {
    fn patience(&self) -> Duration {
        match self {
            Self::Stop(_) => LET_GO,
            Self::Shutdown => LET_GO_AT_SHUTDOWN,
            Self::Lost => Duration::ZERO,
        }
    }
}

type Ended = Result<JobEnd, JobError>;

/// The task of a job. Dropping it stops the job where it waits next.
struct Work {
    task: JoinHandle<Ended>,
    stopping: watch::Sender<bool>,
}

impl Work {
    fn begin(parts: &WorkerParts, claimed: &ClaimedJob) -> Self {
        let (stopping, told) = watch::channel(false);
        Self { task: tokio::spawn(run(parts.clone(), claimed.clone(), told)), stopping }
    }

    /// Tells the job to stop, and cuts it off when it doesn't within `patience`. Gives its end, if it came to one.
    async fn let_go(&mut self, patience: Duration) -> Option<JobEnd> {
        self.stopping.send_replace(true);
        let ended = match tokio::time::timeout(patience, &mut self.task).await {
            Ok(ended) => ended,
            Err(_) => {
                self.task.abort();
                let gone = tokio::time::timeout(CUT_OFF, &mut self.task).await;
                gone.inspect_err(|_| tracing::warn!("a job that was told to stop is still busy")).ok()?
            }
        };
        match ended.ok()?.ok()? {
            JobEnd::Unsettled => None,
            end => Some(end),
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the job itself does.
async fn run(parts: WorkerParts, claimed: ClaimedJob, stopping: watch::Receiver<bool>) -> Ended {
    match (&claimed.record.job.kind, claimed.record.lane) {
        (JobKind::Test { .. }, Lane::Light) => admission::admit(&parts, &claimed).await,
        (JobKind::Test { .. }, Lane::Heavy) => test_run::run(&parts, &claimed, stopping).await,
        (JobKind::Command { .. } | JobKind::Button { .. }, _) => errand::run(&parts, &claimed.record.job).await,
        (JobKind::Restore { sender, lost, by }, _) => {
            let (subject, pull) = (&claimed.record.job.subject, claimed.record.job.pull.unwrap_or_default());
            parts.forge.restore(subject, pull, sender, lost, by).await?;
            Ok(JobEnd::done("restored"))
        }
    }
}

/// Waits for the job's end, with a heartbeat, within its time.
async fn watch_over(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    work: &mut Work,
    mut stopped: watch::Receiver<bool>,
) -> Result<Ended, Interrupted> {
    let deadline = tokio::time::sleep(limits::JOB_TIME);
    tokio::pin!(deadline);
    let mut look = tokio::time::interval(LOOK);
    let mut last_beat = Instant::now();
    loop {
        tokio::select! {
            ended = &mut work.task => return Ok(ended.unwrap_or_else(|error| Err(panicked(error)))),
            () = &mut deadline => {
                let end = work.let_go(LET_GO).await;
                return Ok(end.ok_or(JobError::TooLong(limits::JOB_TIME)));
            }
            () = until_set(&mut stopped) => return Err(Interrupted::Shutdown),
            _ = look.tick() => look_after(parts, claimed, &mut last_beat).await?,
        }
    }
}

/// Looks whether the job is still ours and may go on; from time to time says that we live. A store that doesn't
/// answer for a while changes nothing, until the lease would be over.
async fn look_after(parts: &WorkerParts, claimed: &ClaimedJob, last_beat: &mut Instant) -> Result<(), Interrupted> {
    let standing = parts.store.standing(&claimed.lease).await;
    match standing {
        Ok(Standing::Held) => {}
        Ok(Standing::Stop(reason)) => return Err(Interrupted::Stop(reason)),
        Ok(Standing::Lost) => return Err(Interrupted::Lost),
        Err(error) => return unanswered(&error, last_beat),
    }
    if last_beat.elapsed() < limits::LEASE / 3 {
        return Ok(());
    }
    match parts.store.heartbeat(&claimed.lease, now_ms() + lease_ms()).await {
        Ok(true) => {
            *last_beat = Instant::now();
            Ok(())
        }
        Ok(false) => Err(Interrupted::Lost),
        Err(error) => unanswered(&error, last_beat),
    }
}

fn unanswered(error: &StoreError, last_beat: &Instant) -> Result<(), Interrupted> {
    tracing::warn!(error = error as &dyn std::error::Error, "the store did not answer a heartbeat");
    if last_beat.elapsed() < limits::LEASE { Ok(()) } else { Err(Interrupted::Lost) }
}

async fn conclude(parts: &WorkerParts, claimed: &ClaimedJob, ended: Ended) -> Result<&'static str, StoreError> {
    match ended {
        Err(error) => failed(parts, claimed, error).await,
        Ok(JobEnd::Settled(word)) => Ok(word),
        Ok(JobEnd::Finished { finish, word }) => finished(parts, claimed, finish, word).await,
        Ok(JobEnd::Unsettled) => match parts.store.standing(&claimed.lease).await? {
            Standing::Lost => Ok("lost"),
            Standing::Stop(reason) => close(parts, claimed, reason).await,
            Standing::Held => {
                let error = JobError::Mistake(anyhow::anyhow!("a job stood where it can't stand"));
                give_up(parts, claimed, &error).await
            }
        },
    }
}

async fn interrupt(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    interrupted: Interrupted,
) -> Result<&'static str, StoreError> {
    match interrupted {
        Interrupted::Lost => Ok("lost"),
        Interrupted::Stop(reason) => close(parts, claimed, reason).await,
        Interrupted::Shutdown => {
            parts.store.hand_back(&claimed.lease, now_ms()).await?;
            Ok("handed_back")
        }
    }
}

fn panicked(error: JoinError) -> JobError {
    let what = match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it panicked".to_owned()),
        Err(_) => "its task was stopped".to_owned(),
    };
    JobError::Mistake(anyhow::anyhow!("{what}"))
}

fn kind_word(record: &JobRecord) -> &'static str {
    match (&record.job.kind, record.lane) {
        (JobKind::Test { .. }, Lane::Light) => "admission",
        (JobKind::Test { .. }, Lane::Heavy) => "test",
        (JobKind::Command { .. }, _) => "command",
        (JobKind::Button { .. }, _) => "button",
        (JobKind::Restore { .. }, _) => "restore",
    }
}
