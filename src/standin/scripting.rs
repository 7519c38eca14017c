//! What people do on GitHub, for stories and the demo: repositories, commits, pull requests, comments.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use git2::Oid;

use super::StandIn;
use super::git::{self, Entry};
use super::record::{IssueComment, Pull};
use super::server::Shared;
use super::state::{Repo, State};
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

/// A repository on the stand-in. Clones are the same repository.
#[derive(Clone)]
pub struct Repository {
    shared: Arc<Shared>,
    full_name: String,
}

impl StandIn {
    /// A new empty public repository with the default branch `main`, on which the App is installed.
    ///
    /// # Errors
    /// Where it is there already, or can't be made.
    pub fn create_repository(&self, owner: &str, name: &str) -> anyhow::Result<Repository> {
        self.add_repository(owner, name, None)
    }

    /// A repository by its full name.
    pub fn repository(&self, full_name: &str) -> Option<Repository> {
        let full_name = self.shared.state().repo(full_name)?.full_name();
        Some(Repository { shared: Arc::clone(&self.shared), full_name })
    }

    fn add_repository(&self, owner: &str, name: &str, fork_of: Option<&str>) -> anyhow::Result<Repository> {
        add(&self.shared, owner, name, fork_of)
    }

    /// A user who is known from now on, and may do what everybody may.
    pub fn create_user(&self, login: &str) {
        self.shared.state().know(login);
    }
}

fn add(shared: &Arc<Shared>, owner: &str, name: &str, fork_of: Option<&str>) -> anyhow::Result<Repository> {
    let full_name = format!("{owner}/{name}");
    let mut state = shared.state();
    ensure!(state.find(&full_name).is_none(), "{full_name} is there already");
    let path = shared.folder.path().join(owner).join(format!("{name}.git"));
    git::create(&path, "main").with_context(|| format!("{full_name} could not be made"))?;
    state.know(owner);
    let id = state.next_id();
    state.repositories.push(Repo {
        id,
        owner: owner.to_owned(),
        name: name.to_owned(),
        path,
        default_branch: "main".to_owned(),
        fork_of: fork_of.map(str::to_owned),
        private: false,
        installed: fork_of.is_none(),
        permissions: std::collections::BTreeMap::new(),
        protected: Vec::new(),
        pulls: Vec::new(),
        suites: Vec::new(),
        check_runs: Vec::new(),
        reviews: Vec::new(),
        review_comments: Vec::new(),
        issue_comments: Vec::new(),
    });
    drop(state);
    Ok(Repository { shared: Arc::clone(shared), full_name })
}

impl Repository {
    /// `owner/name`
    pub fn full_name(&self) -> &str {
        &self.full_name
    }

    /// The bare repository's folder, for tests that look at it with git.
    ///
    /// # Errors
    /// Where the repository was deleted.
    pub fn path(&self) -> anyhow::Result<std::path::PathBuf> {
        self.read(|_, repo| Ok(repo.path.clone()))
    }

    pub(super) fn know(&self, login: &str) {
        self.shared.state().know(login);
    }

    /// Looks at the repository under the lock.
    pub(super) fn read<T>(&self, look: impl FnOnce(&State, &Repo) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let state = self.shared.state();
        let repo = state.repo(&self.full_name).with_context(|| format!("{} was deleted", self.full_name))?;
        look(&state, repo)
    }

    /// Changes the repository under the lock.
    fn change<T>(&self, change: impl FnOnce(&mut Repo) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut state = self.shared.state();
        let at = state.find(&self.full_name).with_context(|| format!("{} was deleted", self.full_name))?;
        change(&mut state.repositories[at])
    }

    /// Changes a pull request, and its time of change.
    fn change_pull<T>(&self, number: u64, change: impl FnOnce(&mut Pull, String) -> T) -> anyhow::Result<T> {
        let now = self.shared.state().now();
        self.change(|repo| {
            let pull = repo.pull_mut(number).with_context(|| format!("no pull request {number}"))?;
            pull.updated_at.clone_from(&now);
            Ok(change(pull, now))
        })
    }

    /// Commits text files to a branch (`None` deletes one) and moves it there, as a push does; gives the commit.
    /// `parent` is a branch or a commit: another one than the branch's tip makes it a forced push. `None` is the
    /// branch's tip, or nothing for a new branch.
    ///
    /// # Errors
    /// Where `parent` isn't there, or a path can't be.
    pub fn commit(
        &self,
        branch: &str,
        parent: Option<&str>,
        files: &[(&str, Option<&str>)],
        message: &str,
    ) -> anyhow::Result<String> {
        let entry = |content: &Option<&str>| content.map_or(Entry::Deleted, |text| Entry::File(text.into()));
        let entries: Vec<_> = files.iter().map(|(path, content)| (*path, entry(content))).collect();
        self.commit_entries(branch, parent, &entries, message)
    }

    /// The same with any kind of entry: bytes, programs, symbolic links, submodules.
    ///
    /// # Errors
    /// Where `parent` isn't there, or a path can't be.
    pub fn commit_entries(
        &self,
        branch: &str,
        parent: Option<&str>,
        entries: &[(&str, Entry)],
        message: &str,
    ) -> anyhow::Result<String> {
        let commit = self.write_commit(branch, parent, entries, message)?;
        self.push(branch, &commit)?;
        Ok(commit)
    }

    /// The same without moving the branch: [`Repository::push`] can do that later.
    ///
    /// # Errors
    /// Where `parent` isn't there, or a path can't be.
    pub fn write_commit(
        &self,
        branch: &str,
        parent: Option<&str>,
        entries: &[(&str, Entry)],
        message: &str,
    ) -> anyhow::Result<String> {
        let second = self.shared.state().tick();
        self.read(|_, repo| {
            let git = repo.git()?;
            let parent = match parent {
                Some(name) => Some(git::resolve(&git, name)?),
                None => git::tip(&git, branch).ok(),
            };
            let tree = git::tree(&git, parent, entries)?;
            let parents: Vec<Oid> = parent.into_iter().collect();
            Ok(git::commit(&git, tree, &parents, message, ("developer", second))?.to_string())
        })
    }

    /// Merges a branch or a commit into a branch, with the tree of `entries` over the branch's own; gives the commit.
    ///
    /// # Errors
    /// Where one of them isn't there.
    pub fn merge(&self, branch: &str, other: &str, entries: &[(&str, Entry)], message: &str) -> anyhow::Result<String> {
        let second = self.shared.state().tick();
        let commit = self.read(|_, repo| {
            let git = repo.git()?;
            let (ours, theirs) = (git::tip(&git, branch)?, git::resolve(&git, other)?);
            let tree = git::tree(&git, Some(ours), entries)?;
            Ok(git::commit(&git, tree, &[ours, theirs], message, ("developer", second))?.to_string())
        })?;
        self.push(branch, &commit)?;
        Ok(commit)
    }

    /// Commits all files below a folder (without `.git`), as one commit; gives it.
    ///
    /// # Errors
    /// Where the folder can't be read, or holds a name that isn't UTF-8.
    pub fn import(&self, folder: &Path, branch: &str, message: &str) -> anyhow::Result<String> {
        let mut files = Vec::new();
        collect(folder, folder, &mut files)?;
        let entries: Vec<_> = files.iter().map(|(path, entry)| (path.as_str(), entry.clone())).collect();
        self.commit_entries(branch, None, &entries, message)
    }

    /// Points a branch at a commit, forced if need be. Pull requests from it follow, `refs/pull/<n>/head` too.
    ///
    /// # Errors
    /// Where the commit isn't there.
    pub fn push(&self, branch: &str, sha: &str) -> anyhow::Result<()> {
        self.read(|_, repo| Ok(git::set_branch(&repo.git()?, branch, Oid::from_str(sha)?)?))?;
        Ok(self.shared.state().branch_moved(&self.full_name, branch)?)
    }

    /// A fork under another owner, with all branches; the App isn't installed on it.
    ///
    /// # Errors
    /// Where it is there already.
    pub fn fork(&self, owner: &str) -> anyhow::Result<Repository> {
        let (name, from) = self.read(|_, repo| Ok((repo.name.clone(), repo.path.clone())))?;
        let fork = add(&self.shared, owner, &name, Some(&self.full_name))?;
        fork.read(|_, repo| {
            let place = from.to_string_lossy().into_owned();
            repo.git()?.remote_anonymous(&place)?.fetch(&["+refs/heads/*:refs/heads/*"], None, None)?;
            Ok(())
        })?;
        Ok(fork)
    }

    /// Deletes the repository: pull requests from it lose their head's repository, and stay.
    ///
    /// # Errors
    /// Where it is gone already.
    pub fn delete(&self) -> anyhow::Result<()> {
        let mut state = self.shared.state();
        let at = state.find(&self.full_name).with_context(|| format!("{} was deleted", self.full_name))?;
        state.repositories.remove(at);
        for pull in state.repositories.iter_mut().flat_map(|repo| &mut repo.pulls) {
            if pull.head_repository.as_deref() == Some(&self.full_name) {
                pull.head_repository = None;
            }
        }
        Ok(())
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

/// The files below a folder, sorted, without `.git`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Entry)>) -> anyhow::Result<()> {
    let mut inside = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    inside.sort_by_key(std::fs::DirEntry::file_name);
    for entry in inside {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if entry.file_name() == ".git" {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root)?.to_str().with_context(|| format!("{} isn't UTF-8", path.display()))?;
        let content = if kind.is_symlink() {
            Entry::Symlink(std::fs::read_link(&path)?.to_string_lossy().into_owned())
        } else {
            Entry::File(std::fs::read(&path)?)
        };
        files.push((name.to_owned(), content));
    }
    Ok(())
}
