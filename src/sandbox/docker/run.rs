//! One run: inputs in, the command, what is left of it ended, files out, the container gone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bollard::models::ContainerUpdateBody;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::super::inputs::{self, Entry, EntryKind, Listing};
use super::container::{self, Container, WORKSPACE};
use super::exec::{Captured, Command, Stop, exec};
use super::{DockerSandbox, image, refused, transfer};
use crate::domain::{RepoPath, Warning};
use crate::sandbox::{Ending, RunOutput, RunSpec, SandboxError, Usage};

/// What bringing the inputs in may take, and bringing files out.
const TRANSFER_TIME: Duration = Duration::from_secs(120);
/// How much later than our own clock the one inside ends a command: for the case that we can't.
const CLOCK_INSIDE: Duration = Duration::from_secs(5);
/// Processes that are allowed on top, where those of the command leave no room for ending them.
const RESERVE: u64 = 64;

/// Ends every process of the person that the command ran as, says what the kernel counted, and packs the files whose
/// names it reads. It is the image's own shell and tar, on a root that nobody could write.
const AFTER: &str = r#"
kill -9 -1
{
  g=/sys/fs/cgroup
  grep -h '^oom_kill ' $g/memory/memory.oom_control $g/memory.events
  for f in $g/memory/memory.max_usage_in_bytes $g/memory.peak; do [ -r $f ] && echo "peak_bytes $(cat $f)"; done
  for f in $g/cpuacct/cpuacct.usage $g/cpu,cpuacct/cpuacct.usage; do [ -r $f ] && echo "cpu_nanoseconds $(cat $f)"; done
  grep -h '^usage_usec ' $g/cpu.stat
  echo counted 1
} >&2 2>/dev/null
exec tar --create --file=- --null --no-recursion --hard-dereference --ignore-failed-read --files-from=- 2>/dev/null
"#;

/// Runs one command in a container of its own.
pub(super) async fn run(sandbox: &DockerSandbox, spec: &RunSpec) -> Result<RunOutput, SandboxError> {
    let listing = list(spec).await?;
    let mut usage = Usage { bytes_in: listing.bytes, ..Usage::default() };
    let mut warnings = listing.warnings.clone();
    let (room, _) = spec.limits.room_in_memory();
    if listing.bytes > room {
        let ending = Ending::DoesNotFit { bytes: listing.bytes, room };
        return Ok(RunOutput { ending, stdout: Vec::new(), stderr: Vec::new(), files: Vec::new(), warnings, usage });
    }
    let path = image::search_path(&sandbox.docker, &spec.image).await?;
    let body = container::body(sandbox, &spec.image, &spec.limits, &spec.purpose);
    let container = sandbox.places.take(sandbox, body).await?;
    put(sandbox, &container, listing).await?;

    let started = Instant::now();
    let captured = exec(&sandbox.docker, container.id(), command(spec, &path)).await?;
    usage.wall = started.elapsed();

    let after = after(sandbox, &container, spec).await?;
    let (files, refused) = transfer::unpack(&after.archive, &spec.collect);
    warnings.extend(refused);
    warnings.extend(after.warning(&captured, spec));
    usage.cpu = after.cpu();
    usage.peak_memory = after.count("peak_bytes");
    let out: usize = files.iter().map(|(_, content)| content.len()).sum();
    usage.bytes_out = (captured.stdout.len() + captured.stderr.len() + out) as u64;
    let ending = ending(&captured, &after);
    Ok(RunOutput { ending, stdout: captured.stdout, stderr: captured.stderr, files, warnings, usage })
}

/// The inputs, in an order that tar can take, with the folders for `HOME` and `TMPDIR`.
async fn list(spec: &RunSpec) -> Result<Listing, SandboxError> {
    let inputs = spec.inputs.clone();
    let listed = tokio::task::spawn_blocking(move || inputs::list(&inputs)).await;
    let mut listing = listed.map_err(|error| SandboxError::Host {
        what: "list the inputs".to_owned(),
        source: std::io::Error::other(error),
    })??;
    for folder in [".home", ".tmp"] {
        let path = PathBuf::from(folder);
        listing.entries.insert(0, Entry { path, mode: 0o755, modified: 0, kind: EntryKind::Folder });
    }
    Ok(listing)
}

async fn put(sandbox: &DockerSandbox, container: &Container, listing: Listing) -> Result<(), SandboxError> {
    let argv = ["tar", "--extract", "--file=-", "--no-same-owner", "--delay-directory-restore"];
    let command = Command {
        argv: argv.map(str::to_owned).to_vec(),
        env: Vec::new(),
        output: 64 << 10,
        time: TRANSFER_TIME,
        input: Some(transfer::archive(listing)),
    };
    let captured = exec(&sandbox.docker, container.id(), command).await?;
    if captured.stop == Stop::Ended(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&captured.stderr).trim().to_owned();
    let source = anyhow::anyhow!("tar inside ended with {:?}: {said}", captured.stop);
    Err(SandboxError::Refused { what: "take in the files of the run".to_owned(), source })
}

fn command(spec: &RunSpec, path: &str) -> Command {
    let clock = (spec.limits.timeout + CLOCK_INSIDE).as_secs().max(1);
    let mut argv = vec!["timeout".to_owned(), "-k".to_owned(), "1".to_owned(), clock.to_string()];
    argv.extend(spec.argv.iter().cloned());
    let mut env = BTreeMap::from([
        ("HOME", format!("{WORKSPACE}/.home")),
        ("TMPDIR", format!("{WORKSPACE}/.tmp")),
        ("JITTEST_WORKSPACE", WORKSPACE.to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("USER", "sandbox".to_owned()),
        ("LOGNAME", "sandbox".to_owned()),
        ("PATH", path.to_owned()),
    ]);
    env.extend(spec.env.iter().map(|(name, value)| (name.as_str(), value.clone())));
    Command {
        argv,
        env: env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        output: spec.limits.output,
        time: spec.limits.timeout,
        input: None,
    }
}

/// What was found in a container after its command.
#[derive(Default)]
struct After {
    counts: BTreeMap<String, u64>,
    archive: Vec<u8>,
    out_of_memory: bool,
    alive: bool,
}

impl After {
    fn count(&self, name: &str) -> Option<u64> {
        self.counts.get(name).copied()
    }

    fn cpu(&self) -> Option<Duration> {
        let nanoseconds = self.count("cpu_nanoseconds").map(Duration::from_nanos);
        nanoseconds.or_else(|| self.count("usage_usec").map(Duration::from_micros))
    }

    fn killed_for_memory(&self) -> bool {
        self.out_of_memory || self.count("oom_kill").is_some_and(|kills| kills > 0)
    }

    /// Whether the container could be asked.
    fn answered(&self) -> bool {
        self.count("counted").is_some()
    }

    fn warning(&self, captured: &Captured, spec: &RunSpec) -> Option<Warning> {
        let warn = |what: &str, why: &str, impact: &str| Some(Warning::new("sandbox", what, why, impact));
        if !self.answered() && !spec.collect.is_empty() {
            let why = if self.alive { "what ran left no room for it" } else { "what ran took its container with it" };
            return warn("no file was brought out", why, "what the files would have told is missing");
        }
        if self.killed_for_memory() && !matches!(captured.stop, Stop::Ended(137)) {
            let why = format!("all of them together may use {} MB", spec.limits.memory >> 20);
            return warn("a process of the run was killed for memory", &why, "what it was doing is missing");
        }
        None
    }
}

/// Ends what the command left running and asks what became of it.
async fn after(sandbox: &DockerSandbox, container: &Container, spec: &RunSpec) -> Result<After, SandboxError> {
    let mut after = ask(sandbox, container, &spec.collect).await?;
    let (out_of_memory, alive) = container.state().await?;
    if !after.answered() && alive {
        // A fork bomb leaves no process for ending it: a few more are allowed, now that it is to end.
        let pids_limit = i64::try_from(spec.limits.processes.saturating_add(RESERVE)).ok();
        let more = ContainerUpdateBody { pids_limit, ..Default::default() };
        let updated = sandbox.docker.update_container(container.id(), more).await;
        updated.map_err(refused("allow a container more processes"))?;
        after = ask(sandbox, container, &spec.collect).await?;
    }
    Ok(After { out_of_memory, alive, ..after })
}

async fn ask(sandbox: &DockerSandbox, container: &Container, collect: &[RepoPath]) -> Result<After, SandboxError> {
    let (sender, input) = mpsc::channel(1);
    let names: Vec<u8> = collect.iter().flat_map(|path| [path.as_str().as_bytes(), b"\0"].concat()).collect();
    // The channel has room for the one message.
    drop(sender.try_send(Bytes::from(names)));
    drop(sender);
    let argv = ["/bin/sh", "-c", AFTER].map(str::to_owned).to_vec();
    let env = vec!["LC_ALL=C".to_owned()];
    let command = Command { argv, env, output: transfer::ARCHIVE_BYTES, time: TRANSFER_TIME, input: Some(input) };
    match exec(&sandbox.docker, container.id(), command).await {
        Ok(captured) => {
            let counts = counts(&captured.stderr);
            let archive = if counts.contains_key("counted") { captured.stdout } else { Vec::new() };
            Ok(After { counts, archive, ..After::default() })
        }
        // A container that ended by itself can't run a command: its state says why.
        Err(SandboxError::Refused { .. }) => Ok(After::default()),
        Err(error) => Err(error),
    }
}

fn counts(text: &[u8]) -> BTreeMap<String, u64> {
    let text = String::from_utf8_lossy(text);
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), value.trim().parse().ok()?))).collect()
}

/// A status above 128 is a signal, as every shell has it.
fn ending(captured: &Captured, after: &After) -> Ending {
    match captured.stop {
        Stop::TooMuch => Ending::OutputLimit,
        Stop::Late => Ending::TimedOut,
        Stop::Ended(137) | Stop::Gone if after.killed_for_memory() => Ending::OutOfMemory,
        Stop::Gone => Ending::Signalled(9),
        Stop::Ended(status) => match i32::try_from(status).unwrap_or(i32::MAX) {
            status @ 129..=192 => Ending::Signalled(status - 128),
            status => Ending::Exited(status),
        },
    }
}
