//! Processes of this machine, for one's own code where there is no Docker: in bubblewrap where that works (no network,
//! a read-only root, its own `/tmp` and process ids), else as they are, which every run then says.
//!
//! Nothing is installed: the environment is the one that is active.

mod active;
mod child;
mod run;
mod wrap;

use std::path::PathBuf;

use async_trait::async_trait;

use super::instance::{Alive, Instance};
use super::{RunOutput, RunSpec, Sandbox, SandboxError};
use crate::domain::{EnvironmentSpec, Prepared, Warning};
use wrap::Wrapper;

/// What this machine offers.
#[derive(Clone, Debug, Default)]
pub struct ProcessConfig {
    /// The user's `PATH`.
    pub path: String,
    /// The environment that is active in the user's shell (`VIRTUAL_ENV`).
    pub virtual_env: Option<PathBuf>,
    /// Where the folders of runs are made; the system's temporary folder, unless it is named.
    pub folder: Option<PathBuf>,
}

/// Processes of this machine.
pub struct ProcessSandbox {
    config: ProcessConfig,
    wrapper: Wrapper,
    folder: PathBuf,
}

/// How the folders of runs begin; the instance that made one follows, in a form that fits a file name.
const PREFIX: &str = "jittest-run-";

impl ProcessSandbox {
    /// Finds out what this machine offers; bubblewrap is tried once, as it may be there and not be allowed.
    pub async fn new(config: ProcessConfig) -> Self {
        let wrapper = Wrapper::find(&config.path).await;
        let folder = config.folder.clone().unwrap_or_else(std::env::temp_dir);
        Self { config, wrapper, folder }
    }

    /// What is less than a container's isolation here; empty where bubblewrap and `prlimit` work.
    pub fn warnings(&self) -> Vec<Warning> {
        self.wrapper.warnings()
    }

    fn folder_name() -> String {
        format!("{PREFIX}{}-", Instance::current().label().replace('/', "_"))
    }
}

#[async_trait]
impl Sandbox for ProcessSandbox {
    fn name(&self) -> &'static str {
        "process"
    }

    fn builds_images(&self) -> bool {
        false
    }

    async fn prepare(&self, spec: &EnvironmentSpec) -> Result<Prepared, SandboxError> {
        active::prepare(&self.config, &spec.active).await
    }

    async fn run(&self, spec: &RunSpec) -> Result<RunOutput, SandboxError> {
        run::run(self, spec).await
    }

    async fn sweep(&self) -> Result<usize, SandboxError> {
        let failed = |source| SandboxError::Host { what: format!("read {}", self.folder.display()), source };
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.folder).map_err(failed)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(label) = name.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('-')) else { continue };
            let maker = Instance::parse(&label.0.replace('_', "/"));
            if maker.is_some_and(|maker| maker.alive() == Alive::No) {
                child::kill_inhabitants(&entry.path());
                let path = entry.path();
                std::fs::remove_dir_all(&path)
                    .map_err(|source| SandboxError::Host { what: format!("remove {}", path.display()), source })?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn check(&self) -> Result<String, SandboxError> {
        Ok(self.wrapper.describe())
    }
}
