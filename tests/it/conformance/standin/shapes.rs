//! Every path that the stand-in serves, held against GitHub's description.

use std::collections::BTreeSet;

use jittest::standin::{Entry, StandIn};
use serde_json::{Value, json};

use super::{World, described};

#[test]
fn every_path_is_one_that_github_describes_with_its_query_and_body() {
    for route in StandIn::routes() {
        let operation = described::operation(route.method, &route.path);
        let query = described::query(operation);
        let unknown: Vec<_> = route.query.iter().filter(|name| !query.contains(**name)).collect();
        assert!(unknown.is_empty(), "{} {}: {unknown:?} is not in GitHub's query", route.method, route.path);
        let (names, must) = described::body(operation);
        let ours: BTreeSet<_> = route.body.iter().map(|(name, _)| *name).collect();
        assert_eq!(ours, names, "{} {}", route.method, route.path);
        let ours: BTreeSet<_> = route.body.iter().filter(|(_, must)| *must).map(|(name, _)| *name).collect();
        assert!(must.is_subset(&ours), "{} {}: {must:?} must be there", route.method, route.path);
    }
}

/// What is there to be read and written.
struct Things {
    run: u64,
    suite: Value,
    note: u64,
    own: Value,
    review: Value,
    line: u64,
    tree: String,
    blob: String,
    next: String,
}

const REPO: &str = "/repos/octo/shop";

type Asked = (&'static str, String, Value);

/// One of everything on the world's pull request.
async fn things(world: &World) -> Things {
    let (head, pull) = (&world.head, world.pull);
    let output = json!({"title": "T", "summary": "S", "text": "More", "annotations": [
        {"path": "cart.py", "start_line": 2, "end_line": 2, "annotation_level": "warning", "message": "M", "title": "A"},
    ]});
    let review = json!({"commit_id": head, "event": "COMMENT", "body": "One finding", "comments": [
        {"path": "cart.py", "line": 2, "side": "RIGHT", "body": "Is that intended?"},
    ]});
    let own = json!({"body": "An answer"});
    let git = git2::Repository::open_bare(world.shop.path().unwrap()).unwrap();
    let tree = git.find_commit(head.parse().unwrap()).unwrap().tree().unwrap();
    let entries = [("new.py", Entry::File(b"x = 1\n".to_vec()))];
    Things {
        run: world.check_run(json!({"output": output, "external_id": "job-1"})).await,
        suite: world.get(&format!("{REPO}/commits/{head}/check-suites")).await.json()["check_suites"][0]["id"].clone(),
        note: world.shop.comment(pull, "mona", "/jittest help").unwrap(),
        own: world.call("POST", &format!("{REPO}/issues/{pull}/comments"), own).await.json()["id"].clone(),
        review: world.call("POST", &format!("{REPO}/pulls/{pull}/reviews"), review).await.json()["id"].clone(),
        line: world.shop.review_comments(pull).unwrap()[0].id,
        tree: tree.id().to_string(),
        blob: tree.get_name("cart.py").unwrap().id().to_string(),
        next: world.shop.write_commit("change", None, &entries, "x").unwrap(),
    }
}

/// Every call that reads.
fn reads(world: &World, things: &Things) -> Vec<Asked> {
    let (head, pull) = (&world.head, world.pull);
    let Things { run, suite, note, line, tree, blob, .. } = things;
    let paths = [
        "/installation/repositories".to_owned(),
        "/rate_limit".to_owned(),
        REPO.to_owned(),
        format!("{REPO}/check-runs/{run}"),
        format!("{REPO}/check-runs/{run}/annotations"),
        format!("{REPO}/commits/{head}/check-runs"),
        format!("{REPO}/commits/change/check-suites"),
        format!("{REPO}/check-suites/{suite}/check-runs"),
        format!("{REPO}/pulls?state=all"),
        format!("{REPO}/pulls/{pull}"),
        format!("{REPO}/pulls/{pull}/commits"),
        format!("{REPO}/pulls/{pull}/files"),
        format!("{REPO}/commits/{head}/pulls"),
        format!("{REPO}/compare/main...change"),
        format!("{REPO}/commits?sha=change"),
        format!("{REPO}/commits/change"),
        format!("{REPO}/collaborators/mona/permission"),
        format!("{REPO}/pulls/{pull}/reviews"),
        format!("{REPO}/pulls/{pull}/comments"),
        format!("{REPO}/pulls/comments/{line}"),
        format!("{REPO}/issues/{pull}/comments"),
        format!("{REPO}/issues/comments/{note}"),
        format!("{REPO}/issues/comments/{note}/reactions"),
        format!("{REPO}/contents/cart.py?ref={head}"),
        format!("{REPO}/contents/docs"),
        format!("{REPO}/git/blobs/{blob}"),
        format!("{REPO}/git/trees/{tree}?recursive=1"),
        format!("{REPO}/git/commits/{head}"),
        format!("{REPO}/git/ref/heads/change"),
    ];
    paths.into_iter().map(|path| ("GET", path, Value::Null)).collect()
}

/// Every call that writes.
fn writes(world: &World, things: &Things) -> Vec<Asked> {
    let (head, pull) = (&world.head, world.pull);
    let Things { run, note, own, review, line, tree, next, .. } = things;
    let line_comment = json!({"body": "Here", "commit_id": head, "path": "cart.py", "line": 2, "side": "RIGHT"});
    let patch = json!({"status": "completed", "conclusion": "neutral", "output": {"title": "T", "summary": "S"}});
    let entry = json!({"path": "t/a.py", "mode": "100644", "type": "blob", "content": "a"});
    vec![
        ("POST", format!("{REPO}/check-runs"), json!({"name": "other", "head_sha": head})),
        ("PATCH", format!("{REPO}/check-runs/{run}"), patch),
        ("PATCH", format!("{REPO}/pulls/{pull}"), json!({"body": "Faster."})),
        ("POST", format!("{REPO}/pulls/{pull}/reviews"), json!({"event": "COMMENT", "body": "Another"})),
        ("PUT", format!("{REPO}/pulls/{pull}/reviews/{review}"), json!({"body": "Better words"})),
        ("POST", format!("{REPO}/pulls/{pull}/comments"), line_comment),
        ("PATCH", format!("{REPO}/pulls/comments/{line}"), json!({"body": "Is it?"})),
        ("POST", format!("{REPO}/issues/{pull}/comments"), json!({"body": "More"})),
        ("PATCH", format!("{REPO}/issues/comments/{own}"), json!({"body": "Other words"})),
        ("POST", format!("{REPO}/issues/comments/{note}/reactions"), json!({"content": "eyes"})),
        ("PUT", format!("{REPO}/contents/new.txt"), json!({"message": "New", "content": "aGk=", "branch": "main"})),
        ("POST", format!("{REPO}/git/blobs"), json!({"content": "aGk=", "encoding": "base64"})),
        ("POST", format!("{REPO}/git/trees"), json!({"base_tree": tree, "tree": [entry]})),
        ("POST", format!("{REPO}/git/commits"), json!({"message": "M", "tree": tree, "parents": [head]})),
        ("POST", format!("{REPO}/git/refs"), json!({"ref": "refs/heads/more/slashes", "sha": head})),
        ("PATCH", format!("{REPO}/git/refs/heads/change"), json!({"sha": next})),
    ]
}

#[tokio::test]
async fn every_answer_has_the_shape_that_github_describes() {
    let world = World::new().await;
    let things = things(&world).await;
    for (method, path, body) in reads(&world, &things).into_iter().chain(writes(&world, &things)) {
        let answer = world.call(method, &path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.json());
        assert_described(&world, answer.status.as_u16(), &answer.json());
    }
    let jwt = world.jwt(&json!("Iv1.5ca1ab1e5ca1ab1e"), -30, 500);
    let installation = world.github.installation();
    let app_paths =
        ["/app".to_owned(), format!("/app/installations/{installation}"), "/repos/octo/shop/installation".to_owned()];
    for path in app_paths {
        let answer = world.ask(reqwest::Method::GET, &path, Some(&jwt), None).await.unwrap();
        assert_described(&world, answer.status.as_u16(), &answer.json());
    }
    let path = format!("/app/installations/{installation}/access_tokens");
    let answer = world.ask(reqwest::Method::POST, &path, Some(&jwt), None).await.unwrap();
    assert_described(&world, answer.status.as_u16(), &answer.json());
    let seen: BTreeSet<_> = world.github.requests().into_iter().map(|one| (one.method, one.route.unwrap())).collect();
    assert_eq!(seen.len(), StandIn::routes().len(), "a path was never tried: {seen:#?}");
    world.assert_strict();
}

/// Holds an answer to the description of the path that the stand-in took the last request for.
fn assert_described(world: &World, status: u16, body: &Value) {
    let last = world.github.requests().pop().unwrap();
    let path = last.route.unwrap().replace("{*", "{");
    described::assert_shape(&last.method, &path, status, body);
}

#[tokio::test]
async fn refusals_have_the_shape_that_github_describes() {
    let world = World::new().await;
    let checks = "/repos/octo/shop/check-runs";
    let refused = [
        (422, world.call("PATCH", "/repos/octo/shop/pulls/1", json!({"body": "x".repeat(65_537)})).await),
        (404, world.get("/repos/octo/shop/pulls/99").await),
        (422, world.call("POST", "/repos/octo/shop/pulls/1/reviews", json!({"event": "COMMENT"})).await),
    ];
    for (status, answer) in &refused {
        assert_eq!(answer.status, *status);
    }
    described::assert_shape("PATCH", "/repos/{owner}/{repo}/pulls/{pull_number}", 422, &refused[0].1.json());
    described::assert_shape("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", 404, &refused[1].1.json());
    let answer = world.call("POST", checks, json!({"name": "jittest"})).await;
    assert_eq!(answer.json()["message"], "Invalid request.\n\n\"head_sha\" wasn't supplied.");
}
