//! What a repository may set, validated. `config/repository` reads it from `jittest.toml`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Confidence;

/// Who generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Offline until a model is configured, then both.
    Auto,
    /// No model.
    Offline,
    /// A model alone.
    Model,
    /// Both.
    Both,
}

/// How the check run ends when a regression is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegressionConclusion {
    /// The author decides.
    Neutral,
    /// It blocks.
    Failure,
}

/// What becomes a review comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentOn {
    /// Proven regressions.
    Regression,
    /// Hardening tests too.
    Any,
    /// Nothing.
    Nothing,
}

/// Whose dependency files the environment is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependenciesFrom {
    /// Base's, and head's for pull requests of the repository itself.
    Auto,
    /// Base's.
    Base,
    /// Head's.
    Head,
}

/// The limits of one sandbox run. All of them are always enforced.
#[derive(Clone, Debug, PartialEq)]
pub struct SandboxLimits {
    /// Bytes.
    pub memory: u64,
    /// Cores.
    pub cpus: f64,
    /// Processes and threads.
    pub processes: u64,
    /// Bytes of the working folder. In a container it is memory, and gets at most five eighths of `memory`.
    pub disk: u64,
    /// Bytes of standard output and standard error together.
    pub output: u64,
    /// One test.
    pub test_timeout: Duration,
    /// The whole run.
    pub timeout: Duration,
}

impl SandboxLimits {
    /// The working folder's size in a container, and that of `/tmp`, in bytes. Both are memory: were they allowed to fill
    /// all of it, the kernel would kill the run where the code should see a full disk.
    pub fn room_in_memory(&self) -> (u64, u64) {
        (self.disk.min(self.memory / 8 * 5), self.disk.min(self.memory / 8))
    }
}

impl Default for SandboxLimits {
    fn default() -> Self {
        Self {
            memory: 512 << 20,
            cpus: 1.0,
            processes: 256,
            disk: 1 << 30,
            output: 10 << 20,
            test_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(600),
        }
    }
}

/// How the repository's environment is made.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentSettings {
    /// Another base image.
    pub image: Option<String>,
    /// Debian packages.
    pub packages: Vec<String>,
    /// Lines that are run once, in the image, by a shell.
    pub set_up: Vec<String>,
    /// Whose dependency files.
    pub dependencies_from: DependenciesFrom,
}

impl Default for EnvironmentSettings {
    fn default() -> Self {
        Self { image: None, packages: Vec::new(), set_up: Vec::new(), dependencies_from: DependenciesFrom::Auto }
    }
}

/// All of `jittest.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct RepositorySettings {
    /// Whether pull requests are tested at all.
    pub enabled: bool,
    /// Who generates.
    pub engine: Engine,
    /// Globs of what may be tested.
    pub mutate_targets: Vec<String>,
    /// Globs of what may not.
    pub exclude: Vec<String>,
    /// Asked of a model, for each changed symbol.
    pub max_mutants_per_change: u32,
    /// Repairs of one test or one answer.
    pub max_retries: u32,
    /// Shards at a time.
    pub max_parallel: u32,
    /// From which confidence a regression is reported.
    pub confidence_threshold: Confidence,
    /// How the check run ends when a regression is proven.
    pub conclusion: RegressionConclusion,
    /// What becomes a review comment.
    pub comment_on: CommentOn,
    /// At most so many review comments.
    pub max_comments: u32,
    /// Whether the pull request's description is written.
    pub description: bool,
    /// Whether drafts are tested.
    pub drafts: bool,
    /// Limits of each sandbox run.
    pub sandbox: SandboxLimits,
    /// The environment.
    pub environment: EnvironmentSettings,
}

impl Default for RepositorySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            engine: Engine::Auto,
            mutate_targets: vec!["**".to_owned()],
            exclude: Vec::new(),
            max_mutants_per_change: 5,
            max_retries: 2,
            max_parallel: 3,
            confidence_threshold: Confidence::Medium,
            conclusion: RegressionConclusion::Neutral,
            comment_on: CommentOn::Regression,
            max_comments: 3,
            description: true,
            drafts: false,
            sandbox: SandboxLimits::default(),
            environment: EnvironmentSettings::default(),
        }
    }
}
