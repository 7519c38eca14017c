//! Settings: `service` (the operator's) and `repository` (a repository's `jittest.toml`).

pub mod repository;
pub mod service;
pub mod user;
