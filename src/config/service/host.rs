//! What image builds need to know of this machine to get through to a package registry.

use std::path::PathBuf;

use crate::domain::Warning;

/// The machine's certificates.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
const PROXIES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/// What this machine's own programs use to reach a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostNetwork {
    /// The certificates to verify by: `SSL_CERT_FILE`, or the machine's.
    pub ca_bundle: Option<PathBuf>,
    /// Names and values. No user or password is in them: a step of a build is other people's code, and could read it.
    pub proxies: Vec<(String, String)>,
    /// Names of the proxies whose user and password were taken out.
    pub withheld: Vec<String>,
}

impl HostNetwork {
    /// As this process's environment says.
    pub fn of_process() -> Self {
        let named = std::env::var_os("SSL_CERT_FILE").filter(|value| !value.is_empty()).map(PathBuf::from);
        let ca_bundle = named.or_else(|| Some(PathBuf::from(CERTIFICATES))).filter(|file| file.is_file());
        let set = PROXIES.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        Self { ca_bundle, ..Self::through(set.collect()) }
    }

    /// What there is to say about it.
    pub fn warnings(&self) -> Vec<Warning> {
        let warning = |name: &String| {
            let (what, why) =
                (format!("the user and password in {name} were left out"), "image builds run other people's code");
            Warning::new("sandbox", what, why, "a proxy that asks for them lets no package install through")
        };
        self.withheld.iter().map(warning).collect()
    }

    fn through(set: Vec<(String, String)>) -> Self {
        let mut network = Self::default();
        for (name, value) in set {
            let anonymous = without_user(&value);
            if anonymous != value {
                network.withheld.push(name.clone());
            }
            network.proxies.push((name, anonymous));
        }
        network
    }
}

/// A proxy's address without user and password. Nothing that stands before an `@` is kept, as a password may hold
/// whatever ends an address elsewhere.
fn without_user(proxy: &str) -> String {
    let Some((before, host)) = proxy.rsplit_once('@') else { return proxy.to_owned() };
    before.split_once("://").map_or_else(|| host.to_owned(), |(scheme, _)| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_a_proxy_gets_into_an_image_build() {
        let set = [
            ("HTTPS_PROXY", "http://ann:s3cret@proxy:3128"),
            ("https_proxy", "ann:s3@/cret@proxy:3128"),
            ("HTTP_PROXY", "http://proxy:3128/"),
            ("NO_PROXY", "localhost,.example.org"),
        ];
        let network = HostNetwork::through(set.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let values: Vec<&str> = network.proxies.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["http://proxy:3128", "proxy:3128", "http://proxy:3128/", "localhost,.example.org"]);
        let warnings: Vec<String> = network.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].contains("HTTPS_PROXY") && !warnings[0].contains("cret"), "{}", warnings[0]);
    }
}
