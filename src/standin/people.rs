//! What people do with pull requests, for stories and the demo: open, edit, close, comment, and who may what.

use anyhow::{Context, bail};

use super::Repository;
use super::git;
use super::record::{IssueComment, Pull};
use crate::domain::Permission;

/// A pull request to be opened.
#[derive(Clone, Debug)]
pub struct PullSpec {
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: Option<String>,
    /// The branch that it comes from.
    pub head_branch: String,
    /// The branch that it is to be merged into.
    pub base_branch: String,
    /// `owner/name` of the fork that it comes from; `None` for the repository itself.
    pub fork: Option<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Its author's login.
    pub author: String,
    /// The names of its labels.
    pub labels: Vec<String>,
}

impl PullSpec {
    /// Of the repository itself, into `main`, by `developer`, without a body.
    pub fn new(title: &str, head_branch: &str) -> Self {
        Self {
            title: title.to_owned(),
            body: None,
            head_branch: head_branch.to_owned(),
            base_branch: "main".to_owned(),
            fork: None,
            draft: false,
            author: "developer".to_owned(),
            labels: Vec::new(),
        }
    }
}

impl Repository {
    /// Changes a pull request, and its time of change.
    fn change_pull<T>(&self, number: u64, change: impl FnOnce(&mut Pull, String) -> T) -> anyhow::Result<T> {
        let now = self.shared.state().now();
        self.change(|repo| {
            let pull = repo.pull_mut(number).with_context(|| format!("no pull request {number}"))?;
            pull.updated_at.clone_from(&now);
            Ok(change(pull, now))
        })
    }

    /// Opens a pull request; gives its number.
    ///
    /// # Errors
    /// Where a branch or the fork isn't there.
    pub fn open_pull_request(&self, spec: PullSpec) -> anyhow::Result<u64> {
        let mut state = self.shared.state();
        state.know(&spec.author);
        let (now, id) = (state.now(), state.next_id());
        let from = spec.fork.unwrap_or_else(|| self.full_name.clone());
        let source = state.repo(&from).with_context(|| format!("no repository {from}"))?;
        let head = git::tip(&source.git()?, &spec.head_branch)
            .with_context(|| format!("no branch {} in {from}", spec.head_branch))?;
        let source = source.path.clone();
        let at = state.find(&self.full_name).context("the repository was deleted")?;
        let repo = &mut state.repositories[at];
        let base = git::tip(&repo.git()?, &spec.base_branch)
            .with_context(|| format!("no branch {} in {}", spec.base_branch, self.full_name))?;
        let number = repo.pulls.iter().map(|pull| pull.number).max().unwrap_or_default() + 1;
        git::show_pull_head(&repo.path, &source, number, head)?;
        repo.pulls.push(Pull {
            id,
            number,
            title: spec.title,
            body: spec.body,
            author: spec.author,
            open: true,
            draft: spec.draft,
            base_branch: spec.base_branch,
            base_sha: base.to_string(),
            head_branch: spec.head_branch,
            maintainer_can_modify: from != self.full_name,
            head_repository: Some(from),
            head_sha: head.to_string(),
            before: None,
            labels: spec.labels,
            created_at: now.clone(),
            updated_at: now,
            closed_at: None,
        });
        Ok(number)
    }

    /// Its author edits a pull request's body; gives the old one.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn edit_body(&self, pull: u64, text: &str) -> anyhow::Result<Option<String>> {
        self.change_pull(pull, |pull, _| pull.body.replace(text.to_owned()))
    }

    /// Closes a pull request.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn close_pull(&self, pull: u64) -> anyhow::Result<()> {
        self.change_pull(pull, |pull, now| {
            pull.open = false;
            pull.closed_at = Some(now);
        })
    }

    /// Opens a closed pull request again.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn reopen_pull(&self, pull: u64) -> anyhow::Result<()> {
        self.change_pull(pull, |pull, _| {
            pull.open = true;
            pull.closed_at = None;
        })
    }

    /// A draft becomes ready for review, or the other way round.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn set_draft(&self, pull: u64, draft: bool) -> anyhow::Result<()> {
        self.change_pull(pull, |pull, _| pull.draft = draft)
    }

    /// Changes a pull request's base branch; gives the old one.
    ///
    /// # Errors
    /// Where there is no such pull request, or no such branch.
    pub fn retarget(&self, pull: u64, base_branch: &str) -> anyhow::Result<String> {
        let tip = self.read(|_, repo| Ok(git::tip(&repo.git()?, base_branch)?.to_string()))?;
        self.change_pull(pull, |pull, _| {
            pull.base_sha = tip;
            std::mem::replace(&mut pull.base_branch, base_branch.to_owned())
        })
    }

    /// Whether maintainers (and so the App, where it is installed on the fork) may push to the head's branch.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn set_maintainer_can_modify(&self, pull: u64, may: bool) -> anyhow::Result<()> {
        self.change_pull(pull, |pull, _| pull.maintainer_can_modify = may)
    }

    /// What a person may do in the repository.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn set_permission(&self, login: &str, permission: Permission) -> anyhow::Result<()> {
        self.know(login);
        self.change(|repo| {
            repo.permissions.insert(login.to_lowercase(), permission);
            Ok(())
        })
    }

    /// Whether only members see it; `false` at first.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn set_private(&self, private: bool) -> anyhow::Result<()> {
        self.change(|repo| {
            repo.private = private;
            Ok(())
        })
    }

    /// Whether the App is installed on it; at first on all but forks.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn set_installed(&self, installed: bool) -> anyhow::Result<()> {
        self.change(|repo| {
            repo.installed = installed;
            Ok(())
        })
    }

    /// Protects a branch: the App can't move it.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn protect(&self, branch: &str) -> anyhow::Result<()> {
        self.change(|repo| {
            repo.protected.push(branch.to_owned());
            Ok(())
        })
    }

    /// `login` comments on a pull request; gives the comment's id.
    ///
    /// # Errors
    /// Where there is no such pull request.
    pub fn comment(&self, pull: u64, login: &str, body: &str) -> anyhow::Result<u64> {
        let (id, now) = {
            let mut state = self.shared.state();
            state.know(login);
            (state.next_id(), state.now())
        };
        self.change(|repo| {
            if repo.pull(pull).is_none() {
                bail!("no pull request {pull}");
            }
            repo.issue_comments.push(IssueComment {
                id,
                pull,
                author: login.to_owned(),
                body: body.to_owned(),
                created_at: now.clone(),
                updated_at: now,
                reactions: Vec::new(),
            });
            Ok(id)
        })
    }
}
