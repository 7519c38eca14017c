//! The laws that every member of a seam obeys.

mod sandbox;
