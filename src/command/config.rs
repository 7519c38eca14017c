//! `/jittest config`

use async_trait::async_trait;

use super::{Answer, Call, Command, CommandError};
use crate::config::repository;
use crate::domain::{Confidence, Markdown, Permission, RepoPath};
use crate::forge::ForgeError;

/// Says which settings hold for the pull request.
pub struct Config;

/// The base branch of the pull request, and what its `jittest.toml` says; `None` where there is none.
pub(super) async fn settings(call: &Call<'_>) -> Result<(String, Option<repository::Parsed>), ForgeError> {
    let forge = call.context.forge;
    let subject = &call.input.subject;
    let pull = forge.pull_request(subject, call.input.pull).await?;
    let file = match RepoPath::parse(repository::FILE_NAME) {
        Ok(path) => forge.file_at(subject, &path, &pull.base_tip).await,
        Err(_) => Ok(None),
    };
    let parsed = match file {
        Ok(file) => file.map(|bytes| repository::parse_bytes(&bytes)),
        Err(ForgeError::TooLarge { .. }) => Some(repository::too_large()),
        Err(error) => return Err(error),
    };
    Ok((pull.base_branch, parsed))
}

/// From which confidence a regression reaches the forge: as the repository says, and never a low one.
pub(super) async fn threshold(call: &Call<'_>) -> Result<Confidence, ForgeError> {
    let (_, parsed) = settings(call).await?;
    let settings = parsed.map(|parsed| parsed.settings).unwrap_or_default();
    Ok(settings.confidence_threshold.max(Confidence::Medium))
}

/// Bytes of the settings that are shown.
const SHOWN_BYTES: usize = 20_000;

#[async_trait]
impl Command for Config {
    fn name(&self) -> &'static str {
        "config"
    }

    fn help(&self) -> &'static str {
        "show the settings that hold for this pull request"
    }

    fn permission(&self) -> Permission {
        Permission::Triage
    }

    async fn run(&self, call: &Call<'_>) -> Result<Answer, CommandError> {
        let (branch, parsed) = settings(call).await?;
        let branch = Markdown::code(&branch);
        let Some(parsed) = parsed else {
            let defaults = repository::to_toml(&crate::domain::RepositorySettings::default());
            let fence = Markdown::fence("toml", &defaults, SHOWN_BYTES);
            return Ok(Answer::says(format!("{branch} has no `jittest.toml`: the defaults hold.\n\n{fence}")));
        };
        let fence = Markdown::fence("toml", &repository::to_toml(&parsed.settings), SHOWN_BYTES);
        if parsed.problems.is_empty() {
            return Ok(Answer::says(format!(
                "From `jittest.toml` on {branch}; limits and engine stay under the operator's ceiling.\n\n{fence}"
            )));
        }
        let problems = parsed.problems.iter().map(|problem| format!("- {}", Markdown::text(&problem.to_string())));
        let problems: Vec<String> = problems.collect();
        Ok(Answer::says(format!(
            "`jittest.toml` on {branch} has errors, so that the defaults hold:\n\n{}\n\n{fence}",
            problems.join("\n")
        )))
    }
}
