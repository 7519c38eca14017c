//! All that one side of a change needs, from all files that say so, in this order:
//!
//! 1. `pyproject.toml` (standard, dependency groups, setuptools, hatch, flit, pdm, uv, Poetry), `setup.cfg`,
//!    `setup.py`: the dependencies, and the extras and groups for tests; where there are none, those for development;
//! 2. requirement files: those for running; those for tests; where there are none, those for development;
//! 3. `tox.ini`'s `deps`, where nothing above is for tests;
//! 4. lock files: `Pipfile.lock` names packages, the others pin them.
//!
//! All of it is installed by one resolution. Files are looked for in the root; where it declares nothing, in the
//! projects below it.

use std::collections::BTreeSet;

use super::project::{Project, join};
use super::requirements::{Requirements, extras, name, normalised};
use super::{locks, setup_cfg};
use crate::domain::{RepoPath, SourceTree};

/// Words of extras, groups and files that are for tests.
const TESTS: [&str; 5] = ["test", "tests", "testing", "unittest", "pytest"];
/// Words of those for development.
const DEVELOPMENT: [&str; 5] = ["dev", "devel", "develop", "development", "ci"];
/// Words of requirement files that are for running.
const RUNNING: [&str; 14] = [
    "base",
    "main",
    "prod",
    "production",
    "common",
    "default",
    "core",
    "runtime",
    "install",
    "app",
    "lock",
    "frozen",
    "requirements",
    "requires",
];
/// Projects below a root that declares nothing.
const NESTED: usize = 8;
/// How deep these lie.
const NESTED_DEPTH: usize = 3;
/// Settings of pytest that only a plugin knows, and the plugin.
const PLUGINS: [(&str, &str); 6] = [
    ("--cov", "pytest-cov"),
    ("asyncio_mode", "pytest-asyncio"),
    ("--numprocesses", "pytest-xdist"),
    ("-n auto", "pytest-xdist"),
    ("--timeout", "pytest-timeout"),
    ("DJANGO_SETTINGS_MODULE", "pytest-django"),
];

/// What one side needs.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// The repository's own projects, the root's first.
    pub projects: Vec<Project>,
    /// What is installed.
    pub requirements: Requirements,
    /// The files that were read.
    pub files: Vec<RepoPath>,
    /// What could not be understood.
    pub unclear: Vec<String>,
}

impl Needs {
    /// What a tree needs.
    pub fn of(tree: &SourceTree) -> Self {
        let mut needs = Self::default();
        for folder in folders(tree) {
            needs.folder(tree, &folder);
        }
        needs.own_projects(tree);
        needs.plugins(tree);
        needs.drop_own_names();
        let read: Vec<RepoPath> = needs.projects.iter_mut().flat_map(|project| project.read.drain(..)).collect();
        let files: BTreeSet<RepoPath> = read.into_iter().chain(needs.requirements.read.drain(..)).collect();
        needs.files = files.into_iter().collect();
        let unclear = needs.projects.iter_mut().flat_map(|project| project.unclear.drain(..)).collect::<Vec<_>>();
        needs.unclear = unclear.into_iter().chain(needs.requirements.unclear.drain(..)).collect();
        needs
    }

    /// Whether anything is installed.
    pub fn is_empty(&self) -> bool {
        self.requirements.packages.is_empty()
    }

    /// Whether another side installs the same.
    pub fn same_as(&self, other: &Self) -> bool {
        let parts = |needs: &Self| {
            let requirements = &needs.requirements;
            [&requirements.packages, &requirements.options, &requirements.constraints].map(Vec::clone)
        };
        parts(self) == parts(other)
    }

    fn folder(&mut self, tree: &SourceTree, folder: &str) {
        let project = Project::read(tree, folder);
        let mut lines = project.dependencies.clone();
        let mut for_tests = project.test_needs(&TESTS);
        let mut files = requirement_files(tree, folder);
        for (extra, file) in &project.files {
            match extra {
                None => files.running.push(join(folder, file)),
                Some(extra) if has_word(extra, &TESTS) => files.tests.push(join(folder, file)),
                Some(extra) if has_word(extra, &DEVELOPMENT) => files.development.push(join(folder, file)),
                Some(_) => {}
            }
        }
        if for_tests.is_empty() {
            for_tests = project.test_needs(&DEVELOPMENT);
        }
        let extra_files = if files.tests.is_empty() { files.development } else { files.tests };
        let nothing_for_tests = for_tests.is_empty() && extra_files.is_empty();
        lines.extend(for_tests);
        self.requirements.lines(tree, folder, &lines);
        for file in files.running.iter().chain(&extra_files) {
            self.requirements.file(tree, folder, file);
        }
        if nothing_for_tests {
            self.tox(tree, folder);
        }
        locks::read(tree, folder, &mut self.requirements);
        self.projects.push(project);
    }

    fn tox(&mut self, tree: &SourceTree, folder: &str) {
        let Some(text) = tree.text(&join(folder, "tox.ini")) else { return };
        let sections = setup_cfg::sections(&text);
        let needs = sections.get("testenv").and_then(|section| section.get("deps"));
        let lines = needs.map(|needs| setup_cfg::lines(needs)).unwrap_or_default();
        // `py38: x` is for one environment of several, `{…}` for tox to fill in.
        let conditional =
            |line: &str| line.split_once(": ").is_some_and(|(left, _)| !left.contains([' ', '=', '<', '>', '@']));
        let plain: Vec<String> = lines.into_iter().filter(|line| !line.contains('{') && !conditional(line)).collect();
        self.requirements.lines(tree, folder, &plain);
        self.files.extend(RepoPath::parse(&join(folder, "tox.ini")));
    }

    /// `-e ./libs/a` and `shop[cli]` of shop itself: what these projects need, in place of themselves.
    fn own_projects(&mut self, tree: &SourceTree) {
        // What an extra needs may name the project's other extras: a few rounds reach all.
        for _ in 0..4 {
            let own = std::mem::take(&mut self.requirements.own);
            let named = self.named_extras();
            if own.is_empty() && named.is_empty() {
                break;
            }
            for (folder, wanted) in own {
                if !self.projects.iter().any(|project| project.folder == folder) && Project::is_in(tree, &folder) {
                    let project = Project::read(tree, &folder);
                    self.requirements.lines(tree, &folder, &project.dependencies.clone());
                    self.projects.push(project);
                }
                self.take_extras(tree, |project| project.folder == folder, &wanted);
            }
            for (own_name, wanted) in named {
                let is_it =
                    |project: &Project| project.name.as_deref().map(normalised).as_deref() == Some(own_name.as_str());
                self.take_extras(tree, is_it, &wanted);
            }
        }
    }

    /// Lines that name one of the own projects, taken out, with their extras.
    fn named_extras(&mut self) -> Vec<(String, Vec<String>)> {
        let own = self.own_names();
        let (named, others) = std::mem::take(&mut self.requirements.packages)
            .into_iter()
            .partition(|line| name(line).is_some_and(|name| own.contains(&name)) && !extras(line).is_empty());
        self.requirements.packages = others;
        let named: Vec<String> = named;
        named.iter().filter_map(|line| Some((name(line)?, extras(line)))).collect()
    }

    fn take_extras(&mut self, tree: &SourceTree, is_it: impl Fn(&Project) -> bool, wanted: &[String]) {
        let Some(project) = self.projects.iter().find(|project| is_it(project)) else { return };
        let lines: Vec<String> =
            wanted.iter().filter_map(|extra| project.extras.get(extra)).flatten().cloned().collect();
        let folder = project.folder.clone();
        self.requirements.lines(tree, &folder, &lines);
    }

    fn own_names(&self) -> BTreeSet<String> {
        self.projects.iter().filter_map(|project| project.name.as_deref()).map(normalised).collect()
    }

    /// The own projects are what is checked out, never what an index has under their names.
    fn drop_own_names(&mut self) {
        let own = self.own_names();
        let is_own = |line: &String| name(line).is_some_and(|name| own.contains(&name));
        self.requirements.packages.retain(|line| !is_own(line));
        self.requirements.constraints.retain(|line| !is_own(line));
    }

    /// Plugins that pytest's settings need and nobody names.
    fn plugins(&mut self, tree: &SourceTree) {
        let settings: String =
            super::roots::PYTEST_FILES.iter().filter_map(|file| super::roots::pytest_settings(tree, file)).collect();
        for (sign, plugin) in PLUGINS {
            if settings.contains(sign) && !self.requirements.names(plugin) {
                self.requirements.packages.push(plugin.to_owned());
            }
        }
    }
}

/// The root; where it declares nothing, the projects below it.
fn folders(tree: &SourceTree) -> Vec<String> {
    let declares = |folder: &str| {
        let files = requirement_files(tree, folder);
        let any = !files.running.is_empty() || !files.tests.is_empty() || !files.development.is_empty();
        any || Project::is_in(tree, folder) || tree.has(&join(folder, "Pipfile.lock"))
    };
    if declares("") {
        return vec![String::new()];
    }
    let folders: BTreeSet<&str> = tree.files.iter().map(RepoPath::folder).collect();
    let near = folders.into_iter().filter(|folder| !folder.is_empty() && folder.split('/').count() <= NESTED_DEPTH);
    let mut found: Vec<String> = Vec::new();
    for folder in near.filter(|folder| declares(folder)) {
        if found.len() < NESTED && !found.iter().any(|outer| folder.starts_with(&format!("{outer}/"))) {
            found.push(folder.to_owned());
        }
    }
    if found.is_empty() { vec![String::new()] } else { found }
}

/// Requirement files of a folder by what they are for.
#[derive(Default)]
struct RequirementFiles {
    running: Vec<String>,
    tests: Vec<String>,
    development: Vec<String>,
}

fn requirement_files(tree: &SourceTree, folder: &str) -> RequirementFiles {
    let mut files = RequirementFiles::default();
    for file in &tree.files {
        let Some(rest) = below(folder, file.as_str()) else { continue };
        let Some(stem) = rest.strip_suffix(".txt") else { continue };
        let place = match stem.split_once('/') {
            None if stem.contains("require") => stem,
            Some(("requirements" | "requires" | "reqs", name)) if !name.contains('/') => name,
            Some(("tests" | "test", name)) if name.contains("require") && !name.contains('/') => "tests",
            _ => continue,
        };
        let place = place.to_ascii_lowercase();
        let all_running = place.split(['-', '_', '.']).all(|word| RUNNING.contains(&word));
        let into = match () {
            () if has_word(&place, &TESTS) => &mut files.tests,
            () if has_word(&place, &DEVELOPMENT) => &mut files.development,
            () if all_running => &mut files.running,
            () => continue,
        };
        into.push(file.as_str().to_owned());
    }
    files
}

/// What of a path lies below a folder.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn has_word(text: &str, words: &[&str]) -> bool {
    text.split(['-', '_', '.']).any(|word| words.contains(&word))
}
