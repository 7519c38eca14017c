//! What stands in front of a command: bubblewrap, where it works, and `prlimit`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::domain::{SandboxLimits, Warning};

/// Open files of one process.
const OPEN_FILES: u64 = 1024;

/// The programs of this machine that a command is wrapped in.
pub(super) struct Wrapper {
    bubblewrap: Result<PathBuf, String>,
    prlimit: Option<PathBuf>,
}

impl Wrapper {
    /// Looks for both on `path`, and tries bubblewrap.
    pub async fn find(path: &str) -> Self {
        let bubblewrap = match on_path(path, "bwrap") {
            Some(program) => try_bubblewrap(program).await,
            None => Err("bwrap is not on the PATH".to_owned()),
        };
        Self { bubblewrap, prlimit: on_path(path, "prlimit") }
    }

    /// The command in its wrapping. `shown` are folders that must stay readable, also below `/tmp`.
    pub fn argv(&self, workspace: &Path, shown: &[PathBuf], limits: &SandboxLimits, argv: &[String]) -> Vec<String> {
        let mut all = Vec::new();
        if let Ok(program) = &self.bubblewrap {
            all.push(program.display().to_string());
            all.extend(bubblewrap_options(workspace, shown));
        }
        if let Some(program) = &self.prlimit {
            let (memory, disk) = (limits.memory, limits.disk);
            let limits = [
                format!("--data={memory}:{memory}"),
                format!("--fsize={disk}:{disk}"),
                format!("--nofile={OPEN_FILES}:{OPEN_FILES}"),
                "--core=0:0".to_owned(),
            ];
            all.push(program.display().to_string());
            all.extend(limits);
            all.push("--".to_owned());
        }
        all.extend(argv.iter().cloned());
        all
    }

    /// What is less than a container's isolation.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Err(why) = &self.bubblewrap {
            let impact = "tests run as you, with your network and your files: install bubblewrap, or use Docker";
            warnings.push(Warning::new("sandbox", "tests are not isolated from this machine", why, impact));
        }
        if self.prlimit.is_none() {
            let impact = "a test can use all of this machine's memory: install util-linux, or use Docker";
            warnings.push(Warning::new("sandbox", "memory is not limited", "prlimit is not on the PATH", impact));
        }
        warnings
    }

    /// In one line.
    pub fn describe(&self) -> String {
        match &self.bubblewrap {
            Ok(_) => {
                "processes of this machine in bubblewrap: no network, read-only root; CPU and processes are not counted"
                    .to_owned()
            }
            Err(why) => format!("processes of this machine, not isolated ({why})"),
        }
    }
}

fn on_path(path: &str, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(program)).find(|path| path.is_absolute() && path.is_file())
}

/// It may be there and not be allowed to make name spaces.
async fn try_bubblewrap(program: PathBuf) -> Result<PathBuf, String> {
    let mut trial = tokio::process::Command::new(&program);
    trial.args(bubblewrap_options(Path::new("/tmp"), &[])).arg("true").stdin(Stdio::null()).kill_on_drop(true);
    match trial.output().await {
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("bwrap does not work here ({})", said.lines().next().unwrap_or("it said nothing")))
        }
        Err(error) => Err(format!("bwrap does not start ({error})")),
    }
}

fn bubblewrap_options(workspace: &Path, shown: &[PathBuf]) -> Vec<String> {
    let fixed = "--unshare-all --die-with-parent --new-session --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp \
                 --tmpfs /run --hostname sandbox";
    let mut options: Vec<String> = fixed.split_whitespace().map(str::to_owned).collect();
    // `/tmp` and `/run` are new and empty inside: an environment that lies there is put back, to be read.
    for folder in shown.iter().filter(|folder| folder.starts_with("/tmp") || folder.starts_with("/run")) {
        let folder = folder.display().to_string();
        options.extend(["--ro-bind".to_owned(), folder.clone(), folder]);
    }
    let workspace = workspace.display().to_string();
    options.extend(["--bind".to_owned(), workspace.clone(), workspace.clone(), "--chdir".to_owned(), workspace]);
    options
}
