//! Paths that leave the program.

use crate::domain::ExternalKind::{Clock, Database, Files, Network, Process, Random};

use super::super::external::Known;

/// Callees, or what they lie below.
pub(super) const KNOWN: &[Known] = &[
    ("std::net", Network),
    ("tokio::net", Network),
    ("reqwest", Network),
    ("ureq", Network),
    ("hyper::client", Network),
    ("hyper::Client", Network),
    ("tonic::transport", Network),
    ("std::fs", Files),
    ("tokio::fs", Files),
    ("tempfile", Files),
    ("std::time::Instant::now", Clock),
    ("std::time::SystemTime::now", Clock),
    ("std::thread::sleep", Clock),
    ("tokio::time", Clock),
    ("chrono::Utc::now", Clock),
    ("chrono::Local::now", Clock),
    ("jiff::Timestamp::now", Clock),
    ("jiff::Zoned::now", Clock),
    ("time::OffsetDateTime::now_utc", Clock),
    ("rand", Random),
    ("fastrand", Random),
    ("getrandom", Random),
    ("uuid::Uuid::new_v4", Random),
    ("uuid::Uuid::now_v7", Random),
    ("std::process", Process),
    ("tokio::process", Process),
    ("sqlx", Database),
    ("diesel", Database),
    ("rusqlite", Database),
    ("tokio_postgres", Database),
    ("mongodb", Database),
    ("redis", Database),
];
