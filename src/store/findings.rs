//! Findings that somebody dismissed: they never come back in that repository.
//!
//! A finding's id comes from its content, so one dismissal holds for every later push, and for every pull request
//! that shows the same.

use std::collections::BTreeSet;

use super::dialect::on;
use super::statement::Statement;
use super::{Store, StoreError};
use crate::domain::{FindingId, Subject};

impl Store {
    /// Dismisses a finding in a repository. Gives whether that is new.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn dismiss(
        &self,
        subject: &Subject,
        pull: u64,
        finding: &FindingId,
        by: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO dismissals (repository, finding, pull, dismissed_by, dismissed_at) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (repository, finding) DO NOTHING";
        let statement = Statement::new(sql)
            .bind(subject.full_name())
            .bind(finding.as_str())
            .bind(pull.cast_signed())
            .bind(by)
            .bind(now_ms);
        Ok(self.write_one(statement).await? > 0)
    }

    /// All findings that were dismissed in a repository.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn dismissed(&self, subject: &Subject) -> Result<BTreeSet<FindingId>, StoreError> {
        let sql = "SELECT finding FROM dismissals WHERE repository = $1";
        let rows = on!(&self.reader, pool => sqlx::query_as::<_, (String,)>(sql)
            .bind(subject.full_name()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(finding,)| FindingId::new(finding)).collect())
    }
}
