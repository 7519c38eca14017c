//! Whether and where a test job runs at all, and its queued check run: the light lane's part of a test.

use crate::domain::{Job, JobKind, Plan, PullRequest, RepositorySettings, StopReason, Warning};
use crate::store::{ClaimedJob, JobState, now_ms};

use super::notice::{self, Place};
use super::outcome::{JobEnd, JobError};
use super::{WorkerParts, settings};

/// A pull request that is to be tested.
pub(super) struct Admitted {
    pub(super) pull: PullRequest,
    pub(super) settings: RepositorySettings,
    /// What is wrong with the settings.
    pub(super) warnings: Vec<Warning>,
}

/// Whether a pull request is to be tested now.
pub(super) enum Decision {
    Test(Box<Admitted>),
    /// Not.
    Skip(Skip),
}

/// Why a pull request is not tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// It is closed.
    Closed,
    /// Its repository doesn't want to be tested.
    Disabled,
    /// It is a draft, its repository's drafts are not tested, and nobody asked.
    Draft,
}

impl Skip {
    /// For metrics and logs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Disabled => "disabled",
            Self::Draft => "draft",
        }
    }
}

/// Looks at the pull request as it is now: its newest head is what is tested, whatever head the event named; events
/// come in any order.
pub(super) async fn admit(parts: &WorkerParts, claimed: &ClaimedJob) -> Result<JobEnd, JobError> {
    let job = &claimed.record.job;
    let Some(number) = job.pull else { return look_up(parts, job).await };
    // Of an earlier try that was cut off, or failed after it.
    let shown = claimed.record.head.as_ref().map(|head| Place { job: &job.id, pull: number, head });
    let admitted = match (decide(parts, job, number).await?, &shown) {
        (Decision::Test(admitted), _) => admitted,
        // Nothing is shown of it, and nothing was; whoever asked is told.
        (Decision::Skip(why), None) => {
            if is_asked_for(&job.kind) {
                let marker = format!("job-{}", job.id);
                parts.forge.reply(&job.subject, number, &marker, notice::not_now(why)).await?;
            }
            return Ok(JobEnd::done(why.word()));
        }
        (Decision::Skip(why), Some(shown)) => {
            parts.forge.publish(&job.subject, &notice::skipped(shown, why)).await?;
            return Ok(JobEnd::cancelled(Plan::default(), why.word()));
        }
    };
    let head = &admitted.pull.head;
    if let Some(old) = shown.filter(|shown| shown.head != head) {
        // Before its place is forgotten: it would wait there for ever.
        parts.forge.publish(&job.subject, &notice::stopped(&old, StopReason::Superseded)).await?;
    }
    if !parts.store.will_show(&claimed.lease, number, head).await? {
        return Ok(JobEnd::Unsettled);
    }
    let place = Place { job: &job.id, pull: number, head };
    let published = parts.forge.publish(&job.subject, &notice::queued(&place)).await?;
    if let Some(check_run) = published.check_run
        && !parts.store.shows(&claimed.lease, check_run).await?
    {
        return overtaken(parts, &place, job).await;
    }
    if !parts.store.admit(&claimed.lease, now_ms()).await? {
        return Ok(JobEnd::Unsettled);
    }
    parts.wake.notify_waiters();
    Ok(JobEnd::Settled("admitted"))
}

/// The lease was over before the check run was there. Whoever took the job up may have stopped it without seeing one:
/// then nobody else ends it.
async fn overtaken(parts: &WorkerParts, place: &Place<'_>, job: &Job) -> Result<JobEnd, JobError> {
    let now = parts.store.job(&job.id).await?;
    if now.is_some_and(|record| record.state == JobState::Cancelled) {
        parts.forge.publish(&job.subject, &notice::stopped(place, StopReason::Superseded)).await?;
    }
    Ok(JobEnd::Unsettled)
}

/// Whether the pull request of a test job is to be tested now.
pub(super) async fn decide(parts: &WorkerParts, job: &Job, number: u64) -> Result<Decision, JobError> {
    let forge = parts.forge.as_ref();
    let pull = forge.pull_request(&job.subject, number).await?;
    if !pull.open {
        return Ok(Decision::Skip(Skip::Closed));
    }
    let (settings, warnings) = settings::read(forge, &job.subject, &pull, &parts.ceiling).await?;
    if !settings.enabled {
        return Ok(Decision::Skip(Skip::Disabled));
    }
    if pull.draft && !settings.drafts && !was_asked_for(parts, job).await? {
        return Ok(Decision::Skip(Skip::Draft));
    }
    Ok(Decision::Test(Box::new(Admitted { pull, settings, warnings })))
}

/// Whether somebody asked for this test, or for one that it took the place of: their wish is not done yet.
pub(super) async fn was_asked_for(parts: &WorkerParts, job: &Job) -> Result<bool, JobError> {
    if is_asked_for(&job.kind) {
        return Ok(true);
    }
    Ok(parts.store.superseded_by(job).await?.iter().any(is_asked_for))
}

fn is_asked_for(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Test { asked: true, .. })
}

/// The forge named no pull request: one job for each that has the head.
async fn look_up(parts: &WorkerParts, job: &Job) -> Result<JobEnd, JobError> {
    let JobKind::Test { head: Some(head), asked } = &job.kind else { return Ok(JobEnd::done("no_pull_request")) };
    let pulls = parts.forge.pulls_with_head(&job.subject, head).await?;
    let mut then = Plan::default();
    for pull in pulls {
        let of_pull = Plan::to_test(&format!("job:{}", job.id), &job.subject, pull, Some(head.clone()), *asked);
        then.stops.extend(of_pull.stops);
        then.jobs.extend(of_pull.jobs);
    }
    Ok(JobEnd::leads_to(then, "looked_up"))
}
