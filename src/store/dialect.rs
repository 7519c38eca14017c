//! What differs between the databases: opening, transactions, the queue's row lock. Nothing else knows which it is.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::StoreError;

/// How long a statement waits for the database's lock.
const BUSY: Duration = Duration::from_secs(10);
/// How long to wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(15);
/// Connections that read.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;

/// A pool of connections to one of the databases.
#[derive(Clone, Debug)]
pub(super) enum Db {
    /// A file of this machine.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// Does one thing on whichever database it is: `on!(db, pool => expression of pool)`.
macro_rules! on {
    ($db:expr, $pool:ident => $then:expr) => {
        match $db {
            $crate::store::dialect::Db::Sqlite($pool) => $then,
            $crate::store::dialect::Db::Postgres($pool) => $then,
        }
    };
}
pub(super) use on;

/// Does several things in one transaction on whichever database it is: `in_transaction!(db, tx => block)`.
///
/// SQLite takes the write lock at once: a transaction that reads first and writes later would fail when another
/// wrote in between.
macro_rules! in_transaction {
    ($db:expr, $tx:ident => $block:block) => {
        match $db {
            $crate::store::dialect::Db::Sqlite(pool) => {
                let mut $tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                $block
            }
            $crate::store::dialect::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                $block
            }
        }
    };
}
pub(super) use in_transaction;

/// The queue's claim: `$1` owner, `$2` lease until, `$3` now, `$4` lane. Due is a queued job whose time has come, or
/// a running one whose lease is over. Of one pull request's test runs only one runs at a time, and only one is
/// admitted at a time: were two, the one that is superseded could have the younger check run, and hide the other's.
///
/// Due is asked twice: without the second time, two claims that wait for the same row would both get it.
macro_rules! claim {
    ($row_lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', lease_owner = $1, lease_until = $2, attempt = attempt + 1, ",
            "updated_at = $3 WHERE id = (SELECT id FROM jobs AS due WHERE lane = $4 AND run_after <= $3 ",
            "AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) ",
            "AND (kind <> 'test' OR NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.owner = due.owner ",
            "AND other.name = due.name AND other.pull = due.pull AND other.kind = 'test' ",
            "AND other.lane = due.lane AND other.state = 'running' AND other.id <> due.id)) ",
            "ORDER BY created_at, id LIMIT 1 ",
            $row_lock,
            ") AND lane = $4 AND run_after <= $3 ",
            "AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) ",
            "RETURNING id, delivery, installation, owner, name, pull, work, lane, state, stop, attempt, head, ",
            "check_run, last_error, failures, given_up"
        )
    };
}

const CLAIM_SQLITE: &str = claim!("");
const CLAIM_POSTGRES: &str = claim!("FOR UPDATE SKIP LOCKED");

/// Opens readers and writers, and brings the tables up to date.
pub(super) async fn open(url: &str) -> Result<(Db, Db), StoreError> {
    if url.starts_with("sqlite:") {
        open_sqlite(url).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        open_postgres(url).await
    } else {
        Err(StoreError::Url { url: without_password(url) })
    }
}

async fn open_sqlite(url: &str) -> Result<(Db, Db), StoreError> {
    let bad = |_| StoreError::Url { url: url.to_owned() };
    let options = SqliteConnectOptions::from_str(url)
        .map_err(bad)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A delivery that was answered must outlive a power cut: GitHub does not send it again.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .foreign_keys(true);
    let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE);
    let writer = pool(1).connect_with(options.clone()).await.map_err(StoreError::Open)?;
    sqlx::migrate!().run(&writer).await.map_err(StoreError::Migrate)?;
    let reader = pool(READERS).connect_lazy_with(options);
    Ok((Db::Sqlite(reader), Db::Sqlite(writer)))
}

async fn open_postgres(url: &str) -> Result<(Db, Db), StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Url { url: without_password(url) })?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await
        .map_err(StoreError::Open)?;
    sqlx::migrate!().run(&pool).await.map_err(StoreError::Migrate)?;
    Ok((Db::Postgres(pool.clone()), Db::Postgres(pool)))
}

/// What stands before the `@` is never shown.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

impl Db {
    /// The queue's claim.
    pub(super) fn claim(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => CLAIM_SQLITE,
            Self::Postgres(_) => CLAIM_POSTGRES,
        }
    }

    /// For people.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Whether the tables answer.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let sql = "SELECT id FROM jobs LIMIT 1";
        on!(self, pool => sqlx::query(sql).fetch_optional(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends all connections.
    pub(super) async fn close(&self) {
        on!(self, pool => pool.close().await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        assert_eq!(without_password("mysql://me:secret@host/db"), "mysql://…@host/db");
        assert_eq!(without_password("nonsense"), "nonsense");
    }
}
