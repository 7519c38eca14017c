//! `jittest` tests pull requests just in time. `ARCHITECTURE.md` is the map of this crate; the rooms stand here
//! in its order, and arrows between them point down only.

#![warn(missing_docs)]

pub mod cli;

pub mod app;

pub mod server;

pub mod worker;

pub mod health;

pub mod intake;

pub mod command;

pub mod journey;

pub mod agent;

pub mod pipeline;

pub mod forge;

pub mod sandbox;

pub mod store;

pub mod language;

pub mod framework;

pub mod report;

pub mod config;

pub mod domain;

pub mod standin;
