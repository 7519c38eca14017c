//! Where a new test goes: to the repository's own tests of the same module, under a name that nothing else has.

use std::collections::{BTreeMap, BTreeSet};

use globset::Glob;

use super::configuration::Configuration;
use crate::domain::{RepoPath, SourceTree, Target, limits};

/// Folders whose tests are of another kind, or are not the repository's.
const ELSEWHERE: [&str; 14] = [
    "node_modules",
    "site-packages",
    ".venv",
    "venv",
    "env",
    ".tox",
    "build",
    "dist",
    "fixtures",
    "testdata",
    "vendor",
    "_vendor",
    "third_party",
    "templates",
];
/// Folders whose tests need more than the code itself.
const HEAVY: [&str; 9] =
    ["integration", "e2e", "functional", "acceptance", "slow", "benchmark", "benchmarks", "performance", "system"];
/// Folders that hold tests by their name alone.
const USUAL: [&str; 4] = ["tests", "test", "testing", "src/tests"];

/// The test files of a tree, by the names that pytest collects.
pub(super) fn test_files<'t>(tree: &'t SourceTree, configuration: &Configuration) -> Vec<&'t RepoPath> {
    let globs = configuration.test_file_globs();
    let matchers: Vec<_> =
        globs.iter().filter_map(|glob| Glob::new(glob).ok()).map(|glob| glob.compile_matcher()).collect();
    let collected = |path: &RepoPath| {
        let name = path.file_name();
        name.ends_with(".py")
            && !matches!(name, "__init__.py" | "conftest.py" | "setup.py")
            && matchers.iter().any(|matcher| matcher.is_match(name) || matcher.is_match(path.as_str()))
    };
    let ours = |path: &RepoPath| !path.folder().split('/').any(|part| ELSEWHERE.contains(&part));
    tree.files.iter().filter(|path| collected(path) && ours(path)).collect()
}

/// The folder for a test of `target`, or of anything: where most of the tests of that module live, else most tests;
/// `testpaths` bounds it where it is set.
pub(super) fn folder(tree: &SourceTree, configuration: &Configuration, target: Option<&Target>) -> String {
    let roots: Vec<String> =
        configuration.list("testpaths").iter().filter_map(|root| known_folder(tree, root)).collect();
    let inside = |path: &RepoPath| roots.is_empty() || roots.iter().any(|root| is_below(path.folder(), root));
    let tests: Vec<&RepoPath> = test_files(tree, configuration).into_iter().filter(|path| inside(path)).collect();
    if let Some(target) = target {
        let related = by_name(&tests, target);
        let related = if related.is_empty() { by_import(tree, &tests, target) } else { related };
        if let Some(folder) = most_common(&related) {
            return folder;
        }
    }
    if let Some(folder) = most_common(&tests) {
        return folder;
    }
    let exists = |folder: &&str| tree.files.iter().any(|path| is_below(path.folder(), folder));
    let usual = USUAL.iter().find(|folder| exists(folder)).map(|folder| (*folder).to_owned());
    roots.into_iter().next().or(usual).unwrap_or_else(|| "tests".to_owned())
}

/// A configured test path as a folder; `None` where there is no such folder.
fn known_folder(tree: &SourceTree, configured: &str) -> Option<String> {
    let plain = configured.trim_start_matches("./").trim_end_matches('/');
    let plain = if plain == "." { "" } else { plain };
    tree.files.iter().any(|path| is_below(path.folder(), plain)).then(|| plain.to_owned())
}

fn is_below(folder: &str, root: &str) -> bool {
    root.is_empty() || folder == root || folder.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}

/// Test files that are named after the target's file: `test_cart.py`, `cart_test.py`, `test_cart_rounding.py`.
fn by_name<'t>(tests: &[&'t RepoPath], target: &Target) -> Vec<&'t RepoPath> {
    let stem = last_part(&target.module).to_ascii_lowercase();
    let stems = |path: &RepoPath| path.file_name().trim_end_matches(".py").to_ascii_lowercase();
    let exact = |path: &&&'t RepoPath| {
        let name = stems(path);
        name == format!("test_{stem}") || name == format!("{stem}_test") || name == format!("test{stem}")
    };
    let found: Vec<&RepoPath> = tests.iter().filter(exact).copied().collect();
    if !found.is_empty() {
        return found;
    }
    tests.iter().filter(|path| stems(path).starts_with(&format!("test_{stem}_"))).copied().collect()
}

/// Test files that import the target's module or its package.
fn by_import<'t>(tree: &SourceTree, tests: &[&'t RepoPath], target: &Target) -> Vec<&'t RepoPath> {
    let package = target.module.rsplit_once('.').map_or(target.module.as_str(), |(package, _)| package);
    let last = last_part(&target.module);
    let (whole, from) = (target.module.as_str(), format!("from {package} import"));
    let imports = |path: &&&RepoPath| {
        tree.text(path.as_str()).is_some_and(|text| {
            text.lines().any(|line| {
                let line = line.trim_start();
                let is_import = line.starts_with("import ") || line.starts_with("from ");
                is_import && (line.contains(whole) || line.starts_with(&from) && line.contains(last))
            })
        })
    };
    tests.iter().take(limits::TEST_FILES_READ).filter(imports).copied().collect()
}

fn most_common(paths: &[&RepoPath]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        *counts.entry(path.folder()).or_default() += 1;
    }
    let heavy = |folder: &str| folder.split('/').any(|part| HEAVY.contains(&part));
    let best = counts.iter().max_by_key(|(folder, count)| {
        (!heavy(folder), **count, std::cmp::Reverse(folder.split('/').count()), std::cmp::Reverse(**folder))
    });
    best.map(|(folder, _)| (*folder).to_owned())
}

/// A new file for a test of `target`. Its base name is nowhere else in the trees: where test folders are no packages,
/// pytest imports test files by their base name alone.
pub(super) fn place(trees: &[&SourceTree], target: &Target, taken: &dyn Fn(&RepoPath) -> bool) -> RepoPath {
    let tree = trees.last();
    let configuration = tree.map(|tree| Configuration::of(tree)).unwrap_or_default();
    let folder = tree.map_or_else(|| "tests".to_owned(), |tree| folder(tree, &configuration, Some(target)));
    let used: BTreeSet<&str> = trees.iter().flat_map(|tree| &tree.files).map(RepoPath::file_name).collect();
    let subject = subject(target);
    let mut number = 1_u64;
    loop {
        let core = if number == 1 { subject.clone() } else { format!("{subject}_{number}") };
        let name = file_name(&configuration.test_file_globs(), &core);
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if let Ok(path) = RepoPath::parse(&path)
            && !used.contains(name.as_str())
            && !taken(&path)
        {
            return path;
        }
        number += 1;
    }
}

/// `test_jittest_<subject>.py`, unless the repository's tests are named otherwise.
fn file_name(globs: &[String], subject: &str) -> String {
    let usual = format!("test_jittest_{subject}.py");
    let matches = |name: &str, glob: &str| Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    if globs.iter().any(|glob| matches(&usual, glob)) {
        return usual;
    }
    // One without a star is the name of a single file: no other one can have it.
    let open = globs.iter().filter(|glob| glob.contains('*'));
    let fitting = open.map(|glob| glob.replacen('*', &format!("jittest_{subject}"), 1));
    let plain =
        |name: &String| name.ends_with(".py") && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    fitting.filter(plain).find(|name| globs.iter().any(|glob| matches(name, glob))).unwrap_or(usual)
}

/// `cart_total`, from module and symbol, in characters that every file system takes.
fn subject(target: &Target) -> String {
    let text = format!("{}_{}", last_part(&target.module), target.symbol.local_name);
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let mut subject = String::new();
    for c in text.chars().map(safe).take(60) {
        if c != '_' || !subject.ends_with('_') {
            subject.push(c);
        }
    }
    subject.trim_matches('_').to_owned()
}

fn last_part(module: &str) -> &str {
    module.rsplit('.').next().unwrap_or(module)
}
