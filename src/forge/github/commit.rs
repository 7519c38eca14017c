//! New files on a pull request's branch, through GitHub's Git data API: no working copy, nothing overwritten.

use std::collections::HashMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::address;
use super::client::{Call, Failure, Identity};
use super::pulls::{Content, Pull};
use super::repo::Repo;
use crate::domain::{CommitOutcome, CommitRequest, CommitSha, RepoPath};
use crate::forge::ForgeError;

/// How often the commit is made anew because the branch moved on.
const ROUNDS: u32 = 5;
/// Pages of the branch's newest commits in which ours is looked for.
const RECENT_PAGES: usize = 2;
/// The trailer by which a commit is found again.
const TRAILER: &str = "Jittest-Accept";

#[derive(Deserialize)]
struct Object {
    sha: CommitSha,
}

#[derive(Deserialize)]
struct Reference {
    object: Object,
}

#[derive(Deserialize)]
struct GitCommit {
    tree: Object,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// Who made a commit. GitHub knows nobody by some addresses, and says `null` or `{}` then.
#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    login: String,
}

#[derive(Deserialize)]
struct ListedCommit {
    sha: CommitSha,
    commit: Message,
    author: Option<Account>,
}

impl ListedCommit {
    /// Whether the App made it, for anybody: the trailer alone could be anyone's.
    fn is_ours(&self, us: &Identity) -> bool {
        self.author.as_ref().is_some_and(|author| us.is_author(&author.login))
            && self.commit.message.lines().any(|line| line.starts_with(TRAILER))
    }

    fn has(&self, trailer: &str) -> bool {
        self.commit.message.lines().any(|line| line.trim_end() == trailer)
    }
}

/// One try to put the commit on the branch.
enum Round {
    Done(CommitOutcome),
    /// Somebody else's commit came in between.
    MovedOn,
}

/// What stands at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Folder,
    Taken,
}

impl Repo<'_> {
    /// Commits `request`'s files to the pull request's branch, once.
    pub(super) async fn commit(&self, request: &CommitRequest) -> Result<CommitOutcome, ForgeError> {
        let pull = self.pull(request.pull).await?;
        let head = match writable(&pull) {
            Ok(full_name) => self.other(full_name),
            Err(why) => return Ok(CommitOutcome::Refused(why.to_owned())),
        };
        for _ in 0..ROUNDS {
            match head.commit_on_tip(&pull.head.branch, request).await {
                Ok(Round::Done(outcome)) => return Ok(outcome),
                Ok(Round::MovedOn) => {}
                // GitHub answers 404 where an App may not even see a repository.
                Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => {
                    let why = "the App may not write to the pull request's branch";
                    return Ok(CommitOutcome::Refused(why.to_owned()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(CommitOutcome::Refused("the branch kept moving on while the commit was made".to_owned()))
    }

    async fn commit_on_tip(&self, branch: &str, request: &CommitRequest) -> Result<Round, ForgeError> {
        let us = self.identity().await?;
        let recent = self.newest_commits(branch).await?;
        let trailer = trailer(&request.marker);
        if let Some(there) = recent.iter().find(|listed| listed.is_ours(us) && listed.has(&trailer)) {
            return Ok(Round::Done(CommitOutcome::Committed(there.sha.clone())));
        }
        let rest = format!("git/ref/heads/{}", address::parts(branch));
        let reference: Reference = self.read(Call::get("read the branch", self.at(&rest))).await?;
        let tip = reference.object.sha;
        if !only_ours_since(&request.head, &tip, &recent, us) {
            let why = "the branch has newer commits than the one that these tests were made for: \
                       when its newest one was tested, ask again";
            return Ok(Round::Done(CommitOutcome::Refused(why.to_owned())));
        }
        if let Some(path) = self.first_taken(&request.files, &tip).await? {
            let why = format!("{path} is on the branch already, and an existing file is never changed");
            return Ok(Round::Done(CommitOutcome::Refused(why)));
        }
        let commit = self.make_commit(&tip, request).await?;
        self.move_branch(branch, commit).await
    }

    async fn newest_commits(&self, branch: &str) -> Result<Vec<ListedCommit>, ForgeError> {
        let rest = format!("commits?sha={}", address::part(branch));
        self.first("list the branch's commits", &rest, RECENT_PAGES).await
    }

    /// The first of `files` that would touch what is there: itself, or a file where it needs a folder.
    async fn first_taken<'f>(
        &self,
        files: &'f [(RepoPath, String)],
        tip: &CommitSha,
    ) -> Result<Option<&'f RepoPath>, ForgeError> {
        let mut known: HashMap<&str, Place> = HashMap::new();
        for (path, _) in files {
            let text = path.as_str();
            let ends = text.match_indices('/').map(|(at, _)| at).chain([text.len()]);
            for end in ends {
                let part = &text[..end];
                let place = match known.get(part) {
                    Some(place) => *place,
                    None => self.place(part, tip).await?,
                };
                known.insert(part, place);
                match place {
                    Place::Free => break,
                    Place::Folder if end < text.len() => {}
                    Place::Folder | Place::Taken => return Ok(Some(path)),
                }
            }
        }
        Ok(None)
    }

    async fn place(&self, path: &str, tip: &CommitSha) -> Result<Place, ForgeError> {
        Ok(match self.content(path, tip).await? {
            None => Place::Free,
            Some(Content::Folder(_)) => Place::Folder,
            Some(Content::Entry(_)) => Place::Taken,
        })
    }

    /// Makes the commit, on no branch yet: what is made twice here is seen by nobody.
    async fn make_commit(&self, tip: &CommitSha, request: &CommitRequest) -> Result<CommitSha, ForgeError> {
        let parent: GitCommit = self.read(Call::get("read the tip", self.at(&format!("git/commits/{tip}")))).await?;
        let mut entries = Vec::with_capacity(request.files.len());
        for (path, source) in &request.files {
            let body = json!({ "content": source, "encoding": "utf-8" });
            let blob: Object = self.read(Call::post("store a file", self.at("git/blobs"), &body)).await?;
            let sha = blob.sha.as_str();
            entries.push(json!({ "path": path.as_str(), "mode": "100644", "type": "blob", "sha": sha }));
        }
        let body = json!({ "base_tree": parent.tree.sha.as_str(), "tree": entries });
        let tree: Object = self.read(Call::post("make the tree", self.at("git/trees"), &body)).await?;
        let message = format!("{}\n\n{}\n", request.message.trim_end(), trailer(&request.marker));
        let body = json!({ "message": message, "tree": tree.sha.as_str(), "parents": [tip.as_str()] });
        let commit: Object = self.read(Call::post("make the commit", self.at("git/commits"), &body)).await?;
        Ok(commit.sha)
    }

    async fn move_branch(&self, branch: &str, commit: CommitSha) -> Result<Round, ForgeError> {
        let path = self.at(&format!("git/refs/heads/{}", address::parts(branch)));
        let call = Call::patch("move the branch", path, &json!({ "sha": commit.as_str(), "force": false }));
        match self.repeat(&call).await {
            Ok(_) => Ok(Round::Done(CommitOutcome::Committed(commit))),
            Err(Failure::Refused { status: StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT, message }) => {
                let words = message.to_ascii_lowercase();
                if words.contains("fast forward") || words.contains("fast-forward") {
                    return Ok(Round::MovedOn);
                }
                let why = format!("GitHub does not move the branch: {message}");
                Ok(Round::Done(CommitOutcome::Refused(why)))
            }
            Err(failure) => Err(failure.named(call.what)),
        }
    }
}

/// `owner/name` of the repository whose branch may be written to, or why it may not.
fn writable(pull: &Pull) -> Result<&str, &'static str> {
    if pull.state != "open" {
        return Err("the pull request is closed");
    }
    let Some(repository) = &pull.head.repo else { return Err("the pull request's repository was deleted") };
    if pull.is_fork() && !pull.maintainer_can_modify {
        return Err("the pull request comes from a fork, and its author does not let maintainers edit it");
    }
    Ok(&repository.full_name)
}

/// Whether the branch still stands at `head`, but for tests that we added: each of our commits stands on the one that is
/// listed after it.
fn only_ours_since(head: &CommitSha, tip: &CommitSha, recent: &[ListedCommit], us: &Identity) -> bool {
    let mut at = tip;
    let mut below = recent.iter().skip_while(|listed| listed.sha != *tip);
    while at != head {
        if !below.next().is_some_and(|listed| listed.is_ours(us)) {
            return false;
        }
        let Some(next) = below.clone().next() else { return false };
        at = &next.sha;
    }
    true
}

/// On one line, whatever the marker contains.
fn trailer(marker: &str) -> String {
    let marker: String = marker.chars().map(|c| if c.is_control() || c.is_whitespace() { '-' } else { c }).collect();
    format!("{TRAILER}: {marker}")
}
