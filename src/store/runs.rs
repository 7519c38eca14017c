//! Past runs: their reports, and each kept test as a row of its own.

use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::dialect::on;
use super::statement::Statement;
use super::{Store, StoreError};
use crate::domain::{Catch, CatchKind, CommitSha, JobId, Report, RunId, Subject, Verdict};

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrigin {
    /// Its job; `None` for a run of the command line.
    pub job: Option<JobId>,
    /// `owner/name`, or the path of a local repository.
    pub repository: String,
    /// The pull request.
    pub pull: Option<u64>,
}

/// A past run.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its id.
    pub id: RunId,
    /// Its job.
    pub job: Option<JobId>,
    /// The head that was tested.
    pub head: Option<CommitSha>,
    /// What came of it.
    pub report: Report,
    /// When it ended, in milliseconds since 1970 (UTC).
    pub created_at_ms: i64,
}

/// Which rows of the history are asked for. An empty text means all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryFilter {
    /// `owner/name`, or the path of a local repository.
    pub repository: String,
    /// The source file, whole.
    pub file: String,
    /// The function: its qualified name, or the last part of it.
    pub function: String,
    /// At least so much of the change was reached, 0 to 1; 0 also takes runs where that is not known.
    pub min_coverage: f64,
    /// Not older than this, in milliseconds since 1970 (UTC).
    pub since_ms: i64,
    /// At most so many rows.
    pub limit: u32,
}

/// A generated test of the past.
#[derive(Clone, Debug, PartialEq, FromRow, serde::Serialize)]
pub struct HistoryRow {
    /// The run's id.
    pub run: String,
    /// The finding's id.
    pub finding: String,
    /// `owner/name`, or the path of a local repository.
    pub repository: String,
    /// The file under test.
    pub source_file: String,
    /// Qualified name of the function under test.
    pub function_name: String,
    /// The test's file.
    pub path: String,
    /// The test's code.
    pub code: String,
    /// The framework's id.
    pub framework: String,
    /// Share of the changed lines that the run reached, 0 to 1.
    pub coverage: Option<f64>,
    /// The critic's overall score, 0 to 100.
    pub score: Option<i64>,
    /// All of the critic's scores, as JSON.
    pub scores: String,
    /// `regression` or `hardening`.
    pub result: String,
    /// How long the run took, in seconds.
    pub seconds: f64,
    /// How often the test was written.
    pub iterations: i64,
    /// What else the finding carries, as JSON.
    pub extra: String,
    /// When the run ended, in milliseconds since 1970 (UTC).
    pub created_at: i64,
}

const INSERT_RUN: &str = "INSERT INTO runs (id, job, repository, pull, base, head, verdict, report, created_at) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (job) DO NOTHING";

const INSERT_TEST: &str = "INSERT INTO generated_tests (run, finding, repository, source_file, function_name, path, \
                           code, framework, coverage, score, scores, result, seconds, iterations, extra, created_at) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
                           ON CONFLICT (run, finding) DO NOTHING";

const OF_PULL: &str = "SELECT id, job, head, report, created_at FROM runs WHERE repository = $1 AND pull = $2 \
                       ORDER BY created_at DESC, id DESC LIMIT 1";

const OF_JOB: &str = "SELECT id, job, head, report, created_at FROM runs WHERE job = $1";

const HISTORY: &str = "SELECT run, finding, repository, source_file, function_name, path, code, framework, coverage, \
                       score, scores, result, seconds, iterations, extra, created_at FROM generated_tests \
                       WHERE ($1 = '' OR repository = $1) AND ($2 = '' OR source_file = $2) \
                       AND ($3 = '' OR function_name = $3 OR function_name LIKE $4 ESCAPE '!') \
                       AND ($5 <= 0.0 OR coverage >= $5) AND created_at >= $6 \
                       ORDER BY created_at DESC, run DESC, finding LIMIT $7";

#[derive(FromRow)]
struct RunRow {
    id: String,
    job: Option<String>,
    head: Option<String>,
    report: String,
    created_at: i64,
}

impl TryFrom<RunRow> for StoredRun {
    type Error = StoreError;

    fn try_from(row: RunRow) -> Result<Self, StoreError> {
        let head = row.head.as_deref().map(CommitSha::parse).transpose();
        Ok(Self {
            id: RunId::new(row.id),
            job: row.job.map(JobId::new),
            head: head.map_err(|e| StoreError::corrupt("commit id", e))?,
            report: serde_json::from_str(&row.report).map_err(|e| StoreError::corrupt("report", e))?,
            created_at_ms: row.created_at,
        })
    }
}

impl Store {
    /// Remembers a finished run and each of its kept tests: gives its id. A job has one run: a second is not taken, and
    /// gives `None`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was remembered.
    pub async fn record_run(
        &self,
        origin: &RunOrigin,
        report: &Report,
        now_ms: i64,
    ) -> Result<Option<RunId>, StoreError> {
        let id = RunId::new(Uuid::now_v7().to_string());
        let text = serde_json::to_string(report).map_err(|e| StoreError::corrupt("report", e))?;
        let run = Statement::new(INSERT_RUN)
            .bind(id.as_str())
            .bind(origin.job.as_ref().map(|job| job.0.clone()))
            .bind(origin.repository.as_str())
            .bind(origin.pull.map(u64::cast_signed))
            .bind(report.base.sha.as_ref().map(|sha| sha.as_str().to_owned()))
            .bind(report.head.sha.as_ref().map(|sha| sha.as_str().to_owned()))
            .bind(verdict_word(report.verdict))
            .bind(text)
            .bind(now_ms);
        let tests = report.catches.iter().map(|catch| insert_test(&id, origin, report, catch, now_ms)).collect();
        Ok(self.write(run, tests).await?.then_some(id))
    }

    /// The newest run of a pull request.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_report(&self, subject: &Subject, pull: u64) -> Result<Option<StoredRun>, StoreError> {
        let row = on!(&self.reader, pool => sqlx::query_as::<_, RunRow>(OF_PULL)
            .bind(subject.full_name()).bind(pull.cast_signed()).fetch_optional(pool).await)?;
        row.map(StoredRun::try_from).transpose()
    }

    /// The run of a job, if it has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn run_of(&self, job: &JobId) -> Result<Option<StoredRun>, StoreError> {
        let row = on!(&self.reader, pool => sqlx::query_as::<_, RunRow>(OF_JOB)
            .bind(job.as_str()).fetch_optional(pool).await)?;
        row.map(StoredRun::try_from).transpose()
    }

    /// Generated tests of the past, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn history(&self, filter: &HistoryFilter) -> Result<Vec<HistoryRow>, StoreError> {
        let last_part = format!("%.{}", escaped(&filter.function));
        let rows = on!(&self.reader, pool => sqlx::query_as::<_, HistoryRow>(HISTORY)
            .bind(filter.repository.as_str())
            .bind(filter.file.as_str())
            .bind(filter.function.as_str())
            .bind(last_part.as_str())
            .bind(filter.min_coverage)
            .bind(filter.since_ms)
            .bind(i64::from(filter.limit))
            .fetch_all(pool).await)?;
        Ok(rows)
    }
}

fn insert_test(id: &RunId, origin: &RunOrigin, report: &Report, catch: &Catch, now_ms: i64) -> Statement {
    let critique = report.critique.as_ref();
    Statement::new(INSERT_TEST)
        .bind(id.as_str())
        .bind(catch.id.as_str())
        .bind(origin.repository.as_str())
        .bind(catch.file.as_str())
        .bind(catch.symbol.as_str())
        .bind(catch.test.path.as_str())
        .bind(catch.test.code.as_str())
        .bind(catch.test.framework.as_str())
        .bind(report.coverage.as_ref().and_then(|coverage| coverage.changed_lines))
        .bind(critique.and_then(|critique| critique.overall).map(i64::from))
        .bind(scores(report).to_string())
        .bind(match catch.kind {
            CatchKind::Regression => "regression",
            CatchKind::Hardening => "hardening",
        })
        .bind(report.stages.iter().map(|stage| stage.seconds).sum::<f64>())
        .bind(catch.test.iterations)
        .bind(extra(origin, catch).to_string())
        .bind(now_ms)
}

fn scores(report: &Report) -> serde_json::Value {
    report.critique.as_ref().map_or(serde_json::Value::Null, |critique| {
        json!({
            "style": critique.style,
            "coverage_adequacy": critique.coverage_adequacy,
            "assertion_quality": critique.assertion_quality,
            "maintainability": critique.maintainability,
            "determinism": critique.determinism,
            "overall": critique.overall,
            "status": critique.status,
        })
    })
}

fn extra(origin: &RunOrigin, catch: &Catch) -> serde_json::Value {
    json!({
        "pull": origin.pull,
        "job": origin.job,
        "line": catch.line,
        "confidence": catch.confidence,
        "before": catch.before,
        "now": catch.now,
        "effect": catch.effect,
        "reasons": catch.reasons,
        "mutant": catch.mutant,
        "evidence": catch.evidence,
        "command": catch.test.command,
        "level": catch.test.level,
        "provenance": catch.test.provenance,
        "flaky_risk": catch.test.flaky_risk,
        "retries": catch.test.retries,
        "quality": catch.test.quality,
    })
}

/// A verdict as a word, as in reports.
fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Caught => "caught",
        Verdict::Clear => "clear",
        Verdict::NothingToTest => "nothing_to_test",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// A text in which `LIKE` takes every character for itself.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
