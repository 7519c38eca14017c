//! What people ask for on a pull request, in comments and by buttons: who may, and what comes of it.

#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use jittest::domain::Permission;
use jittest::standin::{CheckRun, Commit};

use crate::harness::{BREAKS, PRICES, Posted, Stage, conclusion, title};

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
