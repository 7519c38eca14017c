//! What people do with repositories, for stories and the demo: make them, commit, push, fork.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use git2::Oid;

use super::StandIn;
use super::git::{self, Entry};
use super::server::Shared;
use super::state::{Repo, State};

/// A repository on the stand-in. Clones are the same repository.
#[derive(Clone)]
pub struct Repository {
    pub(super) shared: Arc<Shared>,
    pub(super) full_name: String,
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
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Repo) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut state = self.shared.state();
        let at = state.find(&self.full_name).with_context(|| format!("{} was deleted", self.full_name))?;
        change(&mut state.repositories[at])
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
