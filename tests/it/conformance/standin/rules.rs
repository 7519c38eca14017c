//! What GitHub refuses, the stand-in refuses, and it remembers whose mistake it was.

use jittest::domain::Permission;
use jittest::standin::{StandIn, StandInConfig};
use reqwest::Method;
use serde_json::{Value, json};

use super::World;

const CHECKS: &str = "/repos/octo/shop/check-runs";

#[tokio::test]
async fn only_a_good_jwt_is_the_app() {
    let world = World::new().await;
    let id = json!(StandInConfig::default().app_id);
    let good = [world.jwt(&id, -60, 540), world.jwt(&json!(id.to_string()), 0, 60)];
    for jwt in &good {
        assert_eq!(world.ask(Method::GET, "/app", Some(jwt), None).await.unwrap().status, 200);
    }
    world.assert_strict();
    let mut broken = good[0].clone();
    broken.replace_range(broken.len() - 8.., "AAAAAAAA");
    let bad = [
        world.jwt(&id, 0, 1_200),
        world.jwt(&json!(1), 0, 60),
        world.jwt(&id, 600, 599),
        world.jwt(&id, -900, -300),
        broken,
    ];
    for jwt in &bad {
        assert_eq!(world.ask(Method::GET, "/app", Some(jwt), None).await.unwrap().status, 401);
    }
    assert_eq!(world.github.violations().len(), bad.len());
}

#[tokio::test]
async fn a_repository_wants_a_living_token_of_the_installation() {
    let world = World::new().await;
    let token = world.token().await;
    assert_eq!(world.ask(Method::GET, "/repos/octo/shop", Some(&token), None).await.unwrap().status, 200);
    world.github.expire_tokens();
    assert_eq!(world.ask(Method::GET, "/repos/octo/shop", Some(&token), None).await.unwrap().status, 401);
    world.assert_strict();
    assert_eq!(world.ask(Method::GET, "/repos/octo/shop", None, None).await.unwrap().status, 401);
    let jwt = world.jwt(&json!(StandInConfig::default().app_id), -30, 500);
    assert_eq!(world.ask(Method::GET, "/repos/octo/shop", Some(&jwt), None).await.unwrap().status, 403);
}

#[tokio::test]
async fn what_the_app_has_no_permission_for_is_refused() {
    let mut config = StandInConfig::default();
    config.permissions.remove("contents");
    let mut world = World::new().await;
    let github = StandIn::start(config).await.unwrap();
    github.create_repository("octo", "shop").unwrap().commit("main", None, &[("a", Some("a"))], "a").unwrap();
    world.github = github;
    assert_eq!(world.get("/repos/octo/shop/contents/a").await.status, 403);
    assert_eq!(world.get("/repos/octo/shop").await.status, 200);
}

#[tokio::test]
async fn an_unknown_path_or_name_is_a_violation() {
    let world = World::new().await;
    assert_eq!(world.get("/repos/octo/shop/nothing").await.status, 404);
    assert_eq!(world.get("/repos/octo/shop/pulls?sorted=up").await.status, 422);
    let body = json!({"name": "jittest", "head_sha": world.head, "statuss": "queued"});
    assert_eq!(world.call("POST", CHECKS, body).await.status, 422);
    let violations = world.github.violations();
    assert_eq!(violations.len(), 3);
    assert!(violations[2].contains("\"statuss\" is not a permitted key."), "{violations:?}");
}

#[tokio::test]
async fn the_limits_of_a_check_run_are_githubs() {
    let world = World::new().await;
    let text = |length: usize| "x".repeat(length);
    let note = json!({"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"});
    let button = |label, description, identifier| json!({"label": text(label), "description": text(description), "identifier": text(identifier)});
    let output = |name: &str, value: Value| {
        let mut output = json!({"title": "t", "summary": "s"});
        output[name] = value;
        json!({"output": output})
    };
    let fine = [
        output("summary", json!(text(65_535))),
        output("text", json!(text(65_535))),
        output("annotations", json!(vec![note.clone(); 50])),
        json!({"actions": vec![button(20, 40, 20); 3]}),
    ];
    for more in fine {
        world.check_run(more).await;
    }
    world.assert_strict();
    let wrong = [
        output("title", json!(text(65_536))),
        output("summary", json!(text(65_536))),
        output("text", json!("ä".repeat(32_768))),
        output("annotations", json!(vec![note; 51])),
        json!({"actions": vec![button(20, 40, 20); 4]}),
        json!({"actions": [button(21, 40, 20)]}),
        json!({"actions": [button(20, 41, 20)]}),
        json!({"actions": [button(20, 40, 21)]}),
        json!({"output": {"summary": "s"}}),
        json!({"status": "completed"}),
        json!({"status": "waiting"}),
        json!({"conclusion": "stale"}),
        json!({"head_sha": "0".repeat(40)}),
    ];
    for more in wrong {
        let mut body = json!({"name": "jittest", "head_sha": world.head});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(world.call("POST", CHECKS, body).await.status, 422, "{more}");
    }
}

#[tokio::test]
async fn annotations_append_and_an_output_is_replaced() {
    let world = World::new().await;
    let output = |title: &str| {
        let notes = json!([{"path": "cart.py", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": title}]);
        json!({"output": {"title": title, "summary": "s", "annotations": notes}})
    };
    let run = world.check_run(output("one")).await;
    world.call("PATCH", &format!("{CHECKS}/{run}"), output("two")).await;
    let kept = &world.shop.check_runs(&world.head).unwrap()[0];
    assert_eq!(kept.annotations.iter().map(|note| note.message.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(kept.output.title.as_deref(), Some("two"));
}

#[tokio::test]
async fn check_runs_are_listed_latest_first_and_all_on_demand_page_by_page() {
    let world = World::new().await;
    for number in 0..3 {
        world.check_run(json!({"external_id": number.to_string()})).await;
    }
    let path = format!("/repos/octo/shop/commits/{}/check-runs", world.head);
    let latest = world.get(&format!("{path}?check_name=jittest")).await.json();
    assert_eq!((latest["total_count"].clone(), latest["check_runs"][0]["external_id"].clone()), (json!(1), json!("2")));
    let answer = world.get(&format!("{path}?filter=all&per_page=2")).await;
    assert_eq!(answer.json()["check_runs"].as_array().unwrap().len(), 2);
    let next = format!("<{}{path}?filter=all&per_page=2&page=2>; rel=\"next\"", world.github.api_url());
    assert!(answer.header("link").contains(&next), "{}", answer.header("link"));
    let rest = world.get(&format!("{path}?filter=all&per_page=2&page=2")).await.json();
    assert_eq!(rest["check_runs"][0]["external_id"], "0");
    assert_eq!(world.get(&format!("{path}?app_id=1")).await.json()["total_count"], 0);
}

#[tokio::test]
async fn a_review_comment_stands_on_a_line_of_the_diff() {
    let world = World::new().await;
    let long: String = (1..=30).map(|line| format!("line {line}\n")).collect();
    let base = world.shop.commit("main", None, &[("long.txt", Some(&long))], "Long").unwrap();
    let changed = long.replace("line 15\n", "line fifteen\n");
    world.shop.commit("change", Some(&base), &[("long.txt", Some(&changed))], "Change it").unwrap();
    let reviews = format!("/repos/octo/shop/pulls/{}/reviews", world.pull);
    let on = |line: u32, side: &str| json!({"event": "COMMENT", "comments": [{"path": "long.txt", "line": line, "side": side, "body": "b"}]});
    for (line, side) in [(12, "RIGHT"), (15, "RIGHT"), (18, "RIGHT"), (15, "LEFT")] {
        assert_eq!(world.call("POST", &reviews, on(line, side)).await.status, 200, "{line} {side}");
    }
    world.assert_strict();
    for line in [11, 19, 31] {
        let answer = world.call("POST", &reviews, on(line, "RIGHT")).await;
        assert_eq!(answer.status, 422);
        assert!(answer.json()["errors"][0].as_str().unwrap().contains("line must be part of the diff"));
    }
    let elsewhere = json!({"event": "COMMENT", "comments": [{"path": "cart.py", "line": 1, "body": "b"}]});
    assert_eq!(world.call("POST", &reviews, elsewhere).await.status, 422);
    assert_eq!(world.shop.reviews(world.pull).unwrap().len(), 4);
    assert_eq!(world.shop.review_comments(world.pull).unwrap()[1].diff_hunk.lines().last(), Some("+line fifteen"));
}

#[tokio::test]
async fn the_base_of_a_comparison_is_the_merge_base() {
    let world = World::new().await;
    let fork_point = world.shop.branch_commits("main").unwrap()[0].sha.clone();
    world.shop.commit("main", None, &[("other.py", Some("x = 1\n"))], "Somebody else's").unwrap();
    let shown = world.get(&format!("/repos/octo/shop/compare/main...{}", world.head)).await.json();
    assert_eq!(shown["merge_base_commit"]["sha"], fork_point);
    assert_eq!((&shown["status"], &shown["ahead_by"], &shown["behind_by"]), (&json!("diverged"), &json!(1), &json!(1)));
    let names: Vec<_> = shown["files"].as_array().unwrap().iter().map(|file| file["filename"].clone()).collect();
    assert_eq!(names, [json!("cart.py")]);
}

#[tokio::test]
async fn a_body_keeps_every_byte_and_a_reaction_is_made_once() {
    let world = World::new().await;
    let text = "a\r\nb \u{1F980}\t<!-- x -->";
    world.call("PATCH", "/repos/octo/shop/pulls/1", json!({"body": text})).await;
    assert_eq!(world.shop.pull(1).unwrap().body.as_deref(), Some(text));
    let note = world.shop.comment(1, "mona", "hi").unwrap();
    let path = format!("/repos/octo/shop/issues/comments/{note}/reactions");
    assert_eq!(world.call("POST", &path, json!({"content": "eyes"})).await.status, 201);
    assert_eq!(world.call("POST", &path, json!({"content": "eyes"})).await.status, 200);
    let reactions = world.shop.reactions(note).unwrap();
    assert_eq!((reactions.len(), reactions[0].author.as_str()), (1, "jittest[bot]"));
    let others = format!("/repos/octo/shop/issues/comments/{note}");
    assert_eq!(world.call("PATCH", &others, json!({"body": "mine now"})).await.status, 403);
}

#[tokio::test]
async fn a_branch_moves_forward_only_and_a_protected_one_not_at_all() {
    let world = World::new().await;
    let first = world.shop.branch_commits("main").unwrap()[0].sha.clone();
    let branch = "/repos/octo/shop/git/refs/heads/change";
    assert_eq!(world.call("PATCH", branch, json!({"sha": first})).await.status, 422);
    assert_eq!(world.call("PATCH", branch, json!({"sha": first, "force": true})).await.status, 200);
    assert_eq!(world.shop.pull(1).unwrap().head_sha, first);
    world.shop.protect("change").unwrap();
    let answer = world.call("PATCH", branch, json!({"sha": world.head})).await;
    assert_eq!(answer.status, 422);
    assert!(answer.json()["message"].as_str().unwrap().contains("rule violations"));
}

#[tokio::test]
async fn who_may_what_is_told_in_both_of_githubs_words() {
    let world = World::new().await;
    world.shop.set_permission("tom", Permission::Triage).unwrap();
    world.shop.set_permission("mia", Permission::Maintain).unwrap();
    world.github.create_user("guest");
    for (login, old, role) in
        [("tom", "read", "triage"), ("mia", "write", "maintain"), ("guest", "read", "read"), ("octo", "admin", "admin")]
    {
        let shown = world.get(&format!("/repos/octo/shop/collaborators/{login}/permission")).await.json();
        assert_eq!((&shown["permission"], &shown["role_name"]), (&json!(old), &json!(role)), "{login}");
    }
    assert_eq!(world.get("/repos/octo/shop/collaborators/nobody/permission").await.status, 404);
}

#[tokio::test]
async fn a_fork_can_be_read_but_not_written() {
    let world = World::new().await;
    world.shop.fork("mona").unwrap();
    assert_eq!(world.get("/repos/mona/shop/contents/cart.py").await.status, 200);
    let blob = json!({"content": "x"});
    assert_eq!(world.call("POST", "/repos/mona/shop/git/blobs", blob).await.status, 403);
    world.shop.set_private(true).unwrap();
    world.shop.set_installed(false).unwrap();
    assert_eq!(world.get("/repos/octo/shop").await.status, 404);
}

#[tokio::test]
async fn a_file_comes_raw_or_in_base64() {
    let world = World::new().await;
    let shown = world.get("/repos/octo/shop/contents/docs/a%20b.md").await.json();
    assert_eq!((&shown["content"], &shown["encoding"]), (&json!("aGVsbG8K\n"), &json!("base64")));
    assert_eq!(world.get("/repos/octo/shop/contents/nothing.md").await.status, 404);
    let client = reqwest::Client::builder().no_proxy().user_agent("a-test").build().unwrap();
    let raw = client
        .get(format!("{}/repos/octo/shop/contents/cart.py", world.github.base_url()))
        .header("authorization", format!("token {}", world.token().await))
        .header("accept", "application/vnd.github.raw+json");
    assert_eq!(raw.send().await.unwrap().text().await.unwrap(), super::BEFORE);
}
