//! What we read of GitHub.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jittest::domain::{Permission, RepoPath};
use jittest::forge::Forge;
use jittest::forge::github::GitHub;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::scripted::{NOW_MS, PKCS8, PUBLIC, Scripted, ok, pull, sha, subject, token};

#[tokio::test]
async fn a_pull_request_comes_with_its_merge_base_and_its_commits() {
    let server = Scripted::start().await;
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(pull(Some("text")))]);
    let path = format!("/repos/acme/shop/compare/{}...{}", sha('b'), sha('c'));
    server.on("GET", &path, [ok(json!({ "merge_base_commit": { "sha": sha('a').as_str() } }))]);
    let page = |from: usize, to: usize| -> Value {
        (from..to)
            .map(|n| json!({ "sha": sha('d').as_str(), "commit": { "message": format!("Part {n}\n\nmore") } }))
            .collect()
    };
    let path = "/repos/acme/shop/pulls/5/commits";
    server.on("GET", path, [ok(page(0, 100)).with("link", "<x>; rel=\"next\""), ok(page(100, 130))]);

    let pull = server.github().pull_request(&subject(), 5).await.unwrap();

    assert_eq!((pull.merge_base, pull.base_tip, pull.head), (sha('a'), sha('b'), sha('c')));
    assert_eq!(pull.commit_subjects.len(), 130);
    assert_eq!(pull.commit_subjects[0], "Part 0");
    assert_eq!((pull.head_branch.as_str(), pull.fork, pull.open), ("topic/new", false, true));
    assert_eq!(pull.labels, ["bug"]);
    assert_eq!(server.count("GET", path), 2);
}

#[tokio::test]
async fn a_pull_request_whose_repository_is_gone_is_a_forks() {
    let server = Scripted::start().await;
    let mut gone = pull(None);
    gone["head"]["repo"] = Value::Null;
    gone["user"] = Value::Null;
    server.on("GET", "/repos/acme/shop/pulls/5", [ok(gone)]);
    let path = format!("/repos/acme/shop/compare/{}...{}", sha('b'), sha('c'));
    server.on("GET", &path, [ok(json!({ "merge_base_commit": { "sha": sha('a').as_str() } }))]);
    server.on("GET", "/repos/acme/shop/pulls/5/commits", [ok(json!([]))]);
    let pull = server.github().pull_request(&subject(), 5).await.unwrap();
    assert_eq!((pull.fork, pull.head_repository, pull.author.as_str(), pull.body.as_str()), (true, None, "ghost", ""));
    server.requests();
}

#[tokio::test]
async fn pull_requests_are_found_by_their_head_also_where_github_lists_none_for_the_commit() {
    let server = Scripted::start().await;
    let listed = |number: u64, head: char, state: &str| json!({ "number": number, "state": state, "head": { "sha": sha(head).as_str() } });
    let path = format!("/repos/acme/shop/commits/{}/pulls", sha('c'));
    let by_commit = json!([listed(5, 'c', "open"), listed(6, 'd', "open"), listed(7, 'c', "closed")]);
    server.on("GET", &path, [ok(by_commit), ok(json!([]))]);
    server.on("GET", "/repos/acme/shop/pulls", [ok(json!([listed(8, 'd', "open"), listed(9, 'c', "open")]))]);
    let github = server.github();
    assert_eq!(github.pulls_with_head(&subject(), &sha('c')).await.unwrap(), [5]);
    assert_eq!(github.pulls_with_head(&subject(), &sha('c')).await.unwrap(), [9]);
    server.requests();
}

#[tokio::test]
async fn a_file_is_its_bytes_and_anything_else_is_none() {
    let server = Scripted::start().await;
    let mut encoded = BASE64_STANDARD.encode(b"enabled = \xff\n");
    encoded.insert(4, '\n');
    let file = json!({ "type": "file", "encoding": "base64", "content": encoded });
    let path = "/repos/acme/shop/contents/a%20b/jittest.toml";
    let link = json!({ "type": "symlink", "target": "/etc/passwd" });
    server.on("GET", path, [ok(file), ok(json!([])), ok(link)]);
    let github = server.github();
    let wanted = RepoPath::parse("a b/jittest.toml").unwrap();
    assert_eq!(github.file_at(&subject(), &wanted, &sha('b')).await.unwrap().unwrap(), b"enabled = \xff\n");
    assert_eq!(github.file_at(&subject(), &wanted, &sha('b')).await.unwrap(), None);
    assert_eq!(github.file_at(&subject(), &wanted, &sha('b')).await.unwrap(), None);
    let other = RepoPath::parse("none").unwrap();
    assert_eq!(github.file_at(&subject(), &other, &sha('b')).await.unwrap(), None);
    server.requests();
}

#[tokio::test]
async fn a_permission_is_the_role_or_where_that_is_an_organisations_own_what_it_grants() {
    let server = Scripted::start().await;
    let github = server.github();
    let cases = [
        ("write", Some("maintain"), Permission::Maintain),
        ("read", Some("triage"), Permission::Triage),
        ("write", Some("release captain"), Permission::Write),
        ("admin", None, Permission::Admin),
        ("none", Some("none"), Permission::None),
    ];
    for (permission, role, expected) in cases {
        let answer = json!({ "permission": permission, "role_name": role });
        server.on("GET", "/repos/acme/shop/collaborators/dependabot%5Bbot%5D/permission", [ok(answer)]);
        assert_eq!(github.permission(&subject(), "dependabot[bot]").await.unwrap(), expected);
    }
    assert_eq!(github.permission(&subject(), "nobody").await.unwrap(), Permission::None);
    server.requests();
}

#[tokio::test]
async fn a_clone_has_its_token_beside_the_url_and_one_that_lasts() {
    let server = Scripted::start().await;
    let tokens = [token("ghs_short", "2026-01-01T00:10:00Z"), token("ghs_long", "2026-01-01T01:00:00Z")];
    server.on("POST", "/app/installations/7/access_tokens", tokens);
    server.on("GET", "/repos/acme/shop/collaborators/ann/permission", [ok(json!({ "permission": "read" }))]);
    let github = server.github();
    github.permission(&subject(), "ann").await.unwrap();
    let access = github.clone_access(&subject()).await.unwrap();
    assert_eq!(access.url, "https://github.example/acme/shop.git");
    assert_eq!(access.token.unwrap().expose_secret(), "ghs_long");
}

#[tokio::test]
async fn the_app_proves_itself_by_a_short_lived_token_signed_with_its_key() {
    let server = Scripted::start().await;
    for key in [super::scripted::PKCS1, PKCS8] {
        let mut config = server.config();
        config.private_key = SecretString::from(format!("\n{key}\n"));
        assert_eq!(GitHub::new(config).unwrap().check().await.unwrap(), "JIT test");
    }
    for request in server.requests() {
        let jwt = request.authorization.strip_prefix("Bearer ").unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.validate_exp = false; // the test's clock stands still
        let key = jsonwebtoken::DecodingKey::from_rsa_pem(PUBLIC).unwrap();
        let claims = jsonwebtoken::decode::<Value>(jwt, &key, &validation).unwrap().claims;
        let now = NOW_MS / 1000;
        assert_eq!(claims, json!({ "iss": "Iv23abc", "iat": now - 60, "exp": now + 540 }));
    }
}

#[tokio::test]
async fn an_enterprise_servers_path_is_kept_on_every_call() {
    let server = Scripted::start().await;
    let mut config = server.config();
    config.api_url.push_str("/api/v3/");
    server.on("POST", "/api/v3/app/installations/7/access_tokens", [token("ghs_x", "2026-01-01T01:00:00Z")]);
    let path = "/api/v3/repos/acme/shop/collaborators/ann/permission";
    server.on("GET", path, [ok(json!({ "permission": "admin" }))]);
    let permission = GitHub::new(config).unwrap().permission(&subject(), "ann").await.unwrap();
    assert_eq!(permission, Permission::Admin);
}
