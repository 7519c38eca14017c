//! What image builds need to know of this machine to get through to a package registry.

use std::path::PathBuf;

/// The machine's certificates.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
const PROXIES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/// What this machine's own programs use to reach a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostNetwork {
    /// The certificates to verify by: `SSL_CERT_FILE`, or the machine's.
    pub ca_bundle: Option<PathBuf>,
    /// Names and values.
    pub proxies: Vec<(String, String)>,
}

impl HostNetwork {
    /// As this process's environment says.
    pub fn of_process() -> Self {
        let named = std::env::var_os("SSL_CERT_FILE").filter(|value| !value.is_empty()).map(PathBuf::from);
        let ca_bundle = named.or_else(|| Some(PathBuf::from(CERTIFICATES))).filter(|file| file.is_file());
        let proxies = PROXIES.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        Self { ca_bundle, proxies: proxies.collect() }
    }
}
