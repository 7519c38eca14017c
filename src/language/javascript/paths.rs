//! Which paths are tests.

use crate::domain::RepoPath;

/// Whether a path has one of these endings.
pub(super) fn ends_with(path: &RepoPath, endings: &[&str]) -> bool {
    path.file_name().rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && endings.contains(&ending))
}

/// `cart.test.js`, `cart.spec.ts`, what lies in `__tests__`, `__mocks__`, `test`, `tests` or `cypress`, settings of
/// test runners.
pub(super) fn is_test_file(path: &RepoPath) -> bool {
    let name = path.file_name();
    let marked = name.split('.').skip(1).any(|part| matches!(part, "test" | "spec" | "cy" | "e2e"));
    let in_folder = path
        .folder()
        .split('/')
        .any(|folder| matches!(folder, "__tests__" | "__mocks__" | "test" | "tests" | "cypress" | "e2e"));
    let settings =
        ["jest.config.", "jest.setup.", "vitest.config.", "vitest.setup.", "playwright.config.", "cypress.config."];
    marked || in_folder || settings.iter().any(|start| name.starts_with(start))
}
