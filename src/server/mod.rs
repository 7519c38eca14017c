//! HTTP in: webhook, health, metrics.
