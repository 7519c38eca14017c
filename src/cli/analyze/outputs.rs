//! The files that `jittest analyze` reads and writes.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use crate::cli::Failure;
use crate::domain::{GraphPart, RepoPath, limits};
use crate::pipeline::graph::{Links, Merged, PartFile, PartName, merge};

/// The file that the parts become.
const ASSEMBLED: &str = "assembled-graph.json";

/// The paths in a file, one a line; empty lines are left out.
///
/// # Errors
/// Where it can't be read, or a line is no path inside the repository.
pub(super) fn changed_files(file: &Path) -> Result<BTreeSet<RepoPath>, Failure> {
    let mut text = String::new();
    let open = std::fs::File::open(file);
    open.and_then(|open| open.take(limits::CHANGED_LIST_BYTES).read_to_string(&mut text))
        .map_err(|error| Failure::wrong(format!("--changed-files {}: {error}", file.display())))?;
    let lines = text.lines().map(|line| line.trim().trim_start_matches("./")).filter(|line| !line.is_empty());
    let parsed = lines.map(RepoPath::parse);
    parsed
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::wrong(format!("--changed-files {}: {error}", file.display())))
}

/// Known before the work, and not after it.
///
/// # Errors
/// Where a file's folder isn't there, or a folder is a file.
pub(super) fn can_be_written(batches: Option<&Path>, graph: Option<&Path>) -> Result<(), Failure> {
    if let Some(file) = batches {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() || file.is_dir() {
            let file = file.display();
            return Err(Failure::wrong(format!("--batches-out {file}: there is no such folder, or it is one itself")));
        }
    }
    match graph.filter(|folder| folder.exists() && !folder.is_dir()) {
        Some(file) => Err(Failure::wrong(format!("--graph-out {}: it is no folder", file.display()))),
        None => Ok(()),
    }
}

/// Removes the batches of an earlier run, where there are any.
pub(super) fn remove_stale(batches: Option<&Path>) {
    if let Some(file) = batches.filter(|file| file.is_file())
        && let Err(error) = std::fs::remove_file(file)
    {
        let file = file.display();
        super::say::err_line(&format!(
            "Warning: analyze: {file} of an earlier run is still there — {error} — it is not of this tree"
        ));
    }
}

/// Writes a value as JSON: whole, or not at all.
///
/// # Errors
/// Where it can't be written.
pub(super) fn write_json(file: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let write = || -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if file.exists() && !file.is_file() {
            // A pipe or a device can't be replaced.
            return Ok(std::fs::write(file, text)?);
        }
        let whole = tempfile::Builder::new().prefix(".jittest-").tempfile_in(folder)?;
        std::fs::write(whole.path(), text)?;
        readable(whole.path())?;
        whole.persist(file)?;
        Ok(())
    };
    write().with_context(|| format!("writing {}", file.display())).map_err(Failure::ours)
}

/// A temporary file is its owner's alone; this one is for others too.
fn readable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))
}

/// Writes parts below a folder; those of an earlier run go.
///
/// # Errors
/// Where the folder can't be written.
pub(super) fn write_parts(folder: &Path, parts: &[GraphPart]) -> Result<(), Failure> {
    let making = || format!("making {}", folder.display());
    std::fs::create_dir_all(folder).with_context(making).map_err(Failure::ours)?;
    for (path, _) in part_files(folder)? {
        std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display())).map_err(Failure::ours)?;
    }
    parts.iter().try_for_each(|part| write_json(&folder.join(part.file_name()), part))
}

/// Puts together the parts that lie in a folder, and writes the whole graph beside them.
///
/// # Errors
/// Where the folder can't be read or written.
pub(super) fn merge_folder(folder: &Path, links: &Links) -> Result<Merged, Failure> {
    let mut files = Vec::new();
    for (path, name) in part_files(folder)? {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(&path).and_then(|file| {
            // One byte more than is taken, so that one that is too large is seen to be.
            file.take(limits::PART_BYTES as u64 + 1).read_to_end(&mut bytes)
        });
        read.with_context(|| format!("reading {}", path.display())).map_err(Failure::ours)?;
        files.push(PartFile { name, text: String::from_utf8_lossy(&bytes).into_owned() });
    }
    let merged = merge(&files, links, None);
    write_json(&folder.join(ASSEMBLED), &merged.graph)?;
    Ok(merged)
}

/// The parts in a folder, with their names.
fn part_files(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let list = || -> anyhow::Result<Vec<(PathBuf, String)>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if PartName::parse(&name).is_some() && entry.file_type()?.is_file() {
                files.push((entry.path(), name));
            }
        }
        Ok(files)
    };
    list().with_context(|| format!("reading {}", folder.display())).map_err(Failure::ours)
}
