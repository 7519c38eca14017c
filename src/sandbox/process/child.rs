//! A child with its whole family: its group, and whoever left the group but still carries the run's mark.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How long pipes that a left-over process holds open are read after the command ended.
const AFTERWARDS: Duration = Duration::from_millis(500);
/// How long processes that were killed may take to be gone.
const LAST_BREATH: Duration = Duration::from_secs(5);

/// A running command in a process group of its own. Dropping it ends all of them.
pub(super) struct Family {
    child: Child,
    group: Option<Pid>,
}

/// What a command said, and how it ended; `None` where a bound was met.
pub(super) struct Heard {
    /// Standard output, up to the bound.
    pub stdout: Vec<u8>,
    /// Standard error, up to the bound.
    pub stderr: Vec<u8>,
    /// How it ended.
    pub stop: Stop,
}

/// Why we stopped listening.
pub(super) enum Stop {
    /// It ended.
    Ended(ExitStatus),
    /// Past its time.
    Late,
    /// Past its output.
    TooMuch,
}

impl Family {
    /// Starts `command`.
    pub fn start(mut command: Command) -> std::io::Result<Self> {
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = command.spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group })
    }

    /// Listens until the command ends or a bound is met: bytes of both outputs together, and time.
    pub async fn listen(&mut self, output: u64, time: Duration) -> std::io::Result<Heard> {
        let mut heard = Heard { stdout: Vec::new(), stderr: Vec::new(), stop: Stop::Late };
        let (mut out, mut err) = (self.child.stdout.take(), self.child.stderr.take());
        let mut left = output;
        let mut until = Instant::now() + time;
        let mut ended = None;
        let mut chunk = (vec![0; 16 << 10], vec![0; 16 << 10]);
        while out.is_some() || err.is_some() || ended.is_none() {
            let stream = tokio::select! {
                read = read_some(&mut out, &mut chunk.0), if out.is_some() => (&mut heard.stdout, &chunk.0, read?),
                read = read_some(&mut err, &mut chunk.1), if err.is_some() => (&mut heard.stderr, &chunk.1, read?),
                status = self.child.wait(), if ended.is_none() => {
                    ended = Some(status?);
                    until = until.min(Instant::now() + AFTERWARDS);
                    continue;
                }
                () = tokio::time::sleep_until(until) => break,
            };
            let (to, chunk, length) = stream;
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(length);
            to.extend_from_slice(&chunk[..room]);
            left -= room as u64;
            if room < length {
                heard.stop = Stop::TooMuch;
                return Ok(heard);
            }
        }
        if let Some(status) = ended {
            heard.stop = Stop::Ended(status);
        }
        Ok(heard)
    }

    /// Ends the group, and whoever else works in `workspace`; waits for the command itself.
    pub async fn end(mut self, workspace: &Path) {
        self.kill();
        let until = Instant::now() + LAST_BREATH;
        while kill_inhabitants(workspace) > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // It was killed: this is only to leave no zombie behind.
        drop(tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await);
    }

    fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            // An error says that nobody is left.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads once; the end of the stream takes it away.
async fn read_some<R: AsyncRead + Unpin>(stream: &mut Option<R>, chunk: &mut [u8]) -> std::io::Result<usize> {
    let Some(reader) = stream else { return Ok(0) };
    let length = reader.read(chunk).await?;
    if length == 0 {
        *stream = None;
    }
    Ok(length)
}

/// Ends every process whose environment names `workspace`: also one that has left its group and its parent. Says how
/// many there were.
pub(super) fn kill_inhabitants(workspace: &Path) -> usize {
    let mark = format!("JITTEST_WORKSPACE={}", workspace.display());
    let Ok(processes) = std::fs::read_dir("/proc") else { return 0 };
    let this = std::process::id();
    let mut found = 0;
    for process in processes.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let marked = environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
        if let (true, Some(pid)) = (marked && id != this, pid) {
            // One that ended meanwhile is fine.
            kill_process(pid, Signal::KILL).ok();
            found += 1;
        }
    }
    found
}
