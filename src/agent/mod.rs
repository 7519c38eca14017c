//! Who decides what comes next inside a shard. With no model there is one decision, the standard plan: explore the
//! shard once, and let the kill matrix judge what comes of it.

use crate::pipeline::generate::{self, Exploration, Explored};
use crate::sandbox::{Sandbox, SandboxError};

/// Works on one shard until there is nothing more to try.
///
/// # Errors
/// [`SandboxError`] where the sandbox failed.
pub async fn work_on(exploration: &Exploration<'_>, sandbox: &dyn Sandbox) -> Result<Explored, SandboxError> {
    generate::explore(exploration, sandbox).await
}
