//! `jittest demo`: the main job from end to end, on this machine alone. A signed webhook is delivered to a real server,
//! on SQLite, Docker and the offline engine; what it posts on a stand-in GitHub is shown.

mod shop;
mod show;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::interrupt::interrupted;
use super::{Ending, Failure, say};
use crate::app::{App, AppError};
use crate::config::service::{HostNetwork, ServiceConfig};
use crate::config::user::UserEnvironment;
use crate::standin::{CheckRun, StandIn, StandInConfig};
use shop::Shop;

/// The flags of `jittest demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {}

const EXAMPLES: &str = "\
Examples:
  jittest demo

It needs Docker and the sandbox image (`make setup`), and no network. Exit status: 0 a regression was posted;
4 it was not.";

/// How long the whole demo may take: a first run builds the environment's image.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How often the stand-in is looked at.
const LOOK: Duration = Duration::from_millis(150);
/// The webhook's secret, of this demo alone.
const SECRET: &str = "the demo's webhook secret";

/// Plays the demo.
///
/// # Errors
/// Where a part can't be made, or no regression was posted in the end.
pub(super) async fn demo(_args: DemoArgs) -> Result<Ending, Failure> {
    tokio::select! {
        played = play() => played.map(|()| Ending::Ran).map_err(Failure::ours),
        () = interrupted() => Ok(Ending::Interrupted),
    }
}

async fn play() -> anyhow::Result<()> {
    step("a stand-in GitHub starts on this machine, with a small shop and a pull request");
    let github = StandIn::start(StandInConfig::default()).await.context("starting the stand-in GitHub")?;
    let shop = Shop::open(&github)?;
    say::out(&format!("    {} #{}: {}\n", shop.name(), shop.pull, shop::TITLE));

    step("jittest serve starts: SQLite, Docker, the offline engine");
    let server = Server::start(&github).await?;
    say::out(&format!("    http://{}/webhooks/github\n", server.address));

    step("GitHub delivers a signed pull_request webhook");
    github.set_webhook(&format!("http://{}/webhooks/github", server.address), SECRET);
    let delivery = github.send(shop.opened()?).await?;
    match delivery.status {
        Some(202) => say::out(&format!("    202 Accepted for delivery {}\n", delivery.id)),
        status => bail!("the webhook was answered with {status:?}: {}", delivery.body),
    }

    step("the pull request is tested just in time");
    let started = Instant::now();
    let posted = tokio::time::timeout(PATIENCE, completed(&shop)).await;
    let check = posted.context("the check run did not complete in time")??;
    say::out(&format!("    done after {:.0} s\n", started.elapsed().as_secs_f64()));

    // The check run is completed last: the review and the description are there.
    server.stop().await?;
    let proven = show::everything(&shop, &check)?;
    github.shutdown().await;
    for violation in github.violations() {
        say::err_line(&format!("Warning: demo: GitHub would have refused a request — {violation} — a mistake of ours"));
    }
    if !proven {
        bail!("no regression was posted on the pull request");
    }
    Ok(())
}

fn step(what: &str) {
    say::out(&format!("==> {what}\n"));
}

/// The check run, when it has completed; says each state on the way.
async fn completed(shop: &Shop) -> anyhow::Result<CheckRun> {
    let mut said = String::new();
    loop {
        if let Some(check) = shop.check_run()? {
            let title = check.output.title.clone().unwrap_or_default();
            let now = format!("{}: {title}", check.status.replace('_', " "));
            if now != said {
                say::out(&format!("    {now}\n"));
                said = now;
            }
            if check.status == "completed" {
                return Ok(check);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The real server, with a database of its own.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), AppError>>,
    _folder: TempDir,
}

impl Server {
    async fn start(github: &StandIn) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("jittest-demo-").tempdir().context("making a folder")?;
        let app = App::build(config(github, &folder)?).await?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (listening, address) = oneshot::channel();
        let until = async {
            // Sent or dropped: both mean stop.
            drop(stopped.await);
        };
        let running = tokio::spawn(app.serve(until, move |address| {
            // Nobody waits any more where the demo was interrupted.
            let _interrupted = listening.send(address);
        }));
        match address.await {
            Ok(address) => Ok(Self { address, stop, running, _folder: folder }),
            Err(_) => {
                running.await.context("the server")??;
                bail!("the server ended before it listened")
            }
        }
    }

    /// Tells it to stop, and waits until what it does is handed back.
    async fn stop(self) -> anyhow::Result<()> {
        let _ended_already = self.stop.send(());
        self.running.await.context("the server")??;
        Ok(())
    }
}

fn config(github: &StandIn, folder: &TempDir) -> anyhow::Result<ServiceConfig> {
    let app = StandInConfig::default();
    let database = folder.path().join("demo.db");
    let mut config = ServiceConfig::from_variables([
        ("JITTEST_LISTEN", "127.0.0.1:0".to_owned()),
        ("JITTEST_DATABASE_URL", format!("sqlite://{}", database.display())),
        ("JITTEST_GITHUB_APP_ID", app.app_id.to_string()),
        ("JITTEST_GITHUB_PRIVATE_KEY", github.private_key_pem()),
        ("JITTEST_GITHUB_WEBHOOK_SECRET", SECRET.to_owned()),
        ("GITHUB_API_URL", github.api_url()),
        ("GITHUB_SERVER_URL", github.base_url()),
        ("JITTEST_ENGINE", "offline".to_owned()),
        ("JITTEST_SANDBOX_IMAGE", UserEnvironment::of_process().sandbox_image),
        ("JITTEST_WORKERS", "1".to_owned()),
    ])?;
    config.network = HostNetwork::of_process();
    Ok(config)
}
