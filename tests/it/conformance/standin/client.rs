//! The real client on the stand-in: each was written without the other.

use jittest::domain::{
    Annotation, Button, CheckRun, CheckState, CommitOutcome, CommitRequest, CommitSha, Conclusion, FindingId, JobId,
    Permission, Publication, Reaction, RepoPath, ReviewComment, Subject,
};
use jittest::forge::Forge;
use jittest::forge::github::{GitHub, GitHubConfig, RetryBounds};
use jittest::standin::{Fault, StandInConfig};

use super::World;

fn client(world: &World) -> GitHub {
    GitHub::new(GitHubConfig {
        api_url: world.github.api_url(),
        app_id: StandInConfig::default().app_id.to_string(),
        private_key: world.github.private_key_pem().into(),
        webhook_secrets: vec!["secret".to_owned().into()],
        git_url: world.github.base_url(),
        retry: RetryBounds::default(),
    })
    .unwrap()
}

fn subject(world: &World) -> Subject {
    Subject { installation: world.github.installation(), owner: "octo".to_owned(), name: "shop".to_owned() }
}

fn publication(world: &World, title: &str) -> Publication {
    let path = RepoPath::parse("cart.py").unwrap();
    let note = Annotation {
        path: path.clone(),
        line_start: 2,
        line_end: 2,
        warning: true,
        title: "Regression".to_owned(),
        message: "total([]) raises".to_owned(),
    };
    let button = Button {
        label: "Dismiss".to_owned(),
        description: "Never show it again".to_owned(),
        identifier: "dismiss".to_owned(),
    };
    let head = CommitSha::parse(&world.head).unwrap();
    Publication {
        pull: world.pull,
        head: head.clone(),
        check_run: Some(CheckRun {
            external_id: JobId::new("job-1"),
            head,
            state: CheckState::Completed(Conclusion::Neutral),
            title: title.to_owned(),
            summary: "A summary".to_owned(),
            text: String::new(),
            annotations: vec![note; 60],
            buttons: vec![button],
        }),
        comments: vec![ReviewComment { finding: FindingId::new("abc"), path, line: 2, body: "Is it?".to_owned() }],
        description: Some("What changed.".to_owned()),
    }
}

#[tokio::test]
async fn the_client_reads_what_the_stand_in_shows() {
    let world = World::new().await;
    let (client, subject) = (client(&world), subject(&world));
    assert_eq!(client.check().await.unwrap(), "jittest");
    let pull = client.pull_request(&subject, world.pull).await.unwrap();
    assert_eq!((pull.title.as_str(), pull.body.as_str(), pull.open), ("Faster totals", "Faster.", true));
    assert_eq!(pull.merge_base.as_str(), world.shop.branch_commits("main").unwrap()[0].sha);
    assert_eq!(pull.commit_subjects, ["Take the first price"]);
    assert_eq!(client.pulls_with_head(&subject, &pull.head).await.unwrap(), [world.pull]);
    let file = client.file_at(&subject, &RepoPath::parse("cart.py").unwrap(), &pull.head).await.unwrap();
    assert_eq!(file.as_deref(), Some(super::AFTER.as_bytes()));
    world.shop.set_permission("tom", Permission::Triage).unwrap();
    assert_eq!(client.permission(&subject, "tom").await.unwrap(), Permission::Triage);
    world.assert_strict();
}

#[tokio::test]
async fn publishing_twice_shows_everything_once() {
    let world = World::new().await;
    let (client, subject) = (client(&world), subject(&world));
    client.publish(&subject, &publication(&world, "First")).await.unwrap();
    world.github.expire_tokens();
    client.publish(&subject, &publication(&world, "Second")).await.unwrap();
    let runs = world.shop.check_runs(&world.head).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].output.title.as_deref(), Some("Second"));
    assert_eq!(runs[0].annotations.len(), 60);
    assert_eq!(world.shop.reviews(world.pull).unwrap().len(), 1);
    assert_eq!(world.shop.review_comments(world.pull).unwrap().len(), 1);
    let body = world.shop.pull(world.pull).unwrap().body.unwrap();
    assert!(body.starts_with("Faster.") && body.matches("What changed.").count() == 1, "{body}");
    world.assert_strict();
}

#[tokio::test]
async fn what_was_made_before_an_answer_was_lost_is_found_again() {
    let world = World::new().await;
    let (client, subject) = (client(&world), subject(&world));
    world.github.fail_next("POST", "*/check-runs", Fault::DropBeforeAnswer).unwrap();
    world.github.fail_next("POST", "*/reviews", Fault::DropBeforeAnswer).unwrap();
    client.publish(&subject, &publication(&world, "First")).await.unwrap();
    assert_eq!(world.shop.check_runs(&world.head).unwrap().len(), 1);
    assert_eq!(world.shop.reviews(world.pull).unwrap().len(), 1);
    assert_eq!(world.github.faults_waiting(), 0);
    world.assert_strict();
}

#[tokio::test]
async fn comments_reactions_and_commits_arrive() {
    let world = World::new().await;
    let (client, subject) = (client(&world), subject(&world));
    let note = world.shop.comment(world.pull, "mona", "/jittest accept").unwrap();
    client.react(&subject, note, Reaction::Eyes).await.unwrap();
    client.reply(&subject, world.pull, "answer-1", "Done.").await.unwrap();
    client.reply(&subject, world.pull, "answer-1", "Done.").await.unwrap();
    assert_eq!(world.shop.reactions(note).unwrap()[0].content, "eyes");
    assert_eq!(world.shop.issue_comments(world.pull).unwrap().len(), 2);
    let request = CommitRequest {
        pull: world.pull,
        head: CommitSha::parse(&world.head).unwrap(),
        marker: "job-1".to_owned(),
        message: "Add a test".to_owned(),
        files: vec![(RepoPath::parse("tests/test_cart.py").unwrap(), "def test(): pass\n".to_owned())],
    };
    let CommitOutcome::Committed(sha) = client.commit(&subject, &request).await.unwrap() else { panic!("refused") };
    assert_eq!(world.shop.pull(world.pull).unwrap().head_sha, sha.as_str());
    assert_eq!(client.commit(&subject, &request).await.unwrap(), CommitOutcome::Committed(sha));
    let commits = world.shop.branch_commits("change").unwrap();
    assert_eq!((commits.len(), commits[0].paths.clone()), (3, vec!["tests/test_cart.py".to_owned()]));
    world.assert_strict();
}
