//! `jittest serve`: the GitHub App, until it is told to stop.

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Ending, Failure, say};
use crate::app::{App, AppError};
use crate::config::service::ServiceConfig;

/// The flags of `jittest serve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// A TOML file of settings; the environment wins over it.
    #[arg(long, value_name = "F")]
    settings: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  jittest serve
  jittest serve --settings /etc/jittest.toml
  JITTEST_LISTEN=0.0.0.0:8080 JITTEST_WORKERS=2 jittest serve

Settings come from the environment (JITTEST_GITHUB_APP_ID, JITTEST_GITHUB_PRIVATE_KEY_FILE,
JITTEST_GITHUB_WEBHOOK_SECRET, …), from .env in the working folder, or from the settings file, where
JITTEST_GITHUB_APP_ID is github-app-id. RUST_LOG says how much is logged.";

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Where a setting is wrong, or a part can't be made.
pub(super) async fn serve(args: ServeArgs) -> Result<Ending, Failure> {
    log_to_stderr();
    let config = ServiceConfig::load(args.settings.as_deref()).map_err(|error| failure(error.into()))?;
    let stop = told_to_stop().map_err(Failure::ours)?;
    let app = App::build(config).await.map_err(failure)?;
    let listening = |address| say::err_line(&format!("jittest listens on http://{address}"));
    app.serve(stop, listening).await.map_err(failure)?;
    Ok(Ending::Ran)
}

fn failure(error: AppError) -> Failure {
    match error {
        AppError::Config(error) => {
            let error = anyhow::Error::new(error);
            Failure::wrong(super::ending::chain(&error))
        }
        other => Failure::ours(other),
    }
}

/// Ends at the first SIGTERM or SIGINT; both are caught from now on.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop: no new work");
    })
}

/// Lines on standard error; what other crates say only where it is a warning.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,jittest=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // Somebody who embeds us may log already.
    drop(lines.try_init());
}
