//! What the command line reads from the environment, all of it.

use std::path::PathBuf;

/// Whether colours are wanted: <https://no-color.org>, where any value but an empty one switches them off.
pub(super) fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The folders that programs are looked up in.
pub(super) fn path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

/// The virtual environment that is active in the user's shell.
pub(super) fn virtual_env() -> Option<PathBuf> {
    std::env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The base image of all containers.
pub(super) fn sandbox_image() -> String {
    let named = std::env::var("JITTEST_SANDBOX_IMAGE").ok().filter(|value| !value.is_empty());
    named.unwrap_or_else(|| "jittest-sandbox".to_owned())
}

/// The certificates that package installs in image builds verify by: the machine's, where a company has its own.
pub(super) fn ca_bundle() -> Option<PathBuf> {
    let named = std::env::var_os("SSL_CERT_FILE").filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from("/etc/ssl/certs/ca-certificates.crt"))).filter(|file| file.is_file())
}

/// The proxies that package installs in image builds go through.
pub(super) fn proxies() -> Vec<(String, String)> {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
    names.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect()
}

/// Where the store is, if it isn't in the user's data folder.
pub(super) fn database_url() -> Option<String> {
    std::env::var("JITTEST_DATABASE_URL").ok().filter(|value| !value.is_empty())
}
