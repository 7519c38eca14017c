//! Packages of npm, fetched at a pinned version into the build's own folder, once: GitHub publishes its API's description
//! and example webhooks as such, and real trees come from there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The machine's certificate authorities, on Debian.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// One of a process at a time: two tests that need the same package don't fetch it twice.
static FETCHING: Mutex<()> = Mutex::new(());

/// The file `member` of the npm package `name` at `version`.
pub fn file(name: &str, version: &str, member: &str) -> PathBuf {
    // Only the one file: some packages unpack to hundreds of megabytes.
    fetched(name, version, &format!("package/{member}"), &plain(member))
}

/// The folder of the npm package `name` at `version`, with all that is in it.
pub fn package(name: &str, version: &str) -> PathBuf {
    fetched(name, version, "package", "whole")
}

fn fetched(name: &str, version: &str, member: &str, kept_as: &str) -> PathBuf {
    let _one = FETCHING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm").join(format!("{}-{version}", plain(name)));
    let wanted = folder.join(kept_as);
    if !wanted.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let scratch = tempfile::tempdir_in(&folder).unwrap();
        fetch(&format!("{name}@{version}"), member, scratch.path());
        // In one step, so that a fetch that was broken off leaves nothing that looks whole.
        std::fs::rename(scratch.path().join(member), &wanted).unwrap();
    }
    wanted
}

/// Unpacks `member` of a package.
fn fetch(package: &str, member: &str, into: &Path) {
    let mut npm = Command::new("npm");
    // Node knows its own authorities only, and not those that the machine's administrator added.
    if std::env::var_os("NODE_EXTRA_CA_CERTS").is_none() && Path::new(AUTHORITIES).exists() {
        npm.env("NODE_EXTRA_CA_CERTS", AUTHORITIES);
    }
    run(npm.args(["pack", "--silent", package]).current_dir(into), "npm");
    let is_archive = |path: &PathBuf| path.extension().is_some_and(|end| end == "tgz");
    let archive = std::fs::read_dir(into).unwrap().map(|entry| entry.unwrap().path()).find(is_archive);
    let archive = archive.expect("npm pack leaves an archive");
    run(Command::new("tar").arg("-xzf").arg(archive).arg(member).current_dir(into), "tar");
}

fn run(command: &mut Command, program: &str) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{program} can't be started ({error}): `make test` installs it");
    });
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {words}");
}

fn plain(name: &str) -> String {
    name.trim_start_matches('@').replace('/', "-")
}
