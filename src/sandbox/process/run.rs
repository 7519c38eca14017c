//! One run: a folder of its own, the command in its wrapping, its family ended, files out, the folder gone.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::TempDir;

use super::super::inputs::{self, Entry, EntryKind};
use super::child::{Family, Stop, kill_inhabitants};
use super::{ProcessSandbox, Wrapper};
use crate::domain::{RepoPath, Warning, limits};
use crate::sandbox::{Ending, RunOutput, RunSpec, SandboxError, Usage};

/// The folder of one run. What still runs in it is ended before it goes.
struct Workspace(TempDir);

impl Workspace {
    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        kill_inhabitants(self.path());
    }
}

/// Runs one command in a folder of its own.
pub(super) async fn run(sandbox: &ProcessSandbox, spec: &RunSpec) -> Result<RunOutput, SandboxError> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |source| SandboxError::Host { what, source }
    };
    let made = tempfile::Builder::new().prefix(&ProcessSandbox::folder_name()).tempdir_in(&sandbox.folder);
    let workspace = Workspace(made.map_err(failed("make a folder for the run"))?);
    let listing = inputs::list(&spec.inputs)?;
    let mut usage = Usage { bytes_in: listing.bytes, ..Usage::default() };
    if listing.bytes > spec.limits.disk {
        let source =
            anyhow::anyhow!("they have {} MB: raise disk under [sandbox] in jittest.toml", listing.bytes >> 20);
        return Err(SandboxError::Refused { what: "take in the files of the run".to_owned(), source });
    }
    put(workspace.path(), &listing.entries).map_err(failed("copy the files of the run"))?;

    let started = Instant::now();
    let command = command(sandbox, spec, workspace.path());
    let mut family = match Family::start(command) {
        Ok(family) => family,
        Err(error) => return not_started(spec, &error, listing.warnings),
    };
    let heard = family.listen(spec.limits.output, spec.limits.timeout).await;
    family.end(workspace.path()).await;
    let heard = heard.map_err(failed("listen to the run"))?;
    usage.wall = started.elapsed();

    let mut warnings = listing.warnings;
    warnings.extend(sandbox.wrapper.warnings());
    let (files, refused) = collect(workspace.path(), &spec.collect);
    warnings.extend(refused);
    let out: usize = files.iter().map(|(_, content)| content.len()).sum();
    usage.bytes_out = (heard.stdout.len() + heard.stderr.len() + out) as u64;
    Ok(RunOutput { ending: ending(&heard.stop), stdout: heard.stdout, stderr: heard.stderr, files, warnings, usage })
}

/// A program that isn't there ends as a shell would end it.
fn not_started(spec: &RunSpec, error: &io::Error, warnings: Vec<Warning>) -> Result<RunOutput, SandboxError> {
    let program = spec.argv.first().map_or("", String::as_str);
    let status = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    let stderr = format!("{program}: {error}\n").into_bytes();
    let usage = Usage::default();
    Ok(RunOutput { ending: Ending::Exited(status), stdout: Vec::new(), stderr, files: Vec::new(), warnings, usage })
}

fn put(workspace: &Path, entries: &[Entry]) -> io::Result<()> {
    for folder in [".home", ".tmp"] {
        fs::create_dir(workspace.join(folder))?;
    }
    for entry in entries {
        let path = workspace.join(&entry.path);
        // A chain of links in the repository must not lead a file of ours out of the folder.
        let parent = path.parent().unwrap_or(workspace).canonicalize()?;
        if !parent.starts_with(workspace.canonicalize()?) {
            return Err(io::Error::other(format!("{} leads out of the run's folder", entry.path.display())));
        }
        if path.is_symlink() {
            fs::remove_file(&path)?;
        }
        match &entry.kind {
            EntryKind::Folder => fs::create_dir_all(&path)?,
            EntryKind::Link(target) => symlink(target, &path)?,
            EntryKind::Bytes(_) | EntryKind::File(..) => {
                io::copy(&mut entry.kind.open()?, &mut fs::File::create(&path)?)?;
                fs::set_permissions(&path, fs::Permissions::from_mode(entry.mode))?;
            }
        }
    }
    Ok(())
}

fn command(sandbox: &ProcessSandbox, spec: &RunSpec, workspace: &Path) -> tokio::process::Command {
    let shown: Vec<PathBuf> = spec.image.path_first.iter().flat_map(|folder| roots(Path::new(folder))).collect();
    let wrapper: &Wrapper = &sandbox.wrapper;
    let argv = wrapper.argv(workspace, &shown, &spec.limits, &spec.argv);
    let mut command = tokio::process::Command::new(argv.first().map_or("", String::as_str));
    let first = spec.image.path_first.iter().map(String::as_str);
    let path = first.chain([sandbox.config.path.as_str()]).collect::<Vec<_>>().join(":");
    command
        .args(argv.iter().skip(1))
        .current_dir(workspace)
        .env_clear()
        .env("PATH", path)
        .env("HOME", workspace.join(".home"))
        .env("TMPDIR", workspace.join(".tmp"))
        .env("LANG", "C.UTF-8")
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .env("JITTEST_WORKSPACE", workspace);
    command
}

/// The environment that a `bin` folder belongs to, and the one that its interpreter really lies in.
fn roots(bin: &Path) -> Vec<PathBuf> {
    let real = fs::read_dir(bin).into_iter().flatten().flatten().filter_map(|entry| entry.path().canonicalize().ok());
    let folders = real.filter_map(|program| Some(program.parent()?.parent()?.to_path_buf()));
    let below_temporary = folders.filter(|folder| folder.starts_with("/tmp") && folder != Path::new("/tmp"));
    bin.parent().map(Path::to_path_buf).into_iter().chain(below_temporary).collect()
}

fn ending(stop: &Stop) -> Ending {
    match stop {
        Stop::Late => Ending::TimedOut,
        Stop::TooMuch => Ending::OutputLimit,
        // Bubblewrap says a signal as a shell does.
        Stop::Ended(status) => match (status.code(), status.signal()) {
            (Some(code @ 129..=192), _) => Ending::Signalled(code - 128),
            (Some(code), _) => Ending::Exited(code),
            (None, signal) => Ending::Signalled(signal.unwrap_or(9)),
        },
    }
}

/// The files that were asked for: regular ones, reached over no link, within the bounds.
fn collect(workspace: &Path, asked: &[RepoPath]) -> (Vec<(RepoPath, Vec<u8>)>, Vec<Warning>) {
    let (mut files, mut warnings, mut bytes) = (Vec::new(), Vec::new(), 0);
    for path in asked {
        match read(workspace, path, limits::SANDBOX_OUT_BYTES - bytes) {
            Ok(content) if files.len() < limits::SANDBOX_OUT_FILES => {
                bytes += content.len() as u64;
                files.push((path.clone(), content));
            }
            Ok(_) => warnings.push(not_brought_out(path, "it is past the bound of what comes out of a sandbox")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => warnings.push(not_brought_out(path, &error.to_string())),
        }
    }
    (files, warnings)
}

fn not_brought_out(path: &RepoPath, why: &str) -> Warning {
    Warning::new("sandbox", format!("{path} was not brought out"), why, "what it would have told is missing")
}

fn read(workspace: &Path, path: &RepoPath, room: u64) -> io::Result<Vec<u8>> {
    let mut on_disk = workspace.to_path_buf();
    for part in path.as_str().split('/') {
        on_disk.push(part);
        if fs::symlink_metadata(&on_disk)?.is_symlink() {
            return Err(io::Error::other("it is reached over a symlink"));
        }
    }
    let metadata = fs::symlink_metadata(&on_disk)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > room {
        return Err(io::Error::other("it is past the bound of what comes out of a sandbox"));
    }
    fs::read(on_disk)
}
