//! The laws that every member of a seam obeys.

#![expect(clippy::unwrap_used, reason = "what a test cannot unwrap is its failure, in its helpers too")]

mod framework;
#[cfg(test)]
mod language;
mod map;
mod sandbox;
mod standin;
mod trees;
