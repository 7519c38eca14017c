//! `jittest` tests pull requests just in time. `ARCHITECTURE.md` is the map of this crate; the rooms stand here
//! in its order, and arrows between them point down only.

#![warn(missing_docs)]

pub mod domain;
pub mod forge;
pub mod framework;
pub mod language;
pub mod sandbox;
