//! `/jittest run`, and the button `Re-run`.

use async_trait::async_trait;

use super::{Answer, Call, Command, CommandEffect, CommandError};
use crate::domain::Permission;

/// Tests the pull request again. The check run speaks for itself.
pub struct Run;

#[async_trait]
impl Command for Run {
    fn name(&self) -> &'static str {
        "run"
    }

    fn help(&self) -> &'static str {
        "test this pull request now, also a draft"
    }

    fn permission(&self) -> Permission {
        Permission::Triage
    }

    fn button(&self) -> Option<&'static str> {
        Some("rerun")
    }

    async fn run(&self, _call: &Call<'_>) -> Result<Answer, CommandError> {
        Ok(Answer { reply: None, effect: CommandEffect::Test })
    }
}
