//! Clones over HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use git2::{Cred, FetchOptions, RemoteCallbacks, Repository};

use super::World;

/// Fetches one refspec with depth 1 into a new bare repository, by the user and password that git is asked for.
fn fetch(url: &str, spec: &str, token: Option<&str>) -> Result<(tempfile::TempDir, Repository), git2::Error> {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init_bare(folder.path()).unwrap();
    let mut asked = 0;
    let mut callbacks = RemoteCallbacks::new();
    callbacks.credentials(move |_, _, _| {
        asked += 1;
        match token {
            Some(token) if asked == 1 => Cred::userpass_plaintext("x-access-token", token),
            _ => Err(git2::Error::from_str("refused")),
        }
    });
    let mut options = FetchOptions::new();
    options.remote_callbacks(callbacks).depth(1);
    repository.remote_anonymous(url)?.fetch(&[spec], Some(&mut options), None)?;
    Ok((folder, repository))
}

async fn fetched(
    url: String,
    spec: String,
    token: Option<String>,
) -> Result<(tempfile::TempDir, Repository), git2::Error> {
    tokio::task::spawn_blocking(move || fetch(&url, &spec, token.as_deref())).await.unwrap()
}

#[tokio::test]
async fn a_named_commit_is_fetched_with_depth_one() {
    let world = World::new().await;
    let url = format!("{}/octo/shop.git", world.github.base_url());
    // An older commit than any ref's.
    world.shop.commit("change", None, &[("b.py", Some("b = 1\n"))], "More").unwrap();
    let spec = format!("+{}:refs/x", world.head);
    let (_folder, repository) = fetched(url, spec, Some(world.token().await)).await.unwrap();
    let commit = repository.find_reference("refs/x").unwrap().peel_to_commit().unwrap();
    assert_eq!(commit.id().to_string(), world.head);
    let parent = &world.shop.branch_commits("main").unwrap()[0].sha;
    assert!(repository.find_commit(parent.parse().unwrap()).is_err(), "depth 1 brings no parent");
    world.assert_strict();
}

#[tokio::test]
async fn a_pull_requests_head_can_be_fetched_from_the_base_also_from_a_fork() {
    let world = World::new().await;
    let fork = world.shop.fork("mona").unwrap();
    fork.commit("idea", Some("main"), &[("c.py", Some("c = 1\n"))], "Idea").unwrap();
    let spec = jittest::standin::PullSpec {
        fork: Some("mona/shop".to_owned()),
        ..jittest::standin::PullSpec::new("Idea", "idea")
    };
    let pull = world.shop.open_pull_request(spec).unwrap();
    let head = fork.commit("idea", None, &[("c.py", Some("c = 2\n"))], "Better").unwrap();
    assert_eq!(world.shop.pull(pull).unwrap().head_sha, head);
    let url = format!("{}/octo/shop.git", world.github.base_url());
    let spec = format!("+refs/pull/{pull}/head:refs/x");
    let (_folder, repository) = fetched(url, spec, Some(world.token().await)).await.unwrap();
    assert_eq!(repository.find_reference("refs/x").unwrap().target().unwrap().to_string(), head);
}

#[tokio::test]
async fn nothing_is_served_without_a_good_token() {
    let world = World::new().await;
    let url = format!("{}/octo/shop.git", world.github.base_url());
    let spec = "+refs/heads/main:refs/x".to_owned();
    let old = world.token().await;
    world.github.expire_tokens();
    for token in [None, Some("ghs_wrong".to_owned()), Some(old)] {
        assert!(fetched(url.clone(), spec.clone(), token).await.is_err());
    }
    assert!(fetched(url, spec, Some(world.token().await)).await.is_ok());
}

#[tokio::test]
async fn git_itself_can_clone_with_its_own_protocol() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let basic = STANDARD.encode(format!("x-access-token:{}", world.token().await));
    // Many names make a request that git compresses.
    for number in 0..40 {
        world.shop.commit(&format!("branch-{number}"), Some("main"), &[("n", Some(&number.to_string()))], "n").unwrap();
    }
    let cloned = tokio::process::Command::new("git")
        .args(["-c", "protocol.version=2", "-c"])
        .arg(format!("http.extraHeader=Authorization: Basic {basic}"))
        .args(["clone", "-q", &format!("{}/octo/shop.git", world.github.base_url())])
        .arg(folder.path().join("shop"))
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("no_proxy", "127.0.0.1")
        .status()
        .await
        .unwrap();
    assert!(cloned.success());
    assert!(folder.path().join("shop/cart.py").exists());
    let posts = world.github.requests().into_iter().filter(|one| one.path == "/octo/shop.git/git-upload-pack");
    assert!(posts.count() > 0);
}
