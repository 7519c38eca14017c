#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jittest::standin::{StandIn, StandInConfig};
use tempfile::TempDir;

/// How long a start may take.
const START: Duration = Duration::from_secs(60);
const LISTENS: &str = "jittest listens on ";

/// How a service is to be started.
#[derive(Clone, Debug)]
pub(crate) struct ServiceSpec {
    /// The API's URL.
    pub(crate) api_url: String,
    /// The App's id.
    pub(crate) app_id: String,
    /// The App's key, PEM.
    pub(crate) private_key: String,
    /// What signs the webhooks.
    pub(crate) webhook_secret: String,
    /// Jobs at a time; 0: only receive, and no Docker is needed.
    pub(crate) workers: usize,
    /// More variables of the environment.
    pub(crate) variables: Vec<(String, String)>,
}

impl ServiceSpec {
    /// The App that a stand-in knows.
    pub(crate) fn of(github: &StandIn) -> Self {
        Self {
            api_url: github.api_url(),
            app_id: StandInConfig::default().app_id.to_string(),
            private_key: github.private_key_pem(),
            webhook_secret: "the stories' webhook secret".to_owned(),
            workers: 1,
            variables: Vec::new(),
        }
    }

    /// A service that only receives: it never speaks to a GitHub.
    pub(crate) fn receiving() -> Self {
        Self {
            api_url: "http://127.0.0.1:9/api/v3".to_owned(),
            app_id: "12".to_owned(),
            private_key: include_str!("../github/app-key.pkcs8.pem").to_owned(),
            webhook_secret: "the stories' webhook secret".to_owned(),
            workers: 0,
            variables: Vec::new(),
        }
    }
}

/// A running `jittest serve`. Its database, caches and address outlive a kill. Dropped, it is killed.
pub(crate) struct Service {
    spec: ServiceSpec,
    folder: TempDir,
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Service {
    /// Starts one with an empty database, and waits until it listens.
    pub(crate) fn start(spec: ServiceSpec) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("key.pem"), &spec.private_key).unwrap();
        let log = Arc::default();
        let (child, address) = spawn(&spec, folder.path(), "127.0.0.1:0", &log);
        Self { spec, folder, child, address, log }
    }

    /// `http://127.0.0.1:<port>`; the same after a restart.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where webhooks go.
    pub(crate) fn webhook_url(&self) -> String {
        format!("{}/webhooks/github", self.url())
    }

    /// The secret that signs them.
    pub(crate) fn secret(&self) -> &str {
        &self.spec.webhook_secret
    }

    /// The database's file.
    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("jittest.db")
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on what it left, at the same address.
    pub(crate) fn restart(&mut self) {
        let address = self.address.clone();
        (self.child, self.address) = spawn(&self.spec, self.folder.path(), &address, &self.log);
    }

    /// Sends SIGTERM and waits until it has ended.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        // The shell's own `kill`: a small system has no other.
        let kill = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status().unwrap();
        assert!(kill.success());
        super::until("the service ends after SIGTERM", || self.child.try_wait().unwrap()).await
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its containers, in whatever state.
    pub(crate) fn containers(&self) -> usize {
        containers_of(self.id())
    }

    /// All that it said on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A page's status and text.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("{}{path}", self.url())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A metric's value: `jittest_jobs{lane="light",state="queued"}`; 0 where it isn't there.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.page("/metrics").await;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or(0.0)
    }

    /// Waits until a metric has a value.
    pub(crate) async fn until_metric(&self, name: &str, value: f64) {
        for _ in 0..3_000 {
            if self.metric(name).await == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{name} never came to {value}");
    }
}

/// Containers of a process of this machine that the engine shows, in whatever state.
pub(crate) fn containers_of(process: u32) -> usize {
    let format = "{{.Label \"jittest.process\"}}";
    let listed = Command::new("docker").args(["ps", "-a", "--format", format]).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let number = process.to_string();
    let labels = String::from_utf8_lossy(&listed.stdout);
    labels.lines().filter(|label| label.split('/').nth(1) == Some(&number)).count()
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            // The test failed already: what can't be written is not worth another failure.
            drop(writeln!(std::io::stderr(), "--- the service said:\n{}", self.log()));
        }
    }
}

fn spawn(spec: &ServiceSpec, folder: &Path, listen: &str, log: &Arc<Mutex<String>>) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jittest"));
    command.arg("serve").current_dir(folder).env_clear().stdin(Stdio::null()).stderr(Stdio::piped());
    // What reaches Docker and package installs is the machine's; all else is the story's.
    let machine = std::env::vars().filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        name == "PATH" || name.ends_with("_PROXY") || name.starts_with("DOCKER_") || name.starts_with("SSL_CERT")
    });
    command
        .envs(machine)
        .env("HOME", folder)
        .env("JITTEST_LISTEN", listen)
        .env("JITTEST_DATABASE_URL", format!("sqlite://{}", folder.join("jittest.db").display()))
        .env("JITTEST_GITHUB_APP_ID", &spec.app_id)
        .env("JITTEST_GITHUB_PRIVATE_KEY_FILE", folder.join("key.pem"))
        .env("JITTEST_GITHUB_WEBHOOK_SECRET", &spec.webhook_secret)
        .env("GITHUB_API_URL", &spec.api_url)
        .env("JITTEST_ENGINE", "offline")
        .env("JITTEST_WORKERS", spec.workers.to_string())
        .envs(spec.variables.iter().cloned());
    if let Ok(image) = std::env::var("JITTEST_SANDBOX_IMAGE") {
        command.env("JITTEST_SANDBOX_IMAGE", image);
    }
    let mut child = command.spawn().unwrap();
    let said = keep_log(&mut child, Arc::clone(log));
    match said.recv_timeout(START) {
        Ok(address) => (child, address),
        Err(_) => {
            drop(child.kill());
            drop(child.wait());
            let log = log.lock().unwrap_or_else(PoisonError::into_inner);
            panic!("the service does not listen; it said:\n{log}");
        }
    }
}

/// Keeps what the child says; gives the address once it listens.
fn keep_log(child: &mut Child, log: Arc<Mutex<String>>) -> Receiver<String> {
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (listens, address) = channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some(url) = line.strip_prefix(LISTENS) {
                // Nobody waits any more after the start.
                drop(listens.send(url.trim_start_matches("http://").to_owned()));
            }
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
    address
}
