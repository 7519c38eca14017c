//! The store on real databases: SQLite, and the one at `JITTEST_TEST_DATABASE_URL` where it is set.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

mod claims;
mod deliveries;
mod forgetting;
mod memory;

use std::future::Future;

use jittest::domain::{CommitSha, Delivery, DeliveryId, JobKind, NewJob, Plan, Subject};
use jittest::store::Store;
use tempfile::TempDir;

/// A database that can be opened many times, as by many processes.
pub(crate) struct Database {
    url: String,
    _folder: Option<TempDir>,
}

impl Database {
    fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("jittest.db").display());
        Self { url, _folder: Some(folder) }
    }

    /// A schema of its own on the server, so that tests don't meet.
    async fn of_server(server: &str) -> Self {
        let schema = format!("t{}", uuid::Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect(server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&pool).await.unwrap();
        pool.close().await;
        let separator = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{separator}options[search_path]={schema}"), _folder: None }
    }

    /// One process's view of it.
    async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

/// Runs a test on each database that there is.
async fn on_each_database<F: Future<Output = ()>>(test: impl Fn(Database) -> F) {
    test(Database::sqlite()).await;
    if let Ok(server) = std::env::var("JITTEST_TEST_DATABASE_URL") {
        test(Database::of_server(&server).await).await;
    }
}

fn subject(name: &str) -> Subject {
    Subject { installation: 7, owner: "octo".to_owned(), name: name.to_owned() }
}

fn sha(digit: char) -> CommitSha {
    CommitSha::parse(&digit.to_string().repeat(40)).unwrap()
}

fn delivery(id: &str) -> Delivery {
    let body = b"{}".to_vec();
    Delivery { id: DeliveryId::new(id), event_name: "pull_request".to_owned(), body, received_at_ms: 1_000 }
}

/// A comment to be obeyed: a job of the light lane that nothing supersedes.
fn command(delivery: &str, pull: u64) -> Plan {
    let kind = JobKind::Command { body: "/jittest help".to_owned(), comment: 1, author: "ann".to_owned() };
    let dedupe = format!("{delivery}:{pull}");
    Plan { stops: Vec::new(), jobs: vec![NewJob { dedupe, subject: subject("shop"), pull: Some(pull), kind }] }
}

fn to_test(delivery: &str, pull: u64) -> Plan {
    Plan::to_test(delivery, &subject("shop"), pull, Some(sha('a')), false)
}

/// Takes a delivery that asks for a test.
async fn ask(store: &Store, id: &str, pull: u64) {
    assert!(store.accept(&delivery(id), &to_test(id, pull), true).await.unwrap());
}
