//! The sandboxes on a real engine: what they hold back, and what they make of hostile repositories.

mod environment;
mod hostile;
mod isolation;
mod prepare;

use std::process::Command;
use std::time::Duration;

use jittest::domain::{ActiveEnvironment, EnvironmentSpec, Image, Prepared, RepoPath, SandboxLimits};
use jittest::sandbox::docker::{DockerConfig, DockerSandbox};
use jittest::sandbox::{Input, RunOutput, RunSpec, Sandbox};

/// Containers of one test, under an owner of its own.
pub(crate) struct Docker {
    pub(crate) sandbox: DockerSandbox,
    pub(crate) owner: String,
}

impl Docker {
    /// The engine; where none answers, the test fails with what to do.
    pub(crate) async fn connect() -> Self {
        let owner = format!("test-{}", uuid::Uuid::now_v7());
        Self { sandbox: connect_as(&owner).await, owner }
    }

    /// Containers of this test that are there, in whatever state.
    pub(crate) fn containers(&self) -> usize {
        containers_of(&self.owner)
    }

    /// Runs a shell line in the base image.
    pub(crate) async fn shell(&self, line: &str) -> RunOutput {
        self.run(|spec| spec.argv = ["sh", "-c", line].map(str::to_owned).to_vec()).await
    }

    /// Runs a Python program in the base image.
    pub(crate) async fn python(&self, program: &str, change: impl FnOnce(&mut RunSpec)) -> RunOutput {
        self.run(|spec| {
            spec.argv = ["python3", "-c", program].map(str::to_owned).to_vec();
            change(spec);
        })
        .await
    }

    /// Runs a command in the base image, which must leave no container behind.
    pub(crate) async fn run(&self, change: impl FnOnce(&mut RunSpec)) -> RunOutput {
        let mut spec = spec(prepared(&self.sandbox).await);
        change(&mut spec);
        let output = self.sandbox.run(&spec).await.expect("the run could be made");
        self.sandbox.settle().await;
        assert_eq!(self.containers(), 0, "a container was left over");
        output
    }
}

/// The engine, for containers of `owner`.
pub(crate) async fn connect_as(owner: &str) -> DockerSandbox {
    let base_image = std::env::var("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|_| "jittest-sandbox".to_owned());
    let bundle = std::env::var("SSL_CERT_FILE").unwrap_or_else(|_| "/etc/ssl/certs/ca-certificates.crt".to_owned());
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
    let config = DockerConfig {
        base_image,
        owner: owner.to_owned(),
        ca_bundle: Some(bundle.into()).filter(|path: &std::path::PathBuf| path.is_file()),
        proxies: proxies.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect(),
    };
    let sandbox = DockerSandbox::connect(config).await.expect("no Docker engine answers: run deploy/setup/all.sh");
    sandbox.check().await.expect("the sandbox image is missing: run deploy/setup/all.sh");
    sandbox
}

/// Containers of `owner` that the engine shows, in whatever state.
pub(crate) fn containers_of(owner: &str) -> usize {
    let filter = format!("label=jittest.owner={owner}");
    let listed = Command::new("docker").args(["ps", "-aq", "--filter", &filter]).output().expect("docker is there");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8_lossy(&listed.stdout).lines().count()
}

/// The environment that needs nothing: the base image, or the interpreter of this machine.
pub(crate) async fn prepared(sandbox: &dyn Sandbox) -> Image {
    let active = ActiveEnvironment {
        interpreters: vec!["python3".to_owned()],
        probe: vec!["-c".to_owned(), "pass".to_owned()],
        ..ActiveEnvironment::default()
    };
    let spec = EnvironmentSpec { active, ..EnvironmentSpec::default() };
    match sandbox.prepare(&spec).await.expect("the environment could be looked for") {
        Prepared::Ready { image, .. } => image,
        Prepared::Failed(step) => panic!("{step:?}"),
    }
}

/// A run of nothing, under small limits.
pub(crate) fn spec(image: Image) -> RunSpec {
    let limits = SandboxLimits {
        memory: 256 << 20,
        cpus: 1.0,
        processes: 64,
        disk: 64 << 20,
        output: 1 << 20,
        test_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(60),
    };
    RunSpec {
        image,
        inputs: Vec::new(),
        argv: vec!["true".to_owned()],
        env: Vec::new(),
        collect: Vec::new(),
        limits,
        purpose: "test".to_owned(),
    }
}

/// A path of the working folder.
pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path")
}

/// A file that goes in.
pub(crate) fn file(at: &str, content: &str) -> Input {
    Input::File { path: path(at), content: content.as_bytes().to_vec(), executable: false }
}

/// Standard output as text.
pub(crate) fn stdout(output: &RunOutput) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &RunOutput) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
