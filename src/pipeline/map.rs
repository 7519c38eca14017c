//! Symbols and targets of the change.
