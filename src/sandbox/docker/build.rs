//! An environment's image: a Dockerfile and its context made in memory, built by the engine's classic builder.

use std::collections::HashMap;
use std::io;

use bollard::body_full;
use bollard::errors::Error;
use bollard::models::BuildInfo;
use bollard::query_parameters::BuildImageOptionsBuilder;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::super::failure::failed_step;
use super::container::{OWNER, PERSON};
use super::image::{self, ENVIRONMENT};
use super::{DockerSandbox, HOST_NETWORK, refused};
use crate::domain::{EnvironmentSpec, FailedStep, SetUpStep, limits};
use crate::sandbox::SandboxError;

/// Counts in every hash: a change to how images are built makes new ones.
pub(super) const RECIPE: &str = "1";
/// The folder that the steps run in; the dependency files lie there.
const BUILD_FOLDER: &str = "/opt/jittest/build";
/// The folder that environments lie in.
const ENVIRONMENTS: &str = "/opt/jittest/env";
/// The host's certificates during a build.
const CA_BUNDLE: &str = "/opt/jittest/ca-bundle.crt";
/// Variables by which package managers and TLS libraries find certificates.
const CA_VARIABLES: [&str; 7] = [
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
];
/// Other variables of a build, and of nothing else.
const VARIABLES: [(&str, &str); 6] = [
    ("HOME", "/opt/jittest/build/.home"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("PIP_NO_CACHE_DIR", "1"),
    ("PIP_NO_INPUT", "1"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("PIP_DEFAULT_TIMEOUT", "60"),
];
/// What the engine says where its bridge's interface is gone.
const BROKEN_BRIDGE: &str = "on network bridge";
/// What a build says is kept up to here, the last part of it.
const OUTPUT_BYTES: usize = 64 << 10;

/// What came of a build.
pub(super) enum Built {
    /// The image's id.
    Image(String),
    /// A step failed.
    Failed(FailedStep),
}

/// Refuses names that would be something else in a Dockerfile.
pub(super) fn refuse(spec: &EnvironmentSpec) -> Option<FailedStep> {
    let allowed = |package: &str| {
        package.starts_with(|first: char| first.is_ascii_alphanumeric())
            && package.chars().all(|char| char.is_ascii_alphanumeric() || "+-.:=~_".contains(char))
    };
    let package = spec.packages.iter().find(|package| !allowed(package))?;
    Some(FailedStep {
        step: "apt-get install".to_owned(),
        tail: format!("{package:?} is not the name of a Debian package"),
        fix: "correct [environment] packages in jittest.toml".to_owned(),
    })
}

/// Builds the image of `spec` on `base` as `tag`.
pub(super) async fn build(
    sandbox: &DockerSandbox,
    spec: &EnvironmentSpec,
    base: &str,
    tag: &str,
    hash: &str,
) -> Result<Built, SandboxError> {
    let bundle = match &sandbox.config.ca_bundle {
        Some(path) => tokio::fs::read(path)
            .await
            .map_err(|source| SandboxError::Host {
                what: format!("read the certificates in {}", path.display()),
                source,
            })
            .map(Some)?,
        None => None,
    };
    let recipe = Recipe::of(spec, base, bundle.is_some());
    let context = context(spec, &recipe, bundle.as_deref())
        .map_err(|source| SandboxError::Host { what: "pack the files of a build".to_owned(), source })?;
    let labels = HashMap::from([(OWNER, sandbox.config.owner.as_str()), (ENVIRONMENT, hash)]);
    let proxies: HashMap<&str, &str> =
        sandbox.config.proxies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let context = Bytes::from(context);
    let mut network = sandbox.build_network().await?;
    loop {
        let options = BuildImageOptionsBuilder::default()
            .t(tag)
            .rm(true)
            .forcerm(true)
            .labels(&labels)
            .buildargs(&proxies)
            .networkmode(network)
            .build();
        let mut progress = BuildProgress::new(sandbox, &recipe, base);
        let stream = sandbox.docker.build_image(options, None, Some(body_full(context.clone())));
        match tokio::time::timeout(limits::ENVIRONMENT_TIME, progress.listen(stream)).await {
            Ok(Ok(())) => return progress.image(tag).await,
            // The engine's bridge is there by name alone: another engine, or an administrator, took its interface away.
            Ok(Err(Error::DockerStreamError { error })) if network != HOST_NETWORK && error.contains(BROKEN_BRIDGE) => {
                tracing::warn!(error, "the engine's bridge is broken: environments are built on the host's network");
                network = HOST_NETWORK;
            }
            Ok(Err(error)) => {
                progress.discard().await?;
                return progress.failed(error);
            }
            Err(_) => {
                progress.discard().await?;
                return Ok(Built::Failed(progress.late()));
            }
        }
    }
}

/// A Dockerfile, and which of its instructions is which step for people.
#[derive(Default)]
struct Recipe {
    dockerfile: String,
    /// For each instruction, in order.
    steps: Vec<Option<String>>,
}

impl Recipe {
    fn of(spec: &EnvironmentSpec, base: &str, with_bundle: bool) -> Self {
        let mut recipe = Self::default();
        recipe.ours(&format!("FROM {base}"));
        recipe.ours("USER 0:0");
        for (name, value) in VARIABLES {
            recipe.ours(&format!("ARG {name}={value}"));
        }
        if with_bundle {
            recipe.ours(&format!("COPY ca-bundle.crt {CA_BUNDLE}"));
            for name in CA_VARIABLES {
                recipe.ours(&format!("ARG {name}={CA_BUNDLE}"));
            }
        }
        recipe.packages(&spec.packages);
        recipe.ours(&format!("COPY files {BUILD_FOLDER}"));
        let own =
            format!("mkdir -p {ENVIRONMENTS} {BUILD_FOLDER}/.home && chown -R {PERSON} {ENVIRONMENTS} {BUILD_FOLDER}");
        recipe.ours(&format!("RUN {own}"));
        recipe.ours(&format!("WORKDIR {BUILD_FOLDER}"));
        for (index, step) in spec.steps.iter().enumerate() {
            recipe.step(index, step);
        }
        recipe
    }

    fn ours(&mut self, instruction: &str) {
        self.push(instruction, None);
    }

    fn push(&mut self, instruction: &str, step: Option<String>) {
        self.dockerfile.push_str(instruction);
        self.dockerfile.push('\n');
        self.steps.push(step);
    }

    fn packages(&mut self, packages: &[String]) {
        if !packages.is_empty() {
            let names = packages.join(" ");
            let install = format!("apt-get install -y --no-install-recommends {names}");
            let line = format!("RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*");
            self.push(&line, Some(install));
        }
    }

    /// Installs run without any rights: they are other people's code. A maintainer's own line is root's.
    fn step(&mut self, index: usize, step: &SetUpStep) {
        match step {
            SetUpStep::Run(argv) => {
                self.ours(&format!("USER {PERSON}"));
                self.push(&format!("RUN {}", json(argv)), Some(argv.join(" ")));
            }
            SetUpStep::Shell(line) => {
                self.ours("USER 0:0");
                let argv = ["/bin/sh", "-ec", line].map(str::to_owned);
                self.push(&format!("RUN {}", json(&argv)), Some(line.clone()));
            }
            SetUpStep::Write { path, .. } => {
                let places = json(&[format!("writes/{index}"), path.replace('$', "\\$")]);
                self.push(&format!("COPY --chown={PERSON} {places}"), Some(format!("write {path}")));
            }
        }
    }
}

fn json(words: &[String]) -> String {
    serde_json::Value::from(words.to_vec()).to_string()
}

fn context(spec: &EnvironmentSpec, recipe: &Recipe, bundle: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |path: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content)
    };
    add("Dockerfile", recipe.dockerfile.as_bytes())?;
    // So that the folder is there where there are no dependency files.
    add("files/.keep", b"")?;
    if let Some(bundle) = bundle {
        add("ca-bundle.crt", bundle)?;
    }
    for (path, content) in &spec.files {
        add(&format!("files/{path}"), content)?;
    }
    for (index, step) in spec.steps.iter().enumerate() {
        if let SetUpStep::Write { content, .. } = step {
            add(&format!("writes/{index}"), content.as_bytes())?;
        }
    }
    builder.into_inner()
}

/// What a build has said so far. Dropping it removes the layers that a build which was cut off left behind.
struct BuildProgress<'b> {
    sandbox: &'b DockerSandbox,
    recipe: &'b Recipe,
    base: &'b str,
    instruction: usize,
    output: String,
    /// The image of the last instruction that worked.
    layer: Option<String>,
}

impl<'b> BuildProgress<'b> {
    fn new(sandbox: &'b DockerSandbox, recipe: &'b Recipe, base: &'b str) -> Self {
        Self { sandbox, recipe, base, instruction: 0, output: String::new(), layer: None }
    }

    async fn listen(&mut self, stream: impl Stream<Item = Result<BuildInfo, Error>>) -> Result<(), Error> {
        let mut stream = std::pin::pin!(stream);
        while let Some(item) = stream.next().await {
            if let Some(text) = item?.stream {
                self.hear(&text);
            }
        }
        Ok(())
    }

    fn hear(&mut self, text: &str) {
        // `Step 5/9 : RUN …` begins an instruction; what was said before belongs to another.
        let number = text.strip_prefix("Step ").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        if let Some(number) = number {
            self.instruction = number.saturating_sub(1);
            self.output.clear();
        } else if let Some(said) = text.strip_prefix(" ---> ") {
            let id = said.trim();
            if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.layer = Some(id.to_owned());
            }
        } else if !text.starts_with("Removing intermediate container ") {
            self.output.push_str(text);
            if self.output.len() > 2 * OUTPUT_BYTES {
                let cut = self.output.ceil_char_boundary(self.output.len() - OUTPUT_BYTES);
                self.output.drain(..cut);
            }
        }
    }

    fn step(&self) -> String {
        let named = self.recipe.steps.get(self.instruction).and_then(Clone::clone);
        named.unwrap_or_else(|| "build the environment's image".to_owned())
    }

    async fn image(mut self, tag: &str) -> Result<Built, SandboxError> {
        self.layer = None;
        let found = image::find(&self.sandbox.docker, tag).await?.and_then(|image| image.id);
        found.map(Built::Image).ok_or_else(|| SandboxError::Refused {
            what: "keep the image that it built".to_owned(),
            source: anyhow::anyhow!("{tag} is not there"),
        })
    }

    /// Removes the layers of a build that did not end well.
    async fn discard(&mut self) -> Result<(), SandboxError> {
        match self.own_layer() {
            Some(layer) => image::discard(&self.sandbox.docker, &layer).await,
            None => Ok(()),
        }
    }

    /// The last layer, once, where it is not the base image itself.
    fn own_layer(&mut self) -> Option<String> {
        self.layer.take().filter(|layer| !self.base.contains(layer.as_str()))
    }

    /// A step of the repository's that failed is a value; anything else is the engine's failure.
    fn failed(&self, error: Error) -> Result<Built, SandboxError> {
        let named = self.recipe.steps.get(self.instruction).is_some_and(Option::is_some);
        match error {
            Error::DockerStreamError { error } if named && !error.contains(BROKEN_BRIDGE) => {
                let said = if self.output.trim().is_empty() { error.as_str() } else { self.output.as_str() };
                Ok(Built::Failed(failed_step(&self.step(), said)))
            }
            error => Err(refused("build an environment's image")(error)),
        }
    }

    fn late(&self) -> FailedStep {
        let bound = format!("{} minutes", limits::ENVIRONMENT_TIME.as_secs() / 60);
        FailedStep {
            fix: format!("make the environment install within {bound}"),
            ..failed_step(&self.step(), &format!("{}\nnot done after {bound}", self.output))
        }
    }
}

impl Drop for BuildProgress<'_> {
    fn drop(&mut self) {
        // Without a runtime nothing can be asked of the engine; the layers then serve the next build as a cache.
        if let (Some(layer), Ok(runtime)) = (self.own_layer(), tokio::runtime::Handle::try_current()) {
            let docker = self.sandbox.docker.clone();
            runtime.spawn(async move {
                if let Err(error) = image::discard(&docker, &layer).await {
                    tracing::warn!(layer, error = %anyhow::Error::from(error), "layers of a failed build were not removed");
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepoPath;

    #[test]
    fn a_step_is_one_instruction_whatever_is_in_it() {
        let spec = EnvironmentSpec {
            steps: vec![
                SetUpStep::Run(vec!["echo".to_owned(), "a\nRUN rm -rf / \\".to_owned()]),
                SetUpStep::Shell("echo \"$HOME\"\n# two lines".to_owned()),
                SetUpStep::Write { path: "/opt/jittest/env/a b".to_owned(), content: "x".to_owned() },
            ],
            ..EnvironmentSpec::default()
        };
        let recipe = Recipe::of(&spec, "base", true);
        assert_eq!(recipe.dockerfile.lines().count(), recipe.steps.len());
        assert!(recipe.dockerfile.contains(r#"RUN ["echo","a\nRUN rm -rf / \\"]"#), "{}", recipe.dockerfile);
    }

    #[test]
    fn a_package_name_can_not_smuggle_a_command() {
        let spec = |name: &str| EnvironmentSpec { packages: vec![name.to_owned()], ..EnvironmentSpec::default() };
        assert!(refuse(&spec("libpq-dev")).is_none());
        assert!(refuse(&spec("g++=4:12.2.0-3")).is_none());
        for name in ["x; rm -rf /", "-o=Dpkg::x", "a b", "$(id)", ""] {
            assert!(refuse(&spec(name)).is_some(), "{name:?} was taken");
        }
    }

    #[test]
    fn the_context_holds_the_dockerfile_the_files_and_the_certificates() {
        let spec = EnvironmentSpec {
            files: vec![(RepoPath::parse("requirements/test.txt").unwrap(), b"pytest".to_vec())],
            ..EnvironmentSpec::default()
        };
        let context = context(&spec, &Recipe::of(&spec, "base", true), Some(b"PEM")).unwrap();
        let mut archive = tar::Archive::new(context.as_slice());
        let names: Vec<_> =
            archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
        assert_eq!(names, ["Dockerfile", "files/.keep", "ca-bundle.crt", "files/requirements/test.txt"]);
    }
}
