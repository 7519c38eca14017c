//! What the change means to do.
