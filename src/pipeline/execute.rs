//! The kill matrix, in one sandbox run.
