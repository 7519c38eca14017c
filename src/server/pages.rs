//! What operators ask: alive, ready, metrics.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus::TextEncoder;

use super::ServerState;

/// The process runs.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Store and sandbox answer; else which one doesn't. Why is in the log: this page is public.
pub(super) async fn ready(State(state): State<ServerState>) -> Response {
    let mut text = String::new();
    let mut status = StatusCode::OK;
    for part in state.parts.health.ready().await {
        let word = match &part.answer {
            Ok(_) => "ok",
            Err(trouble) => {
                tracing::warn!(part = part.part, what = trouble.what, fix = trouble.fix, "a part does not answer");
                status = StatusCode::SERVICE_UNAVAILABLE;
                "does not answer"
            }
        };
        text.push_str(&format!("{}: {word}\n", part.part));
    }
    (status, text).into_response()
}

/// In Prometheus's text format.
pub(super) async fn metrics(State(state): State<ServerState>) -> Response {
    match state.parts.store.job_counts().await {
        Ok(counts) => state.metrics.queue(&counts),
        Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the queue could not be counted"),
    }
    match TextEncoder::new().encode_to_string(&state.parts.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
