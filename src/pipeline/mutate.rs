//! Realistic faults.
