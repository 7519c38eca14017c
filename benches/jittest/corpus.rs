//! Real trees to measure with: what is on the machine, and what a registry gives.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use jittest::domain::{RepoPath, Revision, SourceTree};
use jittest::language;

/// Crates that this one is built from.
const CRATES: &[&str] = &["tokio", "syn", "rustix", "octocrab", "sqlx-core"];
/// A large package, with the sources that people write.
const PACKAGE: &str = "three@0.170.0";

/// A real tree.
pub(crate) struct Corpus {
    pub(crate) name: String,
    pub(crate) tree: SourceTree,
}

/// All trees that can be had here; what can't is said.
pub(crate) fn all(out: &mut dyn Write) -> anyhow::Result<Vec<Corpus>> {
    let mut found = Vec::new();
    for (name, folder) in [
        ("Python's standard library".to_owned(), standard_library()),
        (format!("the crates {}", CRATES.join(", ")), crates()),
        (format!("the npm package {PACKAGE}"), package()),
    ] {
        match folder.and_then(|folder| sources(&folder)) {
            Ok(tree) => found.push(Corpus { name, tree }),
            Err(why) => writeln!(out, "\nno map of {name}: {why:#}")?,
        }
    }
    Ok(found)
}

/// A tree of `count` source files: those of the standard library, as often as it takes.
pub(crate) fn large(folder: &Path, count: usize) -> anyhow::Result<()> {
    let library = sources(&standard_library()?)?;
    ensure!(!library.files.is_empty(), "the standard library has no files");
    for nth in 0..count {
        let file = &library.files[nth % library.files.len()];
        let target = folder.join(format!("copy{}", nth / library.files.len())).join(file.as_str());
        std::fs::create_dir_all(target.parent().context("a folder")?)?;
        std::fs::copy(library.path_of(file), target)?;
    }
    Ok(())
}

fn standard_library() -> anyhow::Result<PathBuf> {
    let mut python = Command::new("python3");
    python.args(["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]);
    Ok(PathBuf::from(said(&mut python)?.trim()))
}

/// A folder with links to the sources of the crates, as cargo has them.
fn crates() -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--locked"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata: serde_json::Value = serde_json::from_str(&said(&mut cargo)?)?;
    let folder = scratch()?.join("crates");
    std::fs::create_dir_all(&folder)?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let manifest = package["manifest_path"].as_str().map(Path::new).and_then(Path::parent);
        if let Some(from) = manifest.filter(|_| CRATES.contains(&name)) {
            let link = folder.join(from.file_name().context("a name")?);
            if !link.exists() {
                std::os::unix::fs::symlink(from, link)?;
            }
        }
    }
    Ok(folder)
}

fn package() -> anyhow::Result<PathBuf> {
    let folder = scratch()?.join(PACKAGE.replace('@', "-"));
    if !folder.exists() {
        let unpacked = tempfile::tempdir_in(scratch()?)?;
        let archive = said(Command::new("npm").args(["pack", "--silent", PACKAGE]).current_dir(unpacked.path()))?;
        said(Command::new("tar").arg("-xzf").arg(archive.trim()).current_dir(unpacked.path()))?;
        std::fs::rename(unpacked.path().join("package"), &folder)?;
    }
    Ok(folder)
}

/// Below the build's own folder, so that nothing is fetched twice.
fn scratch() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{:?} can't be started", command.get_program()))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{:?} failed: {}", command.get_program(), words.trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// The source files below a folder, other projects' and caches left out.
fn sources(folder: &Path) -> anyhow::Result<SourceTree> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            let below = path.strip_prefix(folder)?.to_str().and_then(|below| RepoPath::parse(below).ok());
            if path.is_dir() && !path.ends_with("site-packages") {
                waiting.push(path);
            } else if let Some(below) = below.filter(|below| language::mapper(below).is_some() && path.is_file()) {
                files.push(below);
            }
        }
    }
    files.sort();
    Ok(SourceTree::new(Revision::WorkTree, folder.to_path_buf(), files))
}
