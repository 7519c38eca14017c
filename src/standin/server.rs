//! From an HTTP request to an answer: faults, who asks, the route, the strict body, the handler, the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body as HttpBody;
use axum::extract::{ConnectInfo, Query, Request, State as Extract};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::auth::{self, Key};
use super::call::{Answer, Body, Call, Outcome};
use super::faults::{Fault, FaultAnswer, Moment, Plan};
use super::line::Switch;
use super::record::RequestRecord;
use super::state::State;
use super::{body, git_http, route};

/// More than any request of GitHub's API may have.
const REQUEST_BYTES: usize = 64 << 20;

/// What all requests share.
pub(super) struct Shared {
    pub(super) key: Key,
    pub(super) folder: tempfile::TempDir,
    pub(super) client: reqwest::Client,
    state: Mutex<State>,
    plan: Mutex<Plan>,
    requests: Mutex<Vec<RequestRecord>>,
    violations: Mutex<Vec<String>>,
}

/// A lock whose holder panicked still holds what a test wants to look at.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(key: Key, folder: tempfile::TempDir, client: reqwest::Client, state: State) -> Self {
        Self {
            key,
            folder,
            client,
            state: Mutex::new(state),
            plan: Mutex::default(),
            requests: Mutex::default(),
            violations: Mutex::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn plan(&self) -> MutexGuard<'_, Plan> {
        lock(&self.plan)
    }

    pub(super) fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.requests).clone()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    fn arrived(&self, record: &RequestRecord) -> usize {
        let mut requests = lock(&self.requests);
        requests.push(record.clone());
        requests.len() - 1
    }

    fn answered(&self, at: usize, record: &RequestRecord, answer: &Answer, sent: bool) {
        if sent {
            lock(&self.requests)[at].status = Some(answer.status);
        }
        if let Some(what) = &answer.violation {
            lock(&self.violations).push(format!("{} {}: {what}", record.method, record.path));
        }
    }

    /// Lets those who watch a request hear of it, and waits for them.
    async fn tell(self: &Arc<Self>, moment: Moment, record: &RequestRecord) {
        let watchers = self.plan().watchers(moment, &record.method, &record.path);
        for watcher in watchers {
            let record = record.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || watcher(&record)).await {
                lock(&self.violations).push(format!("a watcher failed: {error}"));
            }
        }
    }
}

/// A request, read to its end.
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) bytes: axum::body::Bytes,
}

impl Received {
    async fn read(request: Request) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, REQUEST_BYTES)
            .await
            .map_err(|_| Answer::violation(413, "the request's body is too large, or broke off"))?;
        let path = parts.uri.path();
        let path = path.strip_prefix("/api/v3").unwrap_or(path).to_owned();
        Ok(Self {
            method: parts.method.to_string(),
            path,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            uri: parts.uri,
            bytes,
        })
    }

    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Serves one request. The work goes on when the client leaves, as it does on GitHub.
pub(super) async fn serve(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response<HttpBody> {
    match tokio::spawn(exchange(shared, switch, request)).await {
        Ok(response) => response,
        Err(error) => response(Answer::refused(500, &format!("the stand-in failed: {error}"))),
    }
}

async fn exchange(shared: Arc<Shared>, switch: Switch, request: Request) -> Response<HttpBody> {
    let received = match Received::read(request).await {
        Ok(received) => Arc::new(received),
        Err(answer) => return response(answer),
    };
    let mut record = RequestRecord {
        method: received.method.clone(),
        path: received.path.clone(),
        query: received.query.clone(),
        route: route::find(&received.method, &received.path).map(|(route, _)| route.path),
        status: None,
    };
    let at = shared.arrived(&record);
    let fault = shared.plan().take(&record.method, &record.path);
    shared.tell(Moment::BeforeChange, &record).await;
    if let Some(Fault::HoldBeforeChange(gate)) = &fault {
        gate.pass().await;
    }
    let mut answer = match &fault {
        Some(Fault::Status(told)) => told.into(),
        Some(Fault::DropBeforeChange) => Answer::refused(500, "dropped"),
        _ => handle(&shared, &received).await,
    };
    record.status = Some(answer.status);
    shared.tell(Moment::BeforeAnswer, &record).await;
    match &fault {
        Some(Fault::HoldBeforeAnswer(gate)) => gate.pass().await,
        Some(Fault::StatusAfterChange(told)) => answer = told.into(),
        Some(Fault::DropBeforeAnswer | Fault::DropBeforeChange) => switch.cut(),
        _ => {}
    }
    let sent = !matches!(fault, Some(Fault::DropBeforeAnswer | Fault::DropBeforeChange));
    shared.answered(at, &record, &answer, sent);
    response(with_limits(&shared, answer))
}

async fn handle(shared: &Arc<Shared>, received: &Arc<Received>) -> Answer {
    if let Some(repository) = git_http::repository(&received.path) {
        return git_http::serve(shared, received, &repository).await;
    }
    let (here, there) = (Arc::clone(shared), Arc::clone(received));
    match tokio::task::spawn_blocking(move || rest(&here, &there)).await {
        Ok(Ok(answer) | Err(answer)) => answer,
        Err(error) => Answer::violation(500, &format!("the stand-in failed: {error}")),
    }
}

fn rest(shared: &Shared, received: &Received) -> Outcome {
    if received.header(header::USER_AGENT).is_none_or(str::is_empty) {
        return Err(Answer::violation(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
        ));
    }
    let mut state = shared.state();
    let Some((route, params)) = route::find(&received.method, &received.path) else {
        let what = if route::known(&received.path) { "no such method here" } else { "unknown path" };
        return Err(Answer { violation: Some(what.to_owned()), ..Answer::not_found() });
    };
    let actor = auth::actor(&state, &shared.key, received.header(header::AUTHORIZATION))?;
    let repo = match (params.get("owner"), params.get("repo")) {
        (Some(owner), Some(name)) => Some(state.repo(&format!("{owner}/{name}")).ok_or_else(Answer::not_found)?),
        _ => None,
    };
    auth::allow(&state, &actor, route.access, repo)?;
    if route.path != "/rate_limit" && !state.rate.take(Timestamp::now().as_second()) {
        let installation = state.app.installation;
        return Err(Answer::refused(403, &format!("API rate limit exceeded for installation ID {installation}.")));
    }
    let query = query(route, &received.uri)?;
    let body = body_of(route, &received.bytes)?;
    let accept = received.header(header::ACCEPT).unwrap_or_default().to_owned();
    let path = received.path.clone();
    (route.handle)(&mut Call { state: &mut state, params, query, body, accept, actor, path })
}

/// The query's names and values; GitHub ignores a name that it doesn't know, we don't.
fn query(route: &route::Route, uri: &Uri) -> Result<BTreeMap<String, String>, Answer> {
    let Query(query) = Query::<BTreeMap<String, String>>::try_from_uri(uri)
        .map_err(|error| Answer::violation(400, &format!("the query can't be read: {error}")))?;
    match query.keys().find(|name| !route.query.contains(&name.as_str())) {
        Some(name) => Err(Answer::invalid(&format!("\"{name}\" is not a parameter of this path."))),
        None => Ok(query),
    }
}

fn body_of(route: &route::Route, bytes: &[u8]) -> Result<Value, Answer> {
    let Some(fields) = route.body else { return Ok(Value::Null) };
    let body = match bytes {
        b"" => json!({}),
        bytes => serde_json::from_slice(bytes).map_err(|_| Answer::violation(400, "Problems parsing JSON"))?,
    };
    body::check(&body, fields).map_err(|what| Answer::invalid(&what))?;
    Ok(body)
}

/// GitHub says how much of the rate limit is left with every answer.
fn with_limits(shared: &Shared, mut answer: Answer) -> Answer {
    let rate = shared.state().rate.clone();
    let values = [
        ("x-ratelimit-limit", rate.limit.to_string()),
        ("x-ratelimit-remaining", rate.remaining.to_string()),
        ("x-ratelimit-used", (rate.limit - rate.remaining.min(rate.limit)).to_string()),
        ("x-ratelimit-reset", rate.reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ];
    for (name, value) in values {
        if !answer.headers.iter().any(|(told, _)| told.eq_ignore_ascii_case(name)) {
            answer.headers.push((name.to_owned(), value));
        }
    }
    answer
}

impl From<&FaultAnswer> for Answer {
    fn from(told: &FaultAnswer) -> Self {
        let body = match &told.body {
            Value::String(text) => Body::Raw("text/html".to_owned(), text.clone().into_bytes()),
            body => Body::Json(body.clone()),
        };
        Self { status: told.status, headers: told.headers.clone(), body, violation: None }
    }
}

fn response(answer: Answer) -> Response<HttpBody> {
    let (kind, bytes) = match answer.body {
        Body::Json(value) => ("application/json; charset=utf-8".to_owned(), value.to_string().into_bytes()),
        Body::Raw(kind, bytes) => (kind, bytes),
    };
    let mut response = Response::new(HttpBody::from(bytes));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = answer.headers;
    headers.push(("content-type".to_owned(), kind));
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
