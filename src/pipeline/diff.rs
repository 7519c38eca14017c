//! The change, from git.
