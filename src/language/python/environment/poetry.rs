//! Poetry's own tables, with its versions turned into standard ones.

use toml::{Table, Value};

use super::project::Project;
use super::pyproject::{at, table, text_at, texts};

/// Reads `[tool.poetry]`.
pub(super) fn read(text: &str, project: &mut Project) {
    // A text that can't be read was reported with the standard tables.
    let Ok(document) = text.parse::<Table>() else { return };
    let Some(poetry) = table(&document, &["tool", "poetry"]) else { return };
    if let Some(name) = text_at(poetry, &["name"]) {
        project.name_it(&name);
    }
    if let Some(version) = text_at(poetry, &["version"]) {
        project.version_it(version);
    }
    let needs = table(poetry, &["dependencies"]);
    let wanted = |name: &str| name != "python";
    for (name, value) in needs.into_iter().flatten().filter(|(name, _)| wanted(name)) {
        if value.get("optional").and_then(Value::as_bool) != Some(true) {
            project.dependencies.extend(requirement(name, value));
        }
    }
    for (extra, names) in table(poetry, &["extras"]).into_iter().flatten() {
        let lines = texts(Some(names)).into_iter().filter_map(|name| requirement(&name, needs?.get(&name)?));
        project.extra(extra, lines.collect::<Vec<_>>());
    }
    let groups = table(poetry, &["group"]).into_iter().flatten();
    let groups = groups.map(|(name, group)| (name.as_str(), group.get("dependencies")));
    for (name, needs) in groups.chain([("dev", poetry.get("dev-dependencies"))]) {
        let needs = needs.and_then(Value::as_table).into_iter().flatten();
        project.extra(name, needs.filter_map(|(name, value)| requirement(name, value)).collect::<Vec<_>>());
    }
    for (group, entries) in table(poetry, &["plugins"]).into_iter().flatten() {
        for (name, object) in entries.as_table().into_iter().flatten() {
            let object = object.as_str().unwrap_or("").to_owned();
            project.entry_points.push((group.clone(), name.clone(), object));
        }
    }
    for package in at(poetry, &["packages"]).and_then(Value::as_array).into_iter().flatten() {
        project.package_folders.extend(package.get("from").and_then(Value::as_str).map(str::to_owned));
    }
    project.compiled |= poetry.contains_key("build");
}

/// One line of requirements; nothing for a path inside the repository.
fn requirement(name: &str, value: &Value) -> Option<String> {
    let (version, rest) = match value {
        Value::String(version) => (version.as_str(), None),
        // Several, each for another Python: the last one is for the newest.
        Value::Array(several) => return requirement(name, several.last()?),
        Value::Table(table) => (table.get("version").and_then(Value::as_str).unwrap_or("*"), Some(table)),
        _ => return None,
    };
    let text = |key: &str| rest.and_then(|table| table.get(key)?.as_str());
    let extras = texts(rest.and_then(|table| table.get("extras")));
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    let marker = text("markers").map(|marker| format!("; {marker}")).unwrap_or_default();
    if text("path").is_some() {
        return None;
    }
    if let Some(git) = text("git") {
        let at =
            ["rev", "tag", "branch"].iter().find_map(|key| text(key)).map(|at| format!("@{at}")).unwrap_or_default();
        return Some(format!("{name}{extras} @ git+{git}{at}{marker}"));
    }
    if let Some(url) = text("url") {
        return Some(format!("{name}{extras} @ {url}{marker}"));
    }
    Some(format!("{name}{extras}{}{marker}", specifier(version)))
}

/// `^1.2`, `~1.2`, `1.2`, `*`, or a list of these and standard ones, as a standard specifier.
fn specifier(version: &str) -> String {
    // Of alternatives, the last one is the newest.
    let version = version.rsplit("||").next().unwrap_or("").replace(' ', ",");
    let parts = version.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*");
    parts.map(one).collect::<Vec<_>>().join(",")
}

fn one(part: &str) -> String {
    if let Some(version) = part.strip_prefix('^') {
        let numbers = numbers(version);
        // The first number that isn't zero may not change.
        let fixed = numbers.iter().position(|number| *number > 0).unwrap_or(numbers.len().saturating_sub(1));
        return format!(">={version},<{}", next(&numbers, fixed));
    }
    if let Some(version) = part.strip_prefix('~').filter(|version| !version.starts_with('=')) {
        let numbers = numbers(version);
        return format!(">={version},<{}", next(&numbers, 1.min(numbers.len().saturating_sub(1))));
    }
    if part.starts_with(|first: char| first.is_ascii_digit()) { format!("=={part}") } else { part.to_owned() }
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map_while(|number| number.parse().ok()).collect()
}

fn next(numbers: &[u64], at: usize) -> String {
    let kept = numbers.iter().take(at + 1).enumerate();
    let next: Vec<String> = kept.map(|(index, number)| (number + u64::from(index == at)).to_string()).collect();
    next.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poetrys_versions_become_standard_ones() {
        for (poetry, standard) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0", ">=0.0,<0.1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.4", "~=1.4"),
            ("1.2", "==1.2"),
            ("1.*", "==1.*"),
            ("*", ""),
            (">=1,<2", ">=1,<2"),
            (">=1 <2", ">=1,<2"),
            ("^1 || ^2", ">=2,<3"),
        ] {
            assert_eq!(specifier(poetry), standard, "{poetry}");
        }
    }

    #[test]
    fn a_need_is_a_line_and_a_path_is_none() {
        let table: Table = "a = '^1'\nb = {version = '2', extras = ['x'], markers = \"os_name == 'nt'\"}\nc = {path = '../c'}\nd = {git = 'https://x/d.git', tag = 'v1'}"
            .parse()
            .unwrap();
        let line = |name: &str| requirement(name, &table[name]);
        assert_eq!(line("a").unwrap(), "a>=1,<2");
        assert_eq!(line("b").unwrap(), "b[x]==2; os_name == 'nt'");
        assert_eq!(line("c"), None);
        assert_eq!(line("d").unwrap(), "d @ git+https://x/d.git@v1");
    }
}
