//! The only integration binary.

mod conformance;
mod github;
mod harness;
mod sandbox;
mod store;
mod tidy;
mod stories;
