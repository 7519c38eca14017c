//! Tests, by exploring.
