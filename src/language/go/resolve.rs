//! Packages resolved by the modules of the tree (`go.mod`), and files of a package by the names that are used.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

/// The packages of one tree.
pub(super) struct Packages<'p> {
    /// Module path and folder, the deepest folder first.
    modules: Vec<(String, String)>,
    /// Files by folder.
    folders: BTreeMap<&'p str, Vec<&'p FileFacts>>,
}

impl<'p> Packages<'p> {
    /// Reads the modules of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let files = project.tree.files.iter().filter(|path| path.file_name() == "go.mod");
        let module =
            |path: &RepoPath| Some((module_path(&project.tree.text(path.as_str())?)?, path.folder().to_owned()));
        let mut modules: Vec<(String, String)> = files.filter_map(module).collect();
        modules.sort_by_key(|(_, folder)| std::cmp::Reverse(folder.len()));
        let mut folders: BTreeMap<&str, Vec<&FileFacts>> = BTreeMap::new();
        for file in project.files.values().filter(|file| file.language == "go" && file.is_mapped()) {
            folders.entry(file.path.folder()).or_default().push(file);
        }
        Self { modules, folders }
    }

    fn folder(&self, source: &str) -> Option<String> {
        self.modules.iter().find_map(|(module, folder)| {
            let rest = source.strip_prefix(module.as_str())?;
            let below = if rest.is_empty() { "" } else { rest.strip_prefix('/')? };
            Some(match (folder.is_empty(), below.is_empty()) {
                (true, _) => below.to_owned(),
                (_, true) => folder.clone(),
                _ => format!("{folder}/{below}"),
            })
        })
    }

    /// The files of a folder that define one of these names.
    fn defining(&self, folder: &str, names: &BTreeSet<&str>, from: &FileFacts) -> Vec<RepoPath> {
        let files = self.folders.get(folder).into_iter().flatten();
        let others = files.filter(|file| file.path != from.path && (!file.is_test || from.is_test));
        others.filter(|file| defines(file, names)).map(|file| file.path.clone()).collect()
    }
}

fn defines(file: &FileFacts, names: &BTreeSet<&str>) -> bool {
    file.symbols.iter().any(|symbol| symbol.parent.is_none() && names.contains(symbol.name.as_str()))
        || file.globals.iter().any(|global| names.contains(global.name.as_str()))
}

impl Resolver for Packages<'_> {
    fn module(&self, file: &FileFacts) -> String {
        let folder = file.path.folder();
        let nearest = self.modules.iter().find_map(|(module, own)| {
            let rest = folder.strip_prefix(own.as_str())?;
            (own.is_empty() || rest.is_empty() || rest.starts_with('/'))
                .then(|| [module.as_str(), rest.trim_matches('/')].join("/").trim_end_matches('/').to_owned())
        });
        nearest.unwrap_or_else(|| folder.to_owned())
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let Some(folder) = self.folder(&import.source) else { return Vec::new() };
        let prefix = import.names.first().map(|name| format!("{}.", name.local)).unwrap_or_default();
        let used: BTreeSet<&str> = from.uses.iter().filter_map(|used| used.strip_prefix(&prefix)).collect();
        let found = self.defining(&folder, &used, from);
        if !found.is_empty() {
            return found;
        }
        let files = self.folders.get(folder.as_str()).into_iter().flatten().filter(|file| !file.is_test);
        files.map(|file| file.path.clone()).collect()
    }

    fn implied(&self, from: &FileFacts) -> Vec<RepoPath> {
        let own = |name: &&str| {
            !from.symbols.iter().any(|symbol| symbol.name == **name)
                && !from.globals.iter().any(|global| global.name == **name)
        };
        let used: BTreeSet<&str> =
            from.uses.iter().map(String::as_str).filter(|used| !used.contains('.')).filter(own).collect();
        self.defining(from.path.folder(), &used, from)
    }
}

fn module_path(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    Some(line.split("//").next().unwrap_or(line).trim().trim_matches('"').to_owned())
}
