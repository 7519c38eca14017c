//! What becomes of a job, whatever happens to it: superseded, closed, killed, handed back, given up. What a run finds
//! is no matter here: the pull requests change nothing that could be tested.

use jittest::standin::{Fault, FaultAnswer, Gate, Moment, PullSpec};

use crate::harness::{Stage, conclusion, title, until};

const CHECK_RUNS: &str = "/repos/octo/shop/check-runs";
const CHECK_RUN: &str = "/repos/octo/shop/check-runs/*";

/// A pull request from a new branch that changes a word: its number and head.
fn open(stage: &Stage, branch: &str, draft: bool) -> (u64, String) {
    let spec = PullSpec { draft, ..PullSpec::new("Words", branch) };
    stage.propose_as(spec, &[("README.md", &format!("# {branch}\n"))])
}

/// Another word changes: the new head.
fn push(stage: &Stage, branch: &str) -> String {
    stage.push(branch, &[("README.md", "# More\n")])
}

/// Yet another word changes: the newest head.
fn push_more(stage: &Stage) -> String {
    stage.push("words", &[("README.md", "# Even more\n")])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_becomes_one_check_run_that_is_queued_then_in_progress_then_completed() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (shop, sha, states) = (stage.shop.clone(), head.clone(), seen.clone());
    let look = move |_: &jittest::standin::RequestRecord| {
        states.lock().unwrap().extend(shop.check_runs(&sha).unwrap().into_iter().map(|check| check.status));
    };
    stage.github.on_request("*", "/repos/octo/shop/check-runs*", Moment::BeforeAnswer, look).unwrap();
    stage.tell(pull, "opened").await;
    stage.completed(&head).await;
    stage.idle().await;
    let mut states = seen.lock().unwrap().clone();
    states.dedup();
    assert_eq!(states, ["queued", "in_progress", "completed"]);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_identical_deliveries_are_one_run() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let delivery = stage.tell(pull, "opened").await;
    let (one, other) = tokio::join!(stage.github.redeliver(&delivery.id), stage.github.redeliver(&delivery.id));
    assert_eq!((one.unwrap().status, other.unwrap().status), (Some(202), Some(202)));
    stage.completed(&head).await;
    assert_eq!(stage.github.redeliver(&delivery.id).await.unwrap().status, Some(202));
    stage.idle().await;
    stage.completed(&head).await;
    assert_eq!(stage.service.metric("jittest_jobs{lane=\"heavy\",state=\"done\"}").await, 1.0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_run_is_queued_at_once_though_every_worker_is_busy() {
    let stage = Stage::new().await;
    let ((one, first), (two, second)) = (open(&stage, "one", false), open(&stage, "two", false));
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(one, "opened").await;
    gate.reached().await;
    stage.tell(two, "opened").await;
    let queued = || stage.checks(&second).pop();
    assert_eq!(until("the second is queued", queued).await.status, "queued");
    assert_eq!(stage.checks(&first)[0].status, "queued", "the first went on although it was held");
    gate.release();
    stage.completed(&first).await;
    stage.completed(&second).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_head_takes_the_place_of_the_run_that_is_under_way() {
    let stage = Stage::new().await;
    let (pull, old) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    let new = push(&stage, "words");
    stage.tell(pull, "synchronize").await;
    gate.release();
    let cancelled = stage.completed(&old).await;
    assert_eq!((conclusion(&cancelled), title(&cancelled)), ("cancelled", "Superseded"));
    assert_ne!(conclusion(&stage.completed(&new).await), "cancelled");
    stage.idle().await;
    assert_eq!(conclusion(&stage.completed(&old).await), "cancelled");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_the_wrong_order_leave_the_newest_head_tested() {
    let stage = Stage::new().await;
    let (pull, old) = open(&stage, "words", false);
    let opened = stage.shop.pull_request_event(pull, "opened").unwrap();
    let new = push(&stage, "words");
    stage.tell(pull, "synchronize").await;
    assert_eq!(stage.github.send(opened).await.unwrap().status, Some(202));
    stage.idle().await;
    assert!(stage.checks(&old).is_empty(), "{:?}", stage.checks(&old));
    let newest = stage.checks(&new).into_iter().max_by_key(|check| check.id).unwrap();
    assert_eq!(newest.status, "completed");
    assert_ne!(conclusion(&newest), "cancelled");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_superseded_while_its_check_run_is_created_never_hides_its_successors() {
    let stage = Stage::new().await;
    let (pull, old) = open(&stage, "words", false);
    let opened = stage.shop.pull_request_event(pull, "opened").unwrap();
    let new = push(&stage, "words");
    let gate = Gate::new();
    stage.github.fail_next("POST", CHECK_RUNS, Fault::HoldBeforeChange(gate.clone())).unwrap();
    // Both jobs are for the same head: the newest.
    stage.tell(pull, "synchronize").await;
    gate.reached().await;
    assert_eq!(stage.github.send(opened).await.unwrap().status, Some(202));
    // Who obeys this comes after the second job in the same queue.
    assert!(stage.ask(pull, "stranger", "/jittest help").await.contains("/jittest run"));
    assert!(stage.checks(&new).is_empty(), "the second went on although the first was held: {:?}", stage.checks(&new));
    gate.release();
    stage.idle().await;
    assert!(stage.checks(&old).is_empty(), "{:?}", stage.checks(&old));
    let mut checks = stage.checks(&new);
    checks.sort_by_key(|check| check.id);
    let ends: Vec<_> = checks.iter().map(|check| (check.status.as_str(), conclusion(check) == "cancelled")).collect();
    assert_eq!(ends, [("completed", true), ("completed", false)], "{checks:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pull_request_stops_its_run() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    stage.shop.close_pull(pull).unwrap();
    stage.tell(pull, "closed").await;
    gate.release();
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("cancelled", "Stopped"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_githubs_answer_and_our_commit_leaves_one_check_run() {
    let mut stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    for (method, path) in [("POST", CHECK_RUNS), ("PATCH", CHECK_RUN)] {
        let gate = Gate::new();
        stage.github.fail_next(method, path, Fault::HoldBeforeAnswer(gate.clone())).unwrap();
        if method == "POST" {
            stage.tell(pull, "opened").await;
        }
        gate.reached().await;
        stage.service.kill();
        gate.release();
        stage.service.restart();
    }
    let check = stage.completed(&head).await;
    assert_ne!(conclusion(&check), "cancelled");
    stage.idle().await;
    stage.completed(&head).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_last_word_is_said_leaves_one_check_run() {
    let mut stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(Gate::new())).unwrap();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeAnswer(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    // The step that is shown hangs for ever; so it is killed once, and goes on with the next request.
    until("the run begins", || stage.github.faults_waiting().eq(&1).then_some(())).await;
    stage.service.kill();
    stage.service.restart();
    gate.reached().await;
    stage.service.kill();
    gate.release();
    stage.service.restart();
    stage.completed(&head).await;
    stage.idle().await;
    assert_ne!(conclusion(&stage.completed(&head).await), "cancelled");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_hands_back_what_runs_and_the_next_start_ends_it() {
    let mut stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    assert!(stage.service.terminate().await.success());
    assert!(stage.service.log().contains("handed_back"), "{}", stage.service.log());
    gate.release();
    stage.service.restart();
    assert_ne!(conclusion(&stage.completed(&head).await), "cancelled");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_waits_until_it_is_ready() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", true);
    stage.tell(pull, "opened").await;
    stage.idle().await;
    assert!(stage.checks(&head).is_empty());
    stage.shop.set_draft(pull, false).unwrap();
    stage.tell(pull, "ready_for_review").await;
    stage.completed(&head).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tested_where_its_repository_or_somebody_asks_for_it() {
    let stage = Stage::with(&[("jittest.toml", "drafts = true\n")]).await;
    let (pull, head) = open(&stage, "words", true);
    stage.tell(pull, "opened").await;
    stage.completed(&head).await;
    stage.end().await;

    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", true);
    stage.shop.set_permission("ann", jittest::domain::Permission::Write).unwrap();
    stage.comment(pull, "ann", "/jittest run").await;
    stage.completed(&head).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_somebody_asked_to_test_is_tested_though_a_push_came_in_between() {
    let stage = Stage::new().await;
    let (pull, old) = open(&stage, "words", true);
    stage.shop.set_permission("ann", jittest::domain::Permission::Write).unwrap();
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.comment(pull, "ann", "/jittest run").await;
    gate.reached().await;
    let new = push(&stage, "words");
    stage.tell(pull, "synchronize").await;
    gate.release();
    assert_eq!(title(&stage.completed(&old).await), "Superseded");
    assert_ne!(conclusion(&stage.completed(&new).await), "cancelled");
    stage.idle().await;
    // That was what was asked for: the next push waits again.
    let newest = push_more(&stage);
    stage.tell(pull, "synchronize").await;
    stage.idle().await;
    assert!(stage.checks(&newest).is_empty());
    stage.end().await;
}

/// The command itself is obeyed; its test is what is answered.
async fn answer_to_a_wish(stage: &Stage, pull: u64) -> String {
    stage.comment(pull, "ann", "/jittest run").await;
    until("the wish is answered", || stage.own_comments(pull).pop()).await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_what_is_not_tested_is_told_why() {
    let stage = Stage::new().await;
    let (pull, _) = open(&stage, "words", false);
    stage.shop.set_permission("ann", jittest::domain::Permission::Write).unwrap();
    stage.shop.close_pull(pull).unwrap();
    let answer = answer_to_a_wish(&stage, pull).await;
    assert!(answer.contains("This pull request is closed, and was not tested."), "{answer}");
    stage.end().await;

    let stage = Stage::with(&[("jittest.toml", "enabled = false\n")]).await;
    let (pull, head) = open(&stage, "words", false);
    stage.shop.set_permission("ann", jittest::domain::Permission::Write).unwrap();
    let answer = answer_to_a_wish(&stage, pull).await;
    assert!(answer.contains("`jittest.toml` says `enabled = false`"), "{answer}");
    assert!(stage.checks(&head).is_empty());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_switched_it_off_sees_nothing() {
    let stage = Stage::with(&[("jittest.toml", "enabled = false\n")]).await;
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    stage.idle().await;
    assert!(stage.checks(&head).is_empty());
    let writes = stage.github.requests().into_iter().filter(|r| r.method != "GET" && r.path.starts_with("/repos"));
    assert_eq!(writes.map(|r| r.path).collect::<Vec<_>>(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_jittest_toml_is_shown_with_its_line_and_stops_nothing() {
    let stage = Stage::with(&[("jittest.toml", "drafts = false\nmax-coments = 2\n")]).await;
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    let text = format!("{:?}", check.output);
    assert!(text.contains("jittest.toml line 2") || text.contains("line 2"), "{text}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_found_out_never_looks_like_a_success() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("POST", CHECK_RUNS, Fault::HoldBeforeAnswer(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    // It is admitted; when it is to run, the pull request can't be read.
    let answer = FaultAnswer { status: 404, headers: Vec::new(), body: serde_json::json!({"message": "Not Found"}) };
    stage.github.fail_next("GET", &format!("/repos/octo/shop/pulls/{pull}"), Fault::Status(answer)).unwrap();
    gate.release();
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("neutral", "Could not be tested"));
    let summary = check.output.summary.unwrap_or_default();
    assert!(summary.contains("The step that failed: GitHub."), "{summary}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_is_a_check_run_of_its_own() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    let first = stage.completed(&head).await;
    stage.idle().await;
    assert_eq!(stage.github.rerequest(first.id, "developer").await.unwrap().status, Some(202));
    let second = until("a second check run completes", || {
        stage.checks(&head).into_iter().find(|check| check.id != first.id && check.status == "completed")
    });
    assert_ne!(second.await.external_id, first.external_id);
    stage.idle().await;
    assert_eq!(stage.checks(&head).len(), 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_taken_away_stops_its_jobs_without_a_word() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(pull, "opened").await;
    gate.reached().await;
    let event = stage.github.installation_repositories_event("removed", &["octo/shop"]);
    stage.shop.set_installed(false).unwrap();
    assert_eq!(stage.github.send(event).await.unwrap().status, Some(202));
    gate.release();
    stage.idle().await;
    assert_ne!(stage.checks(&head)[0].status, "completed");
    assert_eq!(stage.service.metric("jittest_jobs{lane=\"heavy\",state=\"cancelled\"}").await, 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_suite_that_is_rerequested_is_run_again() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    let first = stage.completed(&head).await;
    stage.idle().await;
    stage.send(stage.shop.check_suite_event(&head, "rerequested", "developer").unwrap()).await;
    let second = stage.newest_completed(&head, 2).await;
    assert_ne!(second.external_id, first.external_id);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_base_branch_is_another_question() {
    let stage = Stage::new().await;
    let release = stage.push("release", &[("NEWS.md", "# News\n")]);
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    stage.completed(&head).await;
    stage.idle().await;
    let old = stage.shop.edit_body(pull, "Other words").unwrap();
    let edited = stage.shop.body_edited_event(pull, old.as_deref().unwrap_or_default()).unwrap();
    stage.send(edited).await;
    stage.idle().await;
    assert_eq!(stage.checks(&head).len(), 1, "another text asked for another run");
    let from = stage.shop.retarget(pull, "release").unwrap();
    stage.send(stage.shop.base_changed_event(pull, &from).unwrap()).await;
    stage.newest_completed(&head, 2).await;
    let compared = format!("/repos/octo/shop/compare/{release}...{head}");
    assert!(stage.github.requests().iter().any(|request| request.path == compared), "the new base was not read");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_is_opened_again_is_tested_again() {
    let stage = Stage::new().await;
    let (pull, head) = open(&stage, "words", false);
    stage.tell(pull, "opened").await;
    stage.completed(&head).await;
    stage.shop.close_pull(pull).unwrap();
    stage.tell(pull, "closed").await;
    stage.idle().await;
    stage.shop.reopen_pull(pull).unwrap();
    stage.tell(pull, "reopened").await;
    assert_eq!(conclusion(&stage.newest_completed(&head, 2).await), "skipped");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_is_deleted_stops_its_jobs_without_a_word() {
    let stage = Stage::new().await;
    let ((running, first), (waiting, second)) = (open(&stage, "one", false), open(&stage, "two", false));
    let gate = Gate::new();
    stage.github.fail_next("PATCH", CHECK_RUN, Fault::HoldBeforeChange(gate.clone())).unwrap();
    stage.tell(running, "opened").await;
    gate.reached().await;
    stage.tell(waiting, "opened").await;
    stage.service.until_metric("jittest_jobs{lane=\"heavy\",state=\"queued\"}", 1.0).await;
    assert_eq!(stage.checks(&second)[0].status, "queued");
    stage.send(stage.github.installation_event("deleted")).await;
    stage.shop.set_installed(false).unwrap();
    gate.release();
    stage.idle().await;
    assert!(stage.checks(&first).iter().chain(&stage.checks(&second)).all(|check| check.status != "completed"));
    assert_eq!(stage.service.metric("jittest_jobs{lane=\"heavy\",state=\"cancelled\"}").await, 2.0);
}
