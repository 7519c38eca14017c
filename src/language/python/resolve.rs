//! Imports resolved to files of the tree: relative ones by folder, absolute ones below the import roots, and at last
//! beside the file and above it, as scripts do it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::{EnvironmentSettings, FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

use super::{environment, paths};

/// The modules of one tree.
pub(super) struct Modules<'p> {
    /// All files, by path: many more are looked for than are there.
    files: HashMap<&'p str, &'p RepoPath>,
    /// All folders, and all modules without their ending.
    stems: HashSet<&'p str>,
    roots: Vec<String>,
}

impl<'p> Modules<'p> {
    /// Reads the import roots of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let settings = EnvironmentSettings::default();
        let roots = environment::environment(project.tree, project.tree, false, &settings).import_roots;
        let paths = || project.files.keys();
        let above = |folder: &&'p str| folder.rsplit_once('/').map(|(above, _)| above);
        let mut stems: HashSet<&str> = paths().filter_map(|path| path.as_str().strip_suffix(".py")).collect();
        for path in paths() {
            for folder in std::iter::successors(Some(path.folder()), above) {
                if !stems.insert(folder) {
                    break;
                }
            }
        }
        Self { files: paths().map(|path| (path.as_str(), path)).collect(), stems, roots }
    }

    /// The file of a module, given the folder that its first part lies in.
    fn file(&self, folder: &str, parts: &[&str]) -> Option<RepoPath> {
        let below = parts.join("/");
        let stem = match (folder.is_empty(), below.is_empty()) {
            (true, _) => below,
            (_, true) => folder.to_owned(),
            _ => format!("{folder}/{below}"),
        };
        let as_file = format!("{stem}.py");
        let as_package = if stem.is_empty() { "__init__.py".to_owned() } else { format!("{stem}/__init__.py") };
        // A package goes before a module of the same name.
        [as_package, as_file].iter().find_map(|path| self.files.get(path.as_str()).copied()).cloned()
    }

    /// The folders that an import of `from` may start in, nearest first.
    fn starts<'s>(&'s self, from: &'s RepoPath, source: &str) -> Vec<&'s str> {
        let dots = source.len() - source.trim_start_matches('.').len();
        if dots > 0 {
            let mut folder = from.folder();
            for _ in 1..dots {
                folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            }
            return vec![folder];
        }
        let mut starts: Vec<&str> = self.roots.iter().map(|root| root.trim_matches(['.', '/'])).collect();
        let mut folder = from.folder();
        loop {
            starts.push(folder);
            match folder.rsplit_once('/') {
                Some((above, _)) => folder = above,
                None => break,
            }
        }
        starts
    }

    /// Whether the first part of a module is in a folder: most imports are of other projects.
    fn begins_in(&self, folder: &str, parts: &[&str]) -> bool {
        match (parts.first(), folder.is_empty()) {
            (None, _) => true,
            (Some(first), true) => self.stems.contains(first),
            (Some(first), false) => self.stems.contains([folder, "/", first].concat().as_str()),
        }
    }

    /// The files of `import`, when it starts in `folder`.
    fn files_below(&self, folder: &str, parts: &[&str], import: &Import) -> BTreeSet<RepoPath> {
        let mut files = BTreeSet::new();
        let own = self.file(folder, parts);
        let mut needs_own = import.names.is_empty() || import.names.iter().any(|name| name.name == "*");
        for name in import.names.iter().filter(|name| name.name != "*") {
            let mut deeper = parts.to_vec();
            deeper.push(&name.name);
            match self.file(folder, &deeper) {
                Some(module) => {
                    files.insert(module);
                }
                None => needs_own = true,
            }
        }
        files.extend(own.filter(|_| needs_own));
        files
    }
}

impl Resolver for Modules<'_> {
    fn module(&self, file: &FileFacts) -> String {
        paths::module_name(&file.path, &self.roots)
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let parts: Vec<&str> = import.source.split('.').filter(|part| !part.is_empty()).collect();
        for folder in self.starts(&from.path, &import.source) {
            if !self.begins_in(folder, &parts) {
                continue;
            }
            let mut files = self.files_below(folder, &parts, import);
            files.remove(&from.path);
            if !files.is_empty() {
                return files.into_iter().collect();
            }
        }
        Vec::new()
    }
}
