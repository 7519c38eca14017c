//! What we understand of GitHub's webhooks, and what we send to its API, against its published examples and description.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

mod commits;
mod examples;
pub(crate) mod npm;
mod openapi;
mod publishing;
mod reading;
mod retrying;
mod scripted;
mod webhooks;
