//! Which sandbox a command of this machine uses.

use std::sync::Arc;

use super::Failure;
use super::run::SandboxName;
use crate::domain::Warning;
use crate::sandbox::Sandbox;

/// The sandbox of this name, and what is to be said about it.
///
/// # Errors
/// Where it doesn't answer.
pub(super) async fn choose(_name: SandboxName) -> Result<(Arc<dyn Sandbox>, Vec<Warning>), Failure> {
    Err(Failure::ours(anyhow::anyhow!("this build has no sandbox")))
}
