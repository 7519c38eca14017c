//! A repository's settings, from the tip of its base branch, under the operator's ceiling.

use crate::config::repository::{Ceiling, FILE_NAME, SettingsProblem, parse, under_ceiling};
use crate::domain::{PullRequest, RepoPath, RepositorySettings, Subject, Warning, limits};
use crate::forge::{Forge, ForgeError};

/// What `jittest.toml` says; the defaults where there is none, or where it is wrong (then with warnings).
pub(super) async fn read(
    forge: &dyn Forge,
    subject: &Subject,
    pull: &PullRequest,
    ceiling: &Ceiling,
) -> Result<(RepositorySettings, Vec<Warning>), ForgeError> {
    let file = match RepoPath::parse(FILE_NAME) {
        Ok(path) => forge.file_at(subject, &path, &pull.base_tip).await?,
        Err(_) => None,
    };
    let (settings, mut warnings) = understood(file.as_deref());
    let (settings, lowered) = under_ceiling(settings, ceiling);
    warnings.extend(lowered);
    Ok((settings, warnings))
}

fn understood(file: Option<&[u8]>) -> (RepositorySettings, Vec<Warning>) {
    let Some(bytes) = file else { return (RepositorySettings::default(), Vec::new()) };
    let problem = |message: String| {
        let warning = SettingsProblem { line: None, message }.warning();
        (RepositorySettings::default(), vec![warning])
    };
    if bytes.len() > limits::SETTINGS_BYTES {
        return problem(format!("it has more than {} bytes", limits::SETTINGS_BYTES));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return problem("it is not UTF-8".to_owned()) };
    let parsed = parse(text);
    (parsed.settings, parsed.problems.iter().map(SettingsProblem::warning).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_means_the_defaults_and_nothing_to_say() {
        assert_eq!(understood(None), (RepositorySettings::default(), Vec::new()));
    }

    #[test]
    fn a_wrong_file_means_the_defaults_and_a_warning_with_the_line() {
        let (settings, warnings) = understood(Some(b"drafts = true\nwrong = 1\n"));
        assert_eq!(settings, RepositorySettings::default());
        assert!(warnings[0].to_string().contains("line 2"), "{}", warnings[0]);
        assert_eq!(understood(Some(b"\xff")).1.len(), 1);
    }
}
