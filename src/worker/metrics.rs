//! What the workers count.

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// What the workers count, in the registry that `/metrics` shows.
#[derive(Clone)]
pub struct WorkerMetrics {
    ended: IntCounterVec,
    seconds: HistogramVec,
}

impl WorkerMetrics {
    /// Puts the workers' metrics into a registry.
    ///
    /// # Errors
    /// Where it has one of these names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let ended = Opts::new("jittest_jobs_ended_total", "Times that a worker let go of a job, by how it ended");
        let seconds = HistogramOpts::new("jittest_job_seconds", "How long a worker held a job")
            .buckets(vec![0.1, 0.5, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0]);
        let metrics = Self {
            ended: IntCounterVec::new(ended, &["kind", "outcome"])?,
            seconds: HistogramVec::new(seconds, &["kind"])?,
        };
        registry.register(Box::new(metrics.ended.clone()))?;
        registry.register(Box::new(metrics.seconds.clone()))?;
        Ok(metrics)
    }

    pub(super) fn ended(&self, kind: &'static str, outcome: &'static str, seconds: f64) {
        self.ended.with_label_values(&[kind, outcome]).inc();
        self.seconds.with_label_values(&[kind]).observe(seconds);
    }
}
