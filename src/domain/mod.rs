//! The nouns, one file each: plain values and id newtypes that flow from a delivery to a publication.
//!
//! `Delivery -> Event -> Job -> Checkout -> Environment -> ChangeSet -> CodeMap -> Shard -> Intent ->
//! Mutant, GeneratedTest -> KillMatrix -> Assessment -> Critique -> Report -> Publication`
//!
//! Nothing here does any work or knows any other room.

mod analysis;
mod assessment;
mod batches;
pub mod behaviour;
mod change_set;
mod checkout;
mod code_map;
mod control_flow;
mod critique;
mod delivery;
mod diff_source;
mod environment;
mod event;
mod generated_test;
mod ids;
mod intent;
mod job;
mod kill_matrix;
pub mod limits;
mod markdown;
mod mutant;
mod plan;
mod publication;
mod pull_request;
mod report;
mod result_graph;
mod settings;
mod shard;
mod texts;
mod tree_map;
mod warning;

pub use analysis::*;
pub use assessment::*;
pub use batches::*;
pub use change_set::*;
pub use checkout::*;
pub use code_map::*;
pub use control_flow::*;
pub use critique::*;
pub use delivery::*;
pub use diff_source::*;
pub use environment::*;
pub use event::*;
pub use generated_test::*;
pub use ids::*;
pub use intent::*;
pub use job::*;
pub use kill_matrix::*;
pub use markdown::*;
pub use mutant::*;
pub use plan::*;
pub use publication::*;
pub use pull_request::*;
pub use report::*;
pub use result_graph::*;
pub use settings::*;
pub use shard::*;
pub use texts::*;
pub use tree_map::*;
pub use warning::*;
