//! Jobs: what is to be done, and which of them is next.

use sqlx::FromRow;
use uuid::Uuid;

use super::dialect::on;
use super::leases::Lease;
use super::statement::Statement;
use super::{Store, StoreError};
use crate::domain::{CommitSha, DeliveryId, Job, JobId, JobKind, NewJob, StopReason, Subject};

/// Who takes a job: quick things never wait behind test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Commands, buttons, and whether and where a test job runs at all (which shows its queued check run).
    Light,
    /// Test runs.
    Heavy,
}

impl Lane {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Heavy => "heavy",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        match word {
            "light" => Ok(Self::Light),
            "heavy" => Ok(Self::Heavy),
            other => Err(StoreError::corrupt("lane", anyhow::anyhow!("{other:?} is no lane"))),
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits.
    Queued,
    /// Somebody holds its lease.
    Running,
    /// It ended as it should.
    Done,
    /// It was stopped.
    Cancelled,
    /// It was given up.
    Failed,
}

impl JobState {
    /// The state as a word, as in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Queued, Self::Running, Self::Done, Self::Cancelled, Self::Failed]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| StoreError::corrupt("job state", anyhow::anyhow!("{word:?} is no state")))
    }
}

/// A job as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// What it is to do.
    pub job: Job,
    /// Who takes it.
    pub lane: Lane,
    /// Where it stands.
    pub state: JobState,
    /// How often it was started in its lane, this time included.
    pub attempt: u32,
    /// How many of these starts came to an end that was not good; the others were cut off.
    pub failures: u32,
    /// Why it is to stop, if it is.
    pub stop: Option<StopReason>,
    /// Where its check run stands; set before the check run is created.
    pub head: Option<CommitSha>,
    /// The forge's id of its check run; set after it was created.
    pub check_run: Option<u64>,
    /// Why it did not end well the last time.
    pub last_error: Option<String>,
    /// Why it was given up, in its worker's own form: all that is left to do is to say so.
    pub given_up: Option<String>,
}

/// A job that the caller now holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job.
    pub record: JobRecord,
    /// By which the caller holds it.
    pub lease: Lease,
}

/// How many jobs stand where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// Who takes them.
    pub lane: Lane,
    /// Where they stand.
    pub state: JobState,
    /// How many.
    pub jobs: u64,
}

/// How often a claim is tried that others were quicker with.
const CLAIMS: usize = 3;

/// The columns of [`JobRow`].
const COLUMNS: &str = "SELECT id, delivery, installation, owner, name, pull, work, lane, state, stop, attempt, head, \
                       check_run, last_error, failures, given_up FROM jobs WHERE id = $1";

#[derive(FromRow)]
struct JobRow {
    id: String,
    delivery: String,
    installation: i64,
    owner: String,
    name: String,
    pull: Option<i64>,
    work: String,
    lane: String,
    state: String,
    stop: Option<String>,
    attempt: i64,
    head: Option<String>,
    check_run: Option<i64>,
    last_error: Option<String>,
    failures: i64,
    given_up: Option<String>,
}

impl TryFrom<JobRow> for JobRecord {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        let kind: JobKind = serde_json::from_str(&row.work).map_err(|e| StoreError::corrupt("job", e))?;
        let head = row.head.as_deref().map(CommitSha::parse).transpose();
        Ok(Self {
            job: Job {
                id: JobId::new(row.id),
                delivery: DeliveryId::new(row.delivery),
                subject: Subject { installation: row.installation.cast_unsigned(), owner: row.owner, name: row.name },
                pull: row.pull.map(i64::cast_unsigned),
                kind,
            },
            lane: Lane::parse(&row.lane)?,
            state: JobState::parse(&row.state)?,
            attempt: u32::try_from(row.attempt).unwrap_or(u32::MAX),
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            stop: row.stop.as_deref().map(parse_stop).transpose()?,
            head: head.map_err(|e| StoreError::corrupt("commit id", e))?,
            check_run: row.check_run.map(i64::cast_unsigned),
            last_error: row.last_error,
            given_up: row.given_up,
        })
    }
}

pub(super) fn parse_stop(word: &str) -> Result<StopReason, StoreError> {
    match word {
        "superseded" => Ok(StopReason::Superseded),
        "closed" => Ok(StopReason::Closed),
        "gone" => Ok(StopReason::Gone),
        other => Err(StoreError::corrupt("stop", anyhow::anyhow!("{other:?} is no reason to stop"))),
    }
}

/// A job's row. Every job begins in the light lane: a test job is admitted there first.
pub(super) fn insert_job(job: &NewJob, delivery: &DeliveryId, now_ms: i64) -> Result<Statement, StoreError> {
    let work = serde_json::to_string(&job.kind).map_err(|e| StoreError::corrupt("job", e))?;
    let kind = match job.kind {
        JobKind::Test { .. } => "test",
        JobKind::Command { .. } => "command",
        JobKind::Button { .. } => "button",
        JobKind::Restore { .. } => "restore",
    };
    let sql = "INSERT INTO jobs (id, dedupe, delivery, installation, owner, name, pull, kind, work, lane, state, \
               lease_until, attempt, run_after, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'light', 'queued', 0, 0, $10, $10, $10) \
               ON CONFLICT (dedupe) DO NOTHING";
    Ok(Statement::new(sql)
        .bind(Uuid::now_v7().to_string())
        .bind(job.dedupe.as_str())
        .bind(delivery.as_str())
        .bind(job.subject.installation.cast_signed())
        .bind(job.subject.owner.as_str())
        .bind(job.subject.name.as_str())
        .bind(job.pull.map(u64::cast_signed))
        .bind(kind)
        .bind(work)
        .bind(now_ms))
}

impl Store {
    /// Takes the oldest due job of a lane, if there is one: from now on `owner` holds it until `until_ms`, and no one
    /// else gets it before that.
    ///
    /// # Errors
    /// [`StoreError`]. A job that can't be read (of a later version) is given up and reported as an error.
    pub async fn claim(
        &self,
        owner: &str,
        lane: Lane,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let Some(row) = self.claimed_row(owner, lane, now_ms, until_ms).await? else { return Ok(None) };
        let lease = Lease { job: JobId::new(row.id.clone()), owner: owner.to_owned(), attempt: row.attempt };
        match JobRecord::try_from(row) {
            Ok(record) => Ok(Some(ClaimedJob { record, lease })),
            Err(error) => {
                self.give_up_unreadable(&lease, now_ms).await?;
                Err(error)
            }
        }
    }

    async fn claimed_row(
        &self,
        owner: &str,
        lane: Lane,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<JobRow>, StoreError> {
        let sql = self.writer.claim();
        for _ in 0..CLAIMS {
            let claimed = on!(&self.writer, pool => sqlx::query_as::<_, JobRow>(sql)
                .bind(owner).bind(until_ms).bind(now_ms).bind(lane.word()).fetch_optional(pool).await);
            match claimed {
                // Another process took a test of the same pull request in this very moment: this one waits, and other
                // work may be due.
                Err(error) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => {}
                claimed => return Ok(claimed?),
            }
        }
        Ok(None)
    }

    /// A job, by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn job(&self, id: &JobId) -> Result<Option<JobRecord>, StoreError> {
        let row = on!(&self.reader, pool => sqlx::query_as::<_, JobRow>(COLUMNS)
            .bind(id.as_str()).fetch_optional(pool).await)?;
        row.map(JobRecord::try_from).transpose()
    }

    /// The tests that a test took the place of, before they had ended: those of the same pull request, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn superseded_by(&self, job: &Job) -> Result<Vec<JobKind>, StoreError> {
        let sql = "SELECT work, state, stop FROM jobs WHERE owner = $1 AND name = $2 AND pull = $3 AND kind = 'test' \
                   AND id < $4 ORDER BY id DESC LIMIT 20";
        let rows = on!(&self.reader, pool => sqlx::query_as::<_, (String, String, Option<String>)>(sql)
            .bind(job.subject.owner.as_str()).bind(job.subject.name.as_str())
            .bind(job.pull.map(u64::cast_signed)).bind(job.id.as_str()).fetch_all(pool).await)?;
        let unended = rows.into_iter().take_while(|(_, state, stop)| {
            stop.as_deref() == Some("superseded") && !matches!(state.as_str(), "done" | "failed")
        });
        unended.map(|(work, ..)| serde_json::from_str(&work).map_err(|e| StoreError::corrupt("job", e))).collect()
    }

    /// How many jobs stand where.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        let sql = "SELECT lane, state, CAST(COUNT(*) AS BIGINT) FROM jobs GROUP BY lane, state ORDER BY lane, state";
        let rows = on!(&self.reader, pool => sqlx::query_as::<_, (String, String, i64)>(sql).fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(lane, state, jobs)| {
                let (lane, state) = (Lane::parse(&lane)?, JobState::parse(&state)?);
                Ok(JobCount { lane, state, jobs: jobs.cast_unsigned() })
            })
            .collect()
    }
}
