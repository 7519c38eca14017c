//! How fast a webhook is acknowledged, which is after it was verified and stored: at a fixed rate, and at most.
//!
//! The fixed rate is open loop: each delivery has its moment, and its time counts from that moment on, so that a slow
//! answer is not hidden by the deliveries that it held up.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::service::{GitHubSide, SECRET, Service, percentile};

const PER_SECOND: u32 = 500;
const SECONDS: u32 = 10;
/// Deliveries for the highest rate, and how many are under way at once.
const MOST: u32 = 5_000;
const AT_ONCE: usize = 32;

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let nobody = GitHubSide {
        api_url: "http://127.0.0.1:9/api/v3".to_owned(),
        app_id: "12".to_owned(),
        private_key: include_str!("../../tests/it/github/app-key.pkcs8.pem").to_owned(),
    };
    let service = Service::start(&nobody, 0)?;
    let (paced, most) = runtime.block_on(async {
        let deliveries = Deliveries::new(service.webhook_url())?;
        let paced = deliveries.paced().await?;
        anyhow::Ok((paced, deliveries.most().await?))
    })?;
    let ms = |part: f64| 1_000.0 * percentile(&paced, part);
    writeln!(out, "\nwebhooks, verified, stored and answered 202")?;
    writeln!(out, "  at {PER_SECOND}/s        p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", ms(0.5), ms(0.99), ms(1.0))?;
    writeln!(out, "  of              {} deliveries on loopback, none lost", paced.len())?;
    writeln!(out, "  at most         {most:.0} acknowledgements per second, {AT_ONCE} at once")?;
    Ok(())
}

#[derive(Clone)]
struct Deliveries {
    client: reqwest::Client,
    url: String,
}

impl Deliveries {
    fn new(url: String) -> anyhow::Result<Self> {
        Ok(Self { client: reqwest::Client::builder().no_proxy().build()?, url })
    }

    /// Sorted seconds of each delivery, at the fixed rate.
    async fn paced(&self) -> anyhow::Result<Vec<f64>> {
        let begin = Instant::now() + Duration::from_millis(100);
        let mut under_way = Vec::new();
        for number in 0..PER_SECOND * SECONDS {
            let moment = begin + Duration::from_secs(1) * number / PER_SECOND;
            tokio::time::sleep_until(moment.into()).await;
            let one = self.clone();
            under_way.push(tokio::spawn(async move {
                one.deliver(&format!("paced-{number}")).await?;
                anyhow::Ok(moment.elapsed().as_secs_f64())
            }));
        }
        let mut seconds = Vec::with_capacity(under_way.len());
        for one in under_way {
            seconds.push(one.await??);
        }
        seconds.sort_by(f64::total_cmp);
        Ok(seconds)
    }

    /// Acknowledgements per second with as many under way as may be.
    async fn most(&self) -> anyhow::Result<f64> {
        use futures_util::{StreamExt as _, TryStreamExt as _};
        let began = Instant::now();
        let work = futures_util::stream::iter((0..MOST).map(|number| {
            let one = self.clone();
            async move { one.deliver(&format!("most-{number}")).await }
        }));
        work.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(f64::from(MOST) / began.elapsed().as_secs_f64())
    }

    async fn deliver(&self, id: &str) -> anyhow::Result<()> {
        let body = body(id)?;
        let request = self
            .client
            .post(&self.url)
            .header("x-github-event", "pull_request")
            .header("x-github-delivery", id)
            .header("x-hub-signature-256", signature(&body)?)
            .body(body);
        let status = request.send().await.with_context(|| format!("the delivery {id}"))?.status().as_u16();
        ensure!(status == 202, "the delivery {id} was answered {status}");
        Ok(())
    }
}

fn signature(body: &[u8]) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(body);
    Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

/// An `opened` event of about the size that GitHub's have.
fn body(id: &str) -> anyhow::Result<Vec<u8>> {
    let event = serde_json::json!({
        "action": "opened",
        "number": 3,
        "pull_request": {
            "number": 3,
            "draft": false,
            "state": "open",
            "title": id,
            "body": "words ".repeat(3_000),
            "head": {"sha": "a".repeat(40), "ref": "change"},
            "base": {"sha": "b".repeat(40), "ref": "main"},
        },
        "repository": {"id": 1, "name": "shop", "full_name": "octo/shop", "owner": {"login": "octo", "id": 2}},
        "installation": {"id": 7},
        "sender": {"login": "ann", "id": 3, "type": "User"},
    });
    Ok(serde_json::to_vec(&event)?)
}
