//! One file per promise to a user.

mod cli;
mod jobs;
mod webhook;
