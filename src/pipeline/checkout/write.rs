//! Writes one revision to a folder: regular files and harmless symlinks; everything else is left out and said.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use git2::{ObjectType, Repository, StatusOptions};

use super::OverBound;
use crate::domain::{BlobId, CommitSha, RepoPath, Warning, limits};

const SYMLINK: i32 = 0o120_000;
const EXECUTABLE: i32 = 0o100_755;

/// Why a file was left out, or is not what it looks like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    Symlink,
    Submodule,
    TooLarge,
    UnsafeName,
    LfsPointer,
    TooDeep,
    NotRegular,
    Missing,
}

impl Left {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Symlink => (
                "symlinks were left out",
                "they lead out of the repository or to nothing",
                "code that follows them fails",
            ),
            Self::Submodule => {
                ("submodules were left out", "they are other repositories", "code that imports from them fails")
            }
            Self::TooLarge => ("large files were left out", "one file may have 32 MB", "code that reads them fails"),
            Self::UnsafeName => {
                ("files were left out", "their names can't be written safely", "code that reads them fails")
            }
            Self::LfsPointer => (
                "files are Git LFS pointers",
                "their content is not in the repository",
                "code that reads them sees the pointer",
            ),
            Self::TooDeep => ("folders were left out", "they are nested over 64 deep", "code in them was not tested"),
            Self::NotRegular => ("entries were left out", "they are no regular files", "code that reads them fails"),
            Self::Missing => (
                "files were left out",
                "their content is not in the repository (a partial clone?)",
                "code that reads them fails",
            ),
        }
    }
}

/// Writes below one folder, within the bounds.
pub(super) struct Writer {
    folder: PathBuf,
    files: Vec<RepoPath>,
    blobs: HashMap<RepoPath, BlobId>,
    symlinks: Vec<(RepoPath, Vec<u8>)>,
    bytes: u64,
    left: BTreeMap<Left, (usize, Vec<String>)>,
}

impl Writer {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            files: Vec::new(),
            blobs: HashMap::new(),
            symlinks: Vec::new(),
            bytes: 0,
            left: BTreeMap::new(),
        }
    }

    /// Writes a commit's tree.
    pub(super) fn commit(&mut self, repository: &Repository, sha: &CommitSha) -> anyhow::Result<()> {
        let id = git2::Oid::from_str(sha.as_str()).context("reading the commit's id")?;
        let tree = repository.find_commit(id).and_then(|commit| commit.tree()).context("finding the commit's tree")?;
        let mut waiting = vec![(String::new(), tree, 0usize)];
        while let Some((prefix, tree, depth)) = waiting.pop() {
            for entry in &tree {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let text = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
                let Some(path) = self.safe_path(&text, std::str::from_utf8(entry.name_bytes()).is_ok()) else {
                    continue;
                };
                match entry.kind() {
                    Some(ObjectType::Tree) if depth >= limits::FOLDER_DEPTH => self.leave(Left::TooDeep, &text),
                    Some(ObjectType::Tree) => match repository.find_tree(entry.id()) {
                        Ok(subtree) => waiting.push((text, subtree, depth + 1)),
                        Err(_) => self.leave(Left::Missing, &text),
                    },
                    Some(ObjectType::Blob) => self.blob(repository, entry.id(), entry.filemode(), path)?,
                    _ => self.leave(Left::Submodule, &text),
                }
            }
        }
        Ok(())
    }

    /// Writes what is staged.
    pub(super) fn index(&mut self, repository: &Repository) -> anyhow::Result<()> {
        let index = repository.index().context("reading the index")?;
        for entry in index.iter() {
            let text = String::from_utf8_lossy(&entry.path).into_owned();
            let Some(path) = self.safe_path(&text, std::str::from_utf8(&entry.path).is_ok()) else { continue };
            if entry.mode == 0o160_000 {
                self.leave(Left::Submodule, &text);
            } else {
                self.blob(repository, entry.id, i32::try_from(entry.mode).unwrap_or(0), path)?;
            }
        }
        Ok(())
    }

    /// Writes the work tree: tracked files and untracked ones that are not ignored.
    pub(super) fn work_tree(&mut self, repository: &Repository) -> anyhow::Result<()> {
        let root = repository.workdir().context("the repository has no work tree")?.to_path_buf();
        for text in work_tree_paths(repository)? {
            let Some(path) = self.safe_path(&text, true) else { continue };
            let on_disk = root.join(path.as_str());
            let Ok(metadata) = std::fs::symlink_metadata(&on_disk) else { continue };
            if metadata.is_symlink() {
                use std::os::unix::ffi::OsStrExt as _;
                let target = std::fs::read_link(&on_disk).context("reading a symlink")?;
                self.symlinks.push((path, target.as_os_str().as_bytes().to_vec()));
            } else if metadata.is_dir() {
                self.leave(Left::Submodule, &text);
            } else if !metadata.is_file() {
                self.leave(Left::NotRegular, &text);
            } else if metadata.len() > limits::FILE_BYTES {
                self.leave(Left::TooLarge, &text);
            } else {
                use std::os::unix::fs::PermissionsExt as _;
                let content = std::fs::read(&on_disk).with_context(|| format!("reading {path}"))?;
                self.file(&path, &content, metadata.permissions().mode() & 0o100 != 0)?;
            }
        }
        Ok(())
    }

    /// The files that were written, sorted, and the blobs of those that are one; what was left out goes to `warnings`.
    pub(super) fn finish(
        mut self,
        warnings: &mut Vec<Warning>,
    ) -> anyhow::Result<(Vec<RepoPath>, HashMap<RepoPath, BlobId>)> {
        self.write_symlinks()?;
        for (left, (count, examples)) in &self.left {
            let (what, why, impact) = left.words();
            let more = if *count > examples.len() { ", …" } else { "" };
            let what = format!("{count} {what} ({}{more})", examples.join(", "));
            warnings.push(Warning::new("checkout", what, why, impact));
        }
        self.files.sort();
        self.files.dedup();
        Ok((self.files, self.blobs))
    }

    fn safe_path(&mut self, text: &str, utf8: bool) -> Option<RepoPath> {
        match RepoPath::parse(text) {
            Ok(path) if utf8 => Some(path),
            _ => {
                self.leave(Left::UnsafeName, text);
                None
            }
        }
    }

    fn blob(&mut self, repository: &Repository, id: git2::Oid, mode: i32, path: RepoPath) -> anyhow::Result<()> {
        let Ok((size, _)) = repository.odb().and_then(|odb| odb.read_header(id)) else {
            self.leave(Left::Missing, path.as_str());
            return Ok(());
        };
        if size as u64 > limits::FILE_BYTES {
            self.leave(Left::TooLarge, path.as_str());
            return Ok(());
        }
        let blob = repository.find_blob(id).with_context(|| format!("reading {path}"))?;
        if mode == SYMLINK {
            self.symlinks.push((path, blob.content().to_vec()));
            return Ok(());
        }
        // A hostile tree may have two of one name: the first is the one that is written.
        if self.file(&path, blob.content(), mode == EXECUTABLE)? {
            let id = id.as_bytes().try_into().context("reading a blob's id")?;
            self.blobs.insert(path, id);
        }
        Ok(())
    }

    /// Whether the file could be written.
    fn file(&mut self, path: &RepoPath, content: &[u8], executable: bool) -> anyhow::Result<bool> {
        self.bytes += content.len() as u64;
        if self.bytes > limits::REPOSITORY_BYTES {
            return Err(OverBound(format!("the repository is over {} MB", limits::REPOSITORY_BYTES >> 20)).into());
        }
        if self.files.len() >= limits::REPOSITORY_FILES {
            return Err(OverBound(format!("the repository has over {} files", limits::REPOSITORY_FILES)).into());
        }
        if content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/") {
            self.leave(Left::LfsPointer, path.as_str());
        }
        let on_disk = self.folder.join(path.as_str());
        if let Some(parent) = on_disk.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("making the folder of {path}"))?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        // `create_new` never follows what a hostile tree may have put there before.
        let mut options = std::fs::OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), mode);
        match options.open(&on_disk) {
            Ok(mut file) => file.write_all(content).with_context(|| format!("writing {path}"))?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                self.leave(Left::UnsafeName, path.as_str());
                return Ok(false);
            }
            Err(error) => return Err(error).with_context(|| format!("writing {path}")),
        }
        self.files.push(path.clone());
        Ok(true)
    }

    /// Symlinks come last, so that nothing is ever written through one; those that lead out or nowhere go again.
    fn write_symlinks(&mut self) -> anyhow::Result<()> {
        let root = self.folder.canonicalize().context("finding the checkout's folder")?;
        let mut written = Vec::new();
        let symlinks = std::mem::take(&mut self.symlinks);
        let names: BTreeSet<String> = symlinks.iter().map(|(path, _)| path.as_str().to_owned()).collect();
        for (path, target) in symlinks {
            use std::os::unix::ffi::OsStrExt as _;
            // A hostile tree has a folder and a symlink of one name: this one would be made through that one.
            if path.as_str().match_indices('/').any(|(end, _)| names.contains(&path.as_str()[..end])) {
                self.leave(Left::Symlink, path.as_str());
                continue;
            }
            let link = self.folder.join(path.as_str());
            let parent = link.parent().unwrap_or(&self.folder);
            std::fs::create_dir_all(parent).with_context(|| format!("making the folder of {path}"))?;
            let target = Path::new(std::ffi::OsStr::from_bytes(&target));
            if target.is_absolute() || std::os::unix::fs::symlink(target, &link).is_err() {
                self.leave(Left::Symlink, path.as_str());
            } else {
                written.push((path, link));
            }
        }
        for (path, link) in written {
            let inside = link.canonicalize().is_ok_and(|target| target.starts_with(&root));
            if !inside {
                std::fs::remove_file(&link).with_context(|| format!("removing the symlink {path}"))?;
                self.leave(Left::Symlink, path.as_str());
            }
        }
        Ok(())
    }

    fn leave(&mut self, why: Left, path: &str) {
        let (count, examples) = self.left.entry(why).or_default();
        *count += 1;
        if examples.len() < 3 {
            examples.push(path.chars().filter(|c| !c.is_control()).take(120).collect());
        }
    }
}

fn work_tree_paths(repository: &Repository) -> anyhow::Result<Vec<String>> {
    let index = repository.index().context("reading the index")?;
    let mut paths: Vec<String> = index.iter().filter_map(|entry| String::from_utf8(entry.path).ok()).collect();
    let mut options = StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(false).update_index(false);
    let statuses = repository.statuses(Some(&mut options)).context("listing the work tree")?;
    let untracked = statuses.iter().filter(|entry| entry.status().is_wt_new());
    paths.extend(untracked.filter_map(|entry| entry.path().ok().map(str::to_owned)));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of a tree object as git stores it.
    fn entry(mode: &str, name: &str, id: git2::Oid) -> Vec<u8> {
        [format!("{mode} {name}\0").as_bytes(), id.as_bytes()].concat()
    }

    /// A commit of a tree of these entries, which git itself may never write.
    fn commit_of(git: &Repository, entries: &[Vec<u8>]) -> CommitSha {
        let tree = git.odb().unwrap().write(ObjectType::Tree, &entries.concat()).unwrap();
        let author = git2::Signature::now("A", "a@example.org").unwrap();
        let tree = git.find_tree(tree).unwrap();
        CommitSha::parse(&git.commit(None, &author, &author, "x", &tree, &[]).unwrap().to_string()).unwrap()
    }

    #[test]
    fn a_file_has_the_blob_that_it_was_written_from() {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init_bare(folder.path().join("git")).unwrap();
        let (first, second) = (git.blob(b"first").unwrap(), git.blob(b"second").unwrap());
        let entries = [entry("100644", "a", first), entry("100644", "a", second), entry("120000", "link", first)];
        let mut writer = Writer::new(folder.path());
        writer.commit(&git, &commit_of(&git, &entries)).unwrap();
        let (files, blobs) = writer.finish(&mut Vec::new()).unwrap();
        let a = RepoPath::parse("a").unwrap();
        assert_eq!(files, std::slice::from_ref(&a));
        assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"first");
        assert_eq!(blobs, HashMap::from([(a, first.as_bytes().try_into().unwrap())]));
    }

    #[test]
    fn no_symlink_is_made_through_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init_bare(folder.path().join("git")).unwrap();
        let outside = git.blob(b"../outside").unwrap();
        let harmless = git.blob(b"b").unwrap();
        let mut subtree = git.treebuilder(None).unwrap();
        subtree.insert("x", harmless, SYMLINK).unwrap();
        let subtree = subtree.write().unwrap();
        let commit = commit_of(&git, &[entry("120000", "a", outside), entry("40000", "a", subtree)]);
        for name in ["outside", "head"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut writer = Writer::new(&folder.path().join("head"));
        writer.commit(&git, &commit).unwrap();
        let mut warnings = Vec::new();
        assert_eq!(writer.finish(&mut warnings).unwrap(), (Vec::new(), HashMap::new()));
        assert_eq!(std::fs::read_dir(folder.path().join("outside")).unwrap().count(), 0);
        assert!(warnings[0].what.starts_with("2 symlinks were left out"), "{}", warnings[0]);
    }
}
