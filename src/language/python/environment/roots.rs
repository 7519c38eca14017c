//! The folders that imports are looked up in, in this order: pytest's `pythonpath`; the folders that the projects say
//! their packages lie in; `src`, where packages lie in it; each project's own folder; the root.

use super::project::{Project, join};
use super::setup_cfg::{self, lines};
use crate::domain::SourceTree;

/// Files that pytest takes its settings from, the first that has any.
pub(super) const PYTEST_FILES: [&str; 5] = ["pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];

/// The import roots of a tree; `.` is the root.
pub(super) fn import_roots(tree: &SourceTree, projects: &[Project]) -> Vec<String> {
    let mut roots = pythonpath(tree);
    for project in projects {
        roots.extend(project.package_folders.iter().map(|folder| join(&project.folder, folder)));
        let source = join(&project.folder, "src");
        if holds_code(tree, &source) {
            roots.push(source);
        }
    }
    roots.extend(projects.iter().map(|project| project.folder.clone()));
    roots.push(String::new());
    let mut kept: Vec<String> = Vec::new();
    for root in roots {
        let root = if root.is_empty() || root == "." { ".".to_owned() } else { root.trim_end_matches('/').to_owned() };
        let inside = !root.starts_with('/') && root.split('/').all(|part| part != "..");
        let there = root == "." || tree.files.iter().any(|file| file.as_str().starts_with(&format!("{root}/")));
        if inside && there && !kept.contains(&root) {
            kept.push(root);
        }
    }
    kept
}

/// A `src` that is a layout and not a package itself.
fn holds_code(tree: &SourceTree, source: &str) -> bool {
    let python = |path: &str| {
        let rest = path.strip_prefix(source).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| rest.ends_with(".py") && rest.split('/').count() <= 2)
    };
    !tree.has(&format!("{source}/__init__.py")) && tree.files.iter().any(|file| python(file.as_str()))
}

fn pythonpath(tree: &SourceTree) -> Vec<String> {
    let settings = PYTEST_FILES.iter().find_map(|file| pytest_table(tree, file));
    let Some(settings) = settings else { return Vec::new() };
    let value = settings.into_iter().find(|(name, _)| name == "pythonpath").map(|(_, value)| value);
    let value = value.unwrap_or_default();
    value.split_whitespace().map(|folder| join("", folder)).collect()
}

/// The text of pytest's settings in one file.
pub(super) fn pytest_settings(tree: &SourceTree, file: &str) -> Option<String> {
    let settings = pytest_table(tree, file)?;
    Some(settings.into_iter().map(|(name, value)| format!("{name} = {value}\n")).collect())
}

fn pytest_table(tree: &SourceTree, file: &str) -> Option<Vec<(String, String)>> {
    let text = tree.text(file)?;
    if file.ends_with(".toml") {
        let document: toml::Table = text.parse().ok()?;
        let pytest = document.get("tool")?.get("pytest")?;
        let options = pytest.get("ini_options").unwrap_or(pytest).as_table()?;
        let value = |value: &toml::Value| match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        return Some(options.iter().map(|(name, option)| (name.clone(), value(option))).collect());
    }
    let section = if file == "setup.cfg" { "tool:pytest" } else { "pytest" };
    let settings = setup_cfg::sections(&text).remove(section)?;
    Some(settings.into_iter().map(|(name, value)| (name, lines(&value).join(" "))).collect())
}
