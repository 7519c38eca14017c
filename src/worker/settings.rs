//! A repository's settings, from the tip of its base branch, under the operator's ceiling.

use crate::domain::{PullRequest, RepoPath, RepositorySettings, Subject, Warning};
use crate::forge::{Forge, ForgeError};

/// placeholder
pub type Ceiling = ();

/// What `jittest.toml` says; the defaults where there is none, or where it is wrong (then with warnings).
pub(super) async fn read(
    _forge: &dyn Forge,
    _subject: &Subject,
    _pull: &PullRequest,
    _ceiling: &Ceiling,
) -> Result<(RepositorySettings, Vec<Warning>), ForgeError> {
    let _ = RepoPath::parse("jittest.toml");
    Ok((RepositorySettings::default(), Vec::new()))
}
