//! Base and head on disk, at exactly the named revisions.
