//! The repository's tests that may reach what changed.

use std::collections::BTreeSet;

use crate::domain::{FileMap, RepoPath, limits};

use super::mention::mentions;
use super::{Mapped, Survey};

/// Puts the test files into the map that import a changed module or are named after it.
pub(super) fn find(survey: &Survey<'_>, mapped: &mut Mapped) {
    let modules = modules(survey, mapped);
    if modules.is_empty() {
        return;
    }
    let is_test = |path: &&RepoPath| survey.language.is_test_file(path);
    let mut candidates: Vec<&RepoPath> = survey.checkout.head.files.iter().filter(is_test).collect();
    if candidates.len() > limits::RELATED_FILES {
        candidates.truncate(limits::RELATED_FILES);
        mapped.warn("not all test files were searched".to_owned(), "a run is bounded", "some tests are not run");
    }
    let related = |path: &&RepoPath| rank(survey, path, &modules).map(|rank| (rank, (*path).clone()));
    let mut related: Vec<(u8, RepoPath)> = candidates.iter().filter_map(related).collect();
    related.sort();
    if related.len() > limits::RELATED_TEST_FILES {
        let over = related.len() - limits::RELATED_TEST_FILES;
        related.truncate(limits::RELATED_TEST_FILES);
        let impact = format!("{over} test files are not run");
        mapped.warn("many test files import what changed".to_owned(), "a run is bounded", &impact);
    }
    mapped.map.related_test_files = related.into_iter().map(|(_, path)| path).collect();
    mapped.map.related_test_files.sort();
}

/// The modules of the changed files, under their names in base too, and of the targets.
fn modules(survey: &Survey<'_>, mapped: &Mapped) -> BTreeSet<String> {
    let files = mapped.map.files.values().chain(mapped.map.base_files.values()).map(|file| file.module.clone());
    let targets = mapped.map.targets.iter().map(|target| survey.module(&target.file));
    files.chain(targets).filter(|module| !module.is_empty()).collect()
}

/// How near a test file is to the modules: 0 imports one, 1 is named after one, 2 imports its package.
fn rank(survey: &Survey<'_>, path: &RepoPath, modules: &BTreeSet<String>) -> Option<u8> {
    let text = survey.checkout.head.text(path.as_str())?;
    let named = modules.iter().any(|module| is_named_after(path, module));
    let is_near = |module: &String| module.split('.').any(|part| mentions(&text, part));
    if !named && !modules.iter().any(is_near) {
        return None;
    }
    // A test file that can't be parsed can't be run either.
    let map = survey.language.map_file(path, &survey.module(path), &text).ok()?;
    if !map.symbols.iter().any(|symbol| symbol.name.to_ascii_lowercase().starts_with("test")) {
        return None;
    }
    if modules.iter().any(|module| imports(&map, module)) {
        return Some(0);
    }
    if named {
        return Some(1);
    }
    modules.iter().any(|module| imports_package_of(&map, module)).then_some(2)
}

fn imports(map: &FileMap, module: &str) -> bool {
    let inside =
        |target: &str| target == module || target.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'));
    map.imports.iter().any(|written| written == module) || map.bindings.iter().any(|binding| inside(&binding.target))
}

/// `import shop` for `shop.cart`, or a name that `shop` may have from there.
fn imports_package_of(map: &FileMap, module: &str) -> bool {
    let Some((package, _)) = module.rsplit_once('.') else { return false };
    let top = package.split('.').next().unwrap_or(package);
    map.bindings.iter().any(|binding| {
        let holder = binding.target.rsplit_once('.').map_or(binding.target.as_str(), |(holder, _)| holder);
        [package, top].iter().any(|package| binding.target == *package || holder == *package)
    })
}

/// `test_cart.py`, `cart_test.py`, `test_shop_cart.py` for `shop.cart`.
fn is_named_after(path: &RepoPath, module: &str) -> bool {
    let name = path.file_name();
    let stem = name.split('.').next().unwrap_or(name);
    let about = stem.strip_prefix("test_").or_else(|| stem.strip_suffix("_test")).unwrap_or_default();
    let last = module.rsplit('.').next().unwrap_or(module).trim_matches('_');
    !about.is_empty() && (about == last || about == module.replace('.', "_"))
}
