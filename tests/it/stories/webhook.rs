//! What GitHub hears when it delivers a webhook, and what stays of it. The real program; no GitHub is needed.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use std::io::{Read, Write};
use std::net::TcpStream;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::harness::{Service, ServiceSpec};

const QUEUED: &str = "jittest_jobs{lane=\"light\",state=\"queued\"}";

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn opened() -> Vec<u8> {
    let body = json!({
        "action": "opened",
        "number": 3,
        "pull_request": {
            "number": 3,
            "draft": false,
            "state": "open",
            "head": {"sha": "a".repeat(40), "ref": "change"},
            "base": {"sha": "b".repeat(40), "ref": "main"},
        },
        "repository": {"id": 1, "name": "shop", "full_name": "octo/shop", "owner": {"login": "octo", "id": 2}},
        "installation": {"id": 7},
        "sender": {"login": "ann", "id": 3, "type": "User"},
    });
    serde_json::to_vec(&body).unwrap()
}

/// One delivery; what is `None` is left out.
struct Post<'a> {
    event: Option<&'a str>,
    id: Option<&'a str>,
    signature: Option<String>,
    body: Vec<u8>,
}

impl<'a> Post<'a> {
    /// As GitHub sends it.
    fn new(service: &Service, event: &'a str, id: &'a str, body: Vec<u8>) -> Self {
        let signature = Some(signature(service.secret(), &body));
        Self { event: Some(event), id: Some(id), signature, body }
    }

    async fn to(self, service: &Service) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.post(service.webhook_url()).body(self.body);
        let signature = self.signature;
        for (name, value) in [
            ("x-github-event", self.event),
            ("x-github-delivery", self.id),
            ("x-hub-signature-256", signature.as_deref()),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn a_signed_delivery_is_one_job_however_often_it_comes() {
    let service = Service::start(ServiceSpec::receiving());
    for expected in ["accepted\n", "known already\n", "known already\n"] {
        let answer = Post::new(&service, "pull_request", "d1", opened()).to(&service).await;
        assert_eq!(answer, (202, expected.to_owned()));
    }
    assert_eq!(service.metric(QUEUED).await, 1.0);
    let counted = "jittest_deliveries_total{event=\"pull_request\",outcome=\"duplicate\"}";
    assert_eq!(service.metric(counted).await, 2.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_first_delivery_twice_at_once_is_one_job() {
    let service = Service::start(ServiceSpec::receiving());
    for id in ["d1", "d2", "d3", "d4"] {
        let post = || Post::new(&service, "pull_request", id, opened());
        let (one, other) = tokio::join!(post().to(&service), post().to(&service));
        let mut answers = [one, other];
        answers.sort();
        assert_eq!(answers, [(202, "accepted\n".to_owned()), (202, "known already\n".to_owned())]);
    }
    let counted = "jittest_deliveries_total{event=\"pull_request\",outcome=\"accepted\"}";
    assert_eq!(service.metric(counted).await, 4.0);
}

#[tokio::test]
async fn what_github_did_not_sign_is_refused() {
    let service = Service::start(ServiceSpec::receiving());
    let wrong = [None, Some(String::new()), Some("sha256=00".to_owned()), Some(signature("another", &opened()))];
    for signature in wrong {
        let post = Post { signature: signature.clone(), ..Post::new(&service, "pull_request", "d1", opened()) };
        assert_eq!(post.to(&service).await.0, 401, "{signature:?}");
    }
    assert_eq!(service.metric(QUEUED).await, 0.0);
}

#[tokio::test]
async fn both_secrets_are_valid_while_one_is_rotated() {
    let old = ("JITTEST_GITHUB_WEBHOOK_SECRET_OLD".to_owned(), "the old one".to_owned());
    let service = Service::start(ServiceSpec { variables: vec![old], ..ServiceSpec::receiving() });
    let with_old = Some(signature("the old one", &opened()));
    let post = Post { signature: with_old, ..Post::new(&service, "pull_request", "d1", opened()) };
    assert_eq!(post.to(&service).await.0, 202);
    assert_eq!(Post::new(&service, "pull_request", "d2", opened()).to(&service).await.0, 202);
}

#[tokio::test]
async fn what_is_not_an_event_is_refused_without_a_word_about_our_insides() {
    let service = Service::start(ServiceSpec::receiving());
    let whole = || Post::new(&service, "pull_request", "d1", opened());
    for post in [
        Post::new(&service, "pull_request", "d1", b"not json".to_vec()),
        Post::new(&service, "pull_request", "d1", b"{}".to_vec()),
        Post::new(&service, "pull_request", "d1", b"\xff\xfe".to_vec()),
        Post { id: None, ..whole() },
        Post { event: None, ..whole() },
        Post { id: Some(""), ..whole() },
    ] {
        let (status, text) = post.to(&service).await;
        assert_eq!(status, 400, "{text}");
        assert!(text.lines().count() == 1 && !text.contains("serde") && !text.contains("column"), "{text}");
    }
    assert_eq!(service.metric(QUEUED).await, 0.0);
    // A delivery that was refused was not remembered: put right, it is new.
    assert_eq!(whole().to(&service).await, (202, "accepted\n".to_owned()));
}

#[tokio::test]
async fn an_event_that_asks_nothing_of_us_is_taken_and_no_work() {
    let service = Service::start(ServiceSpec::receiving());
    for (event, id) in [("star", "d1"), ("ping", "d2"), ("made_up_tomorrow", "d3")] {
        let answer = Post::new(&service, event, id, b"{\"zen\": \"Design for failure.\"}".to_vec()).to(&service).await;
        assert_eq!(answer, (202, "nothing to do\n".to_owned()), "{event}");
    }
    assert_eq!(service.metric(QUEUED).await, 0.0);
}

#[tokio::test]
async fn a_body_over_githubs_bound_is_refused_before_it_is_sent() {
    let service = Service::start(ServiceSpec::receiving());
    let mut line = TcpStream::connect(service.url().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-github-event: push\r\nx-github-delivery: d1\r\ncontent-length: {}\r\n\r\n",
        (25 << 20) + 1
    );
    line.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_of_unknown_length_is_read_up_to_githubs_bound() {
    let service = Service::start(ServiceSpec::receiving());
    let mut line = TcpStream::connect(service.url().trim_start_matches("http://")).unwrap();
    let head = "POST /webhooks/github HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    line.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
    // 25 of them are within the bound, and none ends the body. Once it is passed, the server may hang up.
    for _ in 0..26 {
        if line.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    line.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_delivery_that_cannot_be_stored_is_to_be_delivered_again() {
    let service = Service::start(ServiceSpec::receiving());
    assert_eq!(service.page("/readyz").await, (200, "store: ok\n".to_owned()));
    let database = sqlx::SqlitePool::connect(&format!("sqlite://{}", service.database().display())).await.unwrap();
    sqlx::query("ALTER TABLE jobs RENAME TO away").execute(&database).await.unwrap();
    let (status, text) = Post::new(&service, "pull_request", "d1", opened()).to(&service).await;
    assert_eq!((status, text.as_str()), (503, "it could not be stored: deliver it again\n"));
    assert_eq!(service.page("/readyz").await, (503, "store: does not answer\n".to_owned()));
    assert_eq!(service.page("/healthz").await, (200, "ok\n".to_owned()));

    sqlx::query("ALTER TABLE away RENAME TO jobs").execute(&database).await.unwrap();
    let answer = Post::new(&service, "pull_request", "d1", opened()).to(&service).await;
    assert_eq!(answer, (202, "accepted\n".to_owned()), "a delivery that was not stored was remembered");
}

#[tokio::test]
async fn a_delivery_that_was_answered_survives_a_kill() {
    let mut service = Service::start(ServiceSpec::receiving());
    assert_eq!(Post::new(&service, "pull_request", "d1", opened()).to(&service).await.0, 202);
    service.kill();
    service.restart();
    assert_eq!(service.metric(QUEUED).await, 1.0);
    let again = Post::new(&service, "pull_request", "d1", opened()).to(&service).await;
    assert_eq!(again, (202, "known already\n".to_owned()));
}

#[tokio::test]
async fn sigterm_ends_it_well_though_a_client_holds_a_half_sent_request() {
    let mut service = Service::start(ServiceSpec::receiving());
    let mut line = TcpStream::connect(service.url().trim_start_matches("http://")).unwrap();
    line.write_all(b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").unwrap();
    // It is being read when the next request was answered.
    assert_eq!(service.page("/healthz").await.0, 200);
    assert!(service.terminate().await.success());
    drop(line);
}

#[tokio::test]
async fn a_body_is_never_logged() {
    let all = ("RUST_LOG".to_owned(), "trace".to_owned());
    let mut service = Service::start(ServiceSpec { variables: vec![all], ..ServiceSpec::receiving() });
    let body = String::from_utf8(opened()).unwrap().replace("\"ann\"", "\"a-name-to-look-for\"");
    assert_eq!(Post::new(&service, "pull_request", "d1", body.into_bytes()).to(&service).await.0, 202);
    assert!(service.terminate().await.success());
    let log = service.log();
    assert!(log.contains("outcome=\"accepted\""), "{log}");
    assert!(!log.contains("a-name-to-look-for") && !log.contains(service.secret()), "{log}");
}
