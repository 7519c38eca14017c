//! New files on a pull request's branch.

use jittest::domain::{CommitOutcome, CommitRequest, RepoPath};
use jittest::forge::Forge;
use serde_json::{Value, json};

use super::scripted::{Reply, Scripted, ok, pull, sha, status, subject};

const COMMITS: &str = "/repos/acme/shop/commits";
const REF: &str = "/repos/acme/shop/git/ref/heads/topic/new";
const REFS: &str = "/repos/acme/shop/git/refs/heads/topic/new";
const TESTS: &str = "/repos/acme/shop/contents/tests";

fn request() -> CommitRequest {
    let file = |path: &str| (RepoPath::parse(path).unwrap(), "def test(): ...\n".to_owned());
    CommitRequest {
        pull: 5,
        head: sha('c'),
        marker: "job-1:f1".to_owned(),
        message: "Add generated tests".to_owned(),
        files: vec![file("tests/test_a.py"), file("tests/new/test_b.py")],
    }
}

/// A GitHub on which the commit works: the branch's tip is `c`, and `tests` is a folder.
async fn server() -> Scripted {
    let server = Scripted::start().await;
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(pull(None))]);
    server.on("GET", COMMITS, [listed(&[('c', "ann", "First")])]);
    server.on("GET", REF, [tip('c')]);
    server.on("GET", TESTS, [ok(json!([]))]);
    for digit in ['c', 'd'] {
        let path = format!("/repos/acme/shop/git/commits/{}", sha(digit));
        server.on("GET", &path, [ok(json!({ "tree": { "sha": sha('1').as_str() } }))]);
    }
    let made = |digit: char| status(201, json!({ "sha": sha(digit).as_str() }));
    server.on("POST", "/repos/acme/shop/git/blobs", [made('2')]);
    server.on("POST", "/repos/acme/shop/git/trees", [made('3')]);
    server.on("POST", "/repos/acme/shop/git/commits", [made('4')]);
    server.on("PATCH", REFS, [ok(json!({}))]);
    server
}

/// The newest commits of the branch: the digit of each, its author and its message.
fn listed(commits: &[(char, &str, &str)]) -> Reply {
    let commit = |(digit, login, message): &(char, &str, &str)| {
        let author = json!({ "login": login });
        json!({ "sha": sha(*digit).as_str(), "commit": { "message": message }, "author": author })
    };
    ok(commits.iter().map(commit).collect())
}

fn tip(digit: char) -> Reply {
    ok(json!({ "object": { "sha": sha(digit).as_str() } }))
}

async fn commit(server: &Scripted) -> CommitOutcome {
    server.github().commit(&subject(), &request()).await.unwrap()
}

fn why(outcome: CommitOutcome) -> String {
    match outcome {
        CommitOutcome::Refused(why) => why,
        CommitOutcome::Committed(sha) => panic!("committed {sha}"),
    }
}

#[tokio::test]
async fn new_files_become_one_commit_on_the_branchs_tip() {
    let server = server().await;
    assert_eq!(commit(&server).await, CommitOutcome::Committed(sha('4')));
    let writes = server.writes();
    let bodies: Vec<&Value> = writes.iter().map(|write| write.body()).collect();
    let entry = |path: &str| json!({ "path": path, "mode": "100644", "type": "blob", "sha": sha('2').as_str() });
    let tree = [entry("tests/test_a.py"), entry("tests/new/test_b.py")];
    assert_eq!(bodies[2], &json!({ "base_tree": sha('1').as_str(), "tree": tree }));
    let message = "Add generated tests\n\nJittest-Accept: job-1:f1\n";
    assert_eq!(bodies[3], &json!({ "message": message, "tree": sha('3').as_str(), "parents": [sha('c').as_str()] }));
    assert_eq!(bodies[4], &json!({ "sha": sha('4').as_str(), "force": false }));
}

#[tokio::test]
async fn a_commit_that_is_there_is_found_by_its_trailer_and_its_author() {
    let message = "Add generated tests\n\nJittest-Accept: job-1:f1";
    let server = server().await;
    server.on("GET", COMMITS, [listed(&[('d', "ann", "Later"), ('9', "jittest[bot]", message)])]);
    assert_eq!(commit(&server).await, CommitOutcome::Committed(sha('9')));
    assert_eq!(server.writes().len(), 0);
    // Anybody can write the trailer: then the tests would never come.
    server.on("GET", COMMITS, [listed(&[('c', "mallory", message)])]);
    assert_eq!(commit(&server).await, CommitOutcome::Committed(sha('4')));
    assert!(!server.writes().is_empty());
}

#[tokio::test]
async fn a_commit_whose_author_github_does_not_know_is_not_ours() {
    let server = server().await;
    let message = "Add generated tests\n\nJittest-Accept: job-1:f1";
    let unknown =
        |author: Value| json!({ "sha": sha('c').as_str(), "commit": { "message": message }, "author": author });
    server.on("GET", COMMITS, [ok(json!([unknown(json!({})), unknown(Value::Null)]))]);
    assert_eq!(commit(&server).await, CommitOutcome::Committed(sha('4')));
    server.requests();
}

#[tokio::test]
async fn an_existing_file_is_never_touched() {
    let file = json!({ "type": "file", "encoding": "base64", "content": "" });
    for (path, answer) in [
        ("/repos/acme/shop/contents/tests/test_a.py", file.clone()),
        ("/repos/acme/shop/contents/tests/new/test_b.py", json!([])),
        (TESTS, file.clone()),
        (TESTS, json!({ "type": "symlink", "target": "elsewhere" })),
    ] {
        let server = server().await;
        server.on("GET", "/repos/acme/shop/contents/tests/new", [ok(json!([]))]);
        server.on("GET", path, [ok(answer)]);
        assert!(why(commit(&server).await).contains("an existing file is never changed"), "{path}");
        assert_eq!(server.writes().len(), 0);
    }
}

#[tokio::test]
async fn a_branch_that_moved_on_gets_no_tests_of_its_old_code() {
    let server = server().await;
    server.on("GET", REF, [tip('d')]);
    server.on("GET", COMMITS, [listed(&[('d', "ann", "Second"), ('c', "ann", "First")])]);
    assert!(why(commit(&server).await).contains("newer commits than the one that these tests were made for"));
    assert_eq!(server.writes().len(), 0);
}

#[tokio::test]
async fn a_branch_that_got_other_tests_meanwhile_gets_the_commit_on_its_new_tip() {
    let server = server().await;
    server.on("GET", REF, [tip('c'), tip('d')]);
    let others = "Add a generated test\n\nJittest-Accept: job-0:f0";
    let moved = listed(&[('d', "jittest[bot]", others), ('c', "ann", "First")]);
    server.on("GET", COMMITS, [listed(&[('c', "ann", "First")]), moved]);
    server.on("PATCH", REFS, [status(422, json!({ "message": "Update is not a fast forward" })), ok(json!({}))]);
    assert_eq!(commit(&server).await, CommitOutcome::Committed(sha('4')));
    let parents: Vec<Value> = server.writes().iter().filter_map(|write| write.body().get("parents").cloned()).collect();
    assert_eq!(parents, [json!([sha('c').as_str()]), json!([sha('d').as_str()])]);
}

#[tokio::test]
async fn a_branch_that_never_stands_still_is_given_up() {
    let server = server().await;
    server.on("PATCH", REFS, [status(422, json!({ "message": "Update is not a fast forward" }))]);
    assert!(why(commit(&server).await).contains("kept moving"));
    server.requests();
}

#[tokio::test]
async fn a_protected_branch_is_a_refusal_in_githubs_words() {
    let server = server().await;
    server.on("PATCH", REFS, [status(422, json!({ "message": "Required status check is expected." }))]);
    assert!(why(commit(&server).await).contains("Required status check"));
    server.on("PATCH", REFS, [status(403, json!({ "message": "Resource not accessible by integration" }))]);
    assert!(why(commit(&server).await).contains("may not write"));
    server.requests();
}

#[tokio::test]
async fn a_forks_branch_is_written_to_only_where_its_author_lets_maintainers_edit() {
    let server = server().await;
    let mut fork = pull(None);
    fork["head"]["repo"] = json!({ "full_name": "bob/shop" });
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(fork.clone())]);
    assert!(why(commit(&server).await).contains("does not let maintainers edit"));
    fork["maintainer_can_modify"] = json!(true);
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(fork.clone())]);
    // The fork is not in our installation: GitHub answers 404.
    assert!(why(commit(&server).await).contains("may not write"));
    assert_eq!(server.count("GET", "/repos/bob/shop/commits"), 1);
    fork["head"]["repo"] = Value::Null;
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(fork)]);
    assert!(why(commit(&server).await).contains("deleted"));
    assert_eq!(server.writes().len(), 0);
}

#[tokio::test]
async fn a_closed_pull_request_gets_no_commit() {
    let server = server().await;
    let mut closed = pull(None);
    closed["state"] = json!("closed");
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(closed)]);
    assert!(why(commit(&server).await).contains("closed"));
    server.requests();
}
