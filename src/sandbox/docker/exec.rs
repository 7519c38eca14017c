//! One command in a running container.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::container::{PERSON, WORKSPACE};
use super::refused;
use crate::sandbox::SandboxError;

type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send>>;

/// A command, and what of it is waited for and kept.
pub(super) struct Command {
    /// The argument list.
    pub argv: Vec<String>,
    /// `NAME=value`.
    pub env: Vec<String>,
    /// Bytes of both outputs together; past it we stop listening.
    pub output: u64,
    /// Past it we stop listening.
    pub time: Duration,
    /// What it reads on its standard input.
    pub input: Option<mpsc::Receiver<Bytes>>,
}

/// Why we stopped listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It ended, with this status.
    Ended(i64),
    /// Past its time; it may still run.
    Late,
    /// Past its output; it may still run.
    TooMuch,
    /// Its container is gone.
    Gone,
}

/// What a command said.
pub(super) struct Captured {
    /// Standard output, up to the bound.
    pub stdout: Vec<u8>,
    /// Standard error, up to the bound.
    pub stderr: Vec<u8>,
    /// Why we stopped listening.
    pub stop: Stop,
}

/// Runs a command in a container, as the person that the code under test runs as.
pub(super) async fn exec(docker: &Docker, container: &str, command: Command) -> Result<Captured, SandboxError> {
    let deadline = Instant::now() + command.time;
    let options = CreateExecOptions {
        attach_stdin: Some(command.input.is_some()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        env: Some(command.env),
        cmd: Some(command.argv),
        user: Some(PERSON.to_owned()),
        working_dir: Some(WORKSPACE.to_owned()),
        ..Default::default()
    };
    let id = docker.create_exec(container, options).await.map_err(refused("make a command"))?.id;
    let options = StartExecOptions { output_capacity: Some(64 << 10), ..Default::default() };
    let started = docker.start_exec(&id, Some(options)).await.map_err(refused("start a command"))?;
    let StartExecResults::Attached { output, input } = started else {
        let source = anyhow::anyhow!("it started the command detached");
        return Err(SandboxError::Refused { what: "attach to a command".to_owned(), source });
    };
    let mut heard = Heard { stdout: Vec::new(), stderr: Vec::new(), left: command.output };
    let stop = tokio::select! {
        stop = heard.listen(output, deadline) => stop,
        never = feed(input, command.input) => match never {},
    };
    let stop = match stop {
        Some(stop) => stop,
        None => status(docker, &id, deadline).await?,
    };
    Ok(Captured { stdout: heard.stdout, stderr: heard.stderr, stop })
}

struct Heard {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    left: u64,
}

impl Heard {
    /// Listens until the command's output ends (`None`) or a bound is met.
    async fn listen(&mut self, mut output: Output, deadline: Instant) -> Option<Stop> {
        loop {
            let (to, bytes) = match tokio::time::timeout_at(deadline, output.next()).await {
                Err(_) => return Some(Stop::Late),
                // A broken stream is a container that went away; its state tells why.
                Ok(None | Some(Err(_))) => return None,
                Ok(Some(Ok(LogOutput::StdErr { message }))) => (&mut self.stderr, message),
                Ok(Some(Ok(other))) => (&mut self.stdout, other.into_bytes()),
            };
            let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            to.extend_from_slice(&bytes[..room]);
            self.left -= room as u64;
            if room < bytes.len() {
                return Some(Stop::TooMuch);
            }
        }
    }
}

/// Writes all of `chunks`, closes the input, and then waits for ever: the output says when a command has ended.
async fn feed(mut input: Pin<Box<dyn AsyncWrite + Send>>, chunks: Option<mpsc::Receiver<Bytes>>) -> Infallible {
    if let Some(mut chunks) = chunks {
        while let Some(chunk) = chunks.recv().await {
            // A command that doesn't read any more is known by its output and status.
            if input.write_all(&chunk).await.is_err() {
                break;
            }
        }
        drop(input.shutdown().await);
    }
    std::future::pending().await
}

/// The status of a command whose output has ended, which the engine may learn a moment later.
async fn status(docker: &Docker, id: &str, deadline: Instant) -> Result<Stop, SandboxError> {
    let mut pause = Duration::from_millis(5);
    loop {
        match docker.inspect_exec(id).await {
            Ok(inspected) if inspected.running != Some(true) => {
                return Ok(inspected.exit_code.map_or(Stop::Gone, Stop::Ended));
            }
            Ok(_) if Instant::now() >= deadline => return Ok(Stop::Late),
            Ok(_) => tokio::time::sleep(pause).await,
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 404 | 409, .. }) => {
                return Ok(Stop::Gone);
            }
            Err(error) => return Err(refused("say how a command ended")(error)),
        }
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}
