//! What is forgotten after its time. A few rows at a time: whoever writes meanwhile waits for no more than that.

use super::statement::Statement;
use super::{Store, StoreError};

/// Rows of one statement; the statements below have it too.
const ROWS: u64 = 500;

impl Store {
    /// Forgets the jobs that ended before `before_ms`, in milliseconds since 1970. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_jobs(&self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < $1 LIMIT 500)";
        self.forget(sql, before_ms).await
    }

    /// Forgets the deliveries that came before `before_ms` and of which no job is remembered any more. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_deliveries(&self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries AS old WHERE received_at < $1 \
                   AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.delivery = old.id) LIMIT 500)";
        self.forget(sql, before_ms).await
    }

    /// Forgets the runs that ended before `before_ms`, with their tests. Gives how many. What was dismissed stays
    /// dismissed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_runs(&self, before_ms: i64) -> Result<u64, StoreError> {
        let tests = "DELETE FROM generated_tests WHERE run IN (SELECT id FROM runs WHERE created_at < $1)";
        self.write_one(Statement::new(tests).bind(before_ms)).await?;
        let sql = "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE created_at < $1 LIMIT 500)";
        self.forget(sql, before_ms).await
    }

    async fn forget(&self, sql: &'static str, before_ms: i64) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let rows = self.write_one(Statement::new(sql).bind(before_ms)).await?;
            all += rows;
            if rows < ROWS {
                return Ok(all);
            }
        }
    }
}
