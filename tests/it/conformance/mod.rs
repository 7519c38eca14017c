//! The laws that every member of a seam obeys.

mod framework;
mod sandbox;
