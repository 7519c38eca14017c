//! Which test files are about which source file: by import, or by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FileFacts, RepoPath};

use super::cores;
use super::names::Names;

/// For each source file, the test files that are about it.
pub(super) fn about(
    names: &Names<'_>,
    files: &BTreeMap<RepoPath, FileFacts>,
) -> BTreeMap<RepoPath, BTreeSet<RepoPath>> {
    let mut about: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    let by_stem = by_stem(files);
    let tests: Vec<&FileFacts> = files.values().filter(|file| file.is_test && file.is_mapped()).collect();
    let of_test = |test: &&FileFacts| -> Vec<RepoPath> {
        let imported = test.imports.iter().flat_map(|import| names.reached(import));
        let imported = imported.filter(|path| files.get(path).is_some_and(|file| !file.is_test));
        imported.chain(named_after(test, &by_stem)).collect()
    };
    for (test, paths) in tests.iter().zip(cores::each(&tests, of_test)) {
        for path in paths {
            about.entry(path).or_default().insert(test.path.clone());
        }
    }
    about
}

/// Source files by language and stem, in lower case without separators.
fn by_stem(files: &BTreeMap<RepoPath, FileFacts>) -> BTreeMap<(String, String), Vec<RepoPath>> {
    let mut by_stem: BTreeMap<(String, String), Vec<RepoPath>> = BTreeMap::new();
    for file in files.values().filter(|file| file.is_mapped() && !file.is_test) {
        let stem = plain(stem(&file.path));
        by_stem.entry((family(&file.language).to_owned(), stem)).or_default().push(file.path.clone());
    }
    by_stem
}

/// Languages whose files test each other.
fn family(language: &str) -> &str {
    if language == "typescript" { "javascript" } else { language }
}

fn stem(path: &RepoPath) -> &str {
    path.file_name().split('.').next().unwrap_or_default()
}

fn plain(stem: &str) -> String {
    stem.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The source file that a test is named after; of several, those that share the most folders with it.
fn named_after(test: &FileFacts, by_stem: &BTreeMap<(String, String), Vec<RepoPath>>) -> Vec<RepoPath> {
    let Some(about) = subject(stem(&test.path)).or_else(|| suffixed(&test.path)) else { return Vec::new() };
    let key = (family(&test.language).to_owned(), plain(about));
    let Some(candidates) = by_stem.get(&key) else { return Vec::new() };
    let common = |path: &RepoPath| {
        path.folder().split('/').zip(test.path.folder().split('/')).take_while(|(one, other)| one == other).count()
    };
    let most = candidates.iter().map(common).max().unwrap_or_default();
    candidates.iter().filter(|path| common(path) == most).cloned().collect()
}

/// `cart` of `test_cart`, `cart_test`, `CartTest`, `CartTests`, `TestCart`, `CartIT`, `cart_spec`.
fn subject(stem: &str) -> Option<&str> {
    let ends = ["_test", "_tests", "_spec", "Tests", "Test", "Spec", "IT", "TestCase"];
    let starts = ["test_", "Test"];
    let found = ends
        .iter()
        .find_map(|end| stem.strip_suffix(end))
        .or_else(|| starts.iter().find_map(|start| stem.strip_prefix(start)));
    found.filter(|about| !about.is_empty())
}

/// `cart` of `cart.test.ts` and of `cart.spec.js`, and of what lies in a folder of tests.
fn suffixed(path: &RepoPath) -> Option<&str> {
    let mut parts = path.file_name().split('.');
    let stem = parts.next().filter(|stem| !stem.is_empty())?;
    let is_marked = parts.next().is_some_and(|part| matches!(part, "test" | "spec"));
    let in_tests = path.folder().split('/').any(|folder| matches!(folder, "__tests__" | "tests" | "test"));
    (is_marked || in_tests).then_some(stem)
}
