//! What the command line takes from the user's own environment, all of it.

use std::path::PathBuf;

use super::service::HostNetwork;

/// The base image of all containers, where none is named.
const SANDBOX_IMAGE: &str = "jittest-sandbox";

/// The environment of the user who runs a command.
#[derive(Clone, Debug)]
pub struct UserEnvironment {
    /// The folders that programs are looked up in.
    pub path: String,
    /// The virtual environment that is active in the shell.
    pub virtual_env: Option<PathBuf>,
    /// Whether colours are wanted: <https://no-color.org>, where any value but an empty one switches them off.
    pub colours: bool,
    /// The base image of all containers.
    pub sandbox_image: String,
    /// Where runs are remembered, if not in the user's data folder; may hold a password.
    pub database_url: Option<secrecy::SecretString>,
    /// What image builds need to know of this machine.
    pub network: HostNetwork,
}

impl UserEnvironment {
    /// As this process's environment says.
    pub fn of_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            path: text("PATH").unwrap_or_default(),
            virtual_env: text("VIRTUAL_ENV").map(PathBuf::from),
            colours: text("NO_COLOR").is_none(),
            sandbox_image: text("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|| SANDBOX_IMAGE.to_owned()),
            database_url: text("JITTEST_DATABASE_URL").map(Into::into),
            network: HostNetwork::of_process(),
        }
    }
}
