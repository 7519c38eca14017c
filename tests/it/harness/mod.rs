//! The real `jittest serve` as a process of its own, with a real database, against a GitHub that a story names.

mod prices;
mod service;
mod stage;

pub(crate) use prices::{BREAKS, KEEPS, PRICES, Posted};
pub(crate) use service::{Service, ServiceSpec, containers_of};
pub(crate) use stage::{Files, Stage, commit, conclusion, summary, title};

use std::time::{Duration, Instant};

/// How long a story waits for something that must happen. No story passes or fails by how long it takes.
const PATIENCE: Duration = Duration::from_secs(600);

/// Waits until `look` finds something.
///
/// # Panics
/// Where it doesn't within a long time: `what` was awaited.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
