//! Everything remembered; the only SQL.
