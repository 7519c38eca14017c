//! Claims jobs, runs them, and ends them: done, tried again, or given up. The only place that decides which.
//!
//! Two lanes: commands and the admission of test jobs (which shows their queued check run) never wait behind test
//! runs. A job's row in the store is the truth: whoever runs it only holds a lease, and one that is lost, superseded
//! or handed back stops wherever it is.

mod admission;
mod ending;
mod errand;
mod metrics;
mod notice;
mod outcome;
mod owner;
mod patience;
mod progress;
mod settings;
mod supervise;
mod test_run;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

pub use metrics::WorkerMetrics;

use crate::config::repository::Ceiling;
use crate::forge::Forge;
use crate::journey::Tools;
use crate::store::{Lane, Store, StoreError, now_ms};

/// Jobs of the light lane at a time: they mostly wait for the forge.
const LIGHT_WORKERS: usize = 4;
/// How long an idle worker sleeps where nothing wakes it: work may come from another process, or become due.
const IDLE: Duration = Duration::from_secs(1);
/// How long a worker waits after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(2);

/// What workers work with.
#[derive(Clone)]
pub struct WorkerParts {
    /// Where jobs are.
    pub store: Store,
    /// Where pull requests are.
    pub forge: Arc<dyn Forge>,
    /// What a run works with; who hears of its progress is replaced for each job.
    pub tools: Tools,
    /// A folder of ours for cached repositories.
    pub cache: PathBuf,
    /// A folder of ours for what was read of their source files.
    pub maps: PathBuf,
    /// The most that a repository may ask for.
    pub ceiling: Ceiling,
    /// Told when there is new work.
    pub wake: Arc<Notify>,
    /// What the workers count.
    pub metrics: WorkerMetrics,
}

/// Running workers.
pub struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// No workers: this process only receives.
    pub fn none() -> Self {
        Self { stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// Starts `heavy` workers for test runs, and those of the light lane. Jobs of processes of this machine that died
    /// are taken over at once.
    ///
    /// # Errors
    /// [`StoreError`] where the store does not answer.
    pub async fn start(parts: WorkerParts, heavy: usize) -> Result<Self, StoreError> {
        take_over(&parts.store).await?;
        let mut workers = Self::none();
        let process = owner::this_process();
        let lanes = std::iter::repeat_n(Lane::Heavy, heavy).chain([Lane::Light; LIGHT_WORKERS]);
        for (number, lane) in lanes.enumerate() {
            let owner = format!("{process}#{number}");
            let worker = Worker { parts: parts.clone(), owner, lane, stopped: workers.stop.subscribe() };
            workers.tasks.spawn(worker.work());
        }
        Ok(workers)
    }

    /// Takes no new job, and hands back the leases of those that run. Returns when all is handed back, or after
    /// `grace`: what is left then lapses by itself.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("some jobs could not be handed back in time: their leases lapse");
        }
    }
}

async fn take_over(store: &Store) -> Result<(), StoreError> {
    for owner in store.owners().await? {
        if owner::is_dead(&owner) {
            let jobs = store.release(&owner).await?;
            tracing::info!(owner, jobs, "the jobs of a process that died are taken over");
        }
    }
    Ok(())
}

/// One worker: one job at a time.
struct Worker {
    parts: WorkerParts,
    owner: String,
    lane: Lane,
    stopped: watch::Receiver<bool>,
}

impl Worker {
    async fn work(mut self) {
        while !*self.stopped.borrow_and_update() {
            // Made before the store is asked, so that what comes in between still wakes us.
            let wake = self.parts.wake.clone();
            let mut woken = std::pin::pin!(wake.notified());
            woken.as_mut().enable();
            let now = now_ms();
            let until = now + supervise::lease_ms();
            let pause = match self.parts.store.claim(&self.owner, self.lane, now, until).await {
                Ok(Some(claimed)) => {
                    supervise::supervise(&self.parts, claimed, self.stopped.clone()).await;
                    self.sweep().await;
                    continue;
                }
                Ok(None) => IDLE,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "no job could be claimed");
                    STORE_PAUSE
                }
            };
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(pause) => {}
                _ = self.stopped.changed() => {}
            }
        }
    }

    /// Removes what a killed process left: what it had asked for as it died may have come after this process swept at
    /// its start.
    async fn sweep(&mut self) {
        if self.lane != Lane::Heavy || *self.stopped.borrow() {
            return;
        }
        tokio::select! {
            swept = self.parts.tools.sandbox.sweep() => match swept {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "what a killed process left in the sandbox was removed"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "what a killed process may have left in the sandbox was not removed");
                }
            },
            _ = self.stopped.changed() => {}
        }
    }
}
