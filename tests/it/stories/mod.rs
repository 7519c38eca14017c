//! One file per promise to a user.

mod cli;
mod commands;
mod determinism;
mod jobs;
mod kills;
mod published;
mod trouble;
mod verdicts;
mod webhook;
