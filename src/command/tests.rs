//! The commands against a real store, and a forge that is strict about what it is asked.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::domain::{
    CommitOutcome, CommitRequest, Confidence, Event, FindingId, Publication, PullRequest, RepoPath, Report, Verdict,
};
use crate::forge::{CloneAccess, MalformedEvent, Published, Unauthentic, WebhookHeaders};
use crate::store::{RunOrigin, now_ms};

/// One pull request on a forge; remembers what it was told.
struct OnePull {
    permission: Permission,
    file: Option<&'static str>,
    may_commit: bool,
    reactions: Mutex<Vec<(u64, Reaction)>>,
    replies: Mutex<BTreeMap<String, String>>,
    commits: Mutex<BTreeMap<String, CommitRequest>>,
}

impl OnePull {
    fn with(permission: Permission) -> Self {
        Self {
            permission,
            file: None,
            may_commit: true,
            reactions: Mutex::default(),
            replies: Mutex::default(),
            commits: Mutex::default(),
        }
    }

    fn reply(&self) -> String {
        let replies = self.replies.lock().unwrap();
        assert!(replies.len() <= 1, "{replies:?}");
        replies.values().next().cloned().unwrap_or_default()
    }
}

fn sha(digit: &str) -> CommitSha {
    CommitSha::parse(&digit.repeat(40)).unwrap()
}

fn subject() -> Subject {
    Subject { installation: 1, owner: "octo".to_owned(), name: "shop".to_owned() }
}

#[async_trait]
impl Forge for OnePull {
    fn authenticate(&self, _: &[u8], _: &WebhookHeaders) -> Result<(), Unauthentic> {
        Err(Unauthentic)
    }
    fn event(&self, _: &str, _: &[u8]) -> Result<Event, MalformedEvent> {
        Ok(Event::Ignored)
    }
    async fn pull_request(&self, _: &Subject, number: u64) -> Result<PullRequest, ForgeError> {
        Ok(PullRequest {
            number,
            title: String::new(),
            body: String::new(),
            author: "octocat".to_owned(),
            open: true,
            draft: false,
            head: sha("2"),
            head_branch: "change".to_owned(),
            head_repository: None,
            fork: false,
            maintainer_can_modify: false,
            base_branch: "main".to_owned(),
            base_tip: sha("1"),
            merge_base: sha("1"),
            commit_subjects: Vec::new(),
            labels: Vec::new(),
        })
    }
    async fn pulls_with_head(&self, _: &Subject, _: &CommitSha) -> Result<Vec<u64>, ForgeError> {
        Ok(Vec::new())
    }
    async fn file_at(&self, _: &Subject, path: &RepoPath, at: &CommitSha) -> Result<Option<Vec<u8>>, ForgeError> {
        assert_eq!((path.as_str(), at), ("jittest.toml", &sha("1")));
        Ok(self.file.map(|text| text.as_bytes().to_vec()))
    }
    async fn permission(&self, _: &Subject, _: &str) -> Result<Permission, ForgeError> {
        Ok(self.permission)
    }
    async fn clone_access(&self, _: &Subject) -> Result<CloneAccess, ForgeError> {
        Err(ForgeError::NotFound { what: "clone".to_owned() })
    }
    async fn publish(&self, _: &Subject, _: &Publication) -> Result<Published, ForgeError> {
        Err(ForgeError::NotFound { what: "publish".to_owned() })
    }
    async fn restore(&self, _: &Subject, _: u64, _: &str, _: &str, _: &str) -> Result<(), ForgeError> {
        Err(ForgeError::NotFound { what: "restore".to_owned() })
    }
    async fn react(&self, _: &Subject, comment: u64, reaction: Reaction) -> Result<(), ForgeError> {
        self.reactions.lock().unwrap().push((comment, reaction));
        Ok(())
    }
    async fn reply(&self, _: &Subject, _: u64, marker: &str, body: &str) -> Result<(), ForgeError> {
        assert!(body.len() + limits::GITHUB_MARKER <= limits::GITHUB_TEXT);
        self.replies.lock().unwrap().insert(marker.to_owned(), body.to_owned());
        Ok(())
    }
    async fn commit(&self, _: &Subject, request: &CommitRequest) -> Result<CommitOutcome, ForgeError> {
        if !self.may_commit {
            return Ok(CommitOutcome::Refused("the branch is in a fork".to_owned()));
        }
        self.commits.lock().unwrap().insert(request.marker.clone(), request.clone());
        Ok(CommitOutcome::Committed(sha("3")))
    }
    async fn check(&self) -> Result<String, ForgeError> {
        Ok("one pull request".to_owned())
    }
}

struct Remembered {
    store: Store,
    _folder: tempfile::TempDir,
}

async fn nothing_remembered() -> Remembered {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("store.db").display());
    Remembered { store: Store::open(&url).await.unwrap(), _folder: folder }
}

async fn a_run_remembered() -> Remembered {
    let remembered = nothing_remembered().await;
    let report: Report = serde_json::from_str(include_str!("../../fixtures/report/rich.json")).unwrap();
    let origin = RunOrigin { job: None, repository: subject().full_name(), pull: Some(7) };
    remembered.store.record_run(&origin, &report, now_ms()).await.unwrap();
    remembered
}

async fn asked(asked: Asked, forge: &OnePull, remembered: &Remembered) -> CommandEffect {
    let input =
        CommandInput { job: JobId::new("job-1"), subject: subject(), pull: 7, sender: "octocat".to_owned(), asked };
    let context = CommandContext { forge, store: &remembered.store };
    obey(input, &context).await.unwrap()
}

async fn comment(body: &str, forge: &OnePull, remembered: &Remembered) -> CommandEffect {
    asked(Asked::Comment { comment: 5, body: body.to_owned() }, forge, remembered).await
}

async fn button(identifier: &str, head: &str, forge: &OnePull, remembered: &Remembered) -> CommandEffect {
    asked(Asked::Button { identifier: identifier.to_owned(), head: sha(head) }, forge, remembered).await
}

#[tokio::test]
async fn anyone_gets_the_help_and_it_names_every_command() {
    let forge = OnePull::with(Permission::None);
    assert_eq!(comment("/jittest help", &forge, &nothing_remembered().await).await, CommandEffect::Nothing);
    assert_eq!(*forge.reactions.lock().unwrap(), [(5, Reaction::Eyes)]);
    insta::assert_snapshot!(forge.reply(), @r#"
    | command | what it does | who may |
    |---|---|---|
    | `/jittest help` | show this | anyone |
    | `/jittest run` | test this pull request now, also a draft | triage (or higher) |
    | `/jittest config` | show the settings that hold for this pull request | triage (or higher) |
    | `/jittest dismiss <id>` | never report this finding again, also after later pushes | write (or higher) |
    | `/jittest accept [<id>]` | commit the generated tests (or that of one finding) to this branch | write (or higher) |
    "#);
}

#[tokio::test]
async fn an_unknown_command_gets_the_help() {
    let forge = OnePull::with(Permission::Admin);
    comment("/jittest dance @octocat", &forge, &nothing_remembered().await).await;
    assert!(forge.reply().starts_with("`dance` is none of the commands.\n\n| command |"), "{}", forge.reply());
}

#[tokio::test]
async fn a_comment_that_asks_nothing_is_left_alone() {
    let forge = OnePull::with(Permission::Admin);
    comment("> /jittest run", &forge, &nothing_remembered().await).await;
    assert!(forge.reactions.lock().unwrap().is_empty() && forge.reply().is_empty());
}

#[tokio::test]
async fn running_needs_triage() {
    let remembered = nothing_remembered().await;
    let forge = OnePull::with(Permission::Read);
    assert_eq!(comment("/jittest run", &forge, &remembered).await, CommandEffect::Nothing);
    assert_eq!(forge.reply(), "Sorry, octocat: `/jittest run` needs triage (or higher) permission on this repository.");
    let forge = OnePull::with(Permission::Triage);
    assert_eq!(comment("/jittest run", &forge, &remembered).await, CommandEffect::Test);
    assert_eq!(forge.reply(), "");
}

#[tokio::test]
async fn a_buttons_sender_is_checked_in_the_same_way() {
    let remembered = a_run_remembered().await;
    for identifier in ["rerun", "accept", "dismiss"] {
        let forge = OnePull::with(Permission::Read);
        assert_eq!(button(identifier, "2", &forge, &remembered).await, CommandEffect::Nothing);
        assert!(forge.reply().starts_with("Sorry, octocat"), "{identifier}: {}", forge.reply());
        assert!(forge.commits.lock().unwrap().is_empty());
    }
    assert!(remembered.store.dismissed(&subject()).await.unwrap().is_empty());
    let forge = OnePull::with(Permission::Write);
    assert_eq!(button("rerun", "2", &forge, &remembered).await, CommandEffect::Test);
}

#[tokio::test]
async fn a_comment_can_not_press_a_button() {
    let forge = OnePull::with(Permission::Admin);
    assert_eq!(comment("/jittest rerun", &forge, &nothing_remembered().await).await, CommandEffect::Nothing);
    assert!(forge.reply().starts_with("`rerun` is none of the commands."));
}

#[tokio::test]
async fn a_finding_is_dismissed_by_its_id() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    assert_eq!(comment("/jittest dismiss 3f9a1c2e", &forge, &remembered).await, CommandEffect::Test);
    assert_eq!(forge.reply(), "Dismissed `3f9a1c2e`: it won't be reported again. Testing without it now.");
    let dismissed = remembered.store.dismissed(&subject()).await.unwrap();
    assert!(dismissed.contains(&FindingId::new("3f9a1c2e")) && dismissed.len() == 1);
    assert_eq!(comment("/jittest dismiss 3f9a1c2e", &forge, &remembered).await, CommandEffect::Test);
}

#[tokio::test]
async fn only_a_finding_that_is_there_can_be_dismissed() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    assert_eq!(comment("/jittest dismiss `evil`", &forge, &remembered).await, CommandEffect::Nothing);
    assert_eq!(forge.reply(), "No finding has the id `` `evil` ``. The newest run's findings: `3f9a1c2e`, `b71d09aa`.");
    comment("/jittest dismiss", &forge, &remembered).await;
    assert!(forge.reply().starts_with("`/jittest dismiss` needs the id of one finding"), "{}", forge.reply());
    assert!(remembered.store.dismissed(&subject()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_button_dismisses_the_regressions_of_its_own_check_run() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    assert_eq!(button("dismiss", "9", &forge, &remembered).await, CommandEffect::Nothing);
    assert!(forge.reply().contains("not the newest one any more"));
    assert_eq!(button("dismiss", "2", &forge, &remembered).await, CommandEffect::Test);
    let dismissed = remembered.store.dismissed(&subject()).await.unwrap();
    assert_eq!(dismissed.into_iter().collect::<Vec<_>>(), [FindingId::new("3f9a1c2e")]);
}

#[tokio::test]
async fn the_button_dismisses_nothing_that_its_check_run_does_not_show() {
    let remembered = nothing_remembered().await;
    let mut report: Report = serde_json::from_str(include_str!("../../fixtures/report/rich.json")).unwrap();
    let shown = report.catches[0].clone();
    for (id, confidence) in [("aaaaaaaa", Confidence::Low), ("bbbbbbbb", Confidence::Medium)] {
        report.catches.push(crate::domain::Catch { id: FindingId::new(id), confidence, ..shown.clone() });
    }
    let origin = RunOrigin { job: None, repository: subject().full_name(), pull: Some(7) };
    remembered.store.record_run(&origin, &report, now_ms()).await.unwrap();
    for (file, expected) in [
        (Some("confidence-threshold = \"high\"\n"), vec!["3f9a1c2e"]),
        (Some("confidence-threshold = \"low\"\n"), vec!["3f9a1c2e", "bbbbbbbb"]),
    ] {
        let forge = OnePull { file, ..OnePull::with(Permission::Write) };
        assert_eq!(button("dismiss", "2", &forge, &remembered).await, CommandEffect::Test);
        let dismissed = remembered.store.dismissed(&subject()).await.unwrap();
        assert_eq!(
            dismissed.into_iter().collect::<Vec<_>>(),
            expected.into_iter().map(FindingId::new).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn accepted_tests_are_committed_once() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    for _ in 0..2 {
        comment("/jittest accept", &forge, &remembered).await;
    }
    let commits = forge.commits.lock().unwrap();
    let [commit] = commits.values().collect::<Vec<_>>()[..] else { panic!("{commits:?}") };
    assert_eq!(commit.head, sha("2"));
    assert_eq!(commit.message, "Add 2 generated tests\n\nGenerated by jittest; asked for by octocat.");
    let paths: Vec<&str> = commit.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["tests/test_jittest_cart.py", "tests/test_jittest_price.py"]);
    assert!(forge.reply().starts_with(&format!("Committed as {}", sha("3"))), "{}", forge.reply());
    assert!(forge.reply().ends_with("fails until the regression is mended."));
}

#[tokio::test]
async fn the_button_of_an_older_check_run_adds_nothing() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    button("accept", "9", &forge, &remembered).await;
    assert!(forge.reply().contains("not the newest one any more"), "{}", forge.reply());
    assert!(forge.commits.lock().unwrap().is_empty());
    let forge = OnePull::with(Permission::Write);
    button("accept", "2", &forge, &remembered).await;
    assert_eq!(forge.commits.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_below_the_threshold_or_dismissed_is_accepted_only_by_its_id() {
    let remembered = nothing_remembered().await;
    let mut report: Report = serde_json::from_str(include_str!("../../fixtures/report/rich.json")).unwrap();
    report.catches[0].confidence = Confidence::Medium;
    let origin = RunOrigin { job: None, repository: subject().full_name(), pull: Some(7) };
    remembered.store.record_run(&origin, &report, now_ms()).await.unwrap();
    remembered.store.dismiss(&subject(), 7, &FindingId::new("b71d09aa"), "octocat", now_ms()).await.unwrap();
    let forge = || OnePull { file: Some("confidence-threshold = \"high\"\n"), ..OnePull::with(Permission::Write) };
    let all = forge();
    comment("/jittest accept", &all, &remembered).await;
    assert_eq!(all.reply(), "The newest run has no test to add.");
    for id in ["3f9a1c2e", "b71d09aa"] {
        let one = forge();
        comment(&format!("/jittest accept {id}"), &one, &remembered).await;
        assert_eq!(one.commits.lock().unwrap().len(), 1, "{id}");
    }
}

#[tokio::test]
async fn one_test_can_be_accepted_by_its_id() {
    let remembered = a_run_remembered().await;
    let forge = OnePull::with(Permission::Write);
    comment("/jittest accept b71d09aa", &forge, &remembered).await;
    let commits = forge.commits.lock().unwrap();
    assert_eq!(commits["comment-5"].files[0].0.as_str(), "tests/test_jittest_price.py");
    assert_eq!(commits["comment-5"].files.len(), 1);
}

#[tokio::test]
async fn what_can_not_be_committed_is_shown_with_what_to_do() {
    let remembered = a_run_remembered().await;
    let forge = OnePull { may_commit: false, ..OnePull::with(Permission::Write) };
    comment("/jittest accept 3f9a1c2e", &forge, &remembered).await;
    insta::assert_snapshot!(forge.reply(), @r#"
    The tests could not be committed: the branch is in a fork

    To add them by hand:

    <details>
    <summary>Save this as <code>tests/test_jittest_cart.py</code></summary>

    ```python
    from shop.cart import total


    def test_total_of_an_empty_cart_is_zero():
        assert total([]) == 0
    ```

    and run `python -m pytest tests/test_jittest_cart.py`

    </details>
    "#);
}

#[tokio::test]
async fn with_no_run_there_is_nothing_to_accept() {
    let forge = OnePull::with(Permission::Write);
    comment("/jittest accept", &forge, &nothing_remembered().await).await;
    assert!(forge.reply().contains("No run of this pull request has ended yet"));
    let remembered = nothing_remembered().await;
    let origin = RunOrigin { job: None, repository: subject().full_name(), pull: Some(7) };
    remembered.store.record_run(&origin, &Report::empty(Verdict::Clear), now_ms()).await.unwrap();
    comment("/jittest accept", &forge, &remembered).await;
    assert_eq!(forge.reply(), "The newest run has no test to add.");
}

#[tokio::test]
async fn the_settings_are_shown_as_they_hold() {
    let remembered = nothing_remembered().await;
    let forge = OnePull::with(Permission::Triage);
    comment("/jittest config", &forge, &remembered).await;
    assert!(forge.reply().starts_with("`main` has no `jittest.toml`: the defaults hold.\n\n```toml\nenabled = true"));
    let forge = OnePull { file: Some("max-comments = 1\n"), ..OnePull::with(Permission::Triage) };
    comment("/jittest config", &forge, &remembered).await;
    assert!(forge.reply().contains("max-comments = 1\n"), "{}", forge.reply());
    let forge = OnePull { file: Some("max-coments = 1\n"), ..OnePull::with(Permission::Triage) };
    comment("/jittest config", &forge, &remembered).await;
    assert!(forge.reply().contains("line 1: unknown field"), "{}", forge.reply());
}

#[test]
fn every_command_has_a_name_of_its_own_and_a_help() {
    let mut names: Vec<&str> = ALL.iter().map(|command| command.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.iter().all(|command| !command.help().is_empty()));
}
