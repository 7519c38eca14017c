//! From the report to what the forge shows. Pure.

use crate::domain::{JobId, Publication, PullRequest, Report, RepositorySettings};

/// What is shown of a finished report.
pub fn publication(_report: &Report, _job: &JobId, pull: &PullRequest, _settings: &RepositorySettings) -> Publication {
    Publication { pull: pull.number, head: pull.head.clone(), check_run: None, comments: Vec::new(), description: None }
}
