//! The laws that every member of a seam obeys.

mod framework;
#[cfg(test)]
mod language;
mod sandbox;
