//! HTTP in: the webhook, and what operators ask. Errors never tell internals; they are logged instead.

mod body;
mod metrics;
mod pages;
mod webhook;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use crate::forge::Forge;
use crate::health::Health;
use crate::store::Store;

use metrics::Metrics;

/// What the server works with.
#[derive(Clone)]
pub struct ServerParts {
    /// Where deliveries are stored.
    pub store: Store,
    /// Who understands them.
    pub forge: Arc<dyn Forge>,
    /// Whom `/readyz` asks.
    pub health: Health,
    /// Told when there is new work.
    pub wake: Arc<Notify>,
    /// What `/metrics` shows, besides the server's own.
    pub registry: Registry,
}

#[derive(Clone)]
struct ServerState {
    parts: ServerParts,
    metrics: Metrics,
    /// For bodies that are being read.
    room: Arc<Semaphore>,
}

/// The server's routes.
///
/// # Errors
/// Where the registry has a metric of one of the server's names already.
pub fn router(parts: ServerParts) -> anyhow::Result<Router> {
    let metrics = Metrics::register(&parts.registry)?;
    Ok(Router::new()
        .route("/webhooks/github", post(webhook::receive))
        .route("/healthz", get(pages::alive))
        .route("/readyz", get(pages::ready))
        .route("/metrics", get(pages::metrics))
        .with_state(ServerState { parts, metrics, room: Arc::new(body::room()) }))
}

/// Serves until `stop` ends; then takes no new connection, and waits at most `grace` for requests that are under way.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> std::io::Result<()> {
    let stopping = Arc::new(Notify::new());
    let stopped = stopping.clone();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        stopped.notify_one();
    });
    tokio::select! {
        ended = serving.into_future() => ended,
        // A connection that is half open would hold the shutdown until its client leaves.
        () = async { stopping.notified().await; tokio::time::sleep(grace).await; } => Ok(()),
    }
}
