//! Reading: pull requests, files, permissions.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use serde::Deserialize;

use super::address;
use super::client::Call;
use super::repo::{Login, Repo};
use crate::domain::{CommitSha, Permission, PullRequest, RepoPath};
use crate::forge::ForgeError;

/// Pages of a pull request's commits: GitHub gives 250 of them at most.
const COMMIT_PAGES: usize = 3;
/// Commits whose first lines are kept.
const COMMITS: usize = 250;
/// Pages of open pull requests that are searched for a head.
const OPEN_PAGES: usize = 5;

#[derive(Debug, Deserialize)]
pub(super) struct HeadRepository {
    pub(super) full_name: String,
}

/// One side of a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct Side {
    pub(super) sha: CommitSha,
    #[serde(rename = "ref")]
    pub(super) branch: String,
    /// Missing where the repository was deleted.
    pub(super) repo: Option<HeadRepository>,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

/// A pull request in GitHub's words.
#[derive(Debug, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) state: String,
    title: String,
    pub(super) body: Option<String>,
    user: Option<Login>,
    #[serde(default)]
    draft: bool,
    pub(super) head: Side,
    pub(super) base: Side,
    #[serde(default)]
    pub(super) maintainer_can_modify: bool,
    #[serde(default)]
    labels: Vec<Label>,
}

impl Pull {
    /// Whether the head is in another repository than the base; a deleted one was.
    pub(super) fn is_fork(&self) -> bool {
        let name = |side: &Side| side.repo.as_ref().map(|repo| repo.full_name.to_ascii_lowercase());
        name(&self.head).is_none() || name(&self.head) != name(&self.base)
    }
}

#[derive(Deserialize)]
struct Comparison {
    merge_base_commit: Commit,
}

#[derive(Deserialize)]
struct Commit {
    sha: CommitSha,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

#[derive(Deserialize)]
struct ListedCommit {
    commit: Message,
}

#[derive(Deserialize)]
struct ListedPull {
    number: u64,
    state: String,
    head: Commit,
}

#[derive(Deserialize)]
struct Allowed {
    permission: String,
    role_name: Option<String>,
}

/// What stands at a path: a folder is a list, all else an object.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    /// A folder.
    Folder(#[expect(dead_code, reason = "that the answer is a list is all that matters")] Vec<serde::de::IgnoredAny>),
    /// A file, a link or a submodule.
    Entry(Entry),
}

/// A file, a link or a submodule.
#[derive(Deserialize)]
pub(super) struct Entry {
    #[serde(rename = "type")]
    kind: String,
    encoding: Option<String>,
    content: Option<String>,
}

impl Repo<'_> {
    /// A pull request in GitHub's words.
    pub(super) async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        self.read(Call::get("read the pull request", self.at(&format!("pulls/{number}")))).await
    }

    /// A pull request with its merge base and its commits' first lines.
    pub(super) async fn pull_request(&self, number: u64) -> Result<PullRequest, ForgeError> {
        let pull = self.pull(number).await?;
        let merge_base = self.merge_base(&pull.base.sha, &pull.head.sha).await?;
        let rest = format!("pulls/{number}/commits");
        let commits: Vec<ListedCommit> = self.first("list the pull request's commits", &rest, COMMIT_PAGES).await?;
        let subject = |listed: &ListedCommit| listed.commit.message.lines().next().unwrap_or_default().to_owned();
        Ok(PullRequest {
            number: pull.number,
            fork: pull.is_fork(),
            title: pull.title,
            body: pull.body.unwrap_or_default(),
            author: pull.user.map_or_else(|| "ghost".to_owned(), |user| user.login),
            open: pull.state == "open",
            draft: pull.draft,
            head: pull.head.sha,
            head_branch: pull.head.branch,
            head_repository: pull.head.repo.map(|repo| repo.full_name),
            maintainer_can_modify: pull.maintainer_can_modify,
            base_branch: pull.base.branch,
            base_tip: pull.base.sha,
            merge_base,
            commit_subjects: commits.iter().take(COMMITS).map(subject).collect(),
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
        })
    }

    async fn merge_base(&self, base: &CommitSha, head: &CommitSha) -> Result<CommitSha, ForgeError> {
        // Only the first page carries the changed files, with their patches: megabytes that we don't want.
        let rest = format!("compare/{base}...{head}?per_page=1&page=2");
        let what = "compare base and head";
        let comparison: Option<Comparison> = self.find(Call::get(what, self.at(&rest))).await?;
        let unrelated = || ForgeError::Unexpected {
            what: what.to_owned(),
            message: "they have no common history, or one of them is gone".to_owned(),
        };
        Ok(comparison.ok_or_else(unrelated)?.merge_base_commit.sha)
    }

    /// The open pull requests whose head is `head`. GitHub's list by commit leaves forks out at times, so the open
    /// pull requests are looked through where it names none.
    pub(super) async fn pulls_with_head(&self, head: &CommitSha) -> Result<Vec<u64>, ForgeError> {
        let what = "list the commit's pull requests";
        let call = Call::get(what, self.at(&format!("commits/{head}/pulls?per_page=100&page=1")));
        let listed: Vec<ListedPull> = match self.repeat(&call).await {
            Ok(answer) => answer.read(what)?,
            Err(failure) if failure.is(StatusCode::NOT_FOUND) || failure.is(StatusCode::UNPROCESSABLE_ENTITY) => {
                Vec::new()
            }
            Err(failure) => return Err(failure.named(what)),
        };
        let with_head = |pulls: Vec<ListedPull>| -> Vec<u64> {
            let fits = |pull: &ListedPull| pull.state == "open" && pull.head.sha == *head;
            pulls.into_iter().filter(fits).map(|pull| pull.number).collect()
        };
        let found = with_head(listed);
        if !found.is_empty() {
            return Ok(found);
        }
        let rest = "pulls?state=open&sort=updated&direction=desc";
        Ok(with_head(self.first("list the open pull requests", rest, OPEN_PAGES).await?))
    }

    /// What stands at a path of a commit.
    pub(super) async fn content(&self, path: &str, commit: &CommitSha) -> Result<Option<Content>, ForgeError> {
        let rest = format!("contents/{}?ref={commit}", address::parts(path));
        match self.find(Call::get("read a file", self.at(&rest))).await {
            // Above 100 MB GitHub refuses in these words.
            Err(ForgeError::Forbidden { message, .. }) if message.contains("too large") => {
                Err(ForgeError::TooLarge { what: path.to_owned() })
            }
            other => other,
        }
    }

    /// A file's bytes; `None` where there is none: a folder, a link out of the tree or a submodule is no file.
    pub(super) async fn file_at(&self, path: &RepoPath, commit: &CommitSha) -> Result<Option<Vec<u8>>, ForgeError> {
        let Some(Content::Entry(entry)) = self.content(path.as_str(), commit).await? else { return Ok(None) };
        if entry.kind != "file" {
            return Ok(None);
        }
        let unreadable = |message: &str| ForgeError::Unexpected {
            what: "read a file".to_owned(),
            message: format!("{path}: {message}"),
        };
        // GitHub sends files over 1 MB without their content.
        let content = entry.content.filter(|_| entry.encoding.as_deref() == Some("base64"));
        let too_large = || ForgeError::TooLarge { what: path.as_str().to_owned() };
        let text: String = content.ok_or_else(too_large)?.split_whitespace().collect();
        BASE64_STANDARD.decode(text).map(Some).map_err(|_| unreadable("its content is not base64"))
    }

    /// What a person may do. GitHub's `permission` folds triage into read and maintain into write; `role_name` doesn't,
    /// but may be an organisation's own word.
    pub(super) async fn permission(&self, login: &str) -> Result<Permission, ForgeError> {
        let rest = format!("collaborators/{}/permission", address::part(login));
        let allowed: Option<Allowed> = self.find(Call::get("read a person's permission", self.at(&rest))).await?;
        let Some(allowed) = allowed else { return Ok(Permission::None) };
        let role = allowed.role_name.as_deref().and_then(permission_of);
        Ok(role.or_else(|| permission_of(&allowed.permission)).unwrap_or(Permission::None))
    }
}

fn permission_of(word: &str) -> Option<Permission> {
    Some(match word {
        "admin" => Permission::Admin,
        "maintain" => Permission::Maintain,
        "write" => Permission::Write,
        "triage" => Permission::Triage,
        "read" => Permission::Read,
        "none" => Permission::None,
        _ => return None,
    })
}
