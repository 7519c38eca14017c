//! Targets that belong together.
