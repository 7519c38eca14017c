//! Where a run stands, shown on its check run: at once when a stage begins, and not too often.

use std::time::Duration;

use tokio::sync::watch;

use crate::domain::Subject;
use crate::forge::Forge;
use crate::journey::Progress;

use super::notice::{self, Place};

/// Between two updates of one check run.
const PAUSE: Duration = Duration::from_secs(5);

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) stage: &'static str,
    pub(super) done: usize,
    pub(super) total: usize,
    pub(super) what: String,
}

/// Hears where a run stands, and remembers the newest.
pub(super) struct Reporter(watch::Sender<Step>);

impl Reporter {
    /// The reporter of a run that is about to begin, and where its steps can be read.
    pub(super) fn new() -> (Self, watch::Receiver<Step>) {
        let first = Step { stage: "start", what: "a worker took it".to_owned(), ..Step::default() };
        let (sender, receiver) = watch::channel(first);
        (Self(sender), receiver)
    }
}

impl Progress for Reporter {
    fn at(&self, stage: &'static str, done: usize, total: usize, what: &str) {
        let what = what.chars().take(200).collect();
        self.0.send_replace(Step { stage, done, total, what });
    }
}

/// Shows the first step, and each new one until `ended` is set; then returns once what it began to show has been
/// answered, so that nothing of it comes after the report. An update that fails is logged: the next one, or the report,
/// mends it.
pub(super) async fn show(
    forge: &dyn Forge,
    subject: &Subject,
    place: &Place<'_>,
    mut steps: watch::Receiver<Step>,
    mut ended: watch::Receiver<bool>,
) {
    loop {
        let step = steps.borrow_and_update().clone();
        if let Err(error) = forge.publish(subject, &notice::running(place, &step)).await {
            tracing::info!(job = %place.job, error = &error as &dyn std::error::Error, "the step could not be shown");
        }
        let news = async {
            tokio::time::sleep(PAUSE).await;
            if steps.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = news => {}
            () = until_set(&mut ended) => return,
        }
    }
}

/// Waits until a flag is set, or nobody can set it any more.
pub(super) async fn until_set(flag: &mut watch::Receiver<bool>) {
    // An error means that whoever could set it is gone.
    drop(flag.wait_for(|set| *set).await);
}
