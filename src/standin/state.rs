//! Everything that the stand-in remembers, in memory; the commits are in real bare repositories on disk.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use super::auth::Token;
use super::deliveries::Sent;
use super::record::{CheckRun, IssueComment, Pull, Review, ReviewComment};
use crate::domain::Permission;

/// 2026-01-01T00:00:00Z: the stand-in's clock starts here and ticks once for each thing that happens, so that
/// two runs of one story give the same times.
const EPOCH: i64 = 1_767_225_600;
/// Requests an hour, as for a small installation.
const RATE_LIMIT: u64 = 5_000;
const HOUR: i64 = 3_600;

/// The App, as it was registered.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: u64,
    pub(super) client_id: String,
    pub(super) slug: String,
    pub(super) installation: u64,
    pub(super) permissions: BTreeMap<String, String>,
    pub(super) events: Vec<String>,
}

impl App {
    /// The login under which the App acts.
    pub(super) fn bot(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

/// The installation's budget of requests.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    pub(super) limit: u64,
    pub(super) remaining: u64,
    /// Seconds since 1970, by the real clock.
    pub(super) reset: i64,
}

impl Rate {
    /// A full budget.
    pub(super) fn full(now: i64) -> Self {
        Self { limit: RATE_LIMIT, remaining: RATE_LIMIT, reset: now + HOUR }
    }

    /// Takes one request from the budget; `false` where none is left.
    pub(super) fn take(&mut self, now: i64) -> bool {
        if now >= self.reset {
            *self = Self::full(now);
        }
        if self.remaining == 0 {
            return false;
        }
        self.remaining -= 1;
        true
    }
}

/// A repository with all that hangs on it.
#[derive(Debug)]
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) default_branch: String,
    pub(super) fork_of: Option<String>,
    pub(super) private: bool,
    /// Whether the App is installed on it.
    pub(super) installed: bool,
    pub(super) permissions: BTreeMap<String, Permission>,
    pub(super) protected: Vec<String>,
    pub(super) pulls: Vec<Pull>,
    pub(super) suites: Vec<(u64, String)>,
    pub(super) check_runs: Vec<CheckRun>,
    pub(super) reviews: Vec<Review>,
    pub(super) review_comments: Vec<ReviewComment>,
    pub(super) issue_comments: Vec<IssueComment>,
}

impl Repo {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(super) fn git(&self) -> Result<git2::Repository, git2::Error> {
        git2::Repository::open_bare(&self.path)
    }

    pub(super) fn pull(&self, number: u64) -> Option<&Pull> {
        self.pulls.iter().find(|pull| pull.number == number)
    }

    pub(super) fn pull_mut(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }

    pub(super) fn check_run(&self, id: u64) -> Option<&CheckRun> {
        self.check_runs.iter().find(|run| run.id == id)
    }

    /// What a person may do: what was set, or what everybody may.
    pub(super) fn permission(&self, login: &str) -> Permission {
        if login.eq_ignore_ascii_case(&self.owner) {
            return Permission::Admin;
        }
        let all = if self.private { Permission::None } else { Permission::Read };
        self.permissions.get(&login.to_lowercase()).copied().unwrap_or(all)
    }
}

/// All of it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) app: App,
    /// `http://127.0.0.1:<port>`
    pub(super) base_url: String,
    /// Seconds that a new token lives.
    pub(super) token_seconds: i64,
    pub(super) users: BTreeMap<String, u64>,
    pub(super) repositories: Vec<Repo>,
    pub(super) tokens: Vec<Token>,
    pub(super) rate: Rate,
    pub(super) sent: Vec<Sent>,
    /// Where events go, and the secret that signs them.
    pub(super) webhook: Option<(String, String)>,
    ticks: i64,
    last_id: u64,
}

impl State {
    pub(super) fn new(app: App, base_url: String, token_seconds: i64) -> Self {
        let mut state = Self {
            base_url,
            token_seconds,
            users: BTreeMap::new(),
            repositories: Vec::new(),
            tokens: Vec::new(),
            rate: Rate::full(Timestamp::now().as_second()),
            sent: Vec::new(),
            webhook: None,
            ticks: 0,
            last_id: 1_000,
            app,
        };
        state.know(&state.app.bot());
        state
    }

    /// `…/api/v3`, the root of all links in answers.
    pub(super) fn api_url(&self) -> String {
        format!("{}/api/v3", self.base_url)
    }

    /// The next id; they count up over all kinds of things.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The next moment, in seconds since 1970.
    pub(super) fn tick(&mut self) -> i64 {
        self.ticks += 1;
        EPOCH + self.ticks
    }

    /// The next moment, as GitHub writes it.
    pub(super) fn now(&mut self) -> String {
        let second = self.tick();
        written(second)
    }

    /// Makes sure that a user exists; gives the id.
    pub(super) fn know(&mut self, login: &str) -> u64 {
        if let Some(id) = self.users.get(login) {
            return *id;
        }
        let id = self.next_id();
        self.users.insert(login.to_owned(), id);
        id
    }

    pub(super) fn find(&self, full_name: &str) -> Option<usize> {
        self.repositories.iter().position(|repo| repo.full_name().eq_ignore_ascii_case(full_name))
    }

    pub(super) fn repo(&self, full_name: &str) -> Option<&Repo> {
        self.find(full_name).map(|at| &self.repositories[at])
    }

    /// The check suite of a commit: there is one for each.
    pub(super) fn suite(&mut self, at: usize, sha: &str) -> u64 {
        if let Some((id, _)) = self.repositories[at].suites.iter().find(|(_, head)| head == sha) {
            return *id;
        }
        let id = self.next_id();
        self.repositories[at].suites.push((id, sha.to_owned()));
        id
    }

    /// After a branch moved: brings every open pull request from it up to date, `refs/pull/<n>/head` too.
    pub(super) fn branch_moved(&mut self, full_name: &str, branch: &str) -> Result<(), git2::Error> {
        let now = self.now();
        let Some(source) = self.repo(full_name) else { return Ok(()) };
        let path = source.path.clone();
        let tip = super::git::tip(&source.git()?, branch)?;
        for repo in &mut self.repositories {
            let pulls = repo.pulls.iter_mut().filter(|pull| {
                pull.open && pull.head_branch == branch && pull.head_repository.as_deref() == Some(full_name)
            });
            for pull in pulls {
                super::git::show_pull_head(&repo.path, &path, pull.number, tip)?;
                if pull.head_sha != tip.to_string() {
                    pull.before = Some(std::mem::replace(&mut pull.head_sha, tip.to_string()));
                    pull.updated_at.clone_from(&now);
                }
            }
        }
        Ok(())
    }
}

/// Seconds since 1970 as GitHub writes them: `2026-01-01T00:00:01Z`.
pub(super) fn written(second: i64) -> String {
    Timestamp::from_second(second).map(|time| time.to_string()).unwrap_or_default()
}
