//! One file per promise to a user.

mod analyze;
mod cli;
mod commands;
mod determinism;
mod jobs;
mod kills;
mod outages;
mod published;
mod quality;
mod routes;
mod settings;
mod trouble;
mod verdicts;
mod webhook;
