//! Whether a webhook is believed, and what it says.

use jittest::domain::{ChangeReason, CommitSha, Event, Subject};
use jittest::forge::{Forge, Unauthentic, WebhookHeaders};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::scripted::Scripted;

/// GitHub's own test vector:
/// <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation>
const SECRET: &str = "It's a Secret to Everybody";
const PAYLOAD: &[u8] = b"Hello, World!";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

async fn with_secrets(secrets: &[&str]) -> impl Fn(&[u8], Option<&str>) -> Result<(), Unauthentic> {
    let server = Scripted::start().await;
    let mut config = server.config();
    config.webhook_secrets = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    let github = jittest::forge::github::GitHub::new(config).unwrap();
    move |body, signature| github.authenticate(body, &WebhookHeaders { signature: signature.map(ToOwned::to_owned) })
}

#[tokio::test]
async fn githubs_own_signature_is_believed() {
    let authenticate = with_secrets(&[SECRET]).await;
    assert_eq!(authenticate(PAYLOAD, Some(SIGNATURE)), Ok(()));
}

#[tokio::test]
async fn two_secrets_are_valid_while_one_is_rotated() {
    assert_eq!(with_secrets(&["new", SECRET]).await(PAYLOAD, Some(SIGNATURE)), Ok(()));
    assert_eq!(with_secrets(&[SECRET, "old"]).await(PAYLOAD, Some(SIGNATURE)), Ok(()));
}

#[tokio::test]
async fn any_other_signature_is_not_believed() {
    let authenticate = with_secrets(&[SECRET]).await;
    assert_eq!(authenticate(PAYLOAD, None), Err(Unauthentic));
    assert_eq!(authenticate(b"Hello, World?", Some(SIGNATURE)), Err(Unauthentic));
    let (bare, sha1) = (&SIGNATURE[7..], SIGNATURE.replace("sha256", "sha1"));
    for wrong in ["", "sha256=", "sha256=zz", bare, &sha1, &SIGNATURE[..SIGNATURE.len() - 2], &format!("{SIGNATURE}00")]
    {
        assert_eq!(authenticate(PAYLOAD, Some(wrong)), Err(Unauthentic), "{wrong}");
    }
}

#[tokio::test]
async fn an_empty_secret_believes_nobody() {
    // HMAC-SHA256 of nothing, under an empty key.
    let signed = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    assert_eq!(with_secrets(&[""]).await(b"", Some(signed)), Err(Unauthentic));
    assert_eq!(with_secrets(&[]).await(PAYLOAD, Some(SIGNATURE)), Err(Unauthentic));
}

fn subject() -> Subject {
    Subject { installation: 7, owner: "acme".to_owned(), name: "shop".to_owned() }
}

/// `parts` of an event in our repository.
fn with_place(mut parts: Value) -> Value {
    parts["repository"] = json!({ "id": 1, "name": "shop", "owner": { "login": "acme" } });
    parts["installation"] = json!({ "id": 7 });
    parts["sender"] = json!({ "login": "ann", "type": "User" });
    parts
}

async fn event(name: &str, parts: Value) -> Event {
    let github = Scripted::start().await.github();
    github.event(name, with_place(parts).to_string().as_bytes()).unwrap()
}

fn head() -> CommitSha {
    CommitSha::parse(&"c".repeat(40)).unwrap()
}

fn pull(action: &str, changes: Value) -> Value {
    let pull = json!({ "number": 5, "draft": true, "head": { "sha": "c".repeat(40) } });
    json!({ "action": action, "pull_request": pull, "changes": changes })
}

#[tokio::test]
async fn an_edited_pull_request_counts_only_where_its_base_changed() {
    let retargeted = event("pull_request", pull("edited", json!({ "base": { "ref": { "from": "main" } } }))).await;
    let reason = ChangeReason::BaseChanged;
    assert_eq!(
        retargeted,
        Event::PullRequestChanged { subject: subject(), pull: 5, head: head(), draft: true, reason }
    );
    let renamed = event("pull_request", pull("edited", json!({ "title": { "from": "x" } }))).await;
    assert_eq!(renamed, Event::Ignored);
}

fn comment(kind: &str, on_pull: bool) -> Value {
    let mut issue = json!({ "number": 5 });
    if on_pull {
        issue["pull_request"] = json!({ "url": "" });
    }
    let comment = json!({ "id": 9, "body": "/jittest run", "user": { "login": "ann", "type": kind } });
    json!({ "action": "created", "issue": issue, "comment": comment })
}

#[tokio::test]
async fn a_comment_counts_only_on_a_pull_request_and_says_whether_a_bot_wrote_it() {
    let by = async |kind| match event("issue_comment", comment(kind, true)).await {
        Event::Commented { pull: 5, comment: 9, author, by_bot, body, .. } => (author, by_bot, body),
        other => panic!("{other:?}"),
    };
    assert_eq!(by("User").await, ("ann".to_owned(), false, "/jittest run".to_owned()));
    assert!(by("Bot").await.1);
    assert_eq!(event("issue_comment", comment("User", false)).await, Event::Ignored);
}

#[tokio::test]
async fn a_button_names_its_check_run_and_only_pull_requests_of_this_repository() {
    let pulls =
        json!([{ "number": 5, "base": { "repo": { "id": 1 } } }, { "number": 6, "base": { "repo": { "id": 2 } } }]);
    let check = json!({ "id": 3, "head_sha": "c".repeat(40), "external_id": "job", "pull_requests": pulls });
    let action = json!({ "identifier": "accept" });
    let parts = json!({ "action": "requested_action", "check_run": check, "requested_action": action });
    let pressed = Event::ButtonPressed {
        subject: subject(),
        check_run: 3,
        external_id: "job".to_owned(),
        head: head(),
        button: "accept".to_owned(),
        sender: "ann".to_owned(),
        pulls: vec![5],
    };
    assert_eq!(event("check_run", parts).await, pressed);
}

#[tokio::test]
async fn a_repository_that_was_taken_away_is_named() {
    let parts = json!({ "action": "removed", "repositories_removed": [{ "full_name": "acme/shop" }] });
    let changed = event("installation_repositories", parts).await;
    let lost = vec!["acme/shop".to_owned()];
    assert_eq!(changed, Event::InstallationChanged { installation: 7, change: "removed".to_owned(), lost });
}

#[tokio::test]
async fn what_is_not_json_is_malformed_whatever_it_claims_to_be() {
    let github = Scripted::start().await.github();
    for name in ["ping", "pull_request", "check_run", "star", "<script>"] {
        for body in [&b"{"[..], b"", b"payload=%7B%7D", b"\xff\xfe"] {
            let error = github.event(name, body).unwrap_err();
            assert_eq!(error.what, "it is not JSON", "{name}");
            assert!(!error.event.contains('<'));
        }
        assert!(github.event(name, b"[]").is_err(), "{name}");
    }
    assert_eq!(github.event("star", b"{}"), Ok(Event::Ignored));
}
