//! A GitHub that fails, limits and forgets.

use std::time::Duration;

use jittest::domain::{CheckRun, CheckState, JobId, Permission, Publication};
use jittest::forge::github::GitHub;
use jittest::forge::{Forge, ForgeError};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::scripted::{NOW_MS, PKCS1, Reply, Scripted, lost, ok, sha, status, subject, token};

const PATH: &str = "/repos/acme/shop/collaborators/ann/permission";
const TOKENS: &str = "/app/installations/7/access_tokens";

fn allowed() -> Reply {
    ok(json!({ "permission": "write" }))
}

async fn ask(server: &Scripted) -> Result<Permission, ForgeError> {
    server.github().permission(&subject(), "ann").await
}

fn limited(status_code: u16, message: &str) -> Reply {
    status(status_code, json!({ "message": message }))
}

/// The one wait, jitter included, is at least this long and not a quarter longer.
fn assert_waited(server: &Scripted, least: Duration) {
    let slept = server.clock.slept();
    assert_eq!(slept.len(), 1, "{slept:?}");
    assert!(slept[0] >= least && slept[0] <= least + least / 4, "{slept:?}");
}

#[tokio::test]
async fn a_gateway_that_fails_twice_is_asked_a_third_time_after_growing_waits() {
    let server = Scripted::start().await;
    server.on("GET", PATH, [status(502, Value::Null), lost(), allowed()]);
    assert_eq!(ask(&server).await.unwrap(), Permission::Write);
    let slept = server.clock.slept();
    assert_eq!(slept.len(), 2);
    assert!(slept[0] >= Duration::from_millis(500) && slept[1] >= Duration::from_secs(1), "{slept:?}");
    assert_eq!(server.count("GET", PATH), 3);
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_given_up_after_five_tries() {
    let server = Scripted::start().await;
    server.on("GET", PATH, [status(503, json!({ "message": "Unicorn" }))]);
    let error = ask(&server).await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(error.to_string(), "the forge does not answer (read a person's permission)");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "it answered 503: Unicorn");
    assert_eq!(server.count("GET", PATH), 5);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let server = Scripted::start().await;
    let mut config = server.config();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    config.api_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = GitHub::new(config).unwrap().check().await.unwrap_err();
    assert!(matches!(error, ForgeError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn retry_after_is_waited_out() {
    for code in [403, 429, 503] {
        let server = Scripted::start().await;
        server.on("GET", PATH, [limited(code, "slow down").with("retry-after", 3), allowed()]);
        assert_eq!(ask(&server).await.unwrap(), Permission::Write);
        assert_waited(&server, Duration::from_secs(3));
    }
}

/// It is said at once until when GitHub wants to be left alone, so that whoever asked can do something else.
async fn assert_handed_back(reply: Reply, seconds: i64) {
    let server = Scripted::start().await;
    server.on("GET", PATH, [reply, allowed()]);
    let error = ask(&server).await.unwrap_err();
    let until = NOW_MS + seconds * 1_000;
    assert!(matches!(error, ForgeError::RateLimited { until_ms, .. } if until_ms == until), "{error:?}");
    assert!(error.is_transient());
    assert_eq!((server.clock.slept(), server.count("GET", PATH)), (Vec::new(), 1));
}

#[tokio::test]
async fn a_long_wait_is_handed_back_instead_of_slept() {
    for code in [403, 429, 503] {
        assert_handed_back(limited(code, "slow down").with("retry-after", 17), 17).await;
        assert_handed_back(limited(code, "slow down").with("retry-after", 3_600), 3_600).await;
    }
}

#[tokio::test]
async fn a_spent_budget_is_waited_for_until_its_reset() {
    let server = Scripted::start().await;
    let spent = |seconds: i64| {
        limited(403, "API rate limit exceeded")
            .with("x-ratelimit-remaining", 0)
            .with("x-ratelimit-reset", NOW_MS / 1000 + seconds)
    };
    server.on("GET", PATH, [spent(2), allowed()]);
    assert_eq!(ask(&server).await.unwrap(), Permission::Write);
    assert_waited(&server, Duration::from_secs(3));
    assert_handed_back(spent(120), 121).await;
}

#[tokio::test]
async fn a_secondary_limit_that_names_no_time_is_a_minute() {
    assert_handed_back(limited(403, "You have exceeded a secondary rate limit."), 60).await;
}

#[tokio::test]
async fn what_is_refused_is_not_asked_again() {
    let server = Scripted::start().await;
    for (code, kind) in [(403, "Forbidden"), (422, "Unexpected"), (401, "Unauthorized")] {
        server.on("GET", PATH, [limited(code, "No.\nReally")]);
        let error = ask(&server).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(kind), "{error:?}");
        assert!(error.to_string().ends_with("No. Really") && !error.is_transient(), "{error}");
    }
    assert!(server.clock.slept().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_taken_any_more_is_renewed_once() {
    let server = Scripted::start().await;
    let ends = "2026-01-01T01:00:00Z";
    server.on("POST", TOKENS, [token("ghs_first", ends), token("ghs_second", ends)]);
    server.on("GET", PATH, [limited(401, "Bad credentials"), allowed()]);
    assert_eq!(ask(&server).await.unwrap(), Permission::Write);
    let requests = server.requests();
    let used: Vec<&str> =
        requests.iter().filter(|request| request.path == PATH).map(|request| request.authorization.as_str()).collect();
    assert_eq!(used, ["Bearer ghs_first", "Bearer ghs_second"]);

    server.on("GET", PATH, [limited(401, "Bad credentials")]);
    assert!(matches!(ask(&server).await.unwrap_err(), ForgeError::Unauthorized { .. }));
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let server = Scripted::start().await;
    server.on("GET", PATH, [allowed()]);
    let github = server.github();
    let ask = async || github.permission(&subject(), "ann").await.unwrap();
    ask().await;
    server.clock.advance(Duration::from_secs(59 * 60));
    ask().await;
    assert_eq!(server.count("POST", TOKENS), 1);
    server.clock.advance(Duration::from_secs(1));
    server.on("POST", TOKENS, [token("ghs_second", "2026-01-01T02:00:00Z")]);
    ask().await;
    ask().await;
    assert_eq!(server.count("POST", TOKENS), 2);
}

#[tokio::test]
async fn ten_first_calls_at_once_share_one_token() {
    let server = Scripted::start().await;
    server.on("GET", PATH, [allowed()]);
    let github = server.github();
    let subject = subject();
    let calls = (0..10).map(|_| github.permission(&subject, "ann"));
    futures_util::future::try_join_all(calls).await.unwrap();
    assert_eq!((server.count("POST", TOKENS), server.count("GET", PATH)), (1, 10));
}

#[tokio::test]
async fn a_check_run_whose_answer_was_lost_is_looked_up_and_not_made_twice() {
    for answer in [lost(), status(502, Value::Null)] {
        let server = Scripted::start().await;
        let made = json!({
            "id": 3, "external_id": "job-1", "status": "queued", "conclusion": null,
            "output": { "title": "t", "summary": "s", "text": null, "annotations_count": 0 },
        });
        let path = format!("/repos/acme/shop/commits/{}/check-runs", sha('c'));
        server.on("GET", &path, [ok(json!({ "check_runs": [] })), ok(json!({ "check_runs": [made] }))]);
        server.on("POST", "/repos/acme/shop/check-runs", [answer]);
        let published = server.github().publish(&subject(), &queued()).await.unwrap();
        assert_eq!(published.check_run, Some(3));
        assert_eq!(server.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_check_run_that_was_not_made_is_made_after_a_second_look() {
    let server = Scripted::start().await;
    let made = json!({ "id": 3, "external_id": "job-1", "status": "queued", "conclusion": null,
        "output": { "title": "t", "summary": "s", "text": null, "annotations_count": 0 } });
    let path = format!("/repos/acme/shop/commits/{}/check-runs", sha('c'));
    server.on("GET", &path, [ok(json!({ "check_runs": [] }))]);
    let limit = limited(403, "You have exceeded a secondary rate limit.").with("retry-after", 2);
    server.on("POST", "/repos/acme/shop/check-runs", [status(500, Value::Null), limit, status(201, made)]);
    server.github().publish(&subject(), &queued()).await.unwrap();
    assert_eq!(server.count("POST", "/repos/acme/shop/check-runs"), 3);
    assert_eq!(server.count("GET", &path), 3);
}

fn queued() -> Publication {
    let check_run = CheckRun {
        external_id: JobId::new("job-1"),
        head: sha('c'),
        state: CheckState::Queued,
        title: "t".to_owned(),
        summary: "s".to_owned(),
        text: String::new(),
        annotations: Vec::new(),
        buttons: Vec::new(),
    };
    Publication { pull: 5, head: sha('c'), check_run: Some(check_run), comments: Vec::new(), description: None }
}

#[tokio::test]
async fn no_secret_is_ever_shown() {
    let server = Scripted::start().await;
    server.on("GET", PATH, [allowed(), limited(403, "No")]);
    let config = server.config();
    let mut shown = format!("{config:?}");
    let github = GitHub::new(config).unwrap();
    github.permission(&subject(), "ann").await.unwrap();
    let error = github.permission(&subject(), "ann").await.unwrap_err();
    let access = github.clone_access(&subject()).await.unwrap();
    shown.push_str(&format!("{github:?}{error:?}{error}{access:?}"));
    let mut config = server.config();
    config.private_key = SecretString::from(PKCS1.replace('\n', "\\n"));
    let error = GitHub::new(config).unwrap_err();
    assert!(error.to_string().contains("real line ends"), "{error}");
    shown.push_str(&format!("{error:?}"));
    for secret in ["ghs_first", PKCS1.lines().nth(1).unwrap(), "\"secret\""] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let in_urls = server.requests().iter().any(|request| format!("{}{}", request.path, request.query).contains("ghs_"));
    assert!(!in_urls);
}

#[tokio::test]
async fn an_address_that_is_none_is_said() {
    let server = Scripted::start().await;
    for url in ["", "api.github.com", "ftp://github.example", "https://"] {
        let mut config = server.config();
        config.api_url = url.to_owned();
        let error = GitHub::new(config).unwrap_err().to_string();
        assert!(error.contains("GitHub's API URL"), "{url}: {error}");
    }
}
