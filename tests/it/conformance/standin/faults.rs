//! Faults on demand, and the moments at which a story steps in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jittest::standin::{Fault, FaultAnswer, Gate, Moment};
use reqwest::Method;
use serde_json::{Value, json};

use super::World;

const CHECKS: &str = "/repos/octo/shop/check-runs";

fn body(world: &World) -> Value {
    json!({"name": "jittest", "head_sha": world.head})
}

fn runs(world: &World) -> usize {
    world.shop.check_runs(&world.head).unwrap().len()
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_change_was_made() {
    let world = World::new().await;
    let token = world.token().await;
    world.github.fail_next("POST", "*/check-runs", Fault::DropBeforeAnswer).unwrap();
    assert!(world.ask(Method::POST, CHECKS, Some(&token), Some(&body(&world))).await.is_err());
    assert_eq!(runs(&world), 1);
    world.github.fail_next("POST", "*/check-runs", Fault::DropBeforeChange).unwrap();
    assert!(world.ask(Method::POST, CHECKS, Some(&token), Some(&body(&world))).await.is_err());
    assert_eq!(runs(&world), 1);
    let answer = world.ask(Method::POST, CHECKS, Some(&token), Some(&body(&world))).await.unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(world.github.faults_waiting(), 0);
    let told: Vec<_> = world.github.requests().into_iter().filter(|one| one.path == CHECKS).collect();
    assert_eq!(told.iter().map(|one| one.status).collect::<Vec<_>>(), [None, None, Some(201)]);
}

#[tokio::test]
async fn another_answer_can_be_given_with_or_without_the_change() {
    let world = World::new().await;
    world.github.fail_next("POST", "*/check-runs", Fault::bad_gateway()).unwrap();
    let answer = world.call("POST", CHECKS, body(&world)).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (502, "text/html"));
    assert_eq!(runs(&world), 0);
    let told = FaultAnswer { status: 500, headers: Vec::new(), body: json!({"message": "Server Error"}) };
    world.github.fail_next("*", "*/check-runs", Fault::StatusAfterChange(told)).unwrap();
    assert_eq!(world.call("POST", CHECKS, body(&world)).await.status, 500);
    assert_eq!(runs(&world), 1);
    world.github.fail_next("POST", "*/check-runs", Fault::secondary_limit(7)).unwrap();
    let answer = world.call("POST", CHECKS, body(&world)).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (403, "7"));
}

#[tokio::test]
async fn a_request_can_be_held_before_and_after_the_change() {
    let world = Arc::new(World::new().await);
    for (after, fault) in [(0, Fault::HoldBeforeChange as fn(Gate) -> Fault), (2, Fault::HoldBeforeAnswer)] {
        let gate = Gate::new();
        world.github.fail_next("POST", "*/check-runs", fault(gate.clone())).unwrap();
        let caller = Arc::clone(&world);
        let held = tokio::spawn(async move { caller.call("POST", CHECKS, body(&caller)).await.status });
        gate.reached().await;
        assert_eq!(runs(&world), after);
        assert!(!held.is_finished());
        gate.release();
        assert_eq!(held.await.unwrap(), 201);
    }
}

#[tokio::test]
async fn a_watcher_hears_of_a_request_before_its_answer() {
    let world = Arc::new(World::new().await);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (ear, there) = (Arc::clone(&heard), world.shop.clone());
    let head = world.head.clone();
    let note = move |record: &jittest::standin::RequestRecord| {
        ear.lock().unwrap().push((record.status, there.check_runs(&head).unwrap().len()));
    };
    world.github.on_next_request("POST", "/repos/*/check-runs", Moment::BeforeAnswer, note).unwrap();
    world.call("POST", CHECKS, body(&world)).await;
    world.call("POST", CHECKS, body(&world)).await;
    assert_eq!(*heard.lock().unwrap(), [(Some(201), 1)]);
}

#[tokio::test]
async fn a_client_that_leaves_does_not_undo_the_change() {
    let world = World::new().await;
    let token = world.token().await;
    let gate = Gate::new();
    world.github.fail_next("POST", "*/check-runs", Fault::HoldBeforeChange(gate.clone())).unwrap();
    let body = body(&world);
    {
        let asked = world.ask(Method::POST, CHECKS, Some(&token), Some(&body));
        tokio::select! { _ = asked => panic!("it was held"), () = gate.reached() => {} }
    }
    let done = Arc::new(tokio::sync::Notify::new());
    let tell = Arc::clone(&done);
    world.github.on_request("POST", "*/check-runs", Moment::BeforeAnswer, move |_| tell.notify_one()).unwrap();
    gate.release();
    done.notified().await;
    assert_eq!(runs(&world), 1);
}

#[tokio::test]
async fn a_spent_rate_limit_is_said_in_the_headers() {
    let world = World::new().await;
    let before: u64 = world.get("/repos/octo/shop").await.header("x-ratelimit-remaining").parse().unwrap();
    assert_eq!(world.get("/rate_limit").await.header("x-ratelimit-limit"), "5000");
    let token = world.token().await;
    world.github.exhaust_rate_limit(Duration::from_secs(3_600));
    let answer = world.ask(Method::GET, "/repos/octo/shop", Some(&token), None).await.unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("x-ratelimit-remaining"), "0");
    assert!(answer.json()["message"].as_str().unwrap().contains("rate limit exceeded"));
    let reset: i64 = answer.header("x-ratelimit-reset").parse().unwrap();
    assert!(reset > jiff::Timestamp::now().as_second());
    assert!(before > 0);
    world.assert_strict();
}
