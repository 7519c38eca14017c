//! Parses the command line: a file per subcommand.

mod analyze;
mod demo;
mod doctor;
mod ending;
mod history;
mod interrupt;
mod memory;
mod progress;
mod run;
mod sandbox;
mod say;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

pub use ending::{Ending, Failure};

/// How long what was started in the background has to clean up after itself, when a command was interrupted.
const CLEAN_UP: Duration = Duration::from_secs(10);
/// How long blocking work may still take when a command has ended.
const LEAVE: Duration = Duration::from_secs(1);

/// Tests pull requests just in time.
///
/// Infers what a change means to do, plants realistic faults, generates tests, and reports only what is proven.
#[derive(Debug, Parser)]
#[command(name = "jittest", version, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jittest run                          test what is staged
  jittest run --diff branch:main       test this branch against main
  jittest analyze                      see what there is to test, and how the work is divided
  jittest doctor                       check that everything it needs is there
  jittest demo                         see it work on a stand-in GitHub, on this machine alone

Exit status: 0 it ran; 1 --fail-on found what it names; 2 the call or a configuration is wrong;
3 inconclusive; 4 the tool itself failed.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Test a change of a repository on this machine.
    Run(Box<run::RunArgs>),
    /// Show what there is to test in a repository, and how the work is divided.
    Analyze(Box<analyze::AnalyzeArgs>),
    /// Show the generated tests of past runs.
    History(history::HistoryArgs),
    /// Check that everything it needs is there, and say what to do.
    Doctor(doctor::DoctorArgs),
    /// See the main job from end to end on this machine: a webhook in, a verdict out.
    Demo(demo::DemoArgs),
    /// Run the GitHub App.
    Serve(serve::ServeArgs),
}

/// Parses and obeys one command line; what it says goes to standard output and standard error.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error).into(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::ours(anyhow::Error::new(error).context("starting")).report().into();
        }
    };
    let ending = runtime.block_on(obey(cli));
    runtime.shutdown_timeout(LEAVE);
    ending.into()
}

async fn obey(cli: Cli) -> Ending {
    let outcome = match cli.command {
        Command::Run(args) => run::run(*args).await,
        Command::Analyze(args) => analyze::analyze(*args).await,
        Command::History(args) => history::history(args).await,
        Command::Doctor(args) => doctor::doctor(args).await,
        Command::Demo(args) => demo::demo(args).await,
        Command::Serve(args) => serve::serve(args).await,
    };
    let ending = outcome.unwrap_or_else(|failure| failure.report());
    if ending == Ending::Interrupted {
        cleaned_up().await;
    }
    ending
}

/// Waits until what was dropped has removed what it left (containers), for a bounded time.
async fn cleaned_up() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let wait = async {
        while metrics.num_alive_tasks() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(CLEAN_UP, wait).await.is_err() {
        say::err_line("Warning: run: not all was cleaned up — it took too long — the next run sweeps it");
    }
}

/// Help and version as they are; what is wrong in one line.
fn not_understood(error: &clap::Error) -> Ending {
    if !error.use_stderr() {
        say::out(&error.render().to_string());
        return Ending::Ran;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        say::err(&error.render().to_string());
        return Ending::WrongCall;
    }
    let text = error.render().to_string();
    let first = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    say::err_line(&format!("{first} (see --help)"));
    Ending::WrongCall
}
