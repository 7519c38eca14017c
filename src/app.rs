//! The one composition root: from settings to running parts. Tests build the same.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use directories::ProjectDirs;
use prometheus::Registry;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::config::service::{ConfigError, ServiceConfig};
use crate::domain::limits;
use crate::forge::github::{GitHub, GitHubConfig, RetryBounds};
use crate::forge::{Forge, ForgeError};
use crate::health::{self, Health, Trouble};
use crate::journey::{Progress, Tools};
use crate::pipeline::checkout::forget_unused;
use crate::pipeline::map;
use crate::sandbox::docker::{DockerConfig, DockerSandbox};
use crate::sandbox::{Sandbox, SandboxError};
use crate::server::{self, ServerParts};
use crate::store::{Store, StoreError, now_ms};
use crate::worker::{WorkerMetrics, WorkerParts, Workers};

/// The owner of the containers that a service starts.
const OWNER: &str = "service";
/// How long requests that are under way may still take when the service ends.
const LAST_REQUESTS: Duration = Duration::from_secs(5);
/// How long the store may take to end.
const LAST_WRITES: Duration = Duration::from_secs(1);
/// How often it is looked for what is to be forgotten.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// A part of the service that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A part that doesn't answer: why, and what to do.
    #[error("{part}: {} — {}", .trouble.what, .trouble.fix)]
    Part {
        /// Which.
        part: &'static str,
        /// Why, and what to do.
        trouble: Trouble,
    },
    /// Something else.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Part { part: "store", trouble: health::store_trouble(&error) }
    }
}

impl From<SandboxError> for AppError {
    fn from(error: SandboxError) -> Self {
        Self::Part { part: "sandbox", trouble: health::sandbox_trouble(&error) }
    }
}

impl From<ForgeError> for AppError {
    fn from(error: ForgeError) -> Self {
        Self::Part { part: "forge", trouble: health::forge_trouble(&error) }
    }
}

/// The service, ready to run.
pub struct App {
    /// The operator's settings.
    pub config: ServiceConfig,
    /// Everything remembered.
    pub store: Store,
    /// Where pull requests live.
    pub forge: Arc<dyn Forge>,
    /// Where untrusted code runs; `None` in a process that only receives.
    pub sandbox: Option<Arc<dyn Sandbox>>,
    registry: Registry,
    wake: Arc<Notify>,
}

/// Nobody listens.
struct Unheard;

impl Progress for Unheard {
    fn at(&self, _stage: &'static str, _done: usize, _total: usize, _what: &str) {}
}

impl App {
    /// Makes the parts that the settings ask for. A process that works needs Docker, and never falls back.
    ///
    /// # Errors
    /// [`AppError`] says which part could not be made, and what to do.
    pub async fn build(config: ServiceConfig) -> Result<Self, AppError> {
        let forge = Arc::new(forge(&config)?);
        let sandbox = if config.workers > 0 { Some(sandbox(&config).await?) } else { None };
        let store = Store::open(config.database_url.expose_secret()).await?;
        Ok(Self { config, store, forge, sandbox, registry: Registry::new(), wake: Arc::default() })
    }

    /// Which parts answer.
    pub fn health(&self) -> Health {
        Health { store: self.store.clone(), sandbox: self.sandbox.clone(), forge: self.forge.clone() }
    }

    /// Serves until `stop` ends, then hands back what runs. `listening` is told the address.
    ///
    /// # Errors
    /// Where the address is taken, or a part fails at the start.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        listening: impl FnOnce(SocketAddr),
    ) -> Result<(), AppError> {
        let address = self.config.listen;
        let listener = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
        let router = server::router(self.server_parts())?;
        let workers = self.start_workers().await?;
        let caches = self.sandbox.as_ref().map(|_| Caches::open()).transpose()?;
        let tidying = tokio::spawn(tidy(self.store.clone(), caches));
        let background = [tidying, tokio::spawn(try_forge(self.forge.clone()))];
        listening(listener.local_addr().context("reading the address")?);

        let (stopping, stopped) = watch::channel(false);
        let told_to_stop = stopping.clone();
        tokio::spawn(async move {
            stop.await;
            told_to_stop.send_replace(true);
        });
        let serving = async {
            let served = server::serve(listener, router, told(stopped.clone()), LAST_REQUESTS).await;
            // A listener that failed ends the workers too.
            stopping.send_replace(true);
            served
        };
        let working = async {
            told(stopped.clone()).await;
            workers.stop(limits::SHUTDOWN).await;
        };
        let (served, ()) = tokio::join!(serving, working);
        for task in background {
            task.abort();
        }
        if let Some(sandbox) = &self.sandbox
            && tokio::time::timeout(LAST_WRITES, sandbox.settle()).await.is_err()
        {
            tracing::warn!("containers did not go in time; the next start removes them");
        }
        if tokio::time::timeout(LAST_WRITES, self.store.close()).await.is_err() {
            tracing::warn!("the store did not close in time");
        }
        served.context("serving")?;
        Ok(())
    }

    fn server_parts(&self) -> ServerParts {
        ServerParts {
            store: self.store.clone(),
            forge: self.forge.clone(),
            health: self.health(),
            wake: self.wake.clone(),
            registry: self.registry.clone(),
        }
    }

    async fn start_workers(&self) -> Result<Workers, AppError> {
        let Some(sandbox) = &self.sandbox else { return Ok(Workers::none()) };
        let removed = sandbox.sweep().await?;
        if removed > 0 {
            tracing::info!(removed, "what a killed process left in the sandbox was removed");
        }
        let caches = Caches::open()?;
        let parts = WorkerParts {
            store: self.store.clone(),
            forge: self.forge.clone(),
            tools: Tools { sandbox: sandbox.clone(), progress: Arc::new(Unheard) },
            cache: caches.repositories,
            maps: caches.maps,
            ceiling: self.config.ceiling(),
            wake: self.wake.clone(),
            metrics: WorkerMetrics::register(&self.registry).context("registering metrics")?,
        };
        Ok(Workers::start(parts, self.config.workers).await?)
    }
}

/// The GitHub App of the settings. Nothing is sent.
///
/// # Errors
/// [`AppError`] where a setting is missing or can't be used.
pub fn forge(config: &ServiceConfig) -> Result<GitHub, AppError> {
    let github = config.github()?;
    let forge = GitHub::new(GitHubConfig {
        api_url: github.api_url,
        app_id: github.app_id,
        private_key: github.private_key,
        webhook_secrets: github.webhook_secrets,
        git_url: github.server_url,
        retry: RetryBounds::default(),
    })?;
    Ok(forge)
}

/// The Docker engine of this machine, if it answers and has the base image.
///
/// # Errors
/// [`AppError`] where it doesn't.
pub async fn sandbox(config: &ServiceConfig) -> Result<Arc<dyn Sandbox>, AppError> {
    let docker = DockerSandbox::connect(DockerConfig {
        base_image: config.sandbox_image.clone(),
        owner: OWNER.to_owned(),
        ca_bundle: config.network.ca_bundle.clone(),
        proxies: config.network.proxies.clone(),
    })
    .await?;
    docker.check().await?;
    for warning in config.network.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(Arc::new(docker))
}

/// Folders for what can be had again, in the user's cache folder.
#[derive(Clone)]
struct Caches {
    repositories: PathBuf,
    /// What was read of their source files.
    maps: PathBuf,
}

impl Caches {
    fn open() -> Result<Self, AppError> {
        let folders = ProjectDirs::from("", "", "jittest").context("this user has no home folder: set HOME")?;
        let made = |name: &str| {
            let folder = folders.cache_dir().join(name);
            std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
            anyhow::Ok(folder)
        };
        Ok(Self { repositories: made("repositories")?, maps: made("maps")? })
    }

    /// Removes those that nobody used for long: how many.
    fn forget(&self) -> anyhow::Result<usize> {
        let maps = map::forget_unused(&self.maps, limits::KEPT_CACHE).context("removing old maps")?;
        Ok(forget_unused(&self.repositories, limits::KEPT_CACHE)? + maps)
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that whoever could tell is gone.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Says early that the credentials are wrong; a forge that is away is waited for.
async fn try_forge(forge: Arc<dyn Forge>) {
    match health::forge_health(forge.as_ref()).await.answer {
        Ok(app) => tracing::info!(app, "the forge takes our credentials"),
        Err(trouble) => {
            tracing::error!(what = trouble.what, fix = trouble.fix, "the forge does not answer as it should")
        }
    }
}

/// Forgets what was kept long enough, again and again.
async fn tidy(store: Store, caches: Option<Caches>) {
    loop {
        if let Err(error) = forget(&store).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "what is old was not forgotten");
        }
        if let Some(caches) = caches.clone() {
            let removed = tokio::task::spawn_blocking(move || caches.forget()).await;
            match removed {
                Ok(Ok(0)) => {}
                Ok(Ok(removed)) => tracing::info!(removed, "caches of repositories that nobody used were removed"),
                Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "old caches were not removed"),
                Err(error) => tracing::warn!(%error, "old caches were not removed"),
            }
        }
        tokio::time::sleep(TIDY).await;
    }
}

async fn forget(store: &Store) -> Result<(), StoreError> {
    let before = |kept: Duration| now_ms().saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
    store.forget_bodies(before(limits::KEPT_BODIES)).await?;
    store.forget_jobs(before(limits::KEPT_JOBS)).await?;
    store.forget_deliveries(before(limits::KEPT_JOBS)).await?;
    store.forget_runs(before(limits::KEPT_RUNS)).await?;
    Ok(())
}
