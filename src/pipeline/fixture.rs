//! A change between two commits of a real repository, for the tests of the stages.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{IndexEntry, IndexTime, Repository, Signature};

use super::diff::diff;
use super::map::{MapInputs, Mapped, Reading, add_routes, map, tree};
use crate::domain::{ChangeSet, Checkout, CommitSha, RepoPath, RepositorySettings, Revision, SourceTree};
use crate::language::python::Python;

/// A checkout and the change in it.
pub(super) struct Fixture {
    pub(super) checkout: Checkout,
    pub(super) change: ChangeSet,
}

impl Fixture {
    /// The change from the texts in `base` to those in `head`.
    pub(super) fn new(base: &[(&str, &str)], head: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        let git = Repository::init(&repository).unwrap();
        let base = written(&git, folder.path().join("base"), base);
        let head = written(&git, folder.path().join("head"), head);
        let checkout = Checkout::new(folder, base, head, repository, Vec::new());
        let change = diff(&checkout).unwrap().change;
        Self { checkout, change }
    }

    /// The change of one file.
    pub(super) fn of_file(path: &str, before: &str, after: &str) -> Self {
        Self::new(&[(path, before)], &[(path, after)])
    }

    /// The map of the change, with the settings that hold where nothing is set.
    pub(super) fn map(&self) -> Mapped {
        self.mapped(&[], map)
    }

    /// The same, with these names alone.
    pub(super) fn map_of(&self, wanted: &[String]) -> Mapped {
        self.mapped(wanted, map)
    }

    /// The same with the routes that the change shows through.
    pub(super) fn map_with_routes(&self) -> Mapped {
        let tree = tree(&self.checkout.head, &Reading::default());
        self.mapped(&[], |inputs| {
            let mut mapped = map(inputs);
            add_routes(inputs, &tree, &mut mapped);
            mapped
        })
    }

    fn mapped(&self, wanted: &[String], with: impl Fn(&MapInputs<'_>) -> Mapped) -> Mapped {
        with(&MapInputs {
            change: &self.change,
            checkout: &self.checkout,
            language: &Python,
            import_roots: &["src".to_owned(), ".".to_owned()],
            settings: &RepositorySettings::default(),
            wanted,
        })
    }
}

fn written(git: &Repository, folder: std::path::PathBuf, texts: &[(&str, &str)]) -> SourceTree {
    let texts: BTreeMap<&str, &str> = texts.iter().copied().collect();
    for (path, text) in &texts {
        let on_disk = folder.join(path);
        std::fs::create_dir_all(on_disk.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(on_disk, text).unwrap();
    }
    let files = texts.keys().map(|path| RepoPath::parse(path).unwrap()).collect();
    SourceTree::new(Revision::Commit(commit(git, &texts)), folder, files)
}

fn commit(git: &Repository, texts: &BTreeMap<&str, &str>) -> CommitSha {
    let mut index = git.index().unwrap();
    index.clear().unwrap();
    for (path, text) in texts {
        index.add_frombuffer(&entry(path), text.as_bytes()).unwrap();
    }
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let author = Signature::new("A", "a@example.org", &git2::Time::new(0, 0)).unwrap();
    CommitSha::parse(&git.commit(None, &author, &author, "x", &tree, &[]).unwrap().to_string()).unwrap()
}

fn entry(path: &str) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: git2::Oid::ZERO_SHA1,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}
