//! What stands on a pull request while others change it too.

use jittest::standin::{Moment, PullSpec};

use crate::harness::{BREAKS, KEEPS, PRICES, Stage, conclusion, title, until};

const START: &str = "<!-- jittest:description:start -->";
const END: &str = "<!-- jittest:description:end -->";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_author_writes_meanwhile_is_kept_with_the_description() {
    let stage = Stage::with(PRICES).await;
    let spec = PullSpec { body: Some("First.".to_owned()), ..PullSpec::new("Shorten the mean", "change") };
    let (pull, head) = stage.propose_as(spec, KEEPS);
    let path = format!("/repos/octo/shop/pulls/{pull}");
    let edits = [
        // While it is tested,
        ("/repos/octo/shop/check-runs/*", Moment::BeforeChange, "Second."),
        // and in a form that was opened before our part was there, saved right after.
        (path.as_str(), Moment::BeforeAnswer, "Third.\r\n\r\n* with a list  \r\n"),
    ];
    for (path, moment, text) in edits {
        let shop = stage.shop.clone();
        let edit = move |_: &_| drop(shop.edit_body(pull, text).unwrap());
        stage.github.on_next_request("PATCH", path, moment, edit).unwrap();
    }
    stage.tell(pull, "opened").await;
    assert_eq!(conclusion(&stage.completed(&head).await), "success");
    let body = stage.body(pull);
    assert!(body.starts_with("Third.\r\n\r\n* with a list  \r\n"), "{body:?}");
    assert!(body.matches(START).count() == 1 && body.ends_with(END) && body.contains("prices.average"), "{body:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_author_saves_in_the_very_moment_of_our_writing_is_given_back() {
    let stage = Stage::with(PRICES).await;
    let spec = PullSpec { body: Some("First.".to_owned()), ..PullSpec::new("Shorten the mean", "change") };
    let (pull, head) = stage.propose_as(spec, KEEPS);
    let saved = "Second.\r\n\r\n* with a list  \r\n";
    let shop = stage.shop.clone();
    let edit = move |_: &_| drop(shop.edit_body(pull, saved).unwrap());
    let path = format!("/repos/octo/shop/pulls/{pull}");
    stage.github.on_next_request("PATCH", &path, Moment::BeforeChange, edit).unwrap();
    stage.tell(pull, "opened").await;
    assert_eq!(conclusion(&stage.completed(&head).await), "success");
    stage.idle().await;
    let written = stage.body(pull);
    assert!(written.starts_with("First."), "it was not overwritten: this story tells nothing");
    stage.send(stage.shop.body_written_event(pull, saved).unwrap()).await;
    stage.idle().await;
    let body = stage.body(pull);
    assert!(body.starts_with(saved) && !body.contains("First."), "{body:?}");
    assert!(body.matches(START).count() == 1 && body.ends_with(END) && body.contains("prices.average"), "{body:?}");
    // Our own giving back is told of as well, and is no loss.
    stage.send(stage.shop.body_written_event(pull, &written).unwrap()).await;
    stage.idle().await;
    assert_eq!(stage.body(pull), body);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_force_push_stops_the_run_under_way_and_nothing_of_it_is_posted() {
    let stage = Stage::with(PRICES).await;
    let (pull, old) = stage.propose(BREAKS);
    stage.tell(pull, "opened").await;
    until("the change is explored", || (stage.service.containers() > 0).then_some(())).await;
    let new = stage.force_push("change", KEEPS);
    stage.tell(pull, "synchronize").await;
    let cancelled = stage.completed(&old).await;
    assert_eq!((conclusion(&cancelled), title(&cancelled)), ("cancelled", "Superseded"));
    let check = stage.completed(&new).await;
    assert_eq!(conclusion(&check), "success", "{check:?}");
    stage.idle().await;
    assert_eq!(stage.findings(pull), []);
    assert_eq!(conclusion(&stage.completed(&old).await), "cancelled");
    until("the containers of both runs are gone", || (stage.service.containers() == 0).then_some(())).await;
    stage.end().await;
}
