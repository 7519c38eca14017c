//! A repository's settings, from the tip of its base branch, under the operator's ceiling.

use crate::config::repository::{Ceiling, FILE_NAME, SettingsProblem, parse_bytes, too_large, under_ceiling};
use crate::domain::{PullRequest, RepoPath, RepositorySettings, Subject, Warning};
use crate::forge::{Forge, ForgeError};

/// What `jittest.toml` says; the defaults where there is none, or where it is wrong (then with warnings).
pub(super) async fn read(
    forge: &dyn Forge,
    subject: &Subject,
    pull: &PullRequest,
    ceiling: &Ceiling,
) -> Result<(RepositorySettings, Vec<Warning>), ForgeError> {
    let file = match RepoPath::parse(FILE_NAME) {
        Ok(path) => forge.file_at(subject, &path, &pull.base_tip).await,
        Err(_) => Ok(None),
    };
    let parsed = match file {
        Ok(Some(bytes)) => Some(parse_bytes(&bytes)),
        Ok(None) => None,
        Err(ForgeError::TooLarge { .. }) => Some(too_large()),
        Err(error) => return Err(error),
    };
    let (settings, problems) = parsed.map(|parsed| (parsed.settings, parsed.problems)).unwrap_or_default();
    let (settings, lowered) = under_ceiling(settings, ceiling);
    let mut warnings: Vec<Warning> = problems.iter().map(SettingsProblem::warning).collect();
    warnings.extend(lowered);
    Ok((settings, warnings))
}
