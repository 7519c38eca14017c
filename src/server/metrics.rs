//! What the server counts.

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::store::JobCount;

/// The events that have a name of their own in the metrics; what anyone may send as a name is not a label.
const EVENTS: &[&str] =
    &["ping", "pull_request", "issue_comment", "check_run", "check_suite", "installation", "installation_repositories"];

#[derive(Clone)]
pub(super) struct Metrics {
    deliveries: IntCounterVec,
    answer_seconds: HistogramVec,
    queue: IntGaugeVec,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            deliveries: IntCounterVec::new(
                Opts::new("jittest_deliveries_total", "Webhook deliveries, by event and by what became of them"),
                &["event", "outcome"],
            )?,
            answer_seconds: HistogramVec::new(
                HistogramOpts::new("jittest_webhook_seconds", "How long a webhook's answer took")
                    .buckets(vec![0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]),
                &["outcome"],
            )?,
            queue: IntGaugeVec::new(
                Opts::new("jittest_jobs", "Jobs in the store, by lane and state"),
                &["lane", "state"],
            )?,
        };
        registry.register(Box::new(metrics.deliveries.clone()))?;
        registry.register(Box::new(metrics.answer_seconds.clone()))?;
        registry.register(Box::new(metrics.queue.clone()))?;
        Ok(metrics)
    }

    /// A webhook was answered.
    pub(super) fn answered(&self, event: &str, outcome: &'static str, seconds: f64) {
        let event = if EVENTS.contains(&event) { event } else { "other" };
        self.deliveries.with_label_values(&[event, outcome]).inc();
        self.answer_seconds.with_label_values(&[outcome]).observe(seconds);
    }

    /// How many jobs stand where.
    pub(super) fn queue(&self, counts: &[JobCount]) {
        self.queue.reset();
        for count in counts {
            let lane = format!("{:?}", count.lane).to_lowercase();
            let jobs = i64::try_from(count.jobs).unwrap_or(i64::MAX);
            self.queue.with_label_values(&[lane.as_str(), count.state.word()]).set(jobs);
        }
    }
}
