//! Claims a job, keeps its lease, runs it, finishes or reschedules it.
