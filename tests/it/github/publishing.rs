//! What a reader sees: the check run, the review, the description, answers and reactions.

use jittest::domain::{
    Annotation, Button, CheckRun, CheckState, Conclusion, Event, FindingId, JobId, Publication, Reaction, RepoPath,
    ReviewComment, limits,
};
use jittest::forge::{Forge, Published};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::scripted::{Reply, Scripted, lost, ok, pull, sha, status, subject};

const RUNS: &str = "/repos/acme/shop/check-runs";
const RUN: &str = "/repos/acme/shop/check-runs/3";
const REMARKS: &str = "/repos/acme/shop/check-runs/3/annotations";
const COMMENTS: &str = "/repos/acme/shop/pulls/5/comments";
const REVIEWS: &str = "/repos/acme/shop/pulls/5/reviews";
const PULL: &str = "/repos/acme/shop/pulls/5";
const START: &str = "<!-- jittest:description:start -->";
const END: &str = "<!-- jittest:description:end -->";

fn runs_of_head() -> String {
    format!("/repos/acme/shop/commits/{}/check-runs", sha('c'))
}

fn publication() -> Publication {
    Publication { pull: 5, head: sha('c'), check_run: None, comments: Vec::new(), description: None }
}

fn check(state: CheckState, remarks: usize) -> Publication {
    let remark = |n: usize| Annotation {
        path: RepoPath::parse("shop/cart.py").unwrap(),
        line_start: u32::try_from(n).unwrap() + 1,
        line_end: u32::try_from(n).unwrap() + 1,
        warning: n == 0,
        title: "total".to_owned(),
        message: format!("remark {n}"),
    };
    let check_run = CheckRun {
        external_id: JobId::new("job-1"),
        head: sha('c'),
        state,
        title: "1 regression".to_owned(),
        summary: "summary".to_owned(),
        text: String::new(),
        annotations: (0..remarks).map(remark).collect(),
        buttons: Vec::new(),
    };
    Publication { check_run: Some(check_run), ..publication() }
}

/// The check run as GitHub shows it, of our job.
fn run(status: &str, conclusion: Option<&str>, remarks: usize) -> Value {
    json!({
        "id": 3, "external_id": "job-1", "status": status, "conclusion": conclusion, "html_url": "https://github.example/run",
        "completed_at": conclusion.map(|_| "2026-01-01T00:00:00Z"),
        "output": { "title": "1 regression", "summary": "summary", "text": null, "annotations_count": remarks },
    })
}

fn runs(runs: &[Value]) -> Reply {
    let other = json!({ "id": 1, "external_id": "another job", "status": "queued", "conclusion": null, "output": {} });
    let all: Vec<Value> = [other].iter().chain(runs).cloned().collect();
    ok(json!({ "total_count": all.len(), "check_runs": all }))
}

async fn publish(server: &Scripted, publication: &Publication) -> Published {
    server.github().publish(&subject(), publication).await.unwrap()
}

#[tokio::test]
async fn a_check_run_is_created_with_its_external_id_and_its_remarks_in_batches_of_fifty() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[])]);
    server.on("POST", RUNS, [status(201, run("completed", Some("neutral"), 50))]);
    let there: Vec<Value> = (0..50).map(|n| sent_back(&remark(n))).collect();
    server.on("GET", REMARKS, [ok(json!(there))]);
    server.on("PATCH", RUN, [ok(run("completed", Some("neutral"), 100)), ok(run("completed", Some("neutral"), 120))]);

    let published = publish(&server, &check(CheckState::Completed(Conclusion::Neutral), 120)).await;

    let url = Some("https://github.example/run".to_owned());
    assert_eq!(published, Published { check_run: Some(3), url, refused: Vec::new() });
    let writes = server.writes();
    let sent: Vec<usize> = writes.iter().map(|w| w.body()["output"]["annotations"].as_array().unwrap().len()).collect();
    assert_eq!(sent, [50, 50, 20]);
    let messages: Vec<&Value> = writes
        .iter()
        .flat_map(|w| w.body()["output"]["annotations"].as_array().unwrap())
        .map(|a| &a["message"])
        .collect();
    assert_eq!(json!(messages), (0..120).map(|n| format!("remark {n}")).collect::<Value>());
    let created = writes[0].body();
    assert_eq!((&created["external_id"], &created["head_sha"]), (&json!("job-1"), &json!(sha('c').as_str())));
    assert_eq!((&created["status"], &created["conclusion"]), (&json!("completed"), &json!("neutral")));
    assert_eq!(created["completed_at"], "2026-01-01T00:00:00Z");
    assert_eq!(created["output"]["annotations"][0]["annotation_level"], "warning");
    assert_eq!(created["output"]["annotations"][1]["annotation_level"], "notice");
}

fn remark(n: usize) -> Value {
    let level = if n == 0 { "warning" } else { "notice" };
    json!({ "path": "shop/cart.py", "start_line": n + 1, "end_line": n + 1, "annotation_level": level, "title": "total", "message": format!("remark {n}") })
}

fn sent_back(remark: &Value) -> Value {
    let mut remark = remark.clone();
    remark["start_column"] = Value::Null;
    remark["raw_details"] = Value::Null;
    remark["blob_href"] = json!("https://github.example/blob");
    remark
}

#[tokio::test]
async fn publishing_the_same_again_sends_nothing() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[run("completed", Some("failure"), 2)])]);
    server.on("GET", REMARKS, [ok(json!([sent_back(&remark(1)), sent_back(&remark(0))]))]);
    publish(&server, &check(CheckState::Completed(Conclusion::Failure), 2)).await;
    assert_eq!(server.writes().len(), 0);
    let listing = server.requests().into_iter().find(|request| request.path == runs_of_head()).unwrap();
    assert!(listing.query_pairs().contains(&("app_id".to_owned(), "42".to_owned())));
}

#[tokio::test]
async fn only_the_remarks_that_are_missing_are_added() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[run("in_progress", None, 1)])]);
    server.on("GET", REMARKS, [ok(json!([sent_back(&remark(1))]))]);
    server.on("PATCH", RUN, [ok(run("completed", Some("success"), 3))]);
    publish(&server, &check(CheckState::Completed(Conclusion::Success), 3)).await;
    let writes = server.writes();
    assert_eq!(writes.len(), 1);
    let sent: Vec<&Value> =
        writes[0].body()["output"]["annotations"].as_array().unwrap().iter().map(|a| &a["message"]).collect();
    assert_eq!(sent, ["remark 0", "remark 2"]);
}

#[tokio::test]
async fn remarks_whose_answer_was_lost_are_looked_up_before_they_are_sent_again() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[run("in_progress", None, 0)])]);
    server.on("PATCH", RUN, [lost()]);
    server.on("GET", RUN, [ok(run("completed", Some("success"), 2))]);
    server.on("GET", REMARKS, [ok(json!([sent_back(&remark(0)), sent_back(&remark(1))]))]);
    publish(&server, &check(CheckState::Completed(Conclusion::Success), 2)).await;
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn what_comes_late_does_not_open_a_check_run_again() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[run("completed", Some("cancelled"), 0)])]);
    publish(&server, &check(CheckState::InProgress, 0)).await;
    assert_eq!(server.writes().len(), 0);
}

#[tokio::test]
async fn a_check_run_that_github_opened_again_goes_on() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[run("queued", None, 0)])]);
    server.on("PATCH", RUN, [ok(run("in_progress", None, 0))]);
    publish(&server, &check(CheckState::InProgress, 0)).await;
    let writes = server.writes();
    assert_eq!(writes[0].body()["status"], "in_progress");
    assert_eq!(writes[0].body()["started_at"], "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn texts_and_buttons_stay_within_githubs_bounds_and_what_is_left_out_is_said() {
    let server = Scripted::start().await;
    server.on("GET", &runs_of_head(), [runs(&[])]);
    server.on("POST", RUNS, [status(201, run("completed", Some("neutral"), 0))]);
    server.on("PATCH", RUN, [ok(run("completed", Some("neutral"), 0))]);
    let mut publication = check(CheckState::Completed(Conclusion::Neutral), 1);
    let check = publication.check_run.as_mut().unwrap();
    check.summary = "ä".repeat(60_000);
    check.text = "x".repeat(limits::GITHUB_TEXT + 1);
    check.annotations[0].title = "t".repeat(400);
    check.annotations[0].message = "m".repeat(70_000);
    let button = |label: &str, identifier: &str| Button {
        label: label.to_owned(),
        description: "d".repeat(40),
        identifier: identifier.to_owned(),
    };
    check.buttons = vec![
        button(&"l".repeat(21), "long"),
        button(&"ü".repeat(20), "a"),
        button("b", "b"),
        button("c", "c"),
        button("d", "d"),
    ];

    let published = publish(&server, &publication).await;

    let refused = ["the button \"long\": its texts are too long", "the button \"d\": GitHub takes three"];
    assert_eq!(published.refused, refused);
    let created = server.writes().remove(0);
    let output = &created.body()["output"];
    for text in [&output["summary"], &output["text"], &output["annotations"][0]["message"]] {
        let text = text.as_str().unwrap();
        assert!(text.len() <= limits::GITHUB_TEXT && text.ends_with("GitHub takes no longer text.)*"));
    }
    assert_eq!(output["annotations"][0]["title"].as_str().unwrap().len(), 255);
    assert_eq!(created.body()["actions"].as_array().unwrap().len(), 3);
}

fn finding(id: &str, line: u32, body: &str) -> ReviewComment {
    let path = RepoPath::parse("shop/cart.py").unwrap();
    ReviewComment { finding: FindingId::new(id), path, line, body: body.to_owned() }
}

fn posted(id: u64, login: &str, finding: &str, body: &str) -> Value {
    json!({ "id": id, "user": { "login": login }, "body": format!("<!-- jittest:finding:{finding} -->\n{body}") })
}

#[tokio::test]
async fn new_findings_are_one_review_and_known_ones_are_updated_where_they_stand() {
    let server = Scripted::start().await;
    let there = [
        posted(1, "mallory", "new1", "not ours"),
        posted(2, "jittest[bot]", "same", "as it was\r\n"),
        posted(3, "jittest[bot]", "old", "before"),
        posted(4, "jittest[bot]", "gone", "no longer found"),
    ];
    server.on("GET", COMMENTS, [ok(json!(there))]);
    server.on("PATCH", "/repos/acme/shop/pulls/comments/3", [ok(json!({}))]);
    server.on("POST", REVIEWS, [ok(json!({ "id": 8 }))]);
    let comments = vec![
        finding("new1", 10, "one"),
        finding("same", 11, "as it was"),
        finding("old", 12, "after"),
        finding("new2", 13, "two"),
    ];

    let published = publish(&server, &Publication { comments, ..publication() }).await;

    assert_eq!(published, Published::default());
    let writes = server.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].body(), &json!({ "body": "<!-- jittest:finding:old -->\nafter" }));
    let review = writes[1].body();
    assert_eq!((&review["event"], &review["commit_id"]), (&json!("COMMENT"), &json!(sha('c').as_str())));
    let new = |line: u32, body: &str| json!({ "path": "shop/cart.py", "line": line, "side": "RIGHT", "body": body });
    let expected = [new(10, "<!-- jittest:finding:new1 -->\none"), new(13, "<!-- jittest:finding:new2 -->\ntwo")];
    assert_eq!(review["comments"], json!(expected));
}

#[tokio::test]
async fn without_a_comment_there_is_no_review_and_nothing_is_asked() {
    let server = Scripted::start().await;
    publish(&server, &publication()).await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_comment_on_a_line_that_the_diff_does_not_show_is_left_out_and_said() {
    let server = Scripted::start().await;
    server.on("GET", COMMENTS, [ok(json!([]))]);
    let refusal = json!({ "message": "Unprocessable Entity", "errors": ["Line could not be resolved"] });
    server.on("POST", REVIEWS, [status(422, refusal), ok(json!({ "id": 8 }))]);
    let files =
        json!([{ "filename": "shop/cart.py", "patch": "@@ -1,3 +10,3 @@\n a\n+b\n c" }, { "filename": "logo.png" }]);
    server.on("GET", "/repos/acme/shop/pulls/5/files", [ok(files)]);
    let comments = vec![finding("in", 12, "shown"), finding("out", 13, "not shown")];

    let published = publish(&server, &Publication { comments, ..publication() }).await;

    assert_eq!(published.refused, ["the comment on shop/cart.py:13 (out): the diff does not show this line"]);
    let second = server.writes().remove(1);
    assert_eq!(second.body()["comments"].as_array().unwrap().len(), 1);
    assert_eq!(second.body()["comments"][0]["line"], 12);
}

#[tokio::test]
async fn a_review_that_github_will_not_take_leaves_the_check_run_and_is_said() {
    let server = Scripted::start().await;
    server.on("GET", COMMENTS, [ok(json!([]))]);
    server.on("POST", REVIEWS, [status(403, json!({ "message": "Resource not accessible by integration" }))]);
    server.on("GET", &runs_of_head(), [runs(&[])]);
    server.on("POST", RUNS, [status(201, run("completed", Some("failure"), 0))]);
    server.on("PATCH", RUN, [ok(run("completed", Some("failure"), 0))]);
    let comments = vec![finding("in", 12, "shown")];
    let publication = Publication { comments, ..check(CheckState::Completed(Conclusion::Failure), 0) };

    let published = publish(&server, &publication).await;

    assert_eq!(published.check_run, Some(3));
    assert!(published.refused[0].contains("Resource not accessible by integration"), "{:?}", published.refused);
    let created = server.writes().remove(1);
    let text = created.body()["output"]["text"].as_str().unwrap();
    assert!(text.starts_with("### Not taken by GitHub\n\n- the review: "), "{text}");
    assert!(text.contains("Resource not accessible by integration"), "{text}");
}

#[tokio::test]
async fn what_was_cancelled_before_it_was_shown_is_never_shown() {
    let server = Scripted::start().await;
    let cancelled = check(CheckState::Completed(Conclusion::Cancelled), 0);
    server.on("GET", &runs_of_head(), [runs(&[]), runs(&[run("queued", None, 0)])]);
    server.on("PATCH", RUN, [ok(run("completed", Some("cancelled"), 0))]);
    assert_eq!(publish(&server, &cancelled).await.check_run, None);
    assert_eq!(server.writes().len(), 0);
    assert_eq!(publish(&server, &cancelled).await.check_run, Some(3));
    assert_eq!(server.writes()[0].body()["conclusion"], "cancelled");
}

#[tokio::test]
async fn a_review_whose_answer_was_lost_is_not_posted_twice() {
    let server = Scripted::start().await;
    let there = [posted(1, "jittest[bot]", "a", "one"), posted(2, "jittest[bot]", "b", "two")];
    server.on("GET", COMMENTS, [ok(json!([])), ok(json!(there))]);
    server.on("POST", REVIEWS, [status(502, json!({}))]);
    let comments = vec![finding("a", 10, "one"), finding("b", 11, "two")];
    publish(&server, &Publication { comments, ..publication() }).await;
    assert_eq!(server.writes().len(), 1);
}

/// The print of the author's text that was read.
fn over(author: &str) -> String {
    format!("<!-- jittest:description:over:{} -->", hex::encode(&Sha256::digest(author)[..8]))
}

async fn describe(server: &Scripted, ours: &str) -> Published {
    publish(server, &Publication { description: Some(ours.to_owned()), ..publication() }).await
}

#[tokio::test]
async fn the_description_is_written_once_and_the_authors_text_stays() {
    let server = Scripted::start().await;
    let written = format!("Rounds.\r\n\r\n{START}\r\nChecked.\r\n{}\r\n{END}", over("Rounds."));
    server.on("GET", PULL, [ok(pull(Some("Rounds.\r\n"))), ok(pull(Some(&written)))]);
    server.on("PATCH", PULL, [ok(pull(Some(&written)))]);
    assert_eq!(describe(&server, "Checked.").await.refused, Vec::<String>::new());
    let writes = server.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].body(), &json!({ "body": written }));
    describe(&server, "Checked.").await;
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn an_author_who_saves_meanwhile_keeps_their_text_and_gets_ours_again() {
    let server = Scripted::start().await;
    let edited = "Rounds, and says so.";
    let expected = format!("{edited}\n\n{START}\nChecked.\n{}\n{END}", over(edited));
    server.on("GET", PULL, [ok(pull(Some("Rounds."))), ok(pull(Some(edited))), ok(pull(Some(&expected)))]);
    server.on("PATCH", PULL, [ok(pull(None))]);
    describe(&server, "Checked.").await;
    let writes = server.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[1].body(), &json!({ "body": expected }));
}

#[tokio::test]
async fn a_body_that_never_stays_is_given_up_and_said() {
    let server = Scripted::start().await;
    server.on("GET", PULL, [ok(pull(Some("Rounds.")))]);
    server.on("PATCH", PULL, [ok(pull(None))]);
    let published = describe(&server, "Checked.").await;
    assert_eq!(published.refused.len(), 1);
    assert_eq!(server.writes().len(), 5);
}

#[tokio::test]
async fn a_description_that_could_not_be_sent_is_made_anew_from_the_body_of_then() {
    let server = Scripted::start().await;
    let expected = format!("Later.\n\n{START}\nChecked.\n{}\n{END}", over("Later."));
    server.on("GET", PULL, [ok(pull(None)), ok(pull(Some("Later."))), ok(pull(Some(&expected)))]);
    server.on("PATCH", PULL, [status(502, json!({})), ok(pull(None))]);
    describe(&server, "Checked.").await;
    assert_eq!(server.writes()[1].body(), &json!({ "body": expected }));
}

/// What GitHub tells of an edit.
fn edited(sender: &str, kind: &str, from: &str, to: &str) -> Vec<u8> {
    let mut event = json!({
        "action": "edited", "number": 5, "changes": { "body": { "from": from } }, "installation": { "id": 7 },
        "repository": { "id": 1, "name": "shop", "owner": { "login": "acme" } },
        "sender": { "login": sender, "type": kind },
    });
    event["pull_request"] = pull(Some(to));
    serde_json::to_vec(&event).unwrap()
}

#[tokio::test]
async fn a_save_that_our_writing_replaced_unread_is_given_back_once() {
    let server = Scripted::start().await;
    let github = server.github();
    let (read, saved) = ("Rounds.", "Rounds,\r\nand was saved meanwhile.  \r\n");
    let written = format!("{read}\n\n{START}\nChecked.\n{}\n{END}", over(read));
    let expected = format!("{saved}\r\n{START}\r\nChecked.\r\n{}\r\n{END}", over(read));
    // Neither the author's edit, nor ours of what was read, nor one that stands there already is a loss.
    for (sender, kind, from, to) in [
        ("ann", "User", saved, written.as_str()),
        ("jittest[bot]", "Bot", read, &written),
        ("jittest[bot]", "Bot", &written, &expected),
    ] {
        assert_eq!(github.event("pull_request", &edited(sender, kind, from, to)).unwrap(), Event::Ignored);
    }
    let event = github.event("pull_request", &edited("jittest[bot]", "Bot", saved, &written)).unwrap();
    let Event::DescriptionOverwritten { pull: 5, sender, lost, by, .. } = event else { panic!("{event:?}") };
    assert_eq!((lost.as_str(), by.as_str()), (saved, written.as_str()));
    let later = format!("Anew.\n\n{START}\nChecked.\n{}\n{END}", over(read));
    for (now, sender, writes) in [
        (&written, "another[bot]", 0), // not our edit
        (&later, &sender, 0),          // the author has saved again
        (&written, &sender, 1),
        (&expected, &sender, 1), // it is back already
    ] {
        server.on("GET", PULL, [ok(pull(Some(now)))]);
        server.on("PATCH", PULL, [ok(pull(None))]);
        github.restore(&subject(), 5, sender, &lost, &by).await.unwrap();
        assert_eq!(server.writes().len(), writes, "{now}");
    }
    assert_eq!(server.writes()[0].body(), &json!({ "body": expected }));
}

#[tokio::test]
async fn a_reaction_is_githubs_own_word() {
    let server = Scripted::start().await;
    let path = "/repos/acme/shop/issues/comments/9/reactions";
    server.on("POST", path, [status(201, json!({ "id": 1 }))]);
    let github = server.github();
    for reaction in [Reaction::Eyes, Reaction::ThumbsUp, Reaction::Confused] {
        github.react(&subject(), 9, reaction).await.unwrap();
    }
    let words: Vec<Value> = server.writes().iter().map(|write| write.body()["content"].clone()).collect();
    assert_eq!(words, ["eyes", "+1", "confused"]);
}

#[tokio::test]
async fn an_answer_is_given_once_for_its_marker() {
    let server = Scripted::start().await;
    let path = "/repos/acme/shop/issues/5/comments";
    let body = "<!-- jittest:reply:comment-9 -->\nHelp.";
    let ours = json!([{ "id": 2, "user": { "login": "jittest[bot]" }, "body": body }]);
    let forged = json!([{ "id": 1, "user": { "login": "mallory" }, "body": body }]);
    server.on("GET", path, [ok(forged), ok(ours)]);
    server.on("POST", path, [lost()]);
    server.on("PATCH", "/repos/acme/shop/issues/comments/2", [ok(json!({}))]);
    let github = server.github();
    github.reply(&subject(), 5, "comment-9", "Help.").await.unwrap();
    let writes = server.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].body(), &json!({ "body": body }));
    github.reply(&subject(), 5, "comment-9", "More help.").await.unwrap();
    assert_eq!(server.writes()[1].method, "PATCH");
}
