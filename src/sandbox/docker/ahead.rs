//! Containers that are started while the run before theirs still works: a start takes longer than many a test.

use std::sync::{Arc, Mutex, PoisonError};

use bollard::models::ContainerCreateBody;
use tokio::task::JoinHandle;

use super::DockerSandbox;
use super::container::Container;
use crate::sandbox::SandboxError;

/// One that starts, or has started and waits.
struct Waiting {
    number: u64,
    body: ContainerCreateBody,
    container: JoinHandle<Result<Container, SandboxError>>,
}

#[derive(Default)]
struct Row {
    made: u64,
    waiting: Vec<Waiting>,
}

/// All of a sandbox.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<Row>>);

impl Places {
    fn row<R>(&self, work: impl FnOnce(&mut Row) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts a container; what comes back gives it up when it is dropped, where it wasn't taken. None is started while
    /// all are to go.
    pub fn make(&self, sandbox: &DockerSandbox, body: ContainerCreateBody) -> Option<Place> {
        let there = sandbox.presence.clone().try_read_owned().ok()?;
        let (docker, of) = (sandbox.docker.clone(), body.clone());
        let container = tokio::spawn(async move { Container::start(&docker, there, of).await });
        let number = self.row(|row| {
            row.made += 1;
            row.waiting.push(Waiting { number: row.made, body, container });
            row.made
        });
        Some(Place { places: self.clone(), number })
    }

    /// A container of this kind: one that waits, where there is one, or a new one.
    pub async fn take(&self, sandbox: &DockerSandbox, body: ContainerCreateBody) -> Result<Container, SandboxError> {
        let found = self.row(|row| {
            let at = row.waiting.iter().position(|waiting| waiting.body == body)?;
            Some(row.waiting.remove(at).container)
        });
        if let Some(starting) = found
            && let Ok(Ok(container)) = starting.await
            && container.state().await.is_ok_and(|(_, alive)| alive)
        {
            return Ok(container);
        }
        Container::start(&sandbox.docker, sandbox.presence.clone().read_owned().await, body).await
    }
}

/// The right to one place.
pub(super) struct Place {
    places: Places,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let waiting = self.places.row(|row| {
            let at = row.waiting.iter().position(|waiting| waiting.number == self.number)?;
            Some(row.waiting.remove(at))
        });
        // A container that nobody holds removes itself; one that is yet to start does when it has.
        drop(waiting);
    }
}
