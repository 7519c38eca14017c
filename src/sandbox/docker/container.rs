//! One container, from its creation to its removal.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::{
    ContainerCreateBody, ContainerSummary, ContainerSummaryStateEnum, HostConfig, HostConfigLogConfig, ResourcesUlimits,
};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, RemoveContainerOptionsBuilder, StartContainerOptions,
};
use tokio::io::AsyncWrite;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::super::instance::{Alive, Instance};
use super::{DockerSandbox, refused};
use crate::domain::{Image, SandboxLimits, limits};
use crate::sandbox::SandboxError;

/// Label: whose container it is.
pub(super) const OWNER: &str = "jittest.owner";
/// Label: the process that made it.
const PROCESS: &str = "jittest.process";
/// Label: what for.
const PURPOSE: &str = "jittest.purpose";
/// The folder that work is done in.
pub(super) const WORKSPACE: &str = "/workspace";
/// Who the code under test runs as.
pub(super) const PERSON: &str = "1000:1000";
/// Who the container's own process runs as: another one, so that the code under test can't end it.
const KEEPER: &str = "65534:65534";
/// Between tries to remove one.
const PAUSES: &[Duration] = &[Duration::from_secs(1), Duration::from_secs(10)];
/// Open files of one process.
const OPEN_FILES: i64 = 1024;

/// A running container. Dropping it removes the container.
pub(super) struct Container {
    docker: Docker,
    id: Option<String>,
    /// Its process reads this and ends where it closes: with this value, or with our own process. Never locked: the
    /// mutex lets futures that hold the container move between threads.
    input: Mutex<Option<Pin<Box<dyn AsyncWrite + Send>>>>,
    /// Held until it is gone.
    there: Option<There>,
}

/// Whoever wants to write waits until nobody reads: until no container is there.
pub(super) type Presence = Arc<RwLock<()>>;
pub(super) type There = OwnedRwLockReadGuard<()>;

impl Container {
    /// Creates and starts a container.
    pub async fn start(docker: &Docker, there: There, body: ContainerCreateBody) -> Result<Self, SandboxError> {
        let what = format!("make a container of {}", body.image.as_deref().unwrap_or_default());
        let created = docker.create_container(None::<CreateContainerOptions>, body).await;
        let id = created.map_err(refused(what))?.id;
        let mut container =
            Self { docker: docker.clone(), id: Some(id.clone()), input: Mutex::default(), there: Some(there) };
        let options = AttachContainerOptionsBuilder::default().stdin(true).stream(true).build();
        let attached = docker.attach_container(&id, Some(options)).await.map_err(refused("attach to a container"))?;
        container.input = Mutex::new(Some(attached.input));
        docker.start_container(&id, None::<StartContainerOptions>).await.map_err(refused("start a container"))?;
        Ok(container)
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("")
    }

    /// Whether the kernel ended its own process for memory, and whether it still runs.
    pub async fn state(&self) -> Result<(bool, bool), SandboxError> {
        let inspected = self.docker.inspect_container(self.id(), None).await.map_err(refused("inspect a container"))?;
        let state = inspected.state.unwrap_or_default();
        Ok((state.oom_killed.unwrap_or(false), state.running.unwrap_or(false)))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Without a runtime nothing can be asked of the engine; then its input, which closes now, ends it.
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            let (docker, there) = (self.docker.clone(), self.there.take());
            runtime.spawn(async move {
                if let Err(error) = remove_surely(&docker, &id).await {
                    tracing::warn!(container = id, error = %anyhow::Error::from(error), "a container was not removed");
                }
                drop(there);
            });
        }
    }
}

/// Removes a container, again after a while where that fails.
async fn remove_surely(docker: &Docker, id: &str) -> Result<(), SandboxError> {
    for pause in PAUSES {
        if remove(docker, id).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(*pause).await;
    }
    remove(docker, id).await
}

/// Removes a container with its processes; one that is gone already is fine.
pub(super) async fn remove(docker: &Docker, id: &str) -> Result<(), SandboxError> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    match docker.remove_container(id, Some(options)).await {
        Ok(()) | Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
        Err(error) => Err(refused("remove a container")(error)),
    }
}

/// Whether a container's process is dead. Where that can't be told (it counts in another name space), a container is a
/// leftover that does not run and is older than any job: a living process holds its containers' input open, so they
/// run, but for the moments after they were made and before they are removed.
pub(super) fn is_leftover(summary: &ContainerSummary, current: &Instance, now: SystemTime) -> bool {
    let label = summary.labels.as_ref().and_then(|labels| labels.get(PROCESS));
    let Some(maker) = label.and_then(|label| Instance::parse(label)) else { return true };
    match maker.alive() {
        _ if maker == *current => false,
        Alive::Yes => false,
        Alive::No => true,
        Alive::Unknown => !runs(summary) && age(summary, now) > limits::JOB_TIME,
    }
}

fn runs(summary: &ContainerSummary) -> bool {
    use ContainerSummaryStateEnum::{CREATED, DEAD, EXITED};
    !matches!(summary.state, Some(CREATED | DEAD | EXITED))
}

fn age(summary: &ContainerSummary, now: SystemTime) -> Duration {
    let created = summary.created.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    created.map_or(Duration::ZERO, |created| now.saturating_sub(created))
}

/// What a container is to be.
pub(super) fn body(
    sandbox: &DockerSandbox,
    image: &Image,
    limits: &SandboxLimits,
    purpose: &str,
) -> ContainerCreateBody {
    let labels =
        [(OWNER, sandbox.config.owner.clone()), (PROCESS, sandbox.instance.label()), (PURPOSE, purpose.to_owned())];
    ContainerCreateBody {
        image: Some(image.reference.clone()),
        entrypoint: Some(vec!["/bin/cat".to_owned()]),
        cmd: Some(Vec::new()),
        user: Some(KEEPER.to_owned()),
        working_dir: Some(WORKSPACE.to_owned()),
        attach_stdin: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        labels: Some(labels.map(|(name, value)| (name.to_owned(), value)).into()),
        host_config: Some(host_config(limits)),
        ..Default::default()
    }
}

fn host_config(limits: &SandboxLimits) -> HostConfig {
    let memory = i64::try_from(limits.memory).unwrap_or(i64::MAX);
    let (work, temporary) = limits.room_in_memory();
    let tmpfs = |size: u64, mode: &str| {
        let inodes = (size / 2048).max(1024);
        format!("rw,exec,nosuid,nodev,size={size},nr_inodes={inodes},mode={mode},uid=1000,gid=1000")
    };
    let ulimit =
        |name: &str, limit| ResourcesUlimits { name: Some(name.to_owned()), soft: Some(limit), hard: Some(limit) };
    HostConfig {
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        tmpfs: Some(HashMap::from([
            (WORKSPACE.to_owned(), tmpfs(work, "0755")),
            ("/tmp".to_owned(), tmpfs(temporary, "1777")),
        ])),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        memory: Some(memory),
        memory_swap: Some(memory),
        nano_cpus: Some(nano_cpus(limits.cpus)),
        pids_limit: Some(i64::try_from(limits.processes).unwrap_or(i64::MAX)),
        ulimits: Some(vec![ulimit("nofile", OPEN_FILES), ulimit("core", 0)]),
        ipc_mode: Some("none".to_owned()),
        init: Some(true),
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..Default::default()
    }
}

/// Cores as the engine counts them. More than there are is an error to it, so a setting is cut to them.
fn nano_cpus(cpus: f64) -> i64 {
    let there =
        std::thread::available_parallelism().map_or(1.0, |cores| f64::from(u32::try_from(cores.get()).unwrap_or(1)));
    #[expect(clippy::cast_possible_truncation, reason = "a number of cores times 10^9 is far below 2^63")]
    let nanos = (cpus.clamp(0.01, there) * 1e9) as i64;
    nanos
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: u64 = 1_000_000;

    /// A container of `process`, made at [`CREATED`].
    fn summary(process: &str, state: ContainerSummaryStateEnum) -> ContainerSummary {
        ContainerSummary {
            labels: Some(HashMap::from([(PROCESS.to_owned(), process.to_owned())])),
            created: Some(i64::try_from(CREATED).unwrap()),
            state: Some(state),
            ..Default::default()
        }
    }

    fn left(process: &str, state: ContainerSummaryStateEnum, after: Duration) -> bool {
        let now = UNIX_EPOCH + Duration::from_secs(CREATED) + after;
        is_leftover(&summary(process, state), &Instance::current(), now)
    }

    #[test]
    fn what_a_dead_process_made_is_left_and_what_this_one_made_is_not() {
        let states = [ContainerSummaryStateEnum::CREATED, ContainerSummaryStateEnum::RUNNING];
        for state in states {
            assert!(left("an-earlier-boot.1/1/1", state, Duration::ZERO));
            assert!(!left(&Instance::current().label(), state, limits::JOB_TIME * 2));
        }
    }

    #[test]
    fn where_nobody_can_tell_only_what_no_longer_runs_and_is_older_than_any_job_is_left() {
        let current = Instance::current().label();
        let (boot, _) = current.split_once('.').unwrap();
        let elsewhere = format!("{boot}.1/1/1");
        for state in [ContainerSummaryStateEnum::CREATED, ContainerSummaryStateEnum::EXITED] {
            assert!(left(&elsewhere, state, limits::JOB_TIME * 2));
            assert!(!left(&elsewhere, state, limits::JOB_TIME));
        }
        assert!(!left(&elsewhere, ContainerSummaryStateEnum::RUNNING, limits::JOB_TIME * 2));
    }
}
