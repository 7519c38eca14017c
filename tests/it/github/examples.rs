//! GitHub's published example webhooks.

use std::collections::BTreeMap;

use jittest::domain::Event;
use jittest::forge::Forge;
use serde_json::Value;

use super::npm;
use super::scripted::Scripted;

fn examples() -> Vec<Value> {
    let path = npm::file("@octokit/webhooks-examples", "7.6.1", "api.github.com/index.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What an example should become, read from it by hand.
fn expected(name: &str, example: &Value) -> &'static str {
    let is_ours = example.get("installation").is_some();
    match (name, example["action"].as_str().unwrap_or_default()) {
        ("ping", _) => "Ping",
        ("installation" | "installation_repositories", _) => "InstallationChanged",
        _ if !is_ours => "Ignored",
        ("pull_request", "opened" | "synchronize" | "reopened" | "ready_for_review") => "PullRequestChanged",
        ("pull_request", "closed") => "PullRequestClosed",
        ("check_run", "requested_action") => "ButtonPressed",
        ("check_run" | "check_suite", "rerequested") => "RerunRequested",
        ("issue_comment", "created") if example["issue"].get("pull_request").is_some() => "Commented",
        _ => "Ignored",
    }
}

fn variant(event: &Event) -> String {
    format!("{event:?}").split([' ', '{']).next().unwrap().to_owned()
}

#[tokio::test]
async fn every_published_example_becomes_the_right_event() {
    let github = Scripted::start().await.github();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for of_name in examples() {
        let name = of_name["name"].as_str().unwrap();
        for example in of_name["examples"].as_array().unwrap() {
            let body = serde_json::to_vec(example).unwrap();
            let event = github.event(name, &body).unwrap_or_else(|error| panic!("{name}: {error}: {example}"));
            assert_eq!(variant(&event), expected(name, example), "{name} {}", example["action"]);
            *seen.entry(variant(&event)).or_default() += 1;
        }
    }
    for kind in
        ["Ping", "PullRequestChanged", "PullRequestClosed", "ButtonPressed", "RerunRequested", "InstallationChanged"]
    {
        assert!(seen.get(kind).is_some_and(|count| *count > 0), "no example became {kind}: {seen:?}");
    }
}

#[tokio::test]
async fn an_example_without_its_parts_is_malformed() {
    let github = Scripted::start().await.github();
    let handled = [
        ("pull_request", "opened", "pull_request"),
        ("issue_comment", "created", "issue"),
        ("check_run", "rerequested", "check_run"),
        ("check_suite", "rerequested", "check_suite"),
        ("installation", "deleted", "installation"),
        ("installation_repositories", "removed", "installation"),
    ];
    let all = examples();
    for (name, action, part) in handled {
        let of_name = all.iter().find(|of_name| of_name["name"] == name).unwrap();
        let mut example =
            of_name["examples"].as_array().unwrap().iter().find(|e| e["action"] == action).unwrap().clone();
        for missing in [part, "action"] {
            example.as_object_mut().unwrap().remove(missing);
            let error = github.event(name, &serde_json::to_vec(&example).unwrap()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the webhook is not a {name} event: it lacks what this event must have")
            );
        }
    }
}
