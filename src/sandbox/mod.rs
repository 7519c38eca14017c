//! Runs untrusted code. One folder per member: `docker/`, `process/`.
//!
//! `prepare` is the only step with a network, and no secret is in it. `run` has no network, nothing of the host
//! mounted, and every limit of [`SandboxLimits`] enforced; one run executes a whole matrix, not one cell.

pub mod docker;
mod failure;
mod inputs;
mod instance;
pub mod process;

use std::any::Any;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{EnvironmentSpec, Image, Prepared, RepoPath, SandboxLimits, Warning};

/// Something that is put into the sandbox before the command starts, below the working folder `/workspace`.
#[derive(Clone, Debug)]
pub enum Input {
    /// One file.
    File {
        /// Where, relative to the working folder.
        path: RepoPath,
        /// Its bytes.
        content: Vec<u8>,
        /// Whether it can be executed.
        executable: bool,
    },
    /// A folder of the host, copied; symlinks that leave it, sockets, devices and `.git` are left out.
    Folder {
        /// Where on the host.
        from: PathBuf,
        /// Where, relative to the working folder.
        to: RepoPath,
    },
}

/// One run of one command.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The environment.
    pub image: Image,
    /// What goes in.
    pub inputs: Vec<Input>,
    /// The command; no shell. It starts in the working folder, whose path is in `JITTEST_WORKSPACE`.
    pub argv: Vec<String>,
    /// Environment variables, besides a minimal set (`PATH`, `HOME`, `LANG`, `TMPDIR`).
    pub env: Vec<(String, String)>,
    /// Files to bring out, relative to the working folder; one that isn't there is left out.
    pub collect: Vec<RepoPath>,
    /// All limits.
    pub limits: SandboxLimits,
    /// For people and labels: `execute`.
    pub purpose: String,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this status.
    Exited(i32),
    /// By a signal.
    Signalled(i32),
    /// Past its time.
    TimedOut,
    /// Past its memory.
    OutOfMemory,
    /// Past its output; the rest was dropped.
    OutputLimit,
    /// Not at all: what was to go in is larger than the working folder may be. Both in bytes.
    DoesNotFit {
        /// What was to go in.
        bytes: u64,
        /// What the working folder holds.
        room: u64,
    },
}

/// What a run used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Wall-clock time of the command.
    pub wall: Duration,
    /// CPU time, where it can be told.
    pub cpu: Option<Duration>,
    /// Peak memory, where it can be told.
    pub peak_memory: Option<u64>,
    /// Bytes that went in.
    pub bytes_in: u64,
    /// Bytes that came out.
    pub bytes_out: u64,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct RunOutput {
    /// How it ended.
    pub ending: Ending,
    /// Standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// The collected files that are there, checked: regular files within the bounds.
    pub files: Vec<(RepoPath, Vec<u8>)>,
    /// What was left out on the way in or out, and why.
    pub warnings: Vec<Warning>,
    /// What it used.
    pub usage: Usage,
}

/// We could not find out: the sandbox itself failed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its engine does not answer.
    #[error("the sandbox engine does not answer")]
    Unreachable(#[source] anyhow::Error),
    /// Its engine refused.
    #[error("the sandbox engine refused to {what}")]
    Refused {
        /// To do what.
        what: String,
        /// Its words.
        #[source]
        source: anyhow::Error,
    },
    /// A program of the host is missing.
    #[error("{program} is not on the PATH")]
    Missing {
        /// Which.
        program: String,
    },
    /// The host's own disk or files.
    #[error("could not {what}")]
    Host {
        /// To do what.
        what: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl SandboxError {
    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

/// A place that is made ready for a run that is about to follow. Dropping it gives up what wasn't taken.
#[must_use = "dropping it gives the place up"]
#[derive(Default)]
pub struct Ahead {
    _place: Option<Box<dyn Any + Send + Sync>>,
}

/// A place where untrusted code runs.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// `docker`, `process`.
    fn name(&self) -> &'static str;

    /// Whether environments are built (Docker), or the active one is used as it is (`process`).
    fn builds_images(&self) -> bool;

    /// Makes the environment, or finds it. A step of the repository that fails is [`Prepared::Failed`].
    ///
    /// # Errors
    /// [`SandboxError`] where we could not find out.
    async fn prepare(&self, spec: &EnvironmentSpec) -> Result<Prepared, SandboxError>;

    /// Makes a place ready for a run that is about to follow, where that takes long; [`Sandbox::run`] takes it where
    /// image, purpose and limits (but for the times) are the same. What fails here fails again there, and is said there.
    fn ahead(&self, _image: &Image, _limits: &SandboxLimits, _purpose: &str) -> Ahead {
        Ahead::default()
    }

    /// Runs one command. Dropping the future ends the command and removes what it left; what is left of a run that
    /// ended may take a moment to go, for which [`Sandbox::settle`] waits.
    ///
    /// # Errors
    /// [`SandboxError`] where we could not find out.
    async fn run(&self, spec: &RunSpec) -> Result<RunOutput, SandboxError>;

    /// Waits until no run is under way, no place is held, and nothing of any is left. Runs that begin meanwhile wait.
    async fn settle(&self) {}

    /// Removes what a killed process of ours left behind; says how many things.
    ///
    /// # Errors
    /// [`SandboxError`] where the engine does not answer.
    async fn sweep(&self) -> Result<usize, SandboxError>;

    /// Whether it answers; what it is, in one line.
    ///
    /// # Errors
    /// [`SandboxError`] where it does not.
    async fn check(&self) -> Result<String, SandboxError>;
}
