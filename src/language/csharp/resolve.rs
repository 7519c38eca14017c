//! Namespaces resolved to the files that declare what is used of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

/// The namespaces of one tree.
pub(super) struct Namespaces<'p> {
    /// For each namespace, its types and the files that declare them.
    types: BTreeMap<&'p str, BTreeMap<&'p str, BTreeSet<&'p RepoPath>>>,
}

impl<'p> Namespaces<'p> {
    /// Reads the types of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let mut types: BTreeMap<&str, BTreeMap<&str, BTreeSet<&RepoPath>>> = BTreeMap::new();
        for file in project.files.values().filter(|file| file.language == "csharp") {
            // An extension method is used by its own name.
            for symbol in file.symbols.iter().filter(|symbol| symbol.parent.is_none() || symbol.is_extension()) {
                let namespace = types.entry(&file.module).or_default();
                namespace.entry(&symbol.name).or_default().insert(&file.path);
            }
        }
        Self { types }
    }

    /// The files of a namespace that declare what `from` uses.
    fn used(&self, namespace: &str, from: &FileFacts) -> BTreeSet<RepoPath> {
        let Some(types) = self.types.get(namespace) else { return BTreeSet::new() };
        let used = from.uses.iter().filter(|name| !declares(from, name));
        let files = used.filter_map(|name| types.get(name.as_str())).flatten();
        files.map(|path| (*path).clone()).filter(|path| *path != from.path).collect()
    }
}

fn declares(file: &FileFacts, name: &str) -> bool {
    file.symbols.iter().any(|symbol| symbol.parent.is_none() && symbol.name == name)
}

impl Resolver for Namespaces<'_> {
    fn module(&self, file: &FileFacts) -> String {
        file.module.clone()
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        if self.types.contains_key(import.source.as_str()) {
            return self.used(&import.source, from).into_iter().collect();
        }
        // A type by its whole name: an alias, or `using static`.
        let found = import.source.rsplit_once('.').and_then(|(namespace, name)| self.types.get(namespace)?.get(name));
        found.into_iter().flatten().map(|path| (*path).clone()).filter(|path| *path != from.path).collect()
    }

    /// What is in its own namespace, and in those around it.
    fn implied(&self, from: &FileFacts) -> Vec<RepoPath> {
        let around = std::iter::successors(Some(from.module.as_str()), |namespace| {
            namespace.rsplit_once('.').map(|(above, _)| above)
        });
        around.flat_map(|namespace| self.used(namespace, from)).collect::<BTreeSet<_>>().into_iter().collect()
    }
}
