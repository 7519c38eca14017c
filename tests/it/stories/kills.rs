//! SIGKILL at any moment, and another start: every accepted delivery is finished exactly once, as far as GitHub shows.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use jittest::standin::{Fault, Gate};

use crate::harness::{BREAKS, PRICES, Stage, containers_of, title, until};

const CHECK_RUN: &str = "/repos/octo/shop/check-runs/*";

/// A service that says where it stands.
async fn stage() -> Stage {
    let logged = ("RUST_LOG".to_owned(), "jittest=debug".to_owned());
    Stage::with_service(PRICES, |spec| spec.variables.push(logged)).await
}

/// Exactly one of each is shown, and nothing is left to do.
async fn shown_once(stage: &Stage, pull: u64, head: &str) {
    let check = stage.completed(head).await;
    stage.idle().await;
    assert_eq!(stage.completed(head).await, check);
    assert_eq!(title(&check), "1 regression proven in prices.py", "{check:?}");
    assert_eq!(check.annotations.len(), 1, "{:?}", check.annotations);
    assert_eq!(stage.shop.reviews(pull).unwrap().len(), 1);
    assert_eq!(stage.findings(pull).len(), 1);
    let body = stage.body(pull);
    assert_eq!(body.matches("<!-- jittest:description:start -->").count(), 1, "{body}");
    assert_eq!(stage.shop.issue_comments(pull).unwrap(), []);
}

/// Kills the service as each of these stages begins, and starts it again.
async fn killed_in(stages: &[&str]) {
    let mut stage = stage().await;
    let (pull, head) = stage.propose(BREAKS);
    stage.tell(pull, "opened").await;
    let (mut seen, mut killed) = (0, Vec::new());
    for name in stages {
        let begins = format!("begins stage=\"{name}\"");
        let begun = || stage.service.log()[seen..].contains(&begins).then_some(());
        until(&format!("the stage {name} begins"), begun).await;
        if matches!(*name, "generate" | "execute") {
            until("a container runs", || (stage.service.containers() > 0).then_some(())).await;
        }
        killed.push(stage.service.id());
        stage.service.kill();
        // Judging takes some milliseconds: what it leads to may be out already.
        let judging = matches!(*name, "assess" | "report" | "critique");
        assert!(judging || stage.checks(&head)[0].status != "completed", "it was killed too late");
        seen = stage.service.log().len();
        stage.service.restart();
    }
    shown_once(&stage, pull, &head).await;
    for process in killed {
        // They are removed after the job, too: what a process asks the engine for may come after its death.
        let gone = || (containers_of(process) == 0).then_some(());
        until("the containers of a killed process are gone", gone).await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_change_is_read_is_as_if_it_never_happened() {
    killed_in(&["checkout", "diff", "map", "mutate"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_sandbox_works_is_as_if_it_never_happened() {
    killed_in(&["prepare", "generate", "polish", "execute", "assess"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_reading_and_working_is_as_if_it_never_happened() {
    killed_in(&["infer", "shard", "report"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_description_is_written_is_as_if_it_never_happened() {
    killed_in(&["critique"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes: `make test-long` runs it"]
async fn a_kill_in_each_stage_alone_is_as_if_it_never_happened() {
    let reading = ["checkout", "diff", "map", "infer", "shard", "mutate"];
    let working = ["prepare", "generate", "polish", "execute", "assess", "report", "critique"];
    for stage in reading.into_iter().chain(working) {
        killed_in(&[stage]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_what_github_did_and_what_we_know_of_it_doubles_nothing() {
    let mut stage = stage().await;
    let (pull, head) = stage.propose(BREAKS);
    let (reviewed, described, listed, completed) = (Gate::new(), Gate::new(), Gate::new(), Gate::new());
    let reviews = format!("/repos/octo/shop/pulls/{pull}/reviews");
    stage.github.fail_next("POST", &reviews, Fault::HoldBeforeAnswer(reviewed.clone())).unwrap();
    stage.tell(pull, "opened").await;
    reviewed.reached().await;
    assert_eq!(stage.findings(pull).len(), 1);
    stage.service.kill();
    reviewed.release();

    let body = format!("/repos/octo/shop/pulls/{pull}");
    stage.github.fail_next("PATCH", &body, Fault::HoldBeforeAnswer(described.clone())).unwrap();
    stage.service.restart();
    described.reached().await;
    assert!(stage.body(pull).contains("prices.average"));
    stage.service.kill();
    described.release();

    // The stages are shown on the check run too: its last word is the first one after the comments were looked at.
    let comments = format!("/repos/octo/shop/pulls/{pull}/comments");
    stage.github.fail_next("GET", &comments, Fault::HoldBeforeChange(listed.clone())).unwrap();
    stage.service.restart();
    listed.reached().await;
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeAnswer(completed.clone())).unwrap();
    listed.release();
    completed.reached().await;
    assert_eq!(stage.checks(&head)[0].status, "completed");
    stage.service.kill();
    completed.release();

    stage.service.restart();
    shown_once(&stage, pull, &head).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_the_engine_makes_after_its_process_was_killed_is_removed_with_the_next_run() {
    let stage = stage().await;
    let dead = 987_654_321;
    let labels = ["jittest.owner=service".to_owned(), format!("jittest.process=an-earlier-boot.1/{dead}/1")];
    let image = std::env::var("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|_| "jittest-sandbox".to_owned());
    let arguments = ["create", "--network", "none", "--label", &labels[0], "--label", &labels[1], &image];
    let made = std::process::Command::new("docker").args(arguments).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (pull, head) = stage.propose(BREAKS);
    stage.tell(pull, "opened").await;
    shown_once(&stage, pull, &head).await;
    until("the container is gone", || (containers_of(dead) == 0).then_some(())).await;
    stage.end().await;
}
