//! The stages, in order: each a function from nouns to nouns.

pub mod analyze;
pub mod assess;
pub mod checkout;
pub mod critique;
pub mod diff;
pub mod execute;
pub mod generate;
pub mod graph;
pub mod infer;
pub mod map;
pub mod mutate;
pub mod polish;
pub mod prepare;
pub mod publish;
pub mod report;
pub mod shard;

#[cfg(test)]
mod fixture;
