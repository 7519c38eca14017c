//! Lock files. Those of Poetry and uv become constraints; Pipenv's names what is to be installed itself.

use std::collections::BTreeMap;

use super::project::join;
use super::requirements::{Requirements, normalised};
use crate::domain::{RepoPath, SourceTree};

/// Reads the lock files of a folder.
pub(super) fn read(tree: &SourceTree, folder: &str, requirements: &mut Requirements) {
    for name in ["uv.lock", "poetry.lock", "pdm.lock"] {
        let path = join(folder, name);
        if let Some(text) = tree.text(&path) {
            match constraints(&text) {
                Some(lines) => requirements.constraints.extend(lines),
                None => requirements.unclear.push(format!("{path} can't be read")),
            }
            requirements.read.extend(RepoPath::parse(&path));
            break;
        }
    }
    let path = join(folder, "Pipfile.lock");
    if let Some(text) = tree.text(&path) {
        match pipenv(&text) {
            Some(lines) => requirements.lines(tree, folder, &lines),
            None => requirements.unclear.push(format!("{path} can't be read")),
        }
        requirements.read.extend(RepoPath::parse(&path));
    }
}

/// `name==version` for each package of a registry that is locked to one version.
fn constraints(text: &str) -> Option<Vec<String>> {
    let document: toml::Table = text.parse().ok()?;
    let mut versions: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in document.get("package")?.as_array()? {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str);
        let source = package.get("source");
        // uv: `{ registry = … }`; Poetry: nothing, or a table with a type. The rest is the repository's own, or a URL.
        let kind = source.and_then(|source| source.get("type")).and_then(toml::Value::as_str);
        let elsewhere = ["editable", "virtual", "directory", "git", "url", "path"];
        let is_elsewhere = source.is_some_and(|source| elsewhere.iter().any(|key| source.get(key).is_some()));
        let from_registry = !is_elsewhere && kind.is_none_or(|kind| kind == "legacy");
        if let (Some(name), Some(version), true) = (text("name"), text("version"), from_registry) {
            versions.entry(normalised(name)).or_default().push(version);
        }
    }
    let single = versions.into_iter().filter(|(_, versions)| versions.len() == 1);
    Some(single.map(|(name, versions)| format!("{name}=={}", versions[0])).collect())
}

fn pipenv(text: &str) -> Option<Vec<String>> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut lines = Vec::new();
    for section in ["default", "develop"] {
        for (name, package) in document.get(section).and_then(serde_json::Value::as_object).into_iter().flatten() {
            let text = |key: &str| package.get(key).and_then(serde_json::Value::as_str);
            let marker = text("markers").map(|marker| format!("; {marker}")).unwrap_or_default();
            if let Some(path) = text("path") {
                lines.push(format!("-e {path}"));
            } else if let Some(git) = text("git") {
                let at = text("ref").map(|at| format!("@{at}")).unwrap_or_default();
                lines.push(format!("{name} @ git+{git}{at}{marker}"));
            } else {
                lines.push(format!("{name}{}{marker}", text("version").unwrap_or("").replace('*', "")));
            }
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_pins_what_has_one_version_and_comes_from_an_index() {
        let uv = r#"
version = 1
[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }
[[package]]
name = "Attrs"
version = "23.1.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "numpy"
version = "1.26.0"
[[package]]
name = "numpy"
version = "2.0.0"
"#;
        assert_eq!(constraints(uv).unwrap(), ["attrs==23.1.0"]);
    }

    #[test]
    fn pipenv_names_what_is_installed() {
        let lock = r#"{"default": {"attrs": {"version": "==23.1.0", "hashes": ["x"]}, "shop": {"path": ".", "editable": true}},
                       "develop": {"pytest": {"version": "==8.0", "markers": "python_version >= '3.8'"}}}"#;
        assert_eq!(pipenv(lock).unwrap(), ["attrs==23.1.0", "-e .", "pytest==8.0; python_version >= '3.8'"]);
    }
}
