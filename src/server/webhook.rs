//! A webhook: bounded, authentic, understood, stored together with its jobs, and only then answered.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::ServerState;
use super::body::{self, Received, Unread};
use crate::domain::{Delivery, DeliveryId, limits};
use crate::forge::WebhookHeaders;
use crate::intake;
use crate::store::now_ms;

/// A header that matters: a UUID, an event's name, a signature. Anything much longer is none of these.
const HEADER_BYTES: usize = 100;

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Accepted,
    NoWork,
    Duplicate,
    TooLarge,
    TooSlow,
    Busy,
    Unauthentic,
    Malformed(&'static str),
    StoreFailed,
}

impl Outcome {
    /// For metrics and logs.
    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NoWork => "no_work",
            Self::Duplicate => "duplicate",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Busy => "busy",
            Self::Unauthentic => "unauthentic",
            Self::Malformed(_) => "malformed",
            Self::StoreFailed => "store_failed",
        }
    }
}

/// All that a stranger learns.
impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Accepted => (StatusCode::ACCEPTED, "accepted\n"),
            Self::NoWork => (StatusCode::ACCEPTED, "nothing to do\n"),
            Self::Duplicate => (StatusCode::ACCEPTED, "known already\n"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
            Self::Busy => {
                let words = "too much at once: deliver it again\n";
                return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], words).into_response();
            }
            Self::Unauthentic => (StatusCode::UNAUTHORIZED, "the signature is missing or wrong\n"),
            Self::Malformed(what) => (StatusCode::BAD_REQUEST, what),
            Self::StoreFailed => (StatusCode::SERVICE_UNAVAILABLE, "it could not be stored: deliver it again\n"),
        }
        .into_response()
    }
}

/// `POST /webhooks/github`
pub(super) async fn receive(State(state): State<ServerState>, request: Request) -> Response {
    let began = Instant::now();
    let event = header(request.headers(), "x-github-event").unwrap_or_default();
    let delivery = header(request.headers(), "x-github-delivery").unwrap_or_default();
    let outcome = outcome_of(&state, request, &event, &delivery).await;
    tracing::info!(%delivery, %event, outcome = outcome.word(), "webhook");
    state.metrics.answered(&event, outcome.word(), began.elapsed().as_secs_f64());
    outcome.into_response()
}

async fn outcome_of(state: &ServerState, request: Request, event: &str, delivery: &str) -> Outcome {
    let headers = WebhookHeaders { signature: header(request.headers(), "x-hub-signature-256") };
    if announced_length(request.headers()) > limits::WEBHOOK_BYTES {
        return Outcome::TooLarge;
    }
    let received = match tokio::time::timeout(limits::WEBHOOK_READ, body::read(request.into_body(), &state.room)).await
    {
        Ok(Ok(received)) => received,
        Ok(Err(Unread::TooLarge)) => return Outcome::TooLarge,
        Ok(Err(Unread::NoRoom)) => return Outcome::Busy,
        Ok(Err(Unread::Broken)) => return Outcome::Malformed("the body could not be read\n"),
        Err(_) => return Outcome::TooSlow,
    };
    let Received { bytes, room: _room } = received;
    if state.parts.forge.authenticate(&bytes, &headers).is_err() {
        return Outcome::Unauthentic;
    }
    if event.is_empty() {
        return Outcome::Malformed("X-GitHub-Event is missing\n");
    }
    if delivery.is_empty() {
        return Outcome::Malformed("X-GitHub-Delivery is missing\n");
    }
    let delivery =
        Delivery { id: DeliveryId::new(delivery), event_name: event.to_owned(), body: bytes, received_at_ms: now_ms() };
    remember(state, &delivery).await
}

async fn remember(state: &ServerState, delivery: &Delivery) -> Outcome {
    let event = match state.parts.forge.event(&delivery.event_name, &delivery.body) {
        Ok(event) => event,
        Err(error) => {
            tracing::info!(delivery = %delivery.id, error = &error as &dyn std::error::Error, "not understood");
            return Outcome::Malformed("the body is not what this event must have\n");
        }
    };
    let plan = intake::plan(&event, &delivery.id);
    let work = !plan.jobs.is_empty() || !plan.stops.is_empty();
    match state.parts.store.accept(delivery, &plan, work).await {
        Ok(true) if work => {
            state.parts.wake.notify_waiters();
            Outcome::Accepted
        }
        Ok(true) => Outcome::NoWork,
        Ok(false) => Outcome::Duplicate,
        Err(error) => {
            tracing::error!(delivery = %delivery.id, error = &error as &dyn std::error::Error, "it could not be stored");
            Outcome::StoreFailed
        }
    }
}

/// What `Content-Length` says: what is too large is refused before it is sent.
fn announced_length(headers: &HeaderMap) -> usize {
    header(headers, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= HEADER_BYTES).then(|| text.to_owned())
}
