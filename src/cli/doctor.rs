//! `jittest doctor`: asks each part whether it answers, and says what to do about one that doesn't.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;

use super::{Ending, Failure, memory, sandbox, say};
use crate::app;
use crate::config::repository;
use crate::config::service::ServiceConfig;
use crate::config::user::UserEnvironment;
use crate::domain::{EnvironmentSettings, Prepared, Revision, SourceTree, printable};
use crate::health::{self, PartHealth, Trouble};
use crate::language;
use crate::sandbox::Sandbox;
use crate::store::Store;

/// The database of `jittest serve` where none is named.
const DEFAULT_DATABASE: &str = "jittest.db";

/// The flags of `jittest doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// Look at this repository's settings and environment too.
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// The settings file of `jittest serve`; the environment wins over it.
    #[arg(long, value_name = "F")]
    settings: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  jittest doctor
  jittest doctor --repo .
  jittest doctor --settings /etc/jittest.toml

Each line says `ok`, or what is wrong and what to do. Exit status: 0 everything is ok; 1 something is to be done.
Docker is what `jittest serve` needs; `jittest run` does without, if the active environment has what tests need.";

/// Asks each part: those of `jittest serve` where an App is configured, else those of the command line.
///
/// # Errors
/// Where the call is wrong; never for a part that doesn't answer, as that is what it is for.
pub(super) async fn doctor(args: DoctorArgs) -> Result<Ending, Failure> {
    if let Some(path) = args.repo.as_ref().filter(|path| !path.is_dir()) {
        return Err(Failure::wrong(format!("--repo {}: there is no such folder", path.display())));
    }
    let service = ServiceConfig::load(args.settings.as_deref());
    let wants_service = args.settings.is_some() || service.as_ref().map_or(true, ServiceConfig::names_an_app);
    let mut user = UserEnvironment::of_process();
    if let Ok(config) = &service {
        // It may stand in `.env` or in the settings file.
        user.sandbox_image.clone_from(&config.sandbox_image);
    }
    let mut parts = sandboxes(&user, args.repo.as_ref()).await;
    match &service {
        Ok(config) if wants_service => {
            parts.push(service_store(config).await);
            parts.push(github(config).await);
        }
        Ok(_) => parts.push(store(&user).await),
        Err(error) => parts.push(PartHealth { part: "settings", answer: Err(wrong_settings(error)) }),
    }
    if let Some(path) = &args.repo {
        parts.push(settings(path));
    }
    let good = parts.iter().all(|part| part.answer.is_ok());
    parts.iter().for_each(|part| say::out(&line(part)));
    if !wants_service {
        say::out("--    github: not configured; only `jittest serve` needs it (JITTEST_GITHUB_APP_ID)\n");
    }
    Ok(if good { Ending::Ran } else { Ending::Found })
}

fn line(part: &PartHealth) -> String {
    match &part.answer {
        Ok(what) => format!("ok    {}: {}\n", part.part, printable(what, false)),
        Err(trouble) => {
            format!("FAIL  {}: {}\n      to do: {}\n", part.part, printable(&trouble.what, false), trouble.fix)
        }
    }
}

/// Docker, and where it isn't there what `jittest run` falls back to.
async fn sandboxes(user: &UserEnvironment, repo: Option<&PathBuf>) -> Vec<PartHealth> {
    let docker = match sandbox::docker(user).await {
        Ok(docker) => docker.check().await,
        Err(error) => Err(error),
    };
    let without_docker = docker.is_err();
    let answer = docker.map_err(|error| health::sandbox_trouble(&error));
    let mut parts = vec![PartHealth { part: "docker", answer }];
    if without_docker {
        let (process, warnings) = sandbox::process(user).await;
        let mut health = health::sandbox_health(process.as_ref()).await;
        health.part = "process";
        parts.push(health);
        parts.extend(environments(process.as_ref(), repo).await);
        warnings.iter().for_each(|warning| say::err_line(&warning.to_string()));
    }
    parts
}

/// Whether the active environment has what each language's tests need.
async fn environments(process: &dyn Sandbox, repo: Option<&PathBuf>) -> Vec<PartHealth> {
    let mut parts = Vec::new();
    for language in language::TESTED {
        let nothing = SourceTree::new(Revision::Empty, PathBuf::new(), Vec::new());
        let mut plan = language.environment(&nothing, &nothing, false, &EnvironmentSettings::default());
        plan.spec.active.work_tree = repo.map(|path| super::run::root_of(path));
        let answer = match process.prepare(&plan.spec).await {
            Ok(Prepared::Ready { image, .. }) => Ok(format!("tests run with {}", image.reference)),
            Ok(Prepared::Failed(step)) => {
                Err(Trouble { what: format!("{}: {}", step.step, step.tail.trim()), fix: step.fix })
            }
            Err(error) => Err(health::sandbox_trouble(&error)),
        };
        parts.push(PartHealth { part: language.id(), answer });
    }
    parts
}

async fn store(user: &UserEnvironment) -> PartHealth {
    let url = match memory::url(user) {
        Ok(url) => url,
        Err(error) => {
            let fix = "set HOME, or JITTEST_DATABASE_URL to sqlite://PATH".to_owned();
            return PartHealth { part: "store", answer: Err(Trouble { what: format!("{error:#}"), fix }) };
        }
    };
    ask_store(url.expose_secret()).await
}

async fn ask_store(url: &str) -> PartHealth {
    match Store::open(url).await {
        Ok(store) => {
            let health = health::store_health(&store).await;
            store.close().await;
            health
        }
        Err(error) => PartHealth { part: "store", answer: Err(health::store_trouble(&error)) },
    }
}

/// The service's own store. It is not made here: a database in the wrong folder helps nobody.
async fn service_store(config: &ServiceConfig) -> PartHealth {
    if !config.database_named && !std::path::Path::new(DEFAULT_DATABASE).exists() {
        let answer = Ok(format!("none yet: `jittest serve` makes {DEFAULT_DATABASE} in its working folder"));
        return PartHealth { part: "store", answer };
    }
    ask_store(config.database_url.expose_secret()).await
}

async fn github(config: &ServiceConfig) -> PartHealth {
    match app::forge(config) {
        Ok(forge) => PartHealth { part: "github", ..health::forge_health(&forge).await },
        Err(error) => PartHealth { part: "github", answer: Err(wrong_settings(&error)) },
    }
}

fn wrong_settings(error: &impl std::fmt::Display) -> Trouble {
    Trouble { what: error.to_string(), fix: "correct the settings of `jittest serve`".to_owned() }
}

fn settings(path: &std::path::Path) -> PartHealth {
    let file = super::run::root_of(path).join(repository::FILE_NAME);
    let answer = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok("none: the defaults hold".to_owned()),
        Err(error) => Err(Trouble {
            what: format!("{}: {error}", file.display()),
            fix: "make it a readable text file".to_owned(),
        }),
        Ok(text) => {
            let problems = repository::parse(&text).problems;
            if problems.is_empty() {
                Ok(format!("{} is fine", file.display()))
            } else {
                let what = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                Err(Trouble { what, fix: format!("correct {}", file.display()) })
            }
        }
    };
    PartHealth { part: "jittest.toml", answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_ok_or_what_to_do() {
        let fine = PartHealth { part: "store", answer: Ok("SQLite".to_owned()) };
        assert_eq!(line(&fine), "ok    store: SQLite\n");
        let trouble = Trouble { what: "no engine\u{1b}[2J".to_owned(), fix: "start it".to_owned() };
        let bad = PartHealth { part: "docker", answer: Err(trouble) };
        assert_eq!(line(&bad), "FAIL  docker: no engine\n      to do: start it\n");
    }

    #[test]
    fn a_repositorys_settings_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        assert!(settings(folder.path()).answer.is_ok());
        std::fs::write(folder.path().join("jittest.toml"), "drafts = 1\n").unwrap();
        let trouble = settings(folder.path()).answer.unwrap_err();
        assert!(trouble.what.contains("jittest.toml line 1"), "{}", trouble.what);
    }
}
