//! Imports resolved by package and type: a type is found where a file of the tree declares it.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

/// The packages of one tree.
pub(super) struct Packages<'p> {
    /// For each package, its types and the files that declare them.
    types: BTreeMap<&'p str, BTreeMap<&'p str, Vec<&'p RepoPath>>>,
}

impl<'p> Packages<'p> {
    /// Reads the types of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let mut types: BTreeMap<&str, BTreeMap<&str, Vec<&RepoPath>>> = BTreeMap::new();
        for file in project.files.values().filter(|file| file.language == "java") {
            for symbol in file.symbols.iter().filter(|symbol| symbol.parent.is_none()) {
                let package = types.entry(&file.module).or_default();
                package.entry(&symbol.name).or_default().push(&file.path);
            }
        }
        Self { types }
    }

    /// The files of a package that declare what `from` uses.
    fn used(&self, package: &str, from: &FileFacts) -> Vec<RepoPath> {
        let Some(types) = self.types.get(package) else { return Vec::new() };
        let used = from.uses.iter().filter_map(|name| types.get(name.as_str())).flatten();
        let mut files: Vec<RepoPath> = used.map(|path| (*path).clone()).filter(|path| *path != from.path).collect();
        files.sort();
        files.dedup();
        files
    }
}

impl Resolver for Packages<'_> {
    fn module(&self, file: &FileFacts) -> String {
        file.module.clone()
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let is_wildcard = import.names.iter().any(|name| name.name == "*");
        if is_wildcard && self.types.contains_key(import.source.as_str()) {
            return self.used(&import.source, from);
        }
        // A type, or something inside of one.
        let mut rest = import.source.as_str();
        while let Some((package, name)) = rest.rsplit_once('.') {
            if let Some(files) = self.types.get(package).and_then(|types| types.get(name)) {
                return files.iter().map(|path| (*path).clone()).filter(|path| *path != from.path).collect();
            }
            rest = package;
        }
        Vec::new()
    }

    fn implied(&self, from: &FileFacts) -> Vec<RepoPath> {
        self.used(&from.module, from)
    }
}
