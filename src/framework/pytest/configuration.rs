//! pytest's own configuration, as far as it decides where tests live and how they import.
//!
//! The first of these files that has it counts (pytest's reference, "Configuration file formats"): `pytest.toml`,
//! `pytest.ini`, `.pytest.ini`, `pyproject.toml`, `tox.ini`, `setup.cfg`.

use std::collections::BTreeMap;

use crate::domain::SourceTree;

/// What the repository configures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    /// Whether there is any.
    pub(super) found: bool,
    values: BTreeMap<String, Vec<String>>,
}

impl Configuration {
    /// The configuration of a tree.
    pub(super) fn of(tree: &SourceTree) -> Self {
        for name in ["pytest.ini", ".pytest.ini"] {
            if let Some(text) = tree.text(name) {
                return Self { found: true, values: ini_section(&text, "pytest").unwrap_or_default() };
            }
        }
        let toml = tree.text("pyproject.toml").and_then(|text| toml_section(&text));
        let ini = |name: &str, section: &str| tree.text(name).and_then(|text| ini_section(&text, section));
        let values = toml.or_else(|| ini("tox.ini", "pytest")).or_else(|| ini("setup.cfg", "tool:pytest"));
        values.map_or_else(Self::default, |values| Self { found: true, values })
    }

    /// The words of a setting; none where it isn't set.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        self.values.get(key).cloned().unwrap_or_default()
    }

    /// Globs of the names of test files.
    pub(super) fn test_file_globs(&self) -> Vec<String> {
        let globs = self.list("python_files");
        if globs.is_empty() { vec!["test_*.py".to_owned(), "*_test.py".to_owned()] } else { globs }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned())
}

/// One section of an INI file, as Python's configparser reads it: `key = value`, `key: value`, indented lines go on.
fn ini_section(text: &str, section: &str) -> Option<BTreeMap<String, Vec<String>>> {
    let mut found: Option<BTreeMap<String, Vec<String>>> = None;
    let mut inside = false;
    let mut key: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name.trim() == section;
            key = None;
            if inside {
                found.get_or_insert_default();
            }
            continue;
        }
        let Some(values) = found.as_mut().filter(|_| inside) else { continue };
        let continued = line.starts_with([' ', '\t']);
        if let (true, Some(key)) = (continued, &key) {
            values.entry(key.clone()).or_default().extend(words(trimmed));
        } else if let Some((name, value)) = trimmed.split_once(['=', ':']) {
            let name = name.trim().to_ascii_lowercase();
            values.insert(name.clone(), words(value).collect());
            key = Some(name);
        }
    }
    found
}

/// `[tool.pytest.ini_options]`, or `[tool.pytest]` (pytest 9), of a `pyproject.toml`.
fn toml_section(text: &str) -> Option<BTreeMap<String, Vec<String>>> {
    let document: toml::Table = toml::from_str(text).ok()?;
    let pytest = document.get("tool")?.get("pytest")?.as_table()?;
    let table = pytest.get("ini_options").and_then(toml::Value::as_table).unwrap_or(pytest);
    let list = |value: &toml::Value| match value {
        toml::Value::String(text) => words(text).collect(),
        toml::Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        other => vec![other.to_string()],
    };
    Some(table.iter().map(|(key, value)| (key.to_ascii_lowercase(), list(value))).collect())
}
