//! `jittest.toml` as it is written. The same types read it, write it, and make its schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantity::{Cores, Globs, ImageName, Packages, Period, ShellLines, Size, Texts, Whole};
use crate::domain::{
    CommentOn, Confidence, DependenciesFrom, Engine, EnvironmentSettings, RegressionConclusion, RepositorySettings,
    SandboxLimits,
};

/// The settings of one repository, in `jittest.toml` in its root, read from the base branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "jittest.toml")]
pub(super) struct RawSettings {
    /// Whether pull requests are tested at all.
    enabled: bool,
    /// Who generates. `auto`: offline until a model is configured, then both.
    engine: Engine,
    /// What may be tested.
    mutate_targets: Texts<Globs>,
    /// What may not, besides each language's own: entry points, configuration, build output, generated, vendored.
    exclude: Texts<Globs>,
    /// Asked of a model, for each symbol that the diff touches; operators have a budget of their own.
    max_mutants_per_change: Whole<0, 50>,
    /// Repairs of one test or one answer.
    max_retries: Whole<0, 10>,
    /// Shards at a time: 1 for a large local model, 2-3 for a local one on one GPU, 4-8 for a hosted one.
    max_parallel: Whole<1, 32>,
    /// From which confidence a regression is reported; `low` reaches console and JSON only.
    confidence_threshold: Confidence,
    /// How the check run ends when a regression is proven.
    conclusion: RegressionConclusion,
    /// What becomes a review comment.
    comment_on: CommentOn,
    /// At most so many review comments.
    max_comments: Whole<0, 3>,
    /// Whether the pull request's description is written.
    description: bool,
    /// Whether drafts are tested.
    drafts: bool,
    /// Limits of each sandbox run.
    sandbox: RawSandbox,
    /// How the repository's environment is made.
    environment: RawEnvironment,
}

/// Limits of each sandbox run, under the operator's ceiling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawSandbox {
    /// Memory.
    memory: Size<{ 64 << 20 }>,
    /// Cores.
    cpus: Cores,
    /// Processes and threads.
    processes: Whole<16, 32_768>,
    /// The working folder.
    disk: Size<{ 16 << 20 }>,
    /// Standard output and standard error together.
    output: Size<{ 64 << 10 }>,
    /// One test; past it, it is killed and inconclusive, and the run goes on.
    test_timeout: Period,
    /// The whole run.
    timeout: Period,
}

/// How the repository's environment is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawEnvironment {
    /// Another base image; empty for the operator's.
    image: ImageName,
    /// Debian packages.
    packages: Texts<Packages>,
    /// Commands, run once, in the image.
    set_up: Texts<ShellLines>,
    /// Whose dependency files. `auto`: base's, and head's for pull requests of the repository itself.
    dependencies_from: DependenciesFrom,
}

impl Default for RawSettings {
    fn default() -> Self {
        Self::from(&RepositorySettings::default())
    }
}

impl Default for RawSandbox {
    fn default() -> Self {
        Self::from(&SandboxLimits::default())
    }
}

impl Default for RawEnvironment {
    fn default() -> Self {
        Self::from(&EnvironmentSettings::default())
    }
}

impl From<&RepositorySettings> for RawSettings {
    fn from(settings: &RepositorySettings) -> Self {
        Self {
            enabled: settings.enabled,
            engine: settings.engine,
            mutate_targets: settings.mutate_targets.clone().into(),
            exclude: settings.exclude.clone().into(),
            max_mutants_per_change: Whole(settings.max_mutants_per_change),
            max_retries: Whole(settings.max_retries),
            max_parallel: Whole(settings.max_parallel),
            confidence_threshold: settings.confidence_threshold,
            conclusion: settings.conclusion,
            comment_on: settings.comment_on,
            max_comments: Whole(settings.max_comments),
            description: settings.description,
            drafts: settings.drafts,
            sandbox: RawSandbox::from(&settings.sandbox),
            environment: RawEnvironment::from(&settings.environment),
        }
    }
}

impl From<RawSettings> for RepositorySettings {
    fn from(raw: RawSettings) -> Self {
        Self {
            enabled: raw.enabled,
            engine: raw.engine,
            mutate_targets: raw.mutate_targets.items,
            exclude: raw.exclude.items,
            max_mutants_per_change: raw.max_mutants_per_change.0,
            max_retries: raw.max_retries.0,
            max_parallel: raw.max_parallel.0,
            confidence_threshold: raw.confidence_threshold,
            conclusion: raw.conclusion,
            comment_on: raw.comment_on,
            max_comments: raw.max_comments.0,
            description: raw.description,
            drafts: raw.drafts,
            sandbox: raw.sandbox.into(),
            environment: raw.environment.into(),
        }
    }
}

impl From<&SandboxLimits> for RawSandbox {
    fn from(limits: &SandboxLimits) -> Self {
        Self {
            memory: Size(limits.memory),
            cpus: Cores(limits.cpus),
            processes: Whole(u32::try_from(limits.processes).unwrap_or(u32::MAX)),
            disk: Size(limits.disk),
            output: Size(limits.output),
            test_timeout: Period(limits.test_timeout),
            timeout: Period(limits.timeout),
        }
    }
}

impl From<RawSandbox> for SandboxLimits {
    fn from(raw: RawSandbox) -> Self {
        Self {
            memory: raw.memory.0,
            cpus: raw.cpus.0,
            processes: u64::from(raw.processes.0),
            disk: raw.disk.0,
            output: raw.output.0,
            test_timeout: raw.test_timeout.0,
            timeout: raw.timeout.0,
        }
    }
}

impl From<&EnvironmentSettings> for RawEnvironment {
    fn from(settings: &EnvironmentSettings) -> Self {
        Self {
            image: ImageName(settings.image.clone().unwrap_or_default()),
            packages: settings.packages.clone().into(),
            set_up: settings.set_up.clone().into(),
            dependencies_from: settings.dependencies_from,
        }
    }
}

impl From<RawEnvironment> for EnvironmentSettings {
    fn from(raw: RawEnvironment) -> Self {
        Self {
            image: Some(raw.image.0).filter(|image| !image.is_empty()),
            packages: raw.packages.items,
            set_up: raw.set_up.items,
            dependencies_from: raw.dependencies_from,
        }
    }
}
