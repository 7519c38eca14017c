//! The operator's settings: from the environment, or from a TOML file under the same names; the environment wins.
//!
//! In the file, `JITTEST_GITHUB_APP_ID` is `github-app-id`, and `GITHUB_API_URL` is `github-api-url`.

mod host;
mod source;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

pub use host::HostNetwork;

use crate::config::repository::Ceiling;
use crate::domain::Engine;
use source::Source;

/// Every setting, by its name in the environment. One that is not here is unknown.
const NAMES: &[&str] = &[
    "JITTEST_LISTEN",
    "JITTEST_DATABASE_URL",
    "JITTEST_GITHUB_APP_ID",
    "JITTEST_GITHUB_PRIVATE_KEY",
    "JITTEST_GITHUB_PRIVATE_KEY_FILE",
    "JITTEST_GITHUB_WEBHOOK_SECRET",
    "JITTEST_GITHUB_WEBHOOK_SECRET_FILE",
    "JITTEST_GITHUB_WEBHOOK_SECRET_OLD",
    "JITTEST_GITHUB_WEBHOOK_SECRET_OLD_FILE",
    "GITHUB_API_URL",
    "GITHUB_SERVER_URL",
    "JITTEST_ENGINE",
    "JITTEST_PROVIDER",
    "JITTEST_MODEL",
    "JITTEST_ENDPOINT",
    "JITTEST_API_KEY",
    "JITTEST_API_KEY_FILE",
    "JITTEST_EMBEDDING_MODEL",
    "JITTEST_RERANK_MODEL",
    "JITTEST_SANDBOX_IMAGE",
    "JITTEST_WORKERS",
];

const GITHUB_API: &str = "https://api.github.com";
const GITHUB_SERVER: &str = "https://github.com";
const OLLAMA: &str = "http://localhost:11434";

/// A setting that can't be used. The message says which one, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that is none.
    #[error("{name}: {problem}")]
    Value {
        /// The setting.
        name: String,
        /// What is wrong, and what was expected; never the value of a secret.
        problem: String,
    },
    /// A setting that must be there.
    #[error("{name} is not set: {what}")]
    Missing {
        /// The setting.
        name: String,
        /// What it is, and where it comes from.
        what: &'static str,
    },
    /// A file that can't be read.
    #[error("{name}: {path} can't be read")]
    File {
        /// The setting that names it.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl ConfigError {
    fn value(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Value { name: name.into(), problem: problem.into() }
    }
}

/// The GitHub App's credentials, and where its GitHub is.
#[derive(Clone, Debug)]
pub struct GitHubSettings {
    /// The App's id or client id.
    pub app_id: String,
    /// Its PEM key.
    pub private_key: SecretString,
    /// The webhook secrets that are valid: the current one, then the old one where there is one.
    pub webhook_secrets: Vec<SecretString>,
    /// The API.
    pub api_url: String,
    /// From where repositories are cloned.
    pub server_url: String,
}

/// Which language model, where one is configured.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// `ollama`, `openai`, `gemini`.
    pub provider: Option<String>,
    /// Its name.
    pub model: Option<String>,
    /// Its base URL, without a trailing `/v1` for Ollama.
    pub endpoint: Option<String>,
    /// For hosted providers.
    pub api_key: Option<SecretString>,
    /// For retrieval.
    pub embedding_model: Option<String>,
    /// For retrieval.
    pub rerank_model: Option<String>,
}

/// The operator's settings, validated. What only `serve` needs may be missing: [`ServiceConfig::github`] says so.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// Address of the HTTP server.
    pub listen: SocketAddr,
    /// The store: may hold a password.
    pub database_url: SecretString,
    /// Whether the store was named, or is the default.
    pub database_named: bool,
    /// The ceiling of what a repository may ask for.
    pub engine: Engine,
    /// The language model.
    pub model: ModelSettings,
    /// The base image of all sandboxes.
    pub sandbox_image: String,
    /// Jobs at a time in this process; 0: only receive.
    pub workers: usize,
    /// What image builds need to know of this machine.
    pub network: HostNetwork,
    source: Source,
}

impl ServiceConfig {
    /// The settings of this process: its environment, a `.env` in the working folder, and `file` where it is given.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting and says what to do.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let config = Self::from_source(Source::of_process(file)?)?;
        Ok(Self { network: HostNetwork::of_process(), ..config })
    }

    /// The settings in `environment` alone, under the names of the environment.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting and says what to do.
    pub fn from_variables<K, V>(environment: impl IntoIterator<Item = (K, V)>) -> Result<Self, ConfigError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self::from_source(Source::of_variables(environment))
    }

    fn from_source(source: Source) -> Result<Self, ConfigError> {
        let database_url = source.text("JITTEST_DATABASE_URL");
        Ok(Self {
            listen: listen(&source)?,
            database_named: database_url.is_some(),
            database_url: database_url.unwrap_or_else(|| "sqlite://jittest.db".to_owned()).into(),
            engine: engine(&source)?,
            model: model(&source)?,
            sandbox_image: source.text("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|| "jittest-sandbox".to_owned()),
            workers: workers(&source)?,
            network: HostNetwork::default(),
            source,
        })
    }

    /// Whether a GitHub App is named, so that these are the settings of a service.
    pub fn names_an_app(&self) -> bool {
        self.source.text("JITTEST_GITHUB_APP_ID").is_some()
    }

    /// The most that a repository may ask for.
    pub fn ceiling(&self) -> Ceiling {
        Ceiling { engine: self.engine, model: self.model.model.is_some(), ..Ceiling::default() }
    }

    /// The GitHub App's credentials.
    ///
    /// # Errors
    /// [`ConfigError`] where one is missing or can't be used.
    pub fn github(&self) -> Result<GitHubSettings, ConfigError> {
        let source = &self.source;
        let app_id = source.text("JITTEST_GITHUB_APP_ID").ok_or_else(|| ConfigError::Missing {
            name: source.shown("JITTEST_GITHUB_APP_ID"),
            what: "the App's id or client id, from its page under Settings, Developer settings, GitHub Apps",
        })?;
        let private_key = source.secret("JITTEST_GITHUB_PRIVATE_KEY")?.ok_or_else(|| ConfigError::Missing {
            name: source.shown("JITTEST_GITHUB_PRIVATE_KEY"),
            what: "generate a private key on the App's page and name its file in JITTEST_GITHUB_PRIVATE_KEY_FILE",
        })?;
        let secret = source.secret("JITTEST_GITHUB_WEBHOOK_SECRET")?.ok_or_else(|| ConfigError::Missing {
            name: source.shown("JITTEST_GITHUB_WEBHOOK_SECRET"),
            what: "the webhook secret of the App's page",
        })?;
        let old = source.secret("JITTEST_GITHUB_WEBHOOK_SECRET_OLD")?;
        let api_url = url(source, "GITHUB_API_URL")?.unwrap_or_else(|| GITHUB_API.to_owned());
        let server_url = url(source, "GITHUB_SERVER_URL")?.unwrap_or_else(|| server_of(&api_url));
        let webhook_secrets = std::iter::once(secret).chain(old).collect();
        Ok(GitHubSettings { app_id, private_key: line_ends(private_key), webhook_secrets, api_url, server_url })
    }
}

fn listen(source: &Source) -> Result<SocketAddr, ConfigError> {
    let text = source.text("JITTEST_LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    text.parse().map_err(|_| {
        ConfigError::value(source.shown("JITTEST_LISTEN"), format!("{text:?} is no address: write IP:PORT"))
    })
}

fn engine(source: &Source) -> Result<Engine, ConfigError> {
    match source.text("JITTEST_ENGINE").as_deref() {
        None | Some("auto") => Ok(Engine::Auto),
        Some("offline") => Ok(Engine::Offline),
        Some("model") => Ok(Engine::Model),
        Some("both") => Ok(Engine::Both),
        Some(other) => Err(ConfigError::value(
            source.shown("JITTEST_ENGINE"),
            format!("{other:?} is no engine: write auto, offline, model or both"),
        )),
    }
}

fn workers(source: &Source) -> Result<usize, ConfigError> {
    let Some(text) = source.text("JITTEST_WORKERS") else {
        return Ok(std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    };
    text.parse().ok().filter(|workers| *workers <= 256).ok_or_else(|| {
        ConfigError::value(source.shown("JITTEST_WORKERS"), format!("{text:?} is no number from 0 to 256"))
    })
}

fn model(source: &Source) -> Result<ModelSettings, ConfigError> {
    let provider = source.text("JITTEST_PROVIDER");
    if let Some(other) = provider.as_deref().filter(|p| !matches!(*p, "ollama" | "openai" | "gemini")) {
        let problem = format!("{other:?} is no provider: write ollama, openai or gemini");
        return Err(ConfigError::value(source.shown("JITTEST_PROVIDER"), problem));
    }
    let ollama = provider.as_deref() == Some("ollama");
    let mut endpoint = url(source, "JITTEST_ENDPOINT")?;
    if ollama {
        let given = endpoint.unwrap_or_else(|| OLLAMA.to_owned());
        endpoint = Some(given.trim_end_matches("/v1").to_owned());
    }
    Ok(ModelSettings {
        provider,
        model: source.text("JITTEST_MODEL"),
        endpoint,
        api_key: source.secret("JITTEST_API_KEY")?,
        embedding_model: source.text("JITTEST_EMBEDDING_MODEL"),
        rerank_model: source.text("JITTEST_RERANK_MODEL"),
    })
}

/// A base URL, without the slash at its end.
fn url(source: &Source, name: &str) -> Result<Option<String>, ConfigError> {
    let Some(text) = source.text(name) else { return Ok(None) };
    let parsed = text.parse::<http::Uri>().ok();
    let scheme = parsed.as_ref().and_then(http::Uri::scheme_str);
    let with_user = parsed.as_ref().and_then(http::Uri::authority).is_some_and(|host| host.as_str().contains('@'));
    if !matches!(scheme, Some("http" | "https")) || with_user {
        let problem = "not a base URL: write https://HOST, without a user or password in it";
        return Err(ConfigError::value(source.shown(name), problem));
    }
    Ok(Some(text.trim_end_matches('/').to_owned()))
}

/// Where repositories are cloned from, by the API's URL: an Enterprise Server has its API at `/api/v3`.
fn server_of(api_url: &str) -> String {
    if api_url == GITHUB_API {
        return GITHUB_SERVER.to_owned();
    }
    api_url.trim_end_matches("/api/v3").to_owned()
}

/// A PEM key that came through a file of variables has the two characters `\n` for its line ends.
fn line_ends(key: SecretString) -> SecretString {
    if key.expose_secret().contains("\\n") { key.expose_secret().replace("\\n", "\n").into() } else { key }
}

#[cfg(test)]
mod tests;
