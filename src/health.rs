//! Asks each part whether it answers, and says what to do about one that doesn't: for `/readyz` and `doctor`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::forge::{Forge, ForgeError};
use crate::sandbox::{Sandbox, SandboxError};
use crate::store::{Store, StoreError};

/// How long a part may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What one part says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartHealth {
    /// `store`, `sandbox`, `forge`.
    pub part: &'static str,
    /// What it is, in one line, or why it doesn't answer.
    pub answer: Result<String, Trouble>,
}

/// Why a part doesn't answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong, with its causes: for the operator, never for a stranger.
    pub what: String,
    /// What to do, in one line.
    pub fix: String,
}

/// The parts that can be asked.
#[derive(Clone)]
pub struct Health {
    /// The store.
    pub store: Store,
    /// The sandbox; `None` in a process that only receives.
    pub sandbox: Option<Arc<dyn Sandbox>>,
    /// The forge.
    pub forge: Arc<dyn Forge>,
}

impl Health {
    /// The parts without which no work can be done. The forge is not one: while it is away, deliveries are still
    /// taken and wait.
    pub async fn ready(&self) -> Vec<PartHealth> {
        let sandbox = async {
            match &self.sandbox {
                Some(sandbox) => Some(sandbox_health(sandbox.as_ref()).await),
                None => None,
            }
        };
        let (store, sandbox) = tokio::join!(store_health(&self.store), sandbox);
        std::iter::once(store).chain(sandbox).collect()
    }

    /// All parts.
    pub async fn all(&self) -> Vec<PartHealth> {
        let (mut parts, forge) = tokio::join!(self.ready(), forge_health(self.forge.as_ref()));
        parts.push(forge);
        parts
    }
}

/// Whether the store answers.
pub async fn store_health(store: &Store) -> PartHealth {
    let answer = match tokio::time::timeout(ANSWER_TIME, store.check()).await {
        Ok(answer) => answer.map_err(|error| store_trouble(&error)),
        Err(_) => Err(silent("look at the database's load, and at its disk")),
    };
    PartHealth { part: "store", answer }
}

/// Whether the sandbox answers.
pub async fn sandbox_health(sandbox: &dyn Sandbox) -> PartHealth {
    let answer = match tokio::time::timeout(ANSWER_TIME, sandbox.check()).await {
        Ok(answer) => answer.map_err(|error| sandbox_trouble(&error)),
        Err(_) => Err(silent("look at the engine's load: docker info")),
    };
    PartHealth { part: "sandbox", answer }
}

/// Whether the forge takes our credentials.
pub async fn forge_health(forge: &dyn Forge) -> PartHealth {
    let answer = match tokio::time::timeout(ANSWER_TIME * 4, forge.check()).await {
        Ok(answer) => answer.map_err(|error| forge_trouble(&error)),
        Err(_) => Err(silent("look whether GITHUB_API_URL is right, and reachable from here")),
    };
    PartHealth { part: "forge", answer }
}

/// What to do about an error of the store.
pub fn store_trouble(error: &StoreError) -> Trouble {
    let fix = match error {
        StoreError::Url { .. } => "set JITTEST_DATABASE_URL to sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
        StoreError::Open(_) | StoreError::Database(_) => {
            "look whether the database at JITTEST_DATABASE_URL runs, and whether its folder can be written"
        }
        StoreError::Migrate(_) | StoreError::Corrupt { .. } => {
            "the database was used by a later version: run that one, or name another database"
        }
    };
    Trouble { what: chain(error), fix: fix.to_owned() }
}

/// What to do about an error of the sandbox.
pub fn sandbox_trouble(error: &SandboxError) -> Trouble {
    let fix = match error {
        SandboxError::Unreachable(_) => {
            "start the Docker engine, or set DOCKER_HOST; this user must be allowed to use it".to_owned()
        }
        SandboxError::Refused { .. } => {
            "build the sandbox image with `make setup`, or name one in JITTEST_SANDBOX_IMAGE".to_owned()
        }
        SandboxError::Missing { program } => format!("install {program}"),
        SandboxError::Host { .. } => "look at the space and the permissions of the temporary folder".to_owned(),
    };
    Trouble { what: chain(error), fix }
}

/// What to do about an error of the forge.
pub fn forge_trouble(error: &ForgeError) -> Trouble {
    let fix = match error {
        ForgeError::Unauthorized { .. } => "look at JITTEST_GITHUB_APP_ID, the private key, and this machine's clock",
        ForgeError::Forbidden { .. } => "accept the App's new permissions on its installation's page",
        ForgeError::NotFound { .. } => {
            "look whether GITHUB_API_URL is right: https://HOST/api/v3 on a server of your own"
        }
        ForgeError::RateLimited { .. } => "wait until the limit ends",
        ForgeError::Unavailable { .. } => "look whether GITHUB_API_URL is right, and reachable from here",
        ForgeError::TooLarge { .. } | ForgeError::Unexpected { .. } => "look whether GITHUB_API_URL names a GitHub API",
    };
    Trouble { what: chain(error), fix: fix.to_owned() }
}

fn silent(fix: &str) -> Trouble {
    Trouble { what: "it does not answer in time".to_owned(), fix: fix.to_owned() }
}

/// An error with its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
