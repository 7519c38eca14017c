//! A real `jittest serve` of this build, in a folder of its own, on a port of loopback.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

/// What signs the webhooks of the bench.
pub(crate) const SECRET: &str = "the bench's webhook secret";

const LISTENS: &str = "jittest listens on ";

/// A running service; dropped, it is killed.
pub(crate) struct Service {
    child: Child,
    url: String,
    _folder: TempDir,
}

/// What a service is told about its GitHub.
pub(crate) struct GitHubSide {
    pub(crate) api_url: String,
    pub(crate) app_id: String,
    pub(crate) private_key: String,
}

impl Service {
    /// Starts one with an empty database and so many jobs at a time (0: it only receives), and waits until it listens.
    pub(crate) fn start(github: &GitHubSide, workers: usize) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        std::fs::write(folder.path().join("key.pem"), &github.private_key)?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_jittest"))
            .arg("serve")
            .current_dir(folder.path())
            .env("JITTEST_LISTEN", "127.0.0.1:0")
            .env("JITTEST_DATABASE_URL", format!("sqlite://{}", folder.path().join("bench.db").display()))
            .env("JITTEST_GITHUB_APP_ID", &github.app_id)
            .env("JITTEST_GITHUB_PRIVATE_KEY_FILE", folder.path().join("key.pem"))
            .env("JITTEST_GITHUB_WEBHOOK_SECRET", SECRET)
            .env("GITHUB_API_URL", &github.api_url)
            .env("JITTEST_ENGINE", "offline")
            .env("JITTEST_WORKERS", workers.to_string())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("jittest serve")?;
        let mut lines = BufReader::new(child.stderr.take().context("its standard error")?).lines();
        let mut said = String::new();
        let url = loop {
            let Some(line) = lines.next().transpose()? else {
                anyhow::bail!("jittest serve ended: {said}");
            };
            if let Some(url) = line.strip_prefix(LISTENS) {
                break url.to_owned();
            }
            said.push_str(&line);
            said.push('\n');
        };
        // What it says from here on must be read, or it would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, url, _folder: folder })
    }

    /// Where webhooks go.
    pub(crate) fn webhook_url(&self) -> String {
        format!("{}/webhooks/github", self.url)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The value below which this part (0 to 1) of sorted values lies; 0 for none.
pub(crate) fn percentile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below the length")]
    let index = (part * last as f64).ceil() as usize;
    sorted.get(index.min(last)).copied().unwrap_or(0.0)
}
