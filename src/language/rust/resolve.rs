//! Paths resolved by crates (`Cargo.toml`) and their modules: the longest beginning of a path that is a module's names
//! its file.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{FileFacts, Import, RepoPath};
use crate::language::{Project, Resolver};

/// How far names that pass on others are followed.
const HOPS: usize = 4;
/// How many parts of a path are looked at: a hostile text has more, and no module lies so deep.
const PARTS: usize = 64;

/// What stands between the parts of a module's name.
const SEPARATOR: &str = "::";

/// The crates of one tree.
pub(super) struct Crates<'p> {
    project: Project<'p>,
    /// Folder and name, the deepest first.
    packages: Vec<(String, String)>,
    /// The whole name of each file's module: that of its crate (for a test or another program, its path), and its name
    /// below that.
    names: HashMap<&'p RepoPath, String>,
    /// The file of each module.
    modules: HashMap<String, &'p RepoPath>,
}

impl<'p> Crates<'p> {
    /// Reads the crates of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let manifests = project.tree.files.iter().filter(|path| path.file_name() == "Cargo.toml");
        let package =
            |path: &RepoPath| Some((path.folder().to_owned(), package_name(&project.tree.text(path.as_str())?)?));
        let mut packages: Vec<(String, String)> = manifests.filter_map(package).collect();
        packages.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        let mut crates = Self { project, packages, names: HashMap::new(), modules: HashMap::new() };
        let rust = project.files.values().filter(|file| file.language == "rust");
        crates.names = rust.clone().map(|file| (&file.path, crates.named(&file.path))).collect();
        crates.modules = rust.map(|file| (crates.name(&file.path).to_owned(), &file.path)).collect();
        crates
    }

    /// The whole name of a file's module.
    fn name(&self, path: &RepoPath) -> &str {
        self.names.get(path).map(String::as_str).unwrap_or_default()
    }

    fn named(&self, path: &RepoPath) -> String {
        let folder = path.folder();
        let inside = |own: &str| {
            own.is_empty() || folder == own || folder.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))
        };
        let found = self.packages.iter().find(|(own, _)| inside(own));
        let (own, package) = found.map_or(("", "crate"), |(own, name)| (own.as_str(), name.as_str()));
        let below = path.as_str().strip_prefix(own).unwrap_or(path.as_str()).trim_start_matches('/');
        let stem = below.strip_suffix(".rs").unwrap_or(below);
        let mut parts: Vec<&str> = stem.split('/').collect();
        let mut root = package.to_owned();
        match parts.first().copied() {
            Some("src") if parts.get(1).is_some_and(|part| *part == "bin") && parts.len() > 2 => {
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
        if parts.len() == 1 && matches!(parts[0], "lib" | "main") {
            // A program beside a library is a crate of its own.
            let has_lib = parts[0] == "main" && self.project.tree.has(&path.as_str().replace("main.rs", "lib.rs"));
            root = if has_lib { format!("{package}/main") } else { root };
            parts.clear();
        }
        if parts.last().is_some_and(|part| matches!(*part, "mod" | "main")) {
            parts.pop();
        }
        parts.insert(0, &root);
        parts.join(SEPARATOR)
    }

    /// The whole name that a path in a module stands for, as far as its start tells.
    fn whole(&self, module: &str, path: &str) -> Option<String> {
        let mut parts = path.split(SEPARATOR).filter(|part| !part.is_empty()).take(PARTS).peekable();
        let mut whole = match parts.next()? {
            "crate" => module.split(SEPARATOR).next().unwrap_or_default().to_owned(),
            "self" => module.to_owned(),
            "super" => {
                let mut above = around(module);
                while parts.next_if_eq(&"super").is_some() {
                    above = around(above);
                }
                above.to_owned()
            }
            name if self.modules.contains_key(name) => name.to_owned(),
            name => {
                let child = [module, SEPARATOR, name].concat();
                self.modules.contains_key(child.as_str()).then_some(child)?
            }
        };
        for part in parts {
            whole.push_str(SEPARATOR);
            whole.push_str(part);
        }
        Some(whole)
    }

    /// The file of the longest beginning of a path that is a module; a name that a module passes on leads on.
    fn file(&self, module: &str, path: &str) -> Option<RepoPath> {
        let whole = self.whole(module, path)?;
        let (mut beginning, mut rest) = (whole.as_str(), None);
        loop {
            if let Some(file) = self.modules.get(beginning) {
                return Some(rest.and_then(|name| self.passed_on(file, name)).unwrap_or(file).clone());
            }
            let (shorter, name) = beginning.rsplit_once(SEPARATOR)?;
            (beginning, rest) = (shorter, Some(name));
        }
    }

    /// Where a module has a name from that it passes on.
    fn passed_on(&self, mut file: &'p RepoPath, name: &str) -> Option<&'p RepoPath> {
        let mut name = name.to_owned();
        let mut found = None;
        for _ in 0..HOPS {
            let facts = self.project.files.get(file)?;
            let import = facts.imports.iter().find(|import| {
                import.reexported && import.names.iter().any(|own| own.local == name && own.name != "*")
            });
            let Some(import) = import else { break };
            let whole = self.whole(self.name(file), &import.source)?;
            let (module, last) = whole.rsplit_once(SEPARATOR)?;
            file = self.modules.get(module)?;
            name = last.to_owned();
            found = Some(file);
        }
        found
    }
}

/// The module around another; a crate's root for that itself.
fn around(module: &str) -> &str {
    module.rsplit_once(SEPARATOR).map_or(module, |(above, _)| above)
}

impl Resolver for Crates<'_> {
    fn module(&self, file: &FileFacts) -> String {
        let whole = self.name(&file.path);
        let root = whole.split(SEPARATOR).next().unwrap_or_default();
        whole[root.rfind('/').map_or(0, |at| at + 1)..].to_owned()
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let found = self.file(self.name(&from.path), &import.source);
        found.filter(|path| *path != from.path).into_iter().collect()
    }

    fn implied(&self, from: &FileFacts) -> Vec<RepoPath> {
        let module = self.name(&from.path);
        let found = from.uses.iter().filter_map(|path| self.file(module, path)).filter(|path| *path != from.path);
        found.collect::<BTreeSet<RepoPath>>().into_iter().collect()
    }
}

/// `name` of `[package]`, as code names it.
fn package_name(text: &str) -> Option<String> {
    let value: toml::Value = toml::from_str(text).ok()?;
    Some(value.get("package")?.get("name")?.as_str()?.replace('-', "_"))
}
