//! Base and head on disk, at exactly the named revisions.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::{CommitSha, RepoPath, Warning, limits};

/// One state of a repository that can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// A commit.
    Commit(CommitSha),
    /// What is staged.
    Index,
    /// The work tree, untracked files included.
    WorkTree,
    /// A tree with nothing in it: the base of `--all`.
    Empty,
}

impl Revision {
    /// The commit, where it is one.
    pub fn sha(&self) -> Option<&CommitSha> {
        match self {
            Self::Commit(sha) => Some(sha),
            Self::Index | Self::WorkTree | Self::Empty => None,
        }
    }
}

/// One revision, written to a folder of our own.
#[derive(Clone, Debug)]
pub struct SourceTree {
    /// Which revision.
    pub revision: Revision,
    /// Where it lies: `.git` is not in it, nor symlinks that leave it, submodules, or files over the bound.
    pub folder: PathBuf,
    /// The files in it, sorted.
    pub files: Vec<RepoPath>,
    /// What Git calls the contents of those files that come from its objects, and not from a work tree.
    pub blobs: HashMap<RepoPath, BlobId>,
}

/// The id of a blob: SHA-1, which Git checks for known attacks when it takes an object in.
pub type BlobId = [u8; 20];

impl SourceTree {
    /// A tree of files, sorted, of which Git knows nothing.
    pub fn new(revision: Revision, folder: PathBuf, files: Vec<RepoPath>) -> Self {
        Self { revision, folder, files, blobs: HashMap::new() }
    }

    /// Where a file of it lies on disk.
    pub fn path_of(&self, path: &RepoPath) -> PathBuf {
        self.folder.join(path.as_str())
    }

    /// Whether it has this file.
    pub fn has(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok()
    }

    /// The text of a file of it, where it is there, is UTF-8 and not over `limits::SOURCE_BYTES`.
    pub fn text(&self, path: &str) -> Option<String> {
        let path = RepoPath::parse(path).ok().filter(|path| self.has(path.as_str()))?;
        String::from_utf8(self.content(&path)?).ok()
    }

    /// What a file of it holds, where it is there and not over `limits::SOURCE_BYTES`.
    pub fn content(&self, path: &RepoPath) -> Option<Vec<u8>> {
        // The path is followed once, and what is no file keeps nobody waiting.
        let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(self.path_of(path), how, Mode::empty()).ok()?);
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        let size = usize::try_from(size).ok().filter(|size| *size <= limits::SOURCE_BYTES)?;
        // With room for one byte more, the end is met without a look for more room.
        let mut content = Vec::with_capacity(size + 1);
        file.take(limits::SOURCE_BYTES as u64 + 1).read_to_end(&mut content).ok()?;
        (content.len() <= limits::SOURCE_BYTES).then_some(content)
    }
}

/// Base and head, and the repository that the difference is read from. The folder goes when it is dropped.
#[derive(Debug)]
pub struct Checkout {
    /// The merge base.
    pub base: SourceTree,
    /// The change.
    pub head: SourceTree,
    /// The git repository that holds both (a cache of ours, or the user's own, which is only read).
    pub repository: PathBuf,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
    folder: tempfile::TempDir,
    _in_use: Option<std::fs::File>,
}

impl Checkout {
    /// A checkout whose trees lie in `folder`.
    pub fn new(
        folder: tempfile::TempDir,
        base: SourceTree,
        head: SourceTree,
        repository: PathBuf,
        warnings: Vec<Warning>,
    ) -> Self {
        Self { base, head, repository, warnings, folder, _in_use: None }
    }

    /// Holds a lock for as long as it lives: whoever tidies up sees by it that the repository is read.
    #[must_use]
    pub fn holding(self, lock: std::fs::File) -> Self {
        Self { _in_use: Some(lock), ..self }
    }

    /// The folder that both trees lie in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
