//! From a delivered webhook to the first check run that GitHub shows, against the stand-in GitHub.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jittest::standin::{PullSpec, Repository, StandIn, StandInConfig};

use crate::service::{GitHubSide, SECRET, Service, percentile};

const PULLS: usize = 40;
/// After this long the service is taken to be broken.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut seconds = tokio::runtime::Runtime::new()?.block_on(measured())?;
    seconds.sort_by(f64::total_cmp);
    let ms = |part: f64| 1_000.0 * percentile(&seconds, part);
    writeln!(out, "\nfrom delivery to the first check run")?;
    writeln!(out, "  milliseconds    p50 {:.0}, p99 {:.0}, of {} deliveries", ms(0.5), ms(0.99), seconds.len())?;
    Ok(())
}

async fn measured() -> anyhow::Result<Vec<f64>> {
    let github = StandIn::start(StandInConfig::default()).await?;
    let shop = github.create_repository("octo", "shop")?;
    shop.commit("main", None, &[("README.md", Some("# Shop\n"))], "First")?;
    let side = GitHubSide {
        api_url: github.api_url(),
        app_id: StandInConfig::default().app_id.to_string(),
        private_key: github.private_key_pem(),
    };
    let service = Service::start(&side, 1)?;
    github.set_webhook(&service.webhook_url(), SECRET);
    let mut seconds = Vec::new();
    for number in 0..PULLS {
        seconds.push(one(&github, &shop, number).await?);
    }
    drop(service);
    github.shutdown().await;
    Ok(seconds)
}

/// Seconds from sending the event of a new pull request until its check run is there.
async fn one(github: &StandIn, shop: &Repository, number: usize) -> anyhow::Result<f64> {
    let branch = format!("change-{number}");
    let text = format!("# Shop {number}\n");
    let head = shop.commit(&branch, Some("main"), &[("README.md", Some(&text))], "Words")?;
    let pull = shop.open_pull_request(PullSpec::new("Words", &branch))?;
    let event = shop.pull_request_event(pull, "opened")?;
    let began = Instant::now();
    let (answer, shown) = tokio::join!(github.send(event), shown(shop, &head, began));
    ensure!(answer?.status == Some(202), "the delivery was not accepted");
    let seconds = shown.with_context(|| format!("pull request {number}"))?;
    finished(shop, &head).await?;
    Ok(seconds)
}

async fn shown(shop: &Repository, head: &str, began: Instant) -> anyhow::Result<f64> {
    while shop.check_runs(head)?.is_empty() {
        ensure!(began.elapsed() < PATIENCE, "no check run after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed().as_secs_f64())
}

async fn finished(shop: &Repository, head: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    while shop.check_runs(head)?.iter().any(|check| check.status != "completed") {
        ensure!(began.elapsed() < PATIENCE, "the check run is not completed after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
