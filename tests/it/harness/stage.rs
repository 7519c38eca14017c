#![expect(clippy::unwrap_used, reason = "what a test can't unwrap is its failure, in its helpers too")]

use std::time::Duration;

use jittest::standin::{
    CheckRun, DeliveryResult, HookEvent, IssueComment, PullSpec, Repository, ReviewComment, StandIn, StandInConfig,
};

use super::{Service, ServiceSpec, until};

/// Paths of a repository, and what stands there.
pub(crate) type Files<'f> = [(&'f str, &'f str)];

/// The stand-in GitHub with one repository, `octo/shop`, and a service that hears of it.
pub(crate) struct Stage {
    pub(crate) github: StandIn,
    pub(crate) shop: Repository,
    pub(crate) service: Service,
}

impl Stage {
    /// A repository that holds nothing to test.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A repository with these files on `main`, and a README.
    pub(crate) async fn with(files: &Files<'_>) -> Self {
        Self::with_service(files, |_| ()).await
    }

    /// The same, with a service that is started in another way.
    pub(crate) async fn with_service(files: &Files<'_>, change: impl FnOnce(&mut ServiceSpec)) -> Self {
        let github = StandIn::start(StandInConfig::default()).await.unwrap();
        let shop = github.create_repository("octo", "shop").unwrap();
        commit(&shop, "main", None, &[&[("README.md", "# Shop\n")], files].concat(), "First");
        let mut spec = ServiceSpec::of(&github);
        change(&mut spec);
        let service = Service::start(spec);
        github.set_webhook(&service.webhook_url(), service.secret());
        Self { github, shop, service }
    }

    /// A new commit on a branch, which begins at `main`: its id.
    pub(crate) fn push(&self, branch: &str, files: &Files<'_>) -> String {
        let is_there = self.shop.branch_commits(branch).is_ok_and(|commits| !commits.is_empty());
        commit(&self.shop, branch, Some(if is_there { branch } else { "main" }), files, "Change")
    }

    /// The branch begins anew at `main`, with one commit: its id.
    pub(crate) fn force_push(&self, branch: &str, files: &Files<'_>) -> String {
        commit(&self.shop, branch, Some("main"), files, "Change, anew")
    }

    /// A pull request from a new branch `change`: its number and head.
    pub(crate) fn propose(&self, files: &Files<'_>) -> (u64, String) {
        self.propose_as(PullSpec::new("Refactor the prices", "change"), files)
    }

    /// A pull request from its new branch: its number and head.
    pub(crate) fn propose_as(&self, spec: PullSpec, files: &Files<'_>) -> (u64, String) {
        let head = self.push(&spec.head_branch, files);
        (self.shop.open_pull_request(spec).unwrap(), head)
    }

    /// Delivers an event.
    pub(crate) async fn send(&self, event: HookEvent) -> DeliveryResult {
        let answer = self.github.send(event).await.unwrap();
        assert_eq!(answer.status, Some(202), "{}", answer.body);
        answer
    }

    /// Delivers an event of a pull request.
    pub(crate) async fn tell(&self, pull: u64, action: &str) -> DeliveryResult {
        self.send(self.shop.pull_request_event(pull, action).unwrap()).await
    }

    /// Somebody comments: the comment's id.
    pub(crate) async fn comment(&self, pull: u64, login: &str, text: &str) -> u64 {
        let comment = self.shop.comment(pull, login, text).unwrap();
        self.send(self.shop.comment_event(comment).unwrap()).await;
        comment
    }

    /// Somebody comments, and is answered: the answer.
    pub(crate) async fn ask(&self, pull: u64, login: &str, text: &str) -> String {
        let comment = self.comment(pull, login, text).await;
        let mark = format!("<!-- jittest:reply:comment-{comment} -->");
        let answer = || self.own_comments(pull).into_iter().find(|own| own.body.starts_with(&mark));
        until(&format!("{login} is answered on {text:?}"), answer).await.body
    }

    /// Somebody presses a button, and is answered: the answer.
    pub(crate) async fn press(&self, pull: u64, check: &CheckRun, button: &str, login: &str) -> String {
        let before = self.own_comments(pull).len();
        self.send(self.shop.button_event(check.id, button, login).unwrap()).await;
        let answer = || self.own_comments(pull).into_iter().nth(before);
        until(&format!("{login} is answered on the button {button}"), answer).await.body
    }

    /// What the App said in a pull request's conversation.
    pub(crate) fn own_comments(&self, pull: u64) -> Vec<IssueComment> {
        let mut comments = self.shop.issue_comments(pull).unwrap();
        comments.retain(|comment| comment.author == self.github.bot());
        comments
    }

    /// The comments on lines of a pull request's diff.
    pub(crate) fn findings(&self, pull: u64) -> Vec<ReviewComment> {
        self.shop.review_comments(pull).unwrap()
    }

    /// A pull request's body.
    pub(crate) fn body(&self, pull: u64) -> String {
        self.shop.pull(pull).unwrap().body.unwrap_or_default()
    }

    /// All check runs of a commit.
    pub(crate) fn checks(&self, head: &str) -> Vec<CheckRun> {
        self.shop.check_runs(head).unwrap()
    }

    /// The only check run of a commit, once it has completed.
    pub(crate) async fn completed(&self, head: &str) -> CheckRun {
        let check = self.newest_completed(head, 1).await;
        assert_eq!(self.checks(head).len(), 1, "{:?}", self.checks(head));
        check
    }

    /// The newest check run of a commit, once that has `count` of them and all have completed.
    pub(crate) async fn newest_completed(&self, head: &str, count: usize) -> CheckRun {
        let newest = || {
            let checks = self.checks(head);
            let done = checks.len() >= count && checks.iter().all(|check| check.status == "completed");
            checks.into_iter().max_by_key(|check| check.id).filter(|_| done)
        };
        until(&format!("check run {count} of {head} completes"), newest).await
    }

    /// Waits until nothing is left to do.
    pub(crate) async fn idle(&self) {
        for _ in 0..3_000 {
            let mut left = 0.0;
            for (lane, state) in [("light", "queued"), ("light", "running"), ("heavy", "queued"), ("heavy", "running")]
            {
                left += self.service.metric(&format!("jittest_jobs{{lane=\"{lane}\",state=\"{state}\"}}")).await;
            }
            if left == 0.0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("there is always something left to do");
    }

    /// Ends a story: nothing was done that GitHub would not have let pass.
    pub(crate) async fn end(self) {
        assert_eq!(self.github.violations(), Vec::<String>::new());
        self.github.shutdown().await;
    }
}

/// Commits files to a branch of a repository: the commit's id.
pub(crate) fn commit(
    repository: &Repository,
    branch: &str,
    from: Option<&str>,
    files: &Files<'_>,
    message: &str,
) -> String {
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, Some(*text))).collect();
    repository.commit(branch, from, &files, message).unwrap()
}

/// How a check run ended.
pub(crate) fn conclusion(check: &CheckRun) -> &str {
    check.conclusion.as_deref().unwrap_or("none")
}

/// A check run's title.
pub(crate) fn title(check: &CheckRun) -> &str {
    check.output.title.as_deref().unwrap_or("none")
}

/// A check run's summary.
pub(crate) fn summary(check: &CheckRun) -> &str {
    check.output.summary.as_deref().unwrap_or_default()
}
