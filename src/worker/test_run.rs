//! A test job that was admitted: run the journey, show where it stands, publish what came of it.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::domain::{CommitSha, Plan, Report, StopReason};
use crate::journey::{self, Request, Source, Tools};
use crate::store::{ClaimedJob, RunOrigin, Standing, now_ms};

use super::WorkerParts;
use super::admission::{Admitted, Decision, decide, was_asked_for};
use super::notice::{self, Place};
use super::outcome::{JobEnd, JobError, verdict_word};
use super::patience;
use super::progress::{self, Reporter, until_set};

/// Tests the pull request, at the head where its check run stands.
///
/// When `stopping` is set, the journey is dropped, which ends the sandbox; a request to the forge that is under way is
/// waited for, as it might come through after the check run's end otherwise.
pub(super) async fn run(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    stopping: watch::Receiver<bool>,
) -> Result<JobEnd, JobError> {
    let job = &claimed.record.job;
    let (Some(number), Some(head)) = (job.pull, &claimed.record.head) else { return Ok(JobEnd::Unsettled) };
    if let Some(run) = parts.store.run_of(&job.id).await? {
        // It is remembered only after it was published: all that is missing is the job's own end.
        return Ok(JobEnd::done(verdict_word(run.report.verdict)));
    }
    let place = Place { job: &job.id, pull: number, head };
    let admitted = match decide(parts, job, number).await? {
        Decision::Test(admitted) => admitted,
        Decision::Skip(why) => {
            parts.forge.publish(&job.subject, &notice::skipped(&place, why)).await?;
            return Ok(JobEnd::cancelled(Plan::default(), why.word()));
        }
    };
    if admitted.pull.head != *head {
        return moved_on(parts, claimed, &place, admitted.pull.head).await;
    }
    let report = test(parts, claimed, &admitted, &place, stopping.clone()).await?;
    let Some(report) = report else { return Ok(JobEnd::Unsettled) };
    if parts.store.standing(&claimed.lease).await? != Standing::Held {
        return Ok(JobEnd::Unsettled);
    }
    let forge = parts.forge.as_ref();
    let Admitted { pull, settings, .. } = &*admitted;
    let publish = || journey::publish(&report, &job.id, &job.subject, pull, settings, forge);
    let Some(published) = patience::insist(publish, stopping).await? else { return Ok(JobEnd::Unsettled) };
    for refused in &published.refused {
        tracing::warn!(job = %job.id, refused, "the forge did not take all");
    }
    let origin = RunOrigin { job: Some(job.id.clone()), repository: job.subject.full_name(), pull: Some(number) };
    parts.store.record_run(&origin, &report, now_ms()).await?;
    Ok(JobEnd::done(verdict_word(report.verdict)))
}

/// Runs the journey while its steps are shown; `None` where it was stopped.
async fn test(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    admitted: &Admitted,
    place: &Place<'_>,
    mut stopping: watch::Receiver<bool>,
) -> Result<Option<Report>, JobError> {
    let subject = &claimed.record.job.subject;
    let forge = parts.forge.as_ref();
    let Admitted { pull, settings, warnings } = admitted;
    let request = Request {
        source: Source::Pull {
            subject: subject.clone(),
            pull: Box::new(pull.clone()),
            access: forge.clone_access(subject).await?,
            cache: parts.cache.clone(),
        },
        settings: settings.clone(),
        title: pull.title.clone(),
        body: forge.authors_words(&pull.body),
        targets: Vec::new(),
        dismissed: parts.store.dismissed(subject).await?,
        remembered: Some(parts.maps.join(hex::encode(Sha256::digest(subject.full_name())))),
        dry_run: false,
        warnings: warnings.clone(),
    };
    let (reporter, steps) = Reporter::new();
    let tools = Tools { progress: Arc::new(reporter), ..parts.tools.clone() };
    let (end, ended) = watch::channel(false);
    let testing = async {
        let report = tokio::select! {
            report = journey::run(request, &tools) => Some(report),
            () = until_set(&mut stopping) => None,
        };
        end.send_replace(true);
        report
    };
    let (report, ()) = tokio::join!(testing, progress::show(forge, subject, place, steps, ended));
    Ok(report.transpose()?)
}

/// The pull request has a newer head than the one that the check run stands on. Its own event supersedes this job,
/// unless it was lost: so the newer head gets a job from here as well.
async fn moved_on(
    parts: &WorkerParts,
    claimed: &ClaimedJob,
    place: &Place<'_>,
    newest: CommitSha,
) -> Result<JobEnd, JobError> {
    let job = &claimed.record.job;
    if parts.store.standing(&claimed.lease).await? != Standing::Held {
        return Ok(JobEnd::Unsettled);
    }
    parts.forge.publish(&job.subject, &notice::stopped(place, StopReason::Superseded)).await?;
    let asked = was_asked_for(parts, job).await?;
    let then = Plan::to_test(&format!("job:{}", job.id), &job.subject, place.pull, Some(newest), asked);
    Ok(JobEnd::cancelled(then, "superseded"))
}
