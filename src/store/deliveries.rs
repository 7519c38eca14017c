//! Deliveries, and the jobs that come of them: stored together, once.

use super::jobs::insert_job;
use super::statement::Statement;
use super::{Store, StoreError};
use crate::domain::{Delivery, Plan, Stop, StopReason};

impl Store {
    /// Remembers a delivery together with what it asks for: its stops, then its jobs, all or nothing. Gives whether
    /// it is new; one that is known already changes nothing.
    ///
    /// `keep_body` says whether its body is kept for later questions; it is worth that only if there is work.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was remembered.
    pub async fn accept(&self, delivery: &Delivery, plan: &Plan, keep_body: bool) -> Result<bool, StoreError> {
        let body = if keep_body { String::from_utf8_lossy(&delivery.body).into_owned() } else { String::new() };
        let remember = Statement::new(
            "INSERT INTO deliveries (id, event, body, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(delivery.id.as_str())
        .bind(delivery.event_name.as_str())
        .bind(body)
        .bind(delivery.received_at_ms);
        let mut then = Vec::new();
        for stop in &plan.stops {
            then.extend(stop_statements(stop, delivery.received_at_ms));
        }
        for job in &plan.jobs {
            then.push(insert_job(job, &delivery.id, delivery.received_at_ms)?);
        }
        self.write(remember, then).await
    }

    /// Empties the bodies of deliveries that came before `before_ms`; their ids stay. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_bodies(&self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "UPDATE deliveries SET body = '' WHERE received_at < $1 AND body <> ''";
        self.write_one(Statement::new(sql).bind(before_ms)).await
    }
}

/// Marks the jobs that are to stop. One that waits goes to the light lane, where its check run is closed; one that
/// runs is told by its next heartbeat. Where nothing can be shown any more, what waits ends at once.
pub(super) fn stop_statements(stop: &Stop, now_ms: i64) -> Vec<Statement> {
    match stop {
        Stop::Pull { subject, pull, reason } => vec![
            Statement::new(
                "UPDATE jobs SET stop = $1, updated_at = $2, run_after = $2, \
                 lane = CASE WHEN state = 'queued' THEN 'light' ELSE lane END \
                 WHERE owner = $3 AND name = $4 AND pull = $5 AND kind = 'test' \
                 AND state IN ('queued', 'running') AND stop IS NULL",
            )
            .bind(reason_word(*reason))
            .bind(now_ms)
            .bind(subject.owner.as_str())
            .bind(subject.name.as_str())
            .bind(pull.cast_signed()),
        ],
        Stop::Repository { installation, full_name } => {
            let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
            let of = |sql| Statement::new(sql).bind(now_ms).bind(installation.cast_signed()).bind(owner).bind(name);
            vec![
                of("UPDATE jobs SET state = 'cancelled', stop = 'gone', updated_at = $1, finished_at = $1 \
                    WHERE installation = $2 AND owner = $3 AND name = $4 AND state = 'queued'"),
                of("UPDATE jobs SET stop = 'gone', updated_at = $1 \
                    WHERE installation = $2 AND owner = $3 AND name = $4 AND state = 'running'"),
            ]
        }
        Stop::Installation(installation) => {
            let of = |sql| Statement::new(sql).bind(now_ms).bind(installation.cast_signed());
            vec![
                of("UPDATE jobs SET state = 'cancelled', stop = 'gone', updated_at = $1, finished_at = $1 \
                    WHERE installation = $2 AND state = 'queued'"),
                of("UPDATE jobs SET stop = 'gone', updated_at = $1 WHERE installation = $2 AND state = 'running'"),
            ]
        }
    }
}

fn reason_word(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Superseded => "superseded",
        StopReason::Closed => "closed",
        StopReason::Gone => "gone",
    }
}
