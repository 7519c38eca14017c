//! What goes into a sandbox, entry by entry: the same rules for every member.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Input, SandboxError};
use crate::domain::{RepoPath, Warning, limits};

/// Folders that never travel, by name: they belong to git or to a tool's cache, and no test reads them.
const LEFT_BEHIND: [&str; 9] =
    [".git", ".hg", ".svn", "__pycache__", ".tox", ".nox", ".venv", ".mypy_cache", ".pytest_cache"];

/// The first bytes of a `CACHEDIR.TAG`, by which tools mark what can be made again (`target`, caches).
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// One thing that is put below the working folder; its folder came before.
pub(super) struct Entry {
    /// Where, relative to the working folder.
    pub path: PathBuf,
    /// Permissions.
    pub mode: u32,
    /// Seconds since 1970.
    pub modified: u64,
    /// What.
    pub kind: EntryKind,
}

/// What an [`Entry`] is.
pub(super) enum EntryKind {
    /// A folder.
    Folder,
    /// A file of ours.
    Bytes(Vec<u8>),
    /// A file of the host, and how long it is.
    File(PathBuf, u64),
    /// A link that stays inside its own input.
    Link(PathBuf),
}

impl EntryKind {
    /// Bytes of content.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, size) => *size,
            Self::Folder | Self::Link(_) => 0,
        }
    }

    /// A reader of the content.
    pub fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
            Self::File(path, size) => Box::new(File::open(path)?.take(*size)),
            Self::Folder | Self::Link(_) => Box::new(io::empty()),
        })
    }
}

/// All entries of a run's inputs, folders first, and what was left out.
pub(super) struct Listing {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Bytes of all contents together.
    pub bytes: u64,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
}

/// Lists what goes in. A later input of the same path replaces an earlier one.
///
/// # Errors
/// [`SandboxError::Host`] where a folder can't be read.
pub(super) fn list(inputs: &[Input]) -> Result<Listing, SandboxError> {
    let mut lister = Lister::default();
    for input in inputs {
        match input {
            Input::File { path, content, executable } => lister.file(path, content, *executable),
            Input::Folder { from, to } => {
                let failed = |source| SandboxError::Host { what: format!("read {}", from.display()), source };
                lister.parents(to.folder());
                lister.folder(from, Path::new(to.as_str()), from, 0).map_err(failed)?;
            }
        }
    }
    Ok(lister.finish())
}

#[derive(Default)]
struct Lister {
    entries: Vec<Entry>,
    folders: BTreeSet<PathBuf>,
    bytes: u64,
    outside: Vec<String>,
    special: Vec<String>,
}

impl Lister {
    fn file(&mut self, path: &RepoPath, content: &[u8], executable: bool) {
        self.parents(path.folder());
        self.bytes += content.len() as u64;
        let mode = if executable { 0o755 } else { 0o644 };
        let modified = UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
        let kind = EntryKind::Bytes(content.to_vec());
        self.entries.push(Entry { path: PathBuf::from(path.as_str()), mode, modified, kind });
    }

    fn parents(&mut self, folder: &str) {
        let mut path = PathBuf::new();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            path.push(part);
            self.add_folder(path.clone());
        }
    }

    fn add_folder(&mut self, path: PathBuf) {
        if self.folders.insert(path.clone()) {
            self.entries.push(Entry { path, mode: 0o755, modified: 0, kind: EntryKind::Folder });
        }
    }

    fn folder(&mut self, from: &Path, to: &Path, root: &Path, depth: usize) -> io::Result<()> {
        if depth > limits::FOLDER_DEPTH {
            self.special.push(to.display().to_string());
            return Ok(());
        }
        self.add_folder(to.to_path_buf());
        let mut names: Vec<_> = fs::read_dir(from)?.collect::<io::Result<_>>()?;
        names.sort_by_key(fs::DirEntry::file_name);
        for name in names {
            let (path, to) = (name.path(), to.join(name.file_name()));
            let metadata = fs::symlink_metadata(&path)?;
            if metadata.is_dir() {
                if !stays_behind(&path) {
                    self.folder(&path, &to, root, depth + 1)?;
                }
            } else if metadata.is_symlink() {
                self.link(&path, to, root)?;
            } else if metadata.is_file() && name.file_name() != ".git" {
                self.bytes += metadata.len();
                let mode = if metadata.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 };
                let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
                self.entries.push(Entry { path: to, mode, modified, kind: EntryKind::File(path, metadata.len()) });
            } else if !metadata.is_file() {
                self.special.push(to.display().to_string());
            }
        }
        Ok(())
    }

    fn link(&mut self, path: &Path, to: PathBuf, root: &Path) -> io::Result<()> {
        let target = fs::read_link(path)?;
        let folder = path.parent().and_then(|folder| folder.strip_prefix(root).ok()).unwrap_or(Path::new(""));
        if stays_inside(folder, &target) {
            self.entries.push(Entry { path: to, mode: 0o777, modified: 0, kind: EntryKind::Link(target) });
        } else {
            self.outside.push(to.display().to_string());
        }
        Ok(())
    }

    fn finish(self) -> Listing {
        let mut warnings = Vec::new();
        let mut warn = |paths: &[String], why: &str| {
            if let Some(first) = paths.first() {
                let what = format!("{} left out on the way in, the first is {first}", count(paths.len()));
                warnings.push(Warning::new("sandbox", what, why, "code that reads them fails in the sandbox"));
            }
        };
        warn(&self.outside, "symlinks that leave the repository are not followed");
        warn(&self.special, "sockets, devices, pipes and folders nested too deep do not travel");
        Listing { entries: self.entries, bytes: self.bytes, warnings }
    }
}

fn count(paths: usize) -> String {
    if paths == 1 { "1 path".to_owned() } else { format!("{paths} paths") }
}

/// Whether a folder belongs to a tool and can be made again.
fn stays_behind(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("");
    LEFT_BEHIND.contains(&name) || folder.join("pyvenv.cfg").is_file() || is_cache(folder)
}

fn is_cache(folder: &Path) -> bool {
    let mut first = [0; CACHE_SIGNATURE.len()];
    File::open(folder.join("CACHEDIR.TAG")).and_then(|mut tag| tag.read_exact(&mut first)).is_ok()
        && first == CACHE_SIGNATURE
}

/// Whether a link in `folder` to `target` stays below the root that `folder` is relative to.
fn stays_inside(folder: &Path, target: &Path) -> bool {
    let mut depth = folder.components().count();
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn paths(listing: &Listing) -> Vec<String> {
        listing.entries.iter().map(|entry| entry.path.display().to_string()).collect()
    }

    fn folder_input(folder: &Path) -> Vec<Input> {
        vec![Input::Folder { from: folder.to_path_buf(), to: RepoPath::parse("head").unwrap() }]
    }

    #[test]
    fn git_caches_and_environments_stay_behind_and_the_rest_travels() {
        let folder = tempfile::tempdir().unwrap();
        for path in [".git/config", "__pycache__/a.pyc", ".venv/x", "env/pyvenv.cfg", "build/lib.py", "dist/d.py"] {
            fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            fs::write(folder.path().join(path), "x").unwrap();
        }
        fs::create_dir(folder.path().join("target")).unwrap();
        fs::write(folder.path().join("target/CACHEDIR.TAG"), CACHE_SIGNATURE).unwrap();
        let listing = list(&folder_input(folder.path())).unwrap();
        assert_eq!(paths(&listing), ["head", "head/build", "head/build/lib.py", "head/dist", "head/dist/d.py"]);
        assert!(listing.warnings.is_empty());
    }

    #[test]
    fn a_symlink_travels_only_where_it_stays_inside() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("real"), "x").unwrap();
        symlink("../real", folder.path().join("a/inside")).unwrap();
        symlink("../../real", folder.path().join("a/outside")).unwrap();
        symlink("/etc/passwd", folder.path().join("absolute")).unwrap();
        let listing = list(&folder_input(folder.path())).unwrap();
        assert_eq!(paths(&listing), ["head", "head/a", "head/a/inside", "head/real"]);
        assert!(listing.warnings[0].what.starts_with("2 paths left out"), "{}", listing.warnings[0]);
    }

    #[test]
    fn folders_of_a_file_come_before_it_and_once() {
        let file =
            |path: &str| Input::File { path: RepoPath::parse(path).unwrap(), content: vec![1], executable: false };
        let listing = list(&[file("a/b/c"), file("a/b/d")]).unwrap();
        assert_eq!(paths(&listing), ["a", "a/b", "a/b/c", "a/b/d"]);
        assert_eq!(listing.bytes, 2);
    }
}
