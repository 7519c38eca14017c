//! GitHub says no for a while: a token that ends in the middle of a run, and limits that are waited out.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use std::time::Duration;

use jittest::standin::{Fault, FaultAnswer, Gate};

use crate::harness::{BREAKS, PRICES, Stage, title};

/// All is posted, once.
async fn is_posted(stage: Stage, pull: u64, head: &str) {
    let check = stage.completed(head).await;
    stage.idle().await;
    assert_eq!(title(&check), "1 regression proven in prices.py", "{check:?}");
    assert_eq!((stage.shop.reviews(pull).unwrap().len(), stage.findings(pull).len()), (1, 1));
    assert!(stage.body(pull).contains("prices.average"));
    assert_eq!(stage.github.faults_waiting(), 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_the_middle_of_a_run_is_renewed() {
    let stage = Stage::with(PRICES).await;
    stage.shop.set_private(true).unwrap();
    let (pull, head) = stage.propose(BREAKS);
    let held =
        [("GET", "/octo/shop.git/info/refs".to_owned()), ("POST", format!("/repos/octo/shop/pulls/{pull}/reviews"))];
    let held = held.map(|(method, path)| {
        let gate = Gate::new();
        stage.github.fail_next(method, &path, Fault::HoldBeforeChange(gate.clone())).unwrap();
        gate
    });
    stage.tell(pull, "opened").await;
    for gate in held {
        gate.reached().await;
        stage.github.expire_tokens();
        gate.release();
    }
    is_posted(stage, pull, &head).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_waited_out() {
    let stage = Stage::with(PRICES).await;
    let (pull, head) = stage.propose(BREAKS);
    let at = |rest: &str| format!("/repos/octo/shop/{rest}");
    let too_many = FaultAnswer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "1".to_owned())],
        body: serde_json::json!({"message": "Too many requests"}),
    };
    let gate = Gate::new();
    let faults = [
        ("POST", at("check-runs"), Fault::secondary_limit(1)),
        ("GET", at(&format!("pulls/{pull}/comments")), Fault::HoldBeforeChange(gate.clone())),
        ("POST", at(&format!("pulls/{pull}/reviews")), Fault::secondary_limit(1)),
        ("POST", at(&format!("pulls/{pull}/reviews")), Fault::DropBeforeAnswer),
        ("PATCH", at(&format!("pulls/{pull}")), Fault::Status(too_many)),
    ];
    for (method, path, fault) in faults {
        stage.github.fail_next(method, &path, fault).unwrap();
    }
    stage.tell(pull, "opened").await;
    gate.reached().await;
    stage.github.exhaust_rate_limit(Duration::from_secs(1));
    gate.release();
    is_posted(stage, pull, &head).await;
}
