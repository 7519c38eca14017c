//! What the holder of a job may do with it. Every change names job, owner and attempt: whoever lost the lease
//! changes nothing any more.

use super::deliveries::stop_statements;
use super::dialect::on;
use super::jobs::{JobState, insert_job, parse_stop};
use super::statement::Statement;
use super::{Store, StoreError};
use crate::domain::{CommitSha, Job, JobId, Plan, StopReason};

/// By which a job is held: it ends when its time is over and someone else claims the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(super) job: JobId,
    pub(super) owner: String,
    pub(super) attempt: i64,
}

impl Lease {
    /// The job that it is for.
    pub fn job(&self) -> &JobId {
        &self.job
    }

    /// Its three values, as `$1`, `$2`, `$3`.
    fn of(&self, sql: &'static str) -> Statement {
        Statement::new(sql).bind(self.job.as_str()).bind(self.owner.as_str()).bind(self.attempt)
    }
}

/// What a holder learns about its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It still holds it.
    Held,
    /// It still holds it, and is to stop.
    Stop(StopReason),
    /// It does not hold it any more: it must stop, and show nothing.
    Lost,
}

/// How a job ends.
#[derive(Clone, Debug)]
pub struct Finish {
    /// `Done`, `Cancelled` or `Failed`.
    pub state: JobState,
    /// Why it did not end well, for operators.
    pub error: Option<String>,
    /// What it leads to, stored in the same moment.
    pub then: Plan,
}

impl Finish {
    /// It ended as it should, and leads to nothing.
    pub fn done() -> Self {
        Self { state: JobState::Done, error: None, then: Plan::default() }
    }
}

impl Store {
    /// Whether the job is still held, and whether it is to stop. Only reads.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standing(&self, lease: &Lease) -> Result<Standing, StoreError> {
        let sql = "SELECT stop FROM jobs WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        let row = on!(&self.reader, pool => sqlx::query_as::<_, (Option<String>,)>(sql)
            .bind(lease.job.as_str()).bind(lease.owner.as_str()).bind(lease.attempt).fetch_optional(pool).await)?;
        match row {
            None => Ok(Standing::Lost),
            Some((None,)) => Ok(Standing::Held),
            Some((Some(word),)) => Ok(Standing::Stop(parse_stop(&word)?)),
        }
    }

    /// Holds the job until `until_ms`. Gives whether it is still held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heartbeat(&self, lease: &Lease, until_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET lease_until = $4 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(until_ms)).await? > 0)
    }

    /// Remembers where the job's check run is going to stand, before it is created: after a crash it is known that
    /// there may be one. Gives whether the job is still held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn will_show(&self, lease: &Lease, pull: u64, head: &CommitSha) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET pull = $4, head = $5 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(pull.cast_signed()).bind(head.as_str())).await? > 0)
    }

    /// Remembers the forge's id of the job's check run. Gives whether the job is still held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shows(&self, lease: &Lease, check_run: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET check_run = $4 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(check_run.cast_signed())).await? > 0)
    }

    /// Hands a test job on from the light lane to the heavy one. Gives `false` where the job is not held any more, or is
    /// to stop.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn admit(&self, lease: &Lease, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET lane = 'heavy', state = 'queued', lease_owner = NULL, lease_until = 0, attempt = 0, \
                   failures = 0, run_after = $4, updated_at = $4, last_error = NULL \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running' AND stop IS NULL";
        Ok(self.write_one(lease.of(sql).bind(now_ms)).await? > 0)
    }

    /// Ends a held job, and stores what it leads to in the same moment. Gives whether it was still held.
    ///
    /// # Errors
    /// [`StoreError`]; then it did not end.
    pub async fn finish(&self, lease: &Lease, job: &Job, finish: Finish, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET state = $4, last_error = $5, finished_at = $6, updated_at = $6, lease_until = 0 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        let end = lease.of(sql).bind(finish.state.word()).bind(finish.error).bind(now_ms);
        self.write(end, plan_statements(job, &finish.then, now_ms)?).await
    }

    /// Gives a held job back, to be tried again from `run_after_ms` on; the try counts as a failure. Gives whether it was still
    /// held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reschedule(
        &self,
        lease: &Lease,
        run_after_ms: i64,
        error: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET state = 'queued', lease_owner = NULL, lease_until = 0, run_after = $4, \
                   failures = failures + 1, last_error = $5, updated_at = $6 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(run_after_ms).bind(error).bind(now_ms)).await? > 0)
    }

    /// Remembers why a held job is given up, before that is said: from now on nothing else of it is left to do. Gives
    /// whether it is still held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gives_up(&self, lease: &Lease, why: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET given_up = $4 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(why)).await? > 0)
    }

    /// Gives a held job back as if it had not been taken: this process ends. Gives whether it was still held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hand_back(&self, lease: &Lease, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET state = 'queued', lease_owner = NULL, lease_until = 0, attempt = attempt - 1, \
                   updated_at = $4 \
                   WHERE id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'running'";
        Ok(self.write_one(lease.of(sql).bind(now_ms)).await? > 0)
    }

    /// Everyone who holds a job.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owners(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT lease_owner FROM jobs WHERE state = 'running' AND lease_owner IS NOT NULL";
        let rows = on!(&self.reader, pool => sqlx::query_as::<_, (String,)>(sql).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(owner,)| owner).collect())
    }

    /// Ends the leases of an owner that is known to be dead, so that nobody waits for them to lapse. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(&self, dead_owner: &str) -> Result<u64, StoreError> {
        let sql = "UPDATE jobs SET lease_until = 0 WHERE lease_owner = $1 AND state = 'running'";
        self.write_one(Statement::new(sql).bind(dead_owner)).await
    }

    pub(super) async fn give_up_unreadable(&self, lease: &Lease, now_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET state = 'failed', last_error = 'it could not be read', finished_at = $4, \
                   updated_at = $4 WHERE id = $1 AND lease_owner = $2 AND attempt = $3";
        self.write_one(lease.of(sql).bind(now_ms)).await?;
        Ok(())
    }
}

fn plan_statements(job: &Job, plan: &Plan, now_ms: i64) -> Result<Vec<Statement>, StoreError> {
    let mut statements: Vec<Statement> = plan.stops.iter().flat_map(|stop| stop_statements(stop, now_ms)).collect();
    for new in &plan.jobs {
        statements.push(insert_job(new, &job.delivery, now_ms)?);
    }
    Ok(statements)
}
