//! From an event to jobs; pure.
