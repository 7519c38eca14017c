//! What goes wrong on demand, and the moments at which a story can step in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use globset::{GlobBuilder, GlobMatcher};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::record::RequestRecord;

/// What happens to the next request that matches.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing changes on the stand-in, and this is the answer.
    Status(FaultAnswer),
    /// The change is made, and yet this is the answer.
    StatusAfterChange(FaultAnswer),
    /// The change is made, and the connection closes without an answer.
    DropBeforeAnswer,
    /// The connection closes without an answer, and nothing changes.
    DropBeforeChange,
    /// The request waits at the gate before anything changes.
    HoldBeforeChange(Gate),
    /// The change is made, and the answer waits at the gate.
    HoldBeforeAnswer(Gate),
}

/// An answer that is given instead of the true one.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultAnswer {
    /// The status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body: JSON, or a text that is sent as HTML.
    pub body: Value,
}

impl Fault {
    /// An error in GitHub's form, with no change made.
    pub fn status(status: u16, message: &str) -> Self {
        Self::Status(FaultAnswer { status, headers: Vec::new(), body: json!({"message": message}) })
    }

    /// The page in HTML that GitHub's front shows when what is behind it doesn't answer: 502.
    pub fn bad_gateway() -> Self {
        let body = Value::String("<html><body><h1>502 Bad Gateway</h1></body></html>".to_owned());
        Self::Status(FaultAnswer { status: 502, headers: Vec::new(), body })
    }

    /// GitHub's secondary rate limit: 403 with `Retry-After` in seconds.
    pub fn secondary_limit(retry_after: u64) -> Self {
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        Self::Status(FaultAnswer {
            status: 403,
            headers: vec![("retry-after".to_owned(), retry_after.to_string())],
            body: json!({"message": message, "documentation_url": "https://docs.github.com/rest"}),
        })
    }
}

/// Where a request waits until the story lets it go. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    reached: Arc<watch::Sender<bool>>,
    open: Arc<watch::Sender<bool>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { reached: Arc::new(watch::Sender::new(false)), open: Arc::new(watch::Sender::new(false)) }
    }

    /// Waits until a request stands at the gate (or did).
    pub async fn reached(&self) {
        until_true(&self.reached).await;
    }

    /// Opens it, for good.
    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// A request comes to the gate, and waits.
    pub(super) async fn pass(&self) {
        self.reached.send_replace(true);
        until_true(&self.open).await;
    }
}

/// Waits for a flag whose sender is held by the caller, and so can't go away.
async fn until_true(flag: &watch::Sender<bool>) {
    if flag.subscribe().wait_for(|is| *is).await.is_err() {
        tracing::warn!("a gate went away while a request waited at it");
    }
}

/// Which requests are meant.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    method: String,
    path: GlobMatcher,
}

impl Pattern {
    /// `method` may be `*`; in `path` `*` stands for anything, slashes too.
    pub(super) fn new(method: &str, path: &str) -> anyhow::Result<Self> {
        let glob = GlobBuilder::new(path).literal_separator(false).build().context("the path's pattern is wrong")?;
        Ok(Self { method: method.to_owned(), path: glob.compile_matcher() })
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method.eq_ignore_ascii_case(method)) && self.path.is_match(path)
    }
}

/// When a watcher hears of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It arrived; nothing changed yet.
    BeforeChange,
    /// The change is made; the answer isn't sent yet, and waits until the watcher returns.
    BeforeAnswer,
}

/// Hears of requests. It runs on a thread of its own and may block; the request waits for it.
pub type Watcher = Arc<dyn Fn(&RequestRecord) + Send + Sync>;

struct Watch {
    pattern: Pattern,
    moment: Moment,
    watcher: Watcher,
    once: bool,
    done: AtomicBool,
}

/// All that is planned.
#[derive(Default)]
pub(super) struct Plan {
    faults: Vec<(Pattern, Fault)>,
    watches: Vec<Arc<Watch>>,
}

impl Plan {
    pub(super) fn add(&mut self, pattern: Pattern, fault: Fault) {
        self.faults.push((pattern, fault));
    }

    pub(super) fn watch(&mut self, pattern: Pattern, moment: Moment, once: bool, watcher: Watcher) {
        self.watches.push(Arc::new(Watch { pattern, moment, watcher, once, done: AtomicBool::new(false) }));
    }

    /// The first fault that is planned for a request; it is used up.
    pub(super) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(pattern, _)| pattern.matches(method, path))?;
        Some(self.faults.remove(at).1)
    }

    /// Who wants to hear of a request at a moment.
    pub(super) fn watchers(&self, moment: Moment, method: &str, path: &str) -> Vec<Watcher> {
        let meant = |watch: &&Arc<Watch>| watch.moment == moment && watch.pattern.matches(method, path);
        let due = |watch: &&Arc<Watch>| !watch.once || !watch.done.swap(true, Ordering::SeqCst);
        self.watches.iter().filter(meant).filter(due).map(|watch| Arc::clone(&watch.watcher)).collect()
    }

    /// How many faults wait.
    pub(super) fn waiting(&self) -> usize {
        self.faults.len()
    }
}
