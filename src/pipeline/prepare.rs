//! The repository's own environment.
