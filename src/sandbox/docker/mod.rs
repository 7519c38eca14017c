//! Containers, through bollard.
