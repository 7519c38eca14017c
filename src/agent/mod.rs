//! Who decides what comes next inside a shard; with no model, the standard plan.
