//! Paths resolved by crates (`Cargo.toml`) and their modules: the longest beginning of a path that is a module's names
//! its file.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

/// How far names that pass on others are followed.
const HOPS: usize = 4;

/// A crate, or a program of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The name of its crate; for a test or another program, its path.
    root: String,
    /// Its module below that.
    module: Vec<String>,
}

/// The crates of one tree.
pub(super) struct Crates<'p> {
    project: Project<'p>,
    /// Folder and name, the deepest first.
    packages: Vec<(String, String)>,
    /// The file of each module.
    modules: BTreeMap<(String, Vec<String>), RepoPath>,
}

impl<'p> Crates<'p> {
    /// Reads the crates of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let manifests = project.tree.files.iter().filter(|path| path.file_name() == "Cargo.toml");
        let package =
            |path: &RepoPath| Some((path.folder().to_owned(), package_name(&project.tree.text(path.as_str())?)?));
        let mut packages: Vec<(String, String)> = manifests.filter_map(package).collect();
        packages.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        let mut crates = Self { project, packages, modules: BTreeMap::new() };
        let rust = project.files.values().filter(|file| file.language == "rust");
        let modules = rust.map(|file| {
            let place = crates.place(&file.path);
            ((place.root, place.module), file.path.clone())
        });
        crates.modules = modules.collect();
        crates
    }

    fn place(&self, path: &RepoPath) -> Place {
        let folder = path.folder();
        let inside = |own: &str| {
            own.is_empty() || folder == own || folder.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))
        };
        let found = self.packages.iter().find(|(own, _)| inside(own));
        let (own, package) = found.map_or(("", "crate"), |(own, name)| (own.as_str(), name.as_str()));
        let below = path.as_str().strip_prefix(own).unwrap_or(path.as_str()).trim_start_matches('/');
        let stem = below.strip_suffix(".rs").unwrap_or(below);
        let mut parts: Vec<String> = stem.split('/').map(str::to_owned).collect();
        let mut root = package.to_owned();
        match parts.first().map(String::as_str) {
            Some("src") if parts.get(1).is_some_and(|part| part == "bin") && parts.len() > 2 => {
                root = format!("{package}/{}", parts[2]);
                parts.drain(..3);
            }
            Some("src") => drop(parts.remove(0)),
            Some("tests" | "examples" | "benches") if parts.len() > 1 => {
                root = format!("{package}/{}/{}", parts[0], parts[1]);
                parts.drain(..2);
            }
            _ => {}
        }
        if parts.len() == 1 && matches!(parts[0].as_str(), "lib" | "main") {
            // A program beside a library is a crate of its own.
            let has_lib = parts[0] == "main" && self.project.tree.has(&path.as_str().replace("main.rs", "lib.rs"));
            root = if has_lib { format!("{package}/main") } else { root };
            parts.clear();
        }
        if parts.last().is_some_and(|part| part == "mod" || part == "main") {
            parts.pop();
        }
        Place { root, module: parts }
    }

    /// Where a path of a file starts, and what follows.
    fn start(&self, place: &Place, path: &str) -> Option<(String, Vec<String>)> {
        let mut parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let mut module = place.module.clone();
        let first = *parts.first()?;
        match first {
            "crate" => module.clear(),
            "self" => {}
            "super" => {
                while parts.first() == Some(&"super") {
                    module.pop();
                    parts.remove(0);
                }
                parts.insert(0, "super");
            }
            name if self.modules.contains_key(&(name.to_owned(), Vec::new())) => {
                return Some((name.to_owned(), parts[1..].iter().map(|part| (*part).to_owned()).collect()));
            }
            name => {
                module.push(name.to_owned());
                let is_child = self.modules.contains_key(&(place.root.clone(), module.clone()));
                if !is_child {
                    return None;
                }
            }
        }
        module.extend(parts[1..].iter().map(|part| (*part).to_owned()));
        Some((place.root.clone(), module))
    }

    /// The file of the longest beginning of a path that is a module; a name that a module passes on leads on.
    fn file(&self, place: &Place, path: &str) -> Option<RepoPath> {
        let (root, mut parts) = self.start(place, path)?;
        let mut rest: Vec<String> = Vec::new();
        loop {
            if let Some(file) = self.modules.get(&(root.clone(), parts.clone())) {
                return Some(self.passed_on(file, rest.last()).unwrap_or_else(|| file.clone()));
            }
            rest.push(parts.pop()?);
        }
    }

    /// Where a module has a name from that it passes on.
    fn passed_on(&self, file: &RepoPath, name: Option<&String>) -> Option<RepoPath> {
        let (mut file, mut name) = (file.clone(), name?.clone());
        let mut found = None;
        for _ in 0..HOPS {
            let facts = self.project.files.get(&file)?;
            let import = facts.imports.iter().find(|import| {
                import.reexported && import.names.iter().any(|own| own.local == name && own.name != "*")
            });
            let Some(import) = import else { break };
            let place = self.place(&file);
            let (root, mut parts) = self.start(&place, &import.source)?;
            name = parts.pop()?;
            file = self.modules.get(&(root, parts))?.clone();
            found = Some(file.clone());
        }
        found
    }
}

impl Resolver for Crates<'_> {
    fn module(&self, file: &FileFacts) -> String {
        let place = self.place(&file.path);
        let root = place.root.rsplit('/').next().unwrap_or_default().to_owned();
        std::iter::once(root).chain(place.module).collect::<Vec<_>>().join("::")
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let place = self.place(&from.path);
        self.file(&place, &import.source).filter(|path| *path != from.path).into_iter().collect()
    }

    fn implied(&self, from: &FileFacts) -> Vec<RepoPath> {
        let place = self.place(&from.path);
        let files: BTreeSet<RepoPath> =
            from.uses.iter().filter_map(|path| self.file(&place, path)).filter(|path| *path != from.path).collect();
        files.into_iter().collect()
    }
}

/// `name` of `[package]`, as code names it.
fn package_name(text: &str) -> Option<String> {
    let value: toml::Value = toml::from_str(text).ok()?;
    Some(value.get("package")?.get("name")?.as_str()?.replace('-', "_"))
}
