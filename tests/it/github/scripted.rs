//! A server that answers as it was told to, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use jittest::domain::{CommitSha, Subject};
use jittest::forge::github::{Clock, GitHub, GitHubConfig, RetryBounds};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::openapi;

/// The App's key in these tests, and nowhere else.
pub const PKCS1: &str = include_str!("app-key.pkcs1.pem");
/// The same key in its other form.
pub const PKCS8: &str = include_str!("app-key.pkcs8.pem");
/// Its public half.
pub const PUBLIC: &[u8] = include_bytes!("app-key.public.pem");

/// 2026-01-01T00:00:00Z
pub const NOW_MS: i64 = 1_767_225_600_000;

/// What we asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: String,
    pub body: Option<Value>,
}

impl Request {
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        let split = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        };
        self.query.split('&').filter(|pair| !pair.is_empty()).map(split).collect()
    }

    /// Whether it changes anything on GitHub; a token is no change.
    pub fn writes(&self) -> bool {
        self.method != "GET" && !self.path.ends_with("/access_tokens")
    }

    pub fn body(&self) -> &Value {
        self.body.as_ref().unwrap()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Value,
    breaks_off: bool,
}

impl Reply {
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

pub fn ok(body: Value) -> Reply {
    status(200, body)
}

pub fn status(status: u16, body: Value) -> Reply {
    Reply { status: StatusCode::from_u16(status).unwrap(), headers: Vec::new(), body, breaks_off: false }
}

/// An answer of which the connection breaks: it was done, and we can't know.
pub fn lost() -> Reply {
    Reply { breaks_off: true, ..ok(json!({})) }
}

#[derive(Debug, Default)]
struct Script {
    answers: HashMap<(String, String), VecDeque<Reply>>,
    requests: Vec<Request>,
}

/// The server. What it wasn't told is 404; the last answer of a call is given again and again.
#[derive(Clone, Debug)]
pub struct Scripted {
    url: String,
    script: Arc<Mutex<Script>>,
    pub clock: Arc<TestClock>,
}

impl Scripted {
    pub async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let clock = Arc::new(TestClock { now_ms: AtomicI64::new(NOW_MS), slept: Mutex::default() });
        let server = Self { url, script, clock };
        server.on("GET", "/app", [ok(json!({ "id": 42, "slug": "jittest", "name": "JIT test" }))]);
        server.on("POST", "/app/installations/7/access_tokens", [token("ghs_first", "2026-01-01T01:00:00Z")]);
        server
    }

    /// Answers to a call, one after the other.
    pub fn on(&self, method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let key = (method.to_owned(), path.to_owned());
        self.script.lock().unwrap().answers.insert(key, replies.into_iter().collect());
    }

    pub fn config(&self) -> GitHubConfig {
        GitHubConfig {
            api_url: self.url.clone(),
            app_id: "Iv23abc".to_owned(),
            private_key: SecretString::from(PKCS1),
            webhook_secrets: vec![SecretString::from("secret")],
            git_url: "https://github.example".to_owned(),
            retry: RetryBounds { clock: self.clock.clone(), ..RetryBounds::default() },
        }
    }

    pub fn github(&self) -> GitHub {
        GitHub::new(self.config()).unwrap()
    }

    /// All requests, each held to GitHub's description.
    pub fn requests(&self) -> Vec<Request> {
        let requests = self.script.lock().unwrap().requests.clone();
        requests.iter().for_each(openapi::assert_described);
        requests
    }

    /// The requests that change something.
    pub fn writes(&self) -> Vec<Request> {
        self.requests().into_iter().filter(Request::writes).collect()
    }

    /// How often this was asked.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.requests().iter().filter(|request| request.method == method && request.path == path).count()
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let request = Request {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        authorization: header("authorization"),
        body: (!body.is_empty()).then(|| serde_json::from_slice(&body).unwrap()),
    };
    let reply = {
        let mut script = script.lock().unwrap();
        let key = (request.method.clone(), request.path.clone());
        script.requests.push(request);
        match script.answers.get_mut(&key) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        }
    };
    let reply = reply.unwrap_or_else(|| status(404, json!({ "message": "Not Found" })));
    let mut response = Response::builder().status(reply.status).header("content-type", "application/json");
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let broken = || futures_util::stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
    let body = if reply.breaks_off { Body::from_stream(broken()) } else { Body::from(reply.body.to_string()) };
    response.body(body).unwrap()
}

/// A clock that stands still, except when somebody waits by it.
#[derive(Debug)]
pub struct TestClock {
    now_ms: AtomicI64,
    slept: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }

    pub fn advance(&self, by: Duration) {
        self.now_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    async fn sleep(&self, wait: Duration) {
        self.slept.lock().unwrap().push(wait);
        self.advance(wait);
    }
}

pub fn token(secret: &str, ends: &str) -> Reply {
    status(201, json!({ "token": secret, "expires_at": ends }))
}

pub fn subject() -> Subject {
    Subject { installation: 7, owner: "acme".to_owned(), name: "shop".to_owned() }
}

/// A commit id of one digit.
pub fn sha(digit: char) -> CommitSha {
    CommitSha::parse(&digit.to_string().repeat(40)).unwrap()
}

/// An open pull request, 5, of the repository itself: head `c` on `topic/new`, base `b` on `main`.
pub fn pull(body: Option<&str>) -> Value {
    let repo = json!({ "full_name": "acme/shop" });
    json!({
        "number": 5, "state": "open", "title": "Round half up", "body": body, "draft": false,
        "user": { "login": "ann" }, "labels": [{ "name": "bug" }], "maintainer_can_modify": false,
        "head": { "sha": sha('c').as_str(), "ref": "topic/new", "repo": repo },
        "base": { "sha": sha('b').as_str(), "ref": "main", "repo": repo },
    })
}
