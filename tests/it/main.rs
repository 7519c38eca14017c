//! The only integration binary.

mod conformance;
mod github;
mod harness;
mod sandbox;
mod store;
mod stories;
mod tidy;
