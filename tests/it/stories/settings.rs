//! What a repository's `jittest.toml` changes about what is shown.

use crate::harness::{BREAKS, KEEPS, PRICES, Stage, conclusion, title};

/// A repository with these settings.
async fn with(settings: &str) -> Stage {
    Stage::with(&[PRICES, &[("jittest.toml", settings)]].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proven_regression_fails_the_check_where_the_repository_wants_that() {
    let stage = with("conclusion = \"failure\"\n").await;
    let (pull, head) = stage.propose(BREAKS);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("failure", "1 regression proven in prices.py"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hardening_tests_are_commented_on_where_the_repository_wants_that() {
    let stage = with("comment-on = \"any\"\nmax-comments = 1\n").await;
    let (pull, head) = stage.propose(KEEPS);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(conclusion(&check), "success", "{check:?}");
    let [comment] = stage.findings(pull).try_into().unwrap();
    assert!(comment.body.contains("No test would notice this mistake: "), "{}", comment.body);
    assert!(comment.body.contains("`/jittest accept "), "{}", comment.body);
    stage.end().await;
}
