//! Containers of a Docker engine. A run is one container: no network, a read-only root, a tmpfs to work in, no
//! capabilities, nobody's rights; files go in and out as tar streams; it goes when the run has ended.
//!
//! The container's own process waits on its standard input, which this process holds open: where this process ends,
//! however it ends, the containers end with it, and [`Sandbox::sweep`] removes what is left of them.

mod ahead;
mod build;
mod container;
mod exec;
mod image;
mod run;
mod transfer;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use bollard::Docker;
use bollard::query_parameters::{InspectNetworkOptions, ListContainersOptionsBuilder};

use super::instance::Instance;
use super::{Ahead, RunOutput, RunSpec, Sandbox, SandboxError};
use crate::domain::{EnvironmentSpec, Image, Prepared, SandboxLimits};

/// How the engine is used.
#[derive(Clone, Debug, Default)]
pub struct DockerConfig {
    /// The image that environments are made from: `jittest-sandbox`.
    pub base_image: String,
    /// Whose containers these are; only containers of the same owner are ever swept.
    pub owner: String,
    /// The host's certificates, which package installs in image builds verify by.
    pub ca_bundle: Option<PathBuf>,
    /// Names and values that image builds get, and nothing else does: `HTTPS_PROXY`, `NO_PROXY`.
    pub proxies: Vec<(String, String)>,
}

/// A Docker engine.
pub struct DockerSandbox {
    docker: Docker,
    config: DockerConfig,
    instance: Instance,
    /// One lock for each environment, so that it is built once.
    builds: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// When a run was given which environment the last time: such a one is not removed.
    given: Mutex<HashMap<String, Instant>>,
    /// Containers for runs that are about to follow.
    places: ahead::Places,
    presence: container::Presence,
}

/// How long the engine may take to begin its answer to one request.
const ANSWER_TIME: Duration = Duration::from_secs(120);

/// The host's own network, for builds alone.
const HOST_NETWORK: &str = "host";
/// A label of an engine whose bridge is not for builds; `deploy/setup/engine.sh` starts one so.
const BUILD_ON_HOST: &str = "jittest.build-network=host";

impl DockerSandbox {
    /// The engine at `DOCKER_HOST`, or at its usual socket.
    ///
    /// # Errors
    /// [`SandboxError::Unreachable`] where none answers.
    pub async fn connect(config: DockerConfig) -> Result<Self, SandboxError> {
        let docker = Docker::connect_with_defaults().map_err(|error| unreachable(error.into()))?;
        let docker = docker.with_timeout(ANSWER_TIME);
        tokio::time::timeout(Duration::from_secs(10), docker.ping())
            .await
            .map_err(|_| unreachable(anyhow::anyhow!("no answer within 10 s")))?
            .map_err(|error| unreachable(error.into()))?;
        Ok(Self {
            docker,
            config,
            instance: Instance::current(),
            builds: Mutex::default(),
            given: Mutex::default(),
            places: ahead::Places::default(),
            presence: container::Presence::default(),
        })
    }

    /// The network that image builds use: the engine's bridge; the host's where it has none that leads out, or where
    /// its administrator says so by a label of the engine.
    async fn build_network(&self) -> Result<&'static str, SandboxError> {
        let bridge = self.docker.inspect_network("bridge", None::<InspectNetworkOptions>).await;
        let info = self.docker.info().await.map_err(refused("describe itself"))?;
        let labelled = info.labels.is_some_and(|labels| labels.iter().any(|label| label == BUILD_ON_HOST));
        let leads_out = bridge.is_ok() && info.ipv4_forwarding != Some(false) && !labelled;
        Ok(if leads_out { "default" } else { HOST_NETWORK })
    }
}

#[async_trait]
impl Sandbox for DockerSandbox {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn builds_images(&self) -> bool {
        true
    }

    async fn prepare(&self, spec: &EnvironmentSpec) -> Result<Prepared, SandboxError> {
        image::prepare(self, spec).await
    }

    fn ahead(&self, image: &Image, limits: &SandboxLimits, purpose: &str) -> Ahead {
        let place = self.places.make(self, container::body(self, image, limits, purpose));
        Ahead { _place: place.map(|place| Box::new(place) as _) }
    }

    async fn run(&self, spec: &RunSpec) -> Result<RunOutput, SandboxError> {
        run::run(self, spec).await
    }

    async fn settle(&self) {
        drop(self.presence.write().await);
    }

    async fn sweep(&self) -> Result<usize, SandboxError> {
        let filters = HashMap::from([("label", vec![format!("{}={}", container::OWNER, self.config.owner)])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let containers = self.docker.list_containers(Some(options)).await.map_err(refused("list its containers"))?;
        let (mut removed, now) = (0, SystemTime::now());
        for summary in containers.iter().filter(|summary| container::is_leftover(summary, &self.instance, now)) {
            if let Some(id) = &summary.id {
                container::remove(&self.docker, id).await?;
                removed += 1;
            }
        }
        Ok(removed + image::remove_oldest(self).await?)
    }

    async fn check(&self) -> Result<String, SandboxError> {
        let version = self.docker.version().await.map_err(refused("say its version"))?.version.unwrap_or_default();
        let base = &self.config.base_image;
        image::find(&self.docker, base).await?.ok_or_else(|| image::base_is_missing(base))?;
        let network = match self.build_network().await? {
            HOST_NETWORK => "; image builds use the host's network, as the engine has no bridge that leads out",
            _ => "",
        };
        Ok(format!("Docker {version}, image {base}{network}"))
    }
}

fn unreachable(error: anyhow::Error) -> SandboxError {
    SandboxError::Unreachable(error)
}

/// The engine's error as ours: it does not answer, or it refused to do `what`.
fn refused(what: impl Into<String>) -> impl FnOnce(bollard::errors::Error) -> SandboxError {
    use bollard::errors::Error;
    move |error| match error {
        Error::RequestTimeoutError
        | Error::IOError { .. }
        | Error::HyperResponseError { .. }
        | Error::HyperLegacyError { .. }
        | Error::SocketNotFoundError(_) => unreachable(error.into()),
        error => SandboxError::Refused { what: what.into(), source: error.into() },
    }
}
