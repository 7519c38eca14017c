//! A forge that asks us to wait while the outcome of a whole run is in hand.

use std::future::Future;
use std::time::Instant;

use tokio::sync::watch;

use crate::domain::limits;
use crate::forge::ForgeError;
use crate::store::now_ms;

use super::outcome::wait_for;
use super::progress::until_set;

/// Makes `call` until it succeeds, with the waits that the forge asks for: a run is not done again because its outcome
/// can't be shown for some minutes. `None` where `stopping` was set meanwhile. Only for workers that run tests, as
/// nobody else waits for them: what takes longer than one call may is an error all the same.
pub(super) async fn insist<T, F>(
    call: impl Fn() -> F,
    mut stopping: watch::Receiver<bool>,
) -> Result<Option<T>, ForgeError>
where
    F: Future<Output = Result<T, ForgeError>>,
{
    let began = Instant::now();
    let mut failures = 0;
    loop {
        let error = match call().await {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        failures += 1;
        let wait = wait_for(&error, failures, now_ms());
        if !error.is_transient() || began.elapsed() + wait > limits::FORGE_TIME {
            return Err(error);
        }
        tracing::info!(error = &error as &dyn std::error::Error, seconds = wait.as_secs(), "it is shown again later");
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = until_set(&mut stopping) => return Ok(None),
        }
    }
}
