//! One job from checkout to publication, read straight down.

mod analyze;
mod findings;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use crate::domain::DiffSource;
use crate::domain::{FindingId, JobId, PullRequest, Report, RepositorySettings, Subject, TreeMap, Warning};
use crate::forge::{CloneAccess, Forge, ForgeError, Published};
pub use crate::pipeline::checkout::OverBound;
use crate::sandbox::{Sandbox, SandboxError};
pub use analyze::{AnalyzeOf, AnalyzeOutcome, AnalyzeRequest, analyze};

/// Hears where a run stands; must return at once.
pub trait Progress: Send + Sync {
    /// `stage` began, or is at step `done` of `total` (0 of 0 where it can't be counted): `what` in a few words.
    fn at(&self, stage: &'static str, done: usize, total: usize, what: &str);
}

/// Where the change comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A repository of this machine; never changed.
    Local {
        /// Any folder inside it.
        repository: PathBuf,
        /// What is compared.
        diff: DiffSource,
    },
    /// A pull request.
    Pull {
        /// Where.
        subject: Subject,
        /// The pull request.
        pull: Box<PullRequest>,
        /// How it is cloned.
        access: CloneAccess,
        /// A folder of ours, one bare repository below it for each repository.
        cache: PathBuf,
    },
}

/// A run of the pipeline.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the change comes from.
    pub source: Source,
    /// The repository's settings, under the operator's ceiling.
    pub settings: RepositorySettings,
    /// The pull request's title, or the local equivalent; may be empty.
    pub title: String,
    /// Its body, without our part; may be empty.
    pub body: String,
    /// Only these symbols (local or qualified names); empty means all.
    pub targets: Vec<String>,
    /// Findings that were dismissed: never reported again.
    pub dismissed: BTreeSet<FindingId>,
    /// A file of ours in which what was read of this repository's source files is remembered; without one, every run
    /// parses all of them.
    pub remembered: Option<PathBuf>,
    /// Stop after the intent.
    pub dry_run: bool,
    /// Warnings from before the run (an error in `jittest.toml`), to be in the report.
    pub warnings: Vec<Warning>,
}

/// What a run works with.
#[derive(Clone)]
pub struct Tools {
    /// Where untrusted code runs.
    pub sandbox: Arc<dyn Sandbox>,
    /// Who hears where it stands.
    pub progress: Arc<dyn Progress>,
}

/// The call was wrong, or we could not find out.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    /// The user named something that isn't there: the message is for the user, word for word.
    #[error("{0}")]
    Usage(String),
    /// The repository could not be read or fetched.
    #[error("the repository could not be fetched")]
    Checkout(#[source] anyhow::Error),
    /// The sandbox failed.
    #[error("the sandbox failed")]
    Sandbox(#[from] SandboxError),
    /// The forge failed.
    #[error("the forge failed")]
    Forge(#[from] ForgeError),
    /// A mistake of ours.
    #[error("the tool itself failed")]
    Internal(#[source] anyhow::Error),
}

impl JourneyError {
    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Sandbox(error) => error.is_transient(),
            Self::Forge(error) => error.is_transient(),
            Self::Checkout(error) => !error.is::<OverBound>(),
            Self::Usage(_) | Self::Internal(_) => false,
        }
    }
}

/// How many source files had to be parsed, in words.
fn parsed(tree: &TreeMap, parsed: &AtomicUsize) -> String {
    let (all, parsed) = (tree.mapped().count(), parsed.load(Ordering::Relaxed));
    format!("{parsed} of {all} source files parsed, the others are as they were")
}

/// Runs the pipeline: from the change to a report. What goes wrong with the repository itself (its environment,
/// its tests) is an inconclusive report, not an error.
///
/// # Errors
/// [`JourneyError`] where we could not find out.
pub async fn run(request: Request, tools: &Tools) -> Result<Report, JourneyError> {
    stages::Run::new(tools, request.warnings.clone()).go(&request).await
}

/// Makes the forge show a finished report: check run, review comments, description.
///
/// # Errors
/// [`ForgeError`].
pub async fn publish(
    report: &Report,
    job: &JobId,
    subject: &Subject,
    pull: &PullRequest,
    settings: &RepositorySettings,
    forge: &dyn Forge,
) -> Result<Published, ForgeError> {
    let publication = crate::pipeline::publish::publication(report, job, pull, settings);
    forge.publish(subject, &publication).await
}
