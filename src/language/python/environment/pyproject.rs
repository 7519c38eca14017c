//! `pyproject.toml`: the standard tables, and those of setuptools, hatch, flit, pdm and uv.

use toml::{Table, Value};

use super::project::Project;

/// Reads all but Poetry's tables.
pub(super) fn read(text: &str, project: &mut Project) {
    let document: Table = match text.parse() {
        Ok(document) => document,
        Err(error) => {
            let why = error.message().lines().next().unwrap_or("").to_owned();
            project.unclear.push(format!("pyproject.toml can't be read ({why})"));
            return;
        }
    };
    if let Some(standard) = table(&document, &["project"]) {
        read_standard(standard, project);
    }
    read_groups(&document, project);
    read_setuptools(&document, project);
    read_other_tools(&document, project);
    read_version_file(&document, project);
    let backend = text_at(&document, &["build-system", "build-backend"]).unwrap_or_default();
    project.compiled |= ["maturin", "scikit_build_core", "mesonpy"].iter().any(|name| backend.starts_with(name));
}

fn read_standard(standard: &Table, project: &mut Project) {
    if let Some(name) = text_at(standard, &["name"]) {
        project.name_it(&name);
    }
    if let Some(version) = text_at(standard, &["version"]) {
        project.version_it(version);
    }
    project.dependencies.extend(texts(standard.get("dependencies")));
    for (name, lines) in standard.get("optional-dependencies").and_then(Value::as_table).into_iter().flatten() {
        project.extra(name, texts(Some(lines)));
    }
    let groups = table(standard, &["entry-points"]).into_iter().flatten();
    let scripts = standard.get("scripts").map(|scripts| ("console_scripts", scripts));
    for (group, entries) in groups.map(|(group, entries)| (group.as_str(), entries)).chain(scripts) {
        for (name, object) in entries.as_table().into_iter().flatten() {
            if let Some(object) = object.as_str() {
                project.entry_points.push((group.to_owned(), name.clone(), object.to_owned()));
            }
        }
    }
}

/// `[dependency-groups]`, one level of `include-group` at a time.
fn read_groups(document: &Table, project: &mut Project) {
    let Some(groups) = table(document, &["dependency-groups"]) else { return };
    for name in groups.keys() {
        let mut lines = Vec::new();
        let mut open = vec![name.clone()];
        let mut seen = Vec::new();
        while let Some(group) = open.pop() {
            if seen.contains(&group) {
                continue;
            }
            for entry in groups.get(&group).and_then(Value::as_array).into_iter().flatten() {
                match entry {
                    Value::String(line) => lines.push(line.clone()),
                    other => open.extend(other.get("include-group").and_then(Value::as_str).map(str::to_owned)),
                }
            }
            seen.push(group);
        }
        project.extra(name, lines);
    }
}

fn read_setuptools(document: &Table, project: &mut Project) {
    let Some(setuptools) = table(document, &["tool", "setuptools"]) else { return };
    let files = |value: Option<&Value>| match value.and_then(|value| value.get("file")) {
        Some(Value::String(file)) => vec![file.clone()],
        other => texts(other),
    };
    if let Some(dynamic) = table(setuptools, &["dynamic"]) {
        project.files.extend(files(dynamic.get("dependencies")).into_iter().map(|file| (None, file)));
        for (name, value) in table(dynamic, &["optional-dependencies"]).into_iter().flatten() {
            let name = Some(name.to_ascii_lowercase());
            project.files.extend(files(Some(value)).into_iter().map(|file| (name.clone(), file)));
        }
        if let Some(attribute) = text_at(dynamic, &["version", "attr"]) {
            project.version_it(format!("attr:{attribute}"));
        }
        if let Some(file) = files(dynamic.get("version")).first() {
            project.version_it(format!("file:{file}"));
        }
    }
    if let Some(folder) = table(setuptools, &["package-dir"]).and_then(|folders| folders.get("")?.as_str()) {
        project.package_folders.push(folder.to_owned());
    }
    project.package_folders.extend(texts(at(setuptools, &["packages", "find", "where"])));
    project.compiled |= setuptools.contains_key("ext-modules");
}

fn read_other_tools(document: &Table, project: &mut Project) {
    project.extra("dev", texts(at(document, &["tool", "uv", "dev-dependencies"])));
    for (name, lines) in table(document, &["tool", "pdm", "dev-dependencies"]).into_iter().flatten() {
        project.extra(name, texts(Some(lines)));
    }
    for (name, environment) in table(document, &["tool", "hatch", "envs"]).into_iter().flatten() {
        let name = if name == "default" { "dev" } else { name };
        for key in ["dependencies", "extra-dependencies"] {
            project.extra(name, texts(environment.get(key)));
        }
    }
    // `packages = ["src/shop"]`: the package's parent is what imports are looked up in.
    for package in texts(at(document, &["tool", "hatch", "build", "targets", "wheel", "packages"])) {
        project.package_folders.extend(package.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
    }
    project.package_folders.extend(text_at(document, &["tool", "pdm", "build", "package-dir"]));
    if let Some(path) = text_at(document, &["tool", "hatch", "version", "path"]) {
        project.version_it(format!("file:{path}"));
    }
    if let Some(module) = text_at(document, &["tool", "flit", "metadata", "module"]) {
        project.name_it(&module);
        project.dependencies.extend(texts(at(document, &["tool", "flit", "metadata", "requires"])));
        for (name, lines) in table(document, &["tool", "flit", "metadata", "requires-extra"]).into_iter().flatten() {
            project.extra(name, texts(Some(lines)));
        }
    }
}

/// A module that only a build writes, with the version in it.
fn read_version_file(document: &Table, project: &mut Project) {
    let places: [&[&str]; 5] = [
        &["tool", "setuptools_scm", "version_file"],
        &["tool", "setuptools_scm", "write_to"],
        &["tool", "setuptools-scm", "version_file"],
        &["tool", "hatch", "build", "hooks", "vcs", "version-file"],
        &["tool", "pdm", "version", "write_to"],
    ];
    let file = places.iter().find_map(|place| text_at(document, place));
    project.version_file =
        file.filter(|file| std::path::Path::new(file).extension().is_some_and(|extension| extension == "py"));
}

/// The value at a path of keys.
pub(super) fn at<'v>(table: &'v Table, keys: &[&str]) -> Option<&'v Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

/// The table at a path of keys.
pub(super) fn table<'v>(document: &'v Table, keys: &[&str]) -> Option<&'v Table> {
    at(document, keys)?.as_table()
}

/// The text at a path of keys.
pub(super) fn text_at(document: &Table, keys: &[&str]) -> Option<String> {
    at(document, keys)?.as_str().map(str::to_owned)
}

/// The texts of a list.
pub(super) fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
