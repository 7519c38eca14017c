//! Webhooks that the stand-in sends, read by octocrab as GitHub's own are.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jittest::standin::HookEvent;
use octocrab::models::webhook_events::{EventInstallation, WebhookEvent, WebhookEventPayload, WebhookEventType};
use serde_json::{Value, json};

use super::World;

type Inbox = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// A webhook server that keeps what it gets; its address.
async fn inbox() -> (String, Inbox) {
    let inbox = Inbox::default();
    let take = |State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes| async move {
        inbox.lock().unwrap().push((headers, body.to_vec()));
        (StatusCode::ACCEPTED, "taken")
    };
    let router = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(Arc::clone(&inbox));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, inbox)
}

fn parsed(event: &HookEvent) -> WebhookEvent {
    WebhookEvent::try_from_header_and_body(&event.name, &event.body).unwrap()
}

fn body(event: &HookEvent) -> Value {
    serde_json::from_slice(&event.body).unwrap()
}

#[tokio::test]
async fn every_event_is_one_that_octocrab_reads() {
    let world = World::new().await;
    let (shop, pull) = (&world.shop, world.pull);
    let run = world.check_run(json!({})).await;
    let note = shop.comment(pull, "mona", "/jittest help").unwrap();
    let mut events = vec![
        (world.github.ping_event(), WebhookEventType::Ping),
        (world.github.installation_event("created"), WebhookEventType::Installation),
        (shop.comment_event(note).unwrap(), WebhookEventType::IssueComment),
        (shop.check_run_event(run, "rerequested", "mona").unwrap(), WebhookEventType::CheckRun),
        (shop.check_suite_event(&world.head, "rerequested", "mona").unwrap(), WebhookEventType::CheckSuite),
        (shop.base_changed_event(pull, "main").unwrap(), WebhookEventType::PullRequest),
        (shop.body_edited_event(pull, "Fast.").unwrap(), WebhookEventType::PullRequest),
        (
            world.github.installation_repositories_event("added", &["octo/shop"]),
            WebhookEventType::InstallationRepositories,
        ),
    ];
    for action in ["opened", "synchronize", "reopened", "ready_for_review", "closed"] {
        events.push((shop.pull_request_event(pull, action).unwrap(), WebhookEventType::PullRequest));
    }
    for (event, kind) in &events {
        let parsed = parsed(event);
        assert_eq!(parsed.kind, *kind);
        if event.name != "ping" && event.name != "installation" && event.name != "installation_repositories" {
            let Some(EventInstallation::Minimal(installation)) = parsed.installation else { panic!("{}", event.name) };
            assert_eq!(installation.id.0, world.github.installation());
            assert_eq!(parsed.repository.unwrap().full_name.as_deref(), Some("octo/shop"));
        }
    }
}

#[tokio::test]
async fn a_push_is_told_with_the_head_before_it() {
    let world = World::new().await;
    let next = world.shop.commit("change", None, &[("b.py", Some("b = 1\n"))], "More").unwrap();
    let event = world.shop.pull_request_event(world.pull, "synchronize").unwrap();
    assert_eq!(body(&event)["before"], world.head);
    assert_eq!(body(&event)["after"], next);
    let WebhookEventPayload::PullRequest(payload) = parsed(&event).specific else { panic!("another event") };
    assert_eq!(payload.pull_request.head.sha, next);
}

#[tokio::test]
async fn an_event_is_signed_and_sent_as_github_sends_it() {
    let world = World::new().await;
    let (url, inbox) = inbox().await;
    world.github.set_webhook(&url, "It's a Secret to Everybody");
    let sent = world.github.send(HookEvent::raw("ping", "Hello, World!")).await.unwrap();
    assert_eq!((sent.status, sent.body.as_str()), (Some(202), "taken"));
    let again = world.github.redeliver(&sent.id).await.unwrap();
    assert_eq!(again.id, sent.id);
    let got = inbox.lock().unwrap().clone();
    assert_eq!(got.len(), 2);
    for (headers, body) in got {
        // GitHub's own published vector.
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(headers["x-hub-signature-256"], signature);
        assert_eq!(headers["x-github-event"], "ping");
        assert_eq!(headers["x-github-delivery"], sent.id.as_str());
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers["user-agent"].to_str().unwrap().starts_with("GitHub-Hookshot/"));
        assert_eq!(body, b"Hello, World!");
    }
}

#[tokio::test]
async fn a_delivery_that_nobody_takes_is_a_result() {
    let world = World::new().await;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    drop(listener);
    let sent = world.github.deliver(&url, "secret", world.github.ping_event()).await.unwrap();
    assert_eq!(sent.status, None);
}

#[tokio::test]
async fn a_button_is_pressed_only_where_it_is_shown() {
    let world = World::new().await;
    let (url, inbox) = inbox().await;
    world.github.set_webhook(&url, "secret");
    let actions = json!([{"label": "Add the tests", "description": "Commits them", "identifier": "accept"}]);
    let run = world.check_run(json!({"actions": actions, "external_id": "job-1"})).await;
    assert!(world.github.press_button(run, "accept", "mona").await.is_err(), "it runs still");
    let done = json!({"status": "completed", "conclusion": "neutral"});
    world.call("PATCH", &format!("/repos/octo/shop/check-runs/{run}"), done).await;
    assert!(world.github.press_button(run, "refuse", "mona").await.is_err(), "there is no such button");
    world.github.press_button(run, "accept", "mona").await.unwrap();
    world.github.rerequest(run, "mona").await.unwrap();
    world.github.rerequest_suite(&world.head, "mona").await.unwrap();
    let got: Vec<Value> = inbox.lock().unwrap().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect();
    assert_eq!(got[0]["requested_action"]["identifier"], "accept");
    assert_eq!(got[0]["check_run"]["external_id"], "job-1");
    assert_eq!(got[0]["check_run"]["pull_requests"][0]["number"], 1);
    assert_eq!(got[0]["sender"]["login"], "mona");
    assert_eq!(got[1]["action"], "rerequested");
    assert_eq!(got[2]["check_suite"]["head_sha"], world.head);
}

#[tokio::test]
async fn a_check_on_a_fork_names_no_pull_request() {
    let world = World::new().await;
    let fork = world.shop.fork("mona").unwrap();
    let head = fork.commit("idea", Some("main"), &[("c.py", Some("c = 1\n"))], "Idea").unwrap();
    let spec = jittest::standin::PullSpec {
        fork: Some("mona/shop".to_owned()),
        author: "mona".to_owned(),
        ..jittest::standin::PullSpec::new("Idea", "idea")
    };
    let pull = world.shop.open_pull_request(spec).unwrap();
    let run = world.check_run(json!({"head_sha": head})).await;
    let event = world.shop.check_run_event(run, "rerequested", "mona").unwrap();
    assert_eq!(body(&event)["check_run"]["pull_requests"], json!([]));
    let event = world.shop.pull_request_event(pull, "opened").unwrap();
    assert_eq!(body(&event)["pull_request"]["head"]["repo"]["full_name"], "mona/shop");
    assert_eq!(body(&event)["pull_request"]["head"]["repo"]["fork"], true);
    let found = world.get(&format!("/repos/octo/shop/commits/{head}/pulls")).await.json();
    assert_eq!(found[0]["number"], pull);
}
