//! A small strict GitHub on loopback, for `jittest demo` and the stories.
//!
//! It speaks GitHub's REST API and git's smart HTTP on real bare repositories, checks who asks, refuses what GitHub
//! would refuse (and what it would only sometimes let pass) and remembers each such mistake as a violation, keeps
//! its state in memory, sends signed webhooks, and fails on demand. It shares no wire type with the client.
//!
//! ```no_run
//! # async fn story() -> anyhow::Result<()> {
//! use jittest::standin::{PullSpec, StandIn, StandInConfig};
//!
//! let github = StandIn::start(StandInConfig::default()).await?;
//! let shop = github.create_repository("octo", "shop")?;
//! shop.commit("main", None, &[("cart.py", Some("def total(xs):\n    return sum(xs)\n"))], "First")?;
//! shop.commit("change", Some("main"), &[("cart.py", Some("def total(xs):\n    return xs[0]\n"))], "Second")?;
//! let pull = shop.open_pull_request(PullSpec::new("Faster totals", "change"))?;
//! github.set_webhook("http://127.0.0.1:8080/webhooks/github", "secret");
//! github.send(shop.pull_request_event(pull, "opened")?).await?;
//! // … the server under test works …
//! assert_eq!(github.violations(), Vec::<String>::new());
//! github.shutdown().await;
//! # Ok(()) }
//! ```

mod app;
mod auth;
mod body;
mod call;
mod checks;
mod comments;
mod contents;
mod deliveries;
mod events;
mod faults;
mod git;
mod git_data;
mod git_http;
mod line;
mod people;
mod pulls;
mod record;
mod render;
mod reviews;
mod route;
mod scripting;
mod server;
mod state;
mod views;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use deliveries::DeliveryResult;
pub use events::HookEvent;
pub use faults::{Fault, FaultAnswer, Gate, Moment};
pub use git::Entry;
pub use people::PullSpec;
pub use record::{
    Action, Annotation, CheckOutput, CheckRun, Commit, IssueComment, Pull, Reaction, RequestRecord, Review,
    ReviewComment,
};
pub use scripting::Repository;

use faults::Pattern;
use server::Shared;
use state::{App, State};

/// How long a shutdown waits for requests that hang.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long GitHub waits for the answer to a webhook.
const WEBHOOK_TIME: Duration = Duration::from_secs(10);

/// The App, as it is registered on the stand-in.
#[derive(Clone, Debug)]
pub struct StandInConfig {
    /// The App's id.
    pub app_id: u64,
    /// The App's client id, which may be a JWT's issuer as well.
    pub client_id: String,
    /// The App's name in addresses; it acts as `<slug>[bot]`.
    pub slug: String,
    /// The id of the App's one installation.
    pub installation: u64,
    /// How long an installation's token lives.
    pub token_life: Duration,
    /// The App's permissions, each `read` or `write`.
    pub permissions: BTreeMap<String, String>,
    /// The events that the App gets.
    pub events: Vec<String>,
}

impl Default for StandInConfig {
    /// What `app-manifest.yml` asks for, and tokens that live for an hour, as GitHub's do.
    fn default() -> Self {
        let permissions = [
            ("checks", "write"),
            ("contents", "write"),
            ("issues", "write"),
            ("metadata", "read"),
            ("pull_requests", "write"),
        ];
        let events = ["check_run", "check_suite", "issue_comment", "pull_request"];
        Self {
            app_id: 4_711,
            client_id: "Iv1.5ca1ab1e5ca1ab1e".to_owned(),
            slug: "jittest".to_owned(),
            installation: 815,
            token_life: Duration::from_secs(3_600),
            permissions: permissions.map(|(name, level)| (name.to_owned(), level.to_owned())).into(),
            events: events.map(str::to_owned).into(),
        }
    }
}

/// A running stand-in. Dropped, it stops; its repositories are removed.
pub struct StandIn {
    shared: Arc<Shared>,
    base_url: String,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    running: Mutex<Option<JoinHandle<()>>>,
}

/// One path that the stand-in serves, for tests that hold it against GitHub's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method.
    pub method: &'static str,
    /// The path, as GitHub's OpenAPI description writes it.
    pub path: String,
    /// The names that may stand in the query.
    pub query: Vec<&'static str>,
    /// The names that may stand in the body, and whether each must.
    pub body: Vec<(&'static str, bool)>,
}

impl StandIn {
    /// Starts a stand-in on a free port of 127.0.0.1, with a key pair made on the spot and no repository.
    ///
    /// # Errors
    /// Where no port, no folder or no key can be had.
    pub async fn start(config: StandInConfig) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port of 127.0.0.1 is free")?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let key = tokio::task::spawn_blocking(auth::Key::generate).await??;
        let folder =
            tempfile::Builder::new().prefix("jittest-standin-").tempdir().context("no folder for repositories")?;
        let client = reqwest::Client::builder().no_proxy().timeout(WEBHOOK_TIME).build()?;
        let app = App {
            id: config.app_id,
            client_id: config.client_id,
            slug: config.slug,
            installation: config.installation,
            permissions: config.permissions,
            events: config.events,
        };
        let life = i64::try_from(config.token_life.as_secs()).unwrap_or(i64::MAX / 2);
        let mut state = State::new(app, base_url.clone(), life);
        state.know("app-owner");
        let shared = Arc::new(Shared::new(key, folder, client, state));
        let router = Router::new().fallback(server::serve).with_state(Arc::clone(&shared));
        let service = router.into_make_service_with_connect_info::<line::Switch>();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            let served = axum::serve(line::Lines(listener), service).with_graceful_shutdown(async {
                // Sent or dropped: both mean stop.
                let _either = stopped.await;
            });
            if let Err(error) = served.await {
                tracing::warn!(%error, "the stand-in stopped");
            }
        });
        Ok(Self { shared, base_url, stop: Mutex::new(Some(stop)), running: Mutex::new(Some(running)) })
    }

    /// `http://127.0.0.1:<port>`: git's and the pages' root; the API answers here too.
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// `http://127.0.0.1:<port>/api/v3`: the API's root, as on GitHub Enterprise Server.
    pub fn api_url(&self) -> String {
        format!("{}/api/v3", self.base_url)
    }

    /// The App's private key, PKCS#8 as PEM.
    pub fn private_key_pem(&self) -> String {
        self.shared.key.private_pem.clone()
    }

    /// The id of the App's installation.
    pub fn installation(&self) -> u64 {
        self.shared.state().app.installation
    }

    /// The login under which the App acts: `<slug>[bot]`.
    pub fn bot(&self) -> String {
        self.shared.state().app.bot()
    }

    /// Stops it: no new connection is taken, and requests that run have a second to end.
    pub async fn shutdown(&self) {
        drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take());
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut running) = running else { return };
        if tokio::time::timeout(GOODBYE, &mut running).await.is_err() {
            running.abort();
        }
    }

    /// What clients did that GitHub would refuse, or that it would only sometimes let pass; in order.
    pub fn violations(&self) -> Vec<String> {
        self.shared.violations()
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.requests()
    }

    /// Every path that is served, as GitHub's description writes it.
    pub fn routes() -> Vec<RouteInfo> {
        let shown = route::all().map(|route| RouteInfo {
            method: route.method,
            path: route.path.replace("{*", "{"),
            query: route.query.to_vec(),
            body: route.body.unwrap_or_default().iter().map(|field| (field.name, field.required)).collect(),
        });
        shown.collect()
    }

    /// What happens to the next request that matches; several wait in line. `method` may be `*`; in `path` (without
    /// `/api/v3`) `*` stands for anything, slashes too.
    ///
    /// # Errors
    /// Where `path` is no pattern.
    pub fn fail_next(&self, method: &str, path: &str, fault: Fault) -> anyhow::Result<()> {
        self.shared.plan().add(Pattern::new(method, path)?, fault);
        Ok(())
    }

    /// How many planned faults have not happened yet.
    pub fn faults_waiting(&self) -> usize {
        self.shared.plan().waiting()
    }

    /// Calls `watcher` for every request that matches (patterns as for [`StandIn::fail_next`]), at `moment`. It may
    /// block; the request waits for it.
    ///
    /// # Errors
    /// Where `path` is no pattern.
    pub fn on_request(
        &self,
        method: &str,
        path: &str,
        moment: Moment,
        watcher: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        self.shared.plan().watch(Pattern::new(method, path)?, moment, false, Arc::new(watcher));
        Ok(())
    }

    /// The same, for the first request that matches alone.
    ///
    /// # Errors
    /// Where `path` is no pattern.
    pub fn on_next_request(
        &self,
        method: &str,
        path: &str,
        moment: Moment,
        watcher: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        self.shared.plan().watch(Pattern::new(method, path)?, moment, true, Arc::new(watcher));
        Ok(())
    }

    /// Every token that was given out ends now.
    pub fn expire_tokens(&self) {
        self.shared.state().tokens.clear();
    }

    /// No request is left until `wait` has passed: 403 with `x-ratelimit-remaining: 0`.
    pub fn exhaust_rate_limit(&self, wait: Duration) {
        let mut state = self.shared.state();
        state.rate.remaining = 0;
        state.rate.reset = Timestamp::now().as_second() + i64::try_from(wait.as_secs()).unwrap_or_default();
    }
}
