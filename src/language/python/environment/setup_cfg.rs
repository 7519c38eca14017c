//! `setup.cfg` and other files of its kind: sections, keys, values that go on over indented lines.

use std::collections::BTreeMap;

use super::project::Project;

/// Sections, each with its keys and values.
pub(super) type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Reads `[metadata]` and `[options…]`.
pub(super) fn read(text: &str, project: &mut Project) {
    let sections = sections(text);
    let value = |section: &str, key: &str| sections.get(section)?.get(key).cloned();
    if let Some(name) = value("metadata", "name") {
        project.name_it(name.trim());
    }
    if let Some(version) = value("metadata", "version") {
        project.version_it(version.trim().to_owned());
    }
    if let Some(needs) = value("options", "install_requires") {
        match needs.trim().strip_prefix("file:") {
            Some(files) => project.files.extend(list(files).into_iter().map(|file| (None, file))),
            None => project.dependencies.extend(lines(&needs)),
        }
    }
    project.extra("test", value("options", "tests_require").map(|needs| lines(&needs)).unwrap_or_default());
    for (extra, needs) in sections.get("options.extras_require").into_iter().flatten() {
        match needs.trim().strip_prefix("file:") {
            Some(files) => project.files.extend(list(files).into_iter().map(|file| (Some(extra.clone()), file))),
            None => project.extra(extra, lines(needs)),
        }
    }
    for (group, entries) in sections.get("options.entry_points").into_iter().flatten() {
        for entry in lines(entries) {
            if let Some((name, object)) = entry.split_once('=') {
                project.entry_points.push((group.clone(), name.trim().to_owned(), object.trim().to_owned()));
            }
        }
    }
    for folder in lines(&value("options", "package_dir").unwrap_or_default()) {
        if let Some((package, folder)) = folder.split_once('=')
            && package.trim().is_empty()
        {
            project.package_folders.push(folder.trim().to_owned());
        }
    }
    project.package_folders.extend(value("options.packages.find", "where").map(|folder| folder.trim().to_owned()));
}

/// The sections of a text. Keys are lower-case; a comment or a line that is neither key nor continuation is left out.
pub(super) fn sections(text: &str) -> Sections {
    let mut sections = Sections::new();
    let (mut section, mut key) = (String::new(), None::<String>);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let values = sections.entry(section.clone()).or_default();
        if line.starts_with([' ', '\t'])
            && let Some(key) = &key
        {
            let value: &mut String = values.entry(key.clone()).or_default();
            value.push('\n');
            value.push_str(trimmed);
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = name.trim().to_owned();
            key = None;
            sections.entry(section.clone()).or_default();
        } else if let Some(at) = trimmed.find(['=', ':']) {
            let name = trimmed[..at].trim().to_ascii_lowercase();
            values.insert(name.clone(), trimmed[at + 1..].trim().to_owned());
            key = Some(name);
        }
    }
    sections
}

/// The lines of a value.
pub(super) fn lines(value: &str) -> Vec<String> {
    value.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The items of a value that are parted by commas or lines.
fn list(value: &str) -> Vec<String> {
    value.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
