//! What people ask for on a pull request, in comments and by buttons: who may, and what comes of it.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use jittest::domain::Permission;
use jittest::standin::{CheckRun, Commit, Fault, Gate, PullSpec};

use crate::harness::{BREAKS, PRICES, Posted, Stage, commit, conclusion, title};

/// A pull request with one proven regression, and people who may more or less.
struct Found {
    stage: Stage,
    pull: u64,
    head: String,
    check: CheckRun,
    posted: Posted,
}

impl Found {
    async fn new() -> Self {
        let stage = Stage::with(PRICES).await;
        for (login, permission) in
            [("reader", Permission::Read), ("triager", Permission::Triage), ("writer", Permission::Write)]
        {
            stage.shop.set_permission(login, permission).unwrap();
        }
        let (pull, head) = stage.propose(BREAKS);
        stage.tell(pull, "opened").await;
        let check = stage.completed(&head).await;
        let [comment] = stage.findings(pull).try_into().unwrap();
        stage.idle().await;
        Self { posted: Posted::of(&comment.body), stage, pull, head, check }
    }

    /// The newest commit of the pull request's branch.
    fn tip(&self) -> Commit {
        self.stage.shop.branch_commits("change").unwrap().remove(0)
    }

    /// Nobody has changed anything, and nothing runs.
    async fn is_untouched(&self) {
        self.stage.idle().await;
        assert_eq!(self.tip().sha, self.head);
        assert_eq!(self.stage.checks(&self.head), std::slice::from_ref(&self.check));
    }

    /// The posted test is the branch's newest commit, as `answer` says.
    fn is_committed(&self, answer: &str) {
        let tip = self.tip();
        assert!(answer.contains(&format!("Committed as {}", tip.sha)), "{answer}");
        assert_eq!(tip.paths, std::slice::from_ref(&self.posted.path));
        assert!(tip.message.contains("asked for by writer"), "{}", tip.message);
        let file = self.stage.shop.file("change", &self.posted.path).unwrap().unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), self.posted.code);
    }

    /// The regression is still there, and nothing is said of it any more.
    fn is_dismissed(&self, check: &CheckRun) {
        assert_eq!(conclusion(check), "success", "{check:?}");
        assert!(title(check).starts_with("No regression found"), "{}", title(check));
        assert_eq!(check.annotations, []);
        assert_eq!(self.stage.findings(self.pull).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_obeyed_for_those_who_may_and_refused_for_others() {
    let found = Found::new().await;
    let Found { stage, pull, posted, .. } = &found;
    let pull = *pull;
    let (dismiss, accept) = (format!("/jittest dismiss {}", posted.id), format!("/jittest accept {}", posted.id));
    let refused = [
        ("reader", "/jittest run"),
        ("stranger", "/jittest config"),
        ("triager", dismiss.as_str()),
        ("triager", accept.as_str()),
    ];
    for (login, command) in refused {
        let answer = stage.ask(pull, login, command).await;
        assert!(answer.contains(&format!("Sorry, {login}: ")) && answer.contains(" permission on this"), "{answer}");
    }
    let help = stage.ask(pull, "stranger", "/jittest help").await;
    assert!(help.contains("| `/jittest accept [<id>]` |"), "{help}");
    let unknown = stage.ask(pull, "stranger", "/jittest dance").await;
    assert!(unknown.contains("`dance` is none of the commands") && unknown.contains("/jittest help"), "{unknown}");
    let config = stage.ask(pull, "triager", "/jittest config").await;
    assert!(config.contains("the defaults hold") && config.contains("max-comments = 3"), "{config}");
    let wrong = stage.ask(pull, "writer", "/jittest dismiss 00000000").await;
    assert!(wrong.contains("No finding has the id `00000000`") && wrong.contains(&posted.id), "{wrong}");
    found.is_untouched().await;

    let answer = stage.ask(pull, "writer", &accept).await;
    found.is_committed(&answer);
    let tip = found.tip().sha;
    let again = stage.ask(pull, "writer", &accept).await;
    assert!(again.contains("is on the branch already"), "{again}");
    assert_eq!(found.tip().sha, tip);

    let answer = stage.ask(pull, "writer", &dismiss).await;
    assert!(answer.contains(&format!("Dismissed `{}`", posted.id)), "{answer}");
    found.is_dismissed(&stage.completed(&tip).await);
    let later = stage.push("change", &[("README.md", "# Later\n")]);
    stage.tell(pull, "synchronize").await;
    found.is_dismissed(&stage.completed(&later).await);

    for comment in stage.shop.issue_comments(pull).unwrap().iter().filter(|one| one.body.starts_with("/jittest")) {
        let reactions: Vec<String> = comment.reactions.iter().map(|reaction| reaction.content.clone()).collect();
        assert_eq!(reactions, ["eyes"], "{}", comment.body);
    }
    found.stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_obeyed_for_those_who_may_and_refused_for_others() {
    let found = Found::new().await;
    let Found { stage, pull, check, .. } = &found;
    let pull = *pull;
    for (login, button) in [("reader", "rerun"), ("triager", "accept"), ("triager", "dismiss")] {
        let answer = stage.press(pull, check, button, login).await;
        assert!(answer.contains(&format!("Sorry, {login}: ")) && answer.contains(" permission on this"), "{answer}");
    }
    found.is_untouched().await;

    let answer = stage.press(pull, check, "accept", "writer").await;
    found.is_committed(&answer);
    let answer = stage.press(pull, check, "dismiss", "writer").await;
    assert!(answer.contains("Dismissed "), "{answer}");
    let tip = found.tip().sha;
    let silent = stage.completed(&tip).await;
    found.is_dismissed(&silent);
    let buttons: Vec<&str> = silent.actions.iter().map(|button| button.identifier.as_str()).collect();
    assert!(buttons.contains(&"rerun") && !buttons.contains(&"dismiss"), "{buttons:?}");

    stage.send(stage.shop.button_event(silent.id, "rerun", "triager").unwrap()).await;
    let second = stage.newest_completed(&tip, 2).await;
    assert_ne!(second.external_id, silent.external_id);
    found.is_dismissed(&second);
    found.stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_triage_can_ask_for_a_run() {
    let found = Found::new().await;
    let Found { stage, pull, head, check, .. } = &found;
    stage.comment(*pull, "triager", "/jittest run").await;
    let second = stage.newest_completed(head, 2).await;
    assert_ne!(second.external_id, check.external_id);
    assert_eq!((conclusion(&second), title(&second)), (conclusion(check), title(check)));
    assert_eq!(stage.own_comments(*pull), [], "the check run speaks for itself");
    assert_eq!(stage.findings(*pull).len(), 1);
    found.stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tests_are_committed_where_no_finding_is_named() {
    let found = Found::new().await;
    let answer = found.stage.ask(found.pull, "writer", "/jittest accept").await;
    found.is_committed(&answer);
    found.stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_app_may_not_commit_it_says_how_to_do_it_by_hand() {
    let stage = Stage::with(PRICES).await;
    stage.shop.set_permission("writer", Permission::Write).unwrap();
    let fork = stage.shop.fork("ann").unwrap();
    let head = commit(&fork, "change", Some("main"), BREAKS, "Change");
    let spec = PullSpec {
        fork: Some("ann/shop".to_owned()),
        author: "ann".to_owned(),
        ..PullSpec::new("Shorten the mean", "change")
    };
    let pull = stage.shop.open_pull_request(spec).unwrap();
    stage.tell(pull, "opened").await;
    stage.completed(&head).await;
    let [comment] = stage.findings(pull).try_into().unwrap();
    let posted = Posted::of(&comment.body);
    let answer = stage.ask(pull, "writer", "/jittest accept").await;
    assert!(answer.contains("The tests could not be committed: "), "{answer}");
    assert!(answer.contains(&format!("Save this as <code>{}</code>", posted.path)), "{answer}");
    assert!(answer.contains(&posted.code) && answer.contains(&posted.command), "{answer}");
    assert_eq!(fork.branch_commits("change").unwrap()[0].sha, head);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_around_an_answer_or_a_commit_doubles_neither() {
    let Found { mut stage, pull, head, posted, .. } = Found::new().await;
    let held = [
        ("POST", format!("/repos/octo/shop/issues/{pull}/comments"), "/jittest help"),
        ("PATCH", "/repos/octo/shop/git/refs/heads/change".to_owned(), "/jittest accept"),
    ];
    for (answers, (method, path, command)) in held.into_iter().enumerate() {
        let gate = Gate::new();
        stage.github.fail_next(method, &path, Fault::HoldBeforeAnswer(gate.clone())).unwrap();
        stage.comment(pull, "writer", command).await;
        gate.reached().await;
        stage.service.kill();
        gate.release();
        stage.service.restart();
        stage.idle().await;
        assert_eq!(stage.own_comments(pull).len(), answers + 1, "{command}");
    }
    let commits = stage.shop.branch_commits("change").unwrap();
    assert_eq!(commits[0].paths, [posted.path]);
    assert_eq!(commits[1].sha, head, "it was committed twice");
    let answer = stage.own_comments(pull).pop().unwrap().body;
    assert!(answer.contains(&format!("Committed as {}", commits[0].sha)), "{answer}");
    stage.end().await;
}
