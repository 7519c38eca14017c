//! Which sandbox a command of this machine uses.

use std::sync::Arc;

use super::Failure;
use super::ending::chain;
use super::run::SandboxName;
use crate::config::user::UserEnvironment;
use crate::domain::Warning;
use crate::sandbox::docker::{DockerConfig, DockerSandbox};
use crate::sandbox::process::{ProcessConfig, ProcessSandbox};
use crate::sandbox::{Sandbox, SandboxError};

/// The owner of the containers that the command line starts; a service on the same engine has another.
const OWNER: &str = "cli";

/// The sandbox of this name, ready, and what is to be said about it.
///
/// # Errors
/// Where it doesn't answer; `auto` falls back instead.
pub(super) async fn choose(name: SandboxName) -> Result<(Arc<dyn Sandbox>, Vec<Warning>), Failure> {
    let user = UserEnvironment::of_process();
    match name {
        SandboxName::Docker => Ok((docker(&user).await.map_err(Failure::ours)?, user.network.warnings())),
        SandboxName::Process => Ok(process(&user).await),
        SandboxName::Auto => match docker(&user).await {
            Ok(docker) => Ok((docker, user.network.warnings())),
            Err(error) => {
                let fallback = Warning::new(
                    "sandbox",
                    "Docker is not used",
                    chain(&error.into()),
                    "the code runs as processes of this machine, in the environment that is active",
                );
                let (process, mut warnings) = process(&user).await;
                warnings.insert(0, fallback);
                Ok((process, warnings))
            }
        },
    }
}

/// Docker, if its engine answers and its base image is there; leftovers of killed runs are removed.
pub(super) async fn docker(user: &UserEnvironment) -> Result<Arc<dyn Sandbox>, SandboxError> {
    let config = DockerConfig {
        base_image: user.sandbox_image.clone(),
        owner: OWNER.to_owned(),
        ca_bundle: user.network.ca_bundle.clone(),
        proxies: user.network.proxies.clone(),
    };
    let docker = DockerSandbox::connect(config).await?;
    docker.check().await?;
    docker.sweep().await?;
    Ok(Arc::new(docker))
}

/// Processes of this machine.
pub(super) async fn process(user: &UserEnvironment) -> (Arc<dyn Sandbox>, Vec<Warning>) {
    let config = ProcessConfig { path: user.path.clone(), virtual_env: user.virtual_env.clone(), folder: None };
    let process = ProcessSandbox::new(config).await;
    let mut warnings = process.warnings();
    if let Err(error) = process.sweep().await {
        let why = chain(&error.into());
        warnings.push(Warning::new("sandbox", "leftovers of killed runs were not removed", why, "they take up space"));
    }
    (Arc::new(process), warnings)
}
