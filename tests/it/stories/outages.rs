//! GitHub says no, or nothing, and the service dies: whoever waits for an answer still gets one.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use jittest::domain::Permission;
use jittest::standin::{Fault, Gate, PullSpec};

use crate::harness::{Stage, conclusion, summary, title, until};

const CHECK_RUNS: &str = "/repos/octo/shop/check-runs";

/// A pull request that changes a word: its number and head.
fn open(stage: &Stage, branch: &str) -> (u64, String) {
    stage.propose_as(PullSpec::new("Words", branch), &[("README.md", &format!("# {branch}\n"))])
}

/// Where a pull request is read.
fn read(pull: u64) -> String {
    format!("/repos/octo/shop/pulls/{pull}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_could_not_even_be_admitted_is_told_on_its_commit() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words");
    stage.github.fail_next("GET", "/repos/octo/shop/compare/*", Fault::status(404, "No common ancestor")).unwrap();
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("neutral", "Could not be tested"));
    let said = summary(&check);
    assert!(said.contains("**Nothing is known about this change.** The step that failed: GitHub."), "{said}");
    assert!(said.contains("they have no common history, or one of them is gone"), "{said}");
    stage.idle().await;
    stage.completed(&head).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_given_up_comes_back_to_say_so_and_for_nothing_else() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words");
    stage.github.fail_next("GET", "/repos/octo/shop/compare/*", Fault::status(404, "No common ancestor")).unwrap();
    // All tries of its last words: whoever did the job again would find that GitHub answers by now.
    for _ in 0..5 {
        stage.github.fail_next("POST", CHECK_RUNS, Fault::bad_gateway()).unwrap();
    }
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("neutral", "Could not be tested"));
    assert!(summary(&check).contains("they have no common history, or one of them is gone"), "{}", summary(&check));
    assert_eq!(stage.github.faults_waiting(), 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_meets_an_outage_is_tested_when_github_answers_again() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words");
    // All tries of one call.
    for _ in 0..5 {
        stage.github.fail_next("GET", &read(pull), Fault::bad_gateway()).unwrap();
    }
    stage.tell(pull, "opened").await;
    assert_eq!(conclusion(&stage.completed(&head).await), "skipped");
    assert_eq!(stage.github.faults_waiting(), 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asked_for_what_is_given_up_is_answered() {
    let stage = Stage::new().await;
    stage.shop.set_permission("ann", Permission::Write).unwrap();
    let (pull, head) = open(&stage, "words");
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    stage.idle().await;
    let refuse = |path: &str| stage.github.fail_next("GET", path, Fault::status(422, "Not today")).unwrap();

    refuse("/repos/octo/shop/collaborators/*");
    let answer = stage.ask(pull, "ann", "/jittest config").await;
    assert!(answer.contains("What was asked for here could not be done. The step that failed: GitHub."), "{answer}");
    refuse("/repos/octo/shop/collaborators/*");
    let answer = stage.press(pull, &check, "rerun", "ann").await;
    assert!(answer.contains("What was asked for here could not be done."), "{answer}");

    // The command itself is obeyed, and what it asks for fails: no commit is known on which that could be said.
    refuse(&read(pull));
    let before = stage.own_comments(pull).len();
    stage.comment(pull, "ann", "/jittest run").await;
    let answer = until("the failed test is spoken of", || stage.own_comments(pull).into_iter().nth(before)).await;
    assert!(answer.body.contains("This pull request could not be tested: nothing is known about it."), "{answer:?}");
    stage.idle().await;
    assert_eq!(stage.checks(&head).len(), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jittest_toml_that_github_does_not_even_send_is_an_error_like_any_other() {
    let stage = Stage::with(&[("jittest.toml", &format!("# {}\n", "x".repeat(1 << 20)))]).await;
    stage.shop.set_permission("ann", Permission::Triage).unwrap();
    let (pull, head) = open(&stage, "words");
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(conclusion(&check), "skipped", "the defaults did not run");
    let text = check.output.text.unwrap_or_default();
    assert!(text.contains("jittest.toml is wrong") && text.contains("more than 65536 bytes"), "{text}");
    let answer = stage.ask(pull, "ann", "/jittest config").await;
    assert!(answer.contains("it has more than 65536 bytes") && answer.contains("the defaults hold"), "{answer}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_repository_has_to_wait_for_holds_up_nobody_else() {
    let stage = Stage::new().await;
    stage.shop.set_permission("ann", Permission::Write).unwrap();
    let ((busy, _), (other, head)) = (open(&stage, "busy"), open(&stage, "other"));
    // As many as are obeyed at a time.
    for _ in 0..4 {
        let limit = Fault::secondary_limit(590);
        stage.github.fail_next("POST", "/repos/octo/shop/issues/comments/*/reactions", limit).unwrap();
    }
    for _ in 0..4 {
        stage.comment(busy, "ann", "/jittest help").await;
    }
    until("all are told to wait", || (stage.github.faults_waiting() == 0).then_some(())).await;
    stage.tell(other, "opened").await;
    assert_eq!(conclusion(&stage.completed(&head).await), "skipped");
    let light = |state: &str| format!("jittest_jobs{{lane=\"light\",state=\"{state}\"}}");
    assert_eq!(stage.service.metric(&light("queued")).await, 4.0, "they did not wait their time");
    assert_eq!(stage.own_comments(busy), []);
    stage.end().await;
}

/// Kills the service when GitHub has made the check run and we don't know of it; `change` happens while it is down.
async fn killed_at_admission(change: impl FnOnce(&Stage, u64)) -> (Stage, u64, String) {
    let mut stage = Stage::new().await;
    let (pull, head) = open(&stage, "words");
    let gate = Gate::new();
    stage.github.fail_next("POST", CHECK_RUNS, Fault::HoldBeforeAnswer(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    stage.service.kill();
    gate.release();
    change(&stage, pull);
    stage.service.restart();
    (stage, pull, head)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_moved_while_the_service_was_down_leaves_no_check_run_waiting() {
    let (stage, pull, old) =
        killed_at_admission(|stage, _| drop(stage.push("words", &[("README.md", "# More\n")]))).await;
    let new = stage.shop.pull(pull).unwrap().head_sha;
    assert_eq!(conclusion(&stage.completed(&new).await), "skipped");
    let cancelled = stage.completed(&old).await;
    assert_eq!((conclusion(&cancelled), title(&cancelled)), ("cancelled", "Superseded"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_was_closed_while_the_service_was_down_leaves_no_check_run_waiting() {
    let (stage, _, head) = killed_at_admission(|stage, pull| stage.shop.close_pull(pull).unwrap()).await;
    let cancelled = stage.completed(&head).await;
    assert_eq!((conclusion(&cancelled), title(&cancelled)), ("cancelled", "Stopped"));
    stage.idle().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_became_a_draft_while_the_service_was_down_leaves_no_check_run_waiting() {
    let (stage, _, head) = killed_at_admission(|stage, pull| stage.shop.set_draft(pull, true).unwrap()).await;
    assert_eq!(conclusion(&stage.completed(&head).await), "cancelled");
    stage.idle().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_killed_again_and_again_still_comes_to_its_end() {
    let mut stage = Stage::new().await;
    let (pull, head) = open(&stage, "words");
    for kill in 0..8 {
        let gate = Gate::new();
        stage.github.fail_next("GET", &read(pull), Fault::HoldBeforeChange(gate.clone())).unwrap();
        if kill == 0 {
            stage.tell(pull, "opened").await;
        } else {
            stage.service.restart();
        }
        gate.reached().await;
        stage.service.kill();
        gate.release();
    }
    stage.service.restart();
    assert_eq!(conclusion(&stage.completed(&head).await), "skipped");
    stage.idle().await;
    stage.end().await;
}
