//! A Python project as its own files declare it: read, never executed.

use std::collections::BTreeMap;

use crate::domain::{RepoPath, SourceTree};

use super::{poetry, pyproject, setup_cfg, setup_py};

/// Reads the text of one file into a project.
type Reader = fn(&str, &mut Project);

/// What a project's `pyproject.toml`, `setup.cfg` and `setup.py` say, the first that says a thing.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// Its folder in the repository, `""` for the root.
    pub folder: String,
    /// Its name.
    pub name: Option<String>,
    /// Its version, where it stands there in so many words.
    pub version: Option<String>,
    /// What it needs to run.
    pub dependencies: Vec<String>,
    /// What its extras and dependency groups add, by lower-case name.
    pub extras: BTreeMap<String, Vec<String>>,
    /// Requirement files that take the place of a list, by extra; `None` for the dependencies themselves.
    pub files: Vec<(Option<String>, String)>,
    /// Entry points: group, name, object.
    pub entry_points: Vec<(String, String, String)>,
    /// Folders that its packages lie in, relative to its own.
    pub package_folders: Vec<String>,
    /// A file that building would write the version to, relative to its own folder.
    pub version_file: Option<String>,
    /// Whether a part of it is compiled.
    pub compiled: bool,
    /// The files that it was read from.
    pub read: Vec<RepoPath>,
    /// What could not be understood.
    pub unclear: Vec<String>,
}

impl Project {
    /// The project in a folder of a tree.
    pub fn read(tree: &SourceTree, folder: &str) -> Self {
        let mut project = Self { folder: folder.to_owned(), ..Self::default() };
        let readers: [(&str, Reader); 4] = [
            ("pyproject.toml", pyproject::read),
            ("pyproject.toml", poetry::read),
            ("setup.cfg", setup_cfg::read),
            ("setup.py", setup_py::read),
        ];
        for (name, reader) in readers {
            let path = join(folder, name);
            let Some(text) = tree.text(&path) else { continue };
            reader(&text, &mut project);
            if let Ok(path) = RepoPath::parse(&path)
                && !project.read.contains(&path)
            {
                project.read.push(path);
            }
        }
        project.version = project.version.take().and_then(|version| version_in(tree, folder, version));
        project
    }

    /// Whether a folder holds a project.
    pub fn is_in(tree: &SourceTree, folder: &str) -> bool {
        ["pyproject.toml", "setup.cfg", "setup.py"].iter().any(|name| tree.has(&join(folder, name)))
    }

    /// Keeps the first name that is given.
    pub fn name_it(&mut self, name: &str) {
        let sound = !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char));
        if self.name.is_none() && sound {
            self.name = Some(name.to_owned());
        }
    }

    /// Keeps the first version that is given: itself, `attr: module.name` or `file: path`.
    pub fn version_it(&mut self, version: String) {
        self.version.get_or_insert(version);
    }

    /// Adds what an extra or a group needs.
    pub fn extra(&mut self, name: &str, lines: impl IntoIterator<Item = String>) {
        self.extras.entry(name.to_ascii_lowercase()).or_default().extend(lines);
    }

    /// The needs of the extras and groups of these names, or of the second names where it has none of the first.
    pub fn test_needs(&self, names: &[&str]) -> Vec<String> {
        let fits = |extra: &str| names.iter().any(|name| extra.split(['-', '_']).any(|word| word == *name));
        self.extras.iter().filter(|(extra, _)| fits(extra)).flat_map(|(_, lines)| lines.clone()).collect()
    }
}

/// `folder/name`, or `name` in the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "" | ".") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// A version that stands elsewhere: `attr: package.module.NAME`, `file: VERSION`.
fn version_in(tree: &SourceTree, folder: &str, version: String) -> Option<String> {
    if let Some(file) = version.strip_prefix("file:") {
        let text = tree.text(&join(folder, file.trim()))?;
        return Some(assigned(&text, "version").unwrap_or_else(|| text.lines().next().unwrap_or("").trim().to_owned()));
    }
    let Some(attribute) = version.strip_prefix("attr:") else { return Some(version) };
    let (module, name) = attribute.trim().rsplit_once('.')?;
    let module = module.replace('.', "/");
    let places = ["", "src", "lib"].map(|root| join(folder, &join(root, &module)));
    let mut files = places.iter().flat_map(|place| [format!("{place}.py"), format!("{place}/__init__.py")]);
    files.find_map(|file| assigned(&tree.text(&file)?, name))
}

/// The text that a module assigns to `name` or `__name__`, where it is a plain one.
fn assigned(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (left, right) = line.split_once('=')?;
        let left = left.split(':').next()?.trim().trim_matches('_').to_ascii_lowercase();
        let right = right.trim();
        let quote = right.chars().next().filter(|quote| "'\"".contains(*quote))?;
        let value = right[1..].split(quote).next()?;
        (left == name.trim_matches('_').to_ascii_lowercase() && !value.is_empty()).then(|| value.to_owned())
    })
}
