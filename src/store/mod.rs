//! Everything remembered: deliveries, jobs, runs, dismissed findings. The only SQL of the project stands here.
//!
//! SQLite by default, PostgreSQL for many workers: one text of SQL serves both, and what differs stands in
//! `dialect`. Every promise is kept by one statement or one transaction, never by a lock that is held while
//! something runs.

mod deliveries;
mod dialect;
mod findings;
mod jobs;
mod leases;
mod runs;
mod statement;
mod tidy;

use std::time::{SystemTime, UNIX_EPOCH};

pub use jobs::{ClaimedJob, JobCount, JobRecord, JobState, Lane};
pub use leases::{Finish, Lease, Standing};
pub use runs::{HistoryFilter, HistoryRow, RunOrigin, StoredRun};

use dialect::Db;

/// The store can't do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's URL is none.
    #[error("not a database URL: {url:?}; use sqlite://PATH or postgres://…")]
    Url {
        /// The URL, without its password.
        url: String,
    },
    /// The database can't be opened or brought up to date.
    #[error("the database can't be opened")]
    Open(#[source] sqlx::Error),
    /// Its tables can't be brought up to date.
    #[error("the database's tables can't be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// It doesn't answer, or refused.
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    /// It holds something that we can't read.
    #[error("the database holds a {what} that can't be read")]
    Corrupt {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: anyhow::Error,
    },
}

impl StoreError {
    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Open(_))
    }

    fn corrupt(what: &'static str, source: impl Into<anyhow::Error>) -> Self {
        Self::Corrupt { what, source: source.into() }
    }
}

/// Everything remembered. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For reading.
    reader: Db,
    /// For writing: SQLite has one writer at a time, so its writers wait in line here and not in the database.
    writer: Db,
}

impl Store {
    /// Opens the database at `url` and brings its tables up to date. A SQLite file is made where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where the URL is none, the database doesn't answer, or its tables are of a later version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (reader, writer) = dialect::open(url).await?;
        Ok(Self { reader, writer })
    }

    /// What it is, in one line, if it answers.
    ///
    /// # Errors
    /// [`StoreError`] where it doesn't.
    pub async fn check(&self) -> Result<String, StoreError> {
        self.reader.check().await?;
        Ok(self.reader.describe().to_owned())
    }

    /// Ends all connections, after what is written was written.
    pub async fn close(&self) {
        self.writer.close().await;
        self.reader.close().await;
    }
}

/// Now, in milliseconds since 1970 (UTC).
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
