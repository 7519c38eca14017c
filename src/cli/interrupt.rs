//! Ctrl-C, and what a supervisor sends instead.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the user or the system wants the command to end.
pub(super) async fn interrupted() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        // Without it the signal ends the process, as it would any other.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
