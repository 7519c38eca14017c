//! The demo's repository and pull request: a refactoring that claims to change nothing.

use anyhow::Context;

use crate::standin::{CheckRun, HookEvent, IssueComment, Pull, PullSpec, Repository, ReviewComment, StandIn};

pub(super) const TITLE: &str = "Refactor the prices: one table, no loops";
const BODY: &str = include_str!("../../../fixtures/demo/pull-request.md");
const BRANCH: &str = "refactor-prices";

/// The repository before the change.
const BASE: [(&str, &str); 4] = [
    ("pyproject.toml", include_str!("../../../fixtures/demo/base/pyproject.toml")),
    ("shop/__init__.py", include_str!("../../../fixtures/demo/base/shop/__init__.py")),
    ("shop/pricing.py", include_str!("../../../fixtures/demo/base/shop/pricing.py")),
    ("tests/test_pricing.py", include_str!("../../../fixtures/demo/base/tests/test_pricing.py")),
];

/// What the change replaces.
const HEAD: [(&str, &str); 1] = [("shop/pricing.py", include_str!("../../../fixtures/demo/head/shop/pricing.py"))];

/// The pull request on the stand-in.
pub(super) struct Shop {
    repository: Repository,
    pub(super) pull: u64,
    head: String,
}

impl Shop {
    /// Makes the repository, and opens the pull request.
    pub(super) fn open(github: &StandIn) -> anyhow::Result<Self> {
        let repository = github.create_repository("octo", "shop")?;
        let files = |files: &[(&'static str, &'static str)]| -> Vec<(&'static str, Option<&'static str>)> {
            files.iter().map(|(path, text)| (*path, Some(*text))).collect()
        };
        repository.commit("main", None, &files(&BASE), "A small shop").context("committing the shop")?;
        let head = repository.commit(BRANCH, Some("main"), &files(&HEAD), TITLE).context("committing the change")?;
        let spec = PullSpec { body: Some(BODY.trim_end().to_owned()), ..PullSpec::new(TITLE, BRANCH) };
        let pull = repository.open_pull_request(spec)?;
        Ok(Self { repository, pull, head })
    }

    /// `owner/name`.
    pub(super) fn name(&self) -> &str {
        self.repository.full_name()
    }

    /// The webhook of its opening.
    pub(super) fn opened(&self) -> anyhow::Result<HookEvent> {
        self.repository.pull_request_event(self.pull, "opened")
    }

    /// The newest check run on its head.
    pub(super) fn check_run(&self) -> anyhow::Result<Option<CheckRun>> {
        Ok(self.repository.check_runs(&self.head)?.into_iter().max_by_key(|check| check.id))
    }

    /// The comments on lines of its diff.
    pub(super) fn review_comments(&self) -> anyhow::Result<Vec<ReviewComment>> {
        self.repository.review_comments(self.pull)
    }

    /// The comments in its conversation.
    pub(super) fn comments(&self) -> anyhow::Result<Vec<IssueComment>> {
        self.repository.issue_comments(self.pull)
    }

    /// The pull request as it stands.
    pub(super) fn pull_request(&self) -> anyhow::Result<Pull> {
        self.repository.pull(self.pull)
    }
}
