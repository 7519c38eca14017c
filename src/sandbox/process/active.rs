//! The environment that is active: a virtual environment in the repository, the shell's own, the first on the PATH.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::super::failure::failed_step;
use super::ProcessConfig;
use crate::domain::{ActiveEnvironment, FailedStep, Image, Prepared};
use crate::sandbox::SandboxError;

/// How long the probe may take.
const PROBE_TIME: Duration = Duration::from_secs(60);

/// Finds the environment and asks it whether it has what tests need. Nothing is installed.
pub(super) async fn prepare(config: &ProcessConfig, active: &ActiveEnvironment) -> Result<Prepared, SandboxError> {
    let Some(interpreter) = interpreter(config, active) else {
        let names = active.interpreters.join(" or ");
        return Ok(Prepared::Failed(FailedStep {
            step: format!("find {names}"),
            tail: format!("{names} is neither in the repository's environment nor on the PATH"),
            fix: format!("install {names}, or activate the environment that the repository's tests run in"),
        }));
    };
    // Outside the bubble: so nothing of the repository may be found by it, and no secret of the caller's.
    let mut probe = tokio::process::Command::new(&interpreter);
    probe.args(&active.probe).stdin(Stdio::null()).current_dir("/").env_clear().env("PATH", &config.path);
    probe.kill_on_drop(true);
    let step = format!("{} {}", interpreter.display(), active.probe.join(" "));
    let output = match tokio::time::timeout(PROBE_TIME, probe.output()).await {
        Ok(output) => output.map_err(|source| SandboxError::Host { what: format!("run {step}"), source })?,
        Err(_) => return Ok(failed(active, &step, "it did not end within a minute")),
    };
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        return Ok(failed(active, &step, &String::from_utf8_lossy(&said)));
    }
    let folder = interpreter.parent().unwrap_or(Path::new("/")).display().to_string();
    let image = Image { reference: interpreter.display().to_string(), path_first: vec![folder] };
    Ok(Prepared::Ready { image, cached: true, took: Duration::ZERO })
}

fn failed(active: &ActiveEnvironment, step: &str, said: &str) -> Prepared {
    Prepared::Failed(FailedStep { fix: active.fix.clone(), ..failed_step(step, said) })
}

fn interpreter(config: &ProcessConfig, active: &ActiveEnvironment) -> Option<PathBuf> {
    let own = active.work_tree.iter().flat_map(|tree| active.folders.iter().map(|folder| tree.join(folder)));
    let environments = own.chain(config.virtual_env.clone()).map(|environment| environment.join("bin"));
    let on_path = std::env::split_paths(&config.path).filter(|folder| folder.is_absolute());
    // The folder decides before the name: an environment's `python` before the system's `python3`.
    environments
        .chain(on_path)
        .flat_map(|folder| active.interpreters.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn python(folder: &Path, name: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "").unwrap();
    }

    #[test]
    fn the_repositorys_environment_comes_before_the_shells_and_that_before_the_path() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        let config = ProcessConfig {
            path: at("bin").display().to_string(),
            virtual_env: Some(at("shell")),
            ..ProcessConfig::default()
        };
        let active = ActiveEnvironment {
            work_tree: Some(at("repo")),
            folders: vec![".venv".to_owned(), "venv".to_owned()],
            interpreters: vec!["python3".to_owned(), "python".to_owned()],
            ..ActiveEnvironment::default()
        };
        assert_eq!(interpreter(&config, &active), None);
        for (folder, name) in [("bin", "python3"), ("shell/bin", "python"), ("repo/venv/bin", "python3")] {
            python(&at(folder), name);
            assert_eq!(interpreter(&config, &active), Some(at(folder).join(name)));
        }
    }
}
