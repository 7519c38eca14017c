//! Requirement files, flattened: what they include is followed, what names the repository itself is told apart.

use std::collections::BTreeSet;

use super::project::join;
use crate::domain::{RepoPath, SourceTree};

/// How deep files may include each other.
const DEPTH: usize = 8;
/// Options of pip that are kept: where packages come from, and which forms of them.
const KEPT_OPTIONS: [&str; 12] = [
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-index",
    "--no-binary",
    "--only-binary",
    "--prefer-binary",
    "--pre",
    "--trusted-host",
    "--use-feature",
];

/// What requirement files ask for.
#[derive(Debug, Default)]
pub(super) struct Requirements {
    /// Packages, a line each.
    pub packages: Vec<String>,
    /// Options of pip.
    pub options: Vec<String>,
    /// Constraints.
    pub constraints: Vec<String>,
    /// Projects of the repository itself: folder and extras.
    pub own: Vec<(String, Vec<String>)>,
    /// The files that were read.
    pub read: Vec<RepoPath>,
    /// What could not be understood.
    pub unclear: Vec<String>,
}

impl Requirements {
    /// Reads a file of a tree and what it includes; paths in it are relative to `folder`, as pip is started there.
    pub fn file(&mut self, tree: &SourceTree, folder: &str, path: &str) {
        Reader { tree, folder, into: self, seen: BTreeSet::new() }.file(path, false, DEPTH);
    }

    /// Takes lines that stand in a project file of `folder`.
    pub fn lines(&mut self, tree: &SourceTree, folder: &str, lines: &[String]) {
        let mut reader = Reader { tree, folder, into: self, seen: BTreeSet::new() };
        lines.iter().for_each(|line| reader.line(line, folder, false, DEPTH));
    }

    /// Whether a package is asked for.
    pub fn names(&self, package: &str) -> bool {
        self.packages.iter().any(|line| name(line).as_deref() == Some(package))
    }
}

struct Reader<'a> {
    tree: &'a SourceTree,
    folder: &'a str,
    into: &'a mut Requirements,
    seen: BTreeSet<String>,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, constraints: bool, depth: usize) {
        let Some(path) = normal(path) else {
            self.into.unclear.push(format!("{path} lies outside the repository"));
            return;
        };
        if depth == 0 || !self.seen.insert(path.clone()) {
            return;
        }
        let Some(text) = self.tree.text(&path) else {
            self.into.unclear.push(format!("{path} is not there"));
            return;
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        for line in logical_lines(&text) {
            self.line(&line, &folder, constraints, depth - 1);
        }
        self.into.read.extend(RepoPath::parse(&path).ok().filter(|path| !self.into.read.contains(path)));
    }

    fn line(&mut self, line: &str, folder: &str, constraints: bool, depth: usize) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        if let Some(file) = option(line, &["-r", "--requirement"]) {
            return self.file(&join(folder, file), constraints, depth);
        }
        if let Some(file) = option(line, &["-c", "--constraint"]) {
            return self.file(&join(folder, file), true, depth);
        }
        let line = option(line, &["-e", "--editable"]).unwrap_or(line);
        if line.starts_with('-') {
            let name = line.split([' ', '=']).next().unwrap_or("");
            if KEPT_OPTIONS.contains(&name) && !self.into.options.iter().any(|kept| kept == line) {
                self.into.options.push(line.to_owned());
            }
            return;
        }
        if let Some((path, extras)) = local(line) {
            match normal(&join(self.folder, &path)) {
                Some(folder) if !constraints => self.into.own.push((folder, extras)),
                Some(_) => {}
                None => self.into.unclear.push(format!("{line} lies outside the repository")),
            }
            return;
        }
        let line = version_control(without_hashes(line));
        let into = if constraints { &mut self.into.constraints } else { &mut self.into.packages };
        if !into.contains(&line) {
            into.push(line);
        }
    }
}

/// Lines without comments, those that go on joined.
fn logical_lines(text: &str) -> Vec<String> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let without_comment = |line: &str| {
        let end = if line.trim_start().starts_with('#') { 0 } else { line.find(" #").unwrap_or(line.len()) };
        line[..end].trim().to_owned()
    };
    joined.trim_start_matches('\u{feff}').lines().map(without_comment).filter(|line| !line.is_empty()).collect()
}

/// The value of an option, after a space or `=`.
fn option<'l>(line: &'l str, names: &[&str]) -> Option<&'l str> {
    names.iter().find_map(|name| {
        let rest = line.strip_prefix(name)?;
        let value = rest.trim_start_matches(['=', ' ', '\t']);
        // `-rfile` is fine to pip; `--requirements` is something else.
        (value.len() < rest.len() || !name.starts_with("--")).then_some(value.trim())
    })
}

/// The folder and the extras of a line that names a path: `.`, `.[test]`, `./libs/a`, `name @ file:./a`.
fn local(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.split_once(" @ ").map_or(line, |(_, place)| place).split(';').next().unwrap_or("").trim();
    let line = line.strip_prefix("file://").or_else(|| line.strip_prefix("file:")).unwrap_or(line);
    let (path, extras) = match line.split_once('[') {
        Some((path, extras)) => (path, list(extras.split(']').next().unwrap_or(""))),
        None => (line, Vec::new()),
    };
    let is_path =
        path == "." || path == ".." || path.starts_with(['/']) || path.starts_with("./") || path.starts_with("../");
    let looks_like_one =
        path.contains('/') && !path.contains("://") && !path.contains([' ', '=', '<', '>', '~', '!', '@']);
    (is_path || looks_like_one).then(|| (path.to_owned(), extras))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|item| item.trim().to_ascii_lowercase()).filter(|item| !item.is_empty()).collect()
}

fn without_hashes(line: &str) -> &str {
    line.find(" --hash").or_else(|| line.find(" --config-setting")).map_or(line, |at| line[..at].trim_end())
}

/// `git+https://host/x#egg=name` as `name @ git+https://host/x`, which says the same and needs no editable install.
fn version_control(line: &str) -> String {
    match line.split_once("#egg=") {
        Some((url, egg)) if line.contains("+") => {
            let egg = egg.split('&').next().unwrap_or(egg);
            format!("{egg} @ {url}")
        }
        _ => line.to_owned(),
    }
}

/// A path without `.` and `..`; nothing where it leaves the repository. The root is `""`.
fn normal(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The normalised name of the package that a line asks for.
pub(super) fn name(line: &str) -> Option<String> {
    let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || "-_.".contains(char))).unwrap_or(line.len());
    (end > 0).then(|| normalised(&line[..end]))
}

/// The extras in a line: `name[a,b]>=1`.
pub(super) fn extras(line: &str) -> Vec<String> {
    let name_end = line.find(['=', '<', '>', '~', '!', ';', '@']).unwrap_or(line.len());
    let bracket = line[..name_end].split_once('[').and_then(|(_, rest)| rest.split(']').next());
    bracket.map(list).unwrap_or_default()
}

/// A name as package indexes compare it.
pub(super) fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::*;

    #[test]
    fn a_file_is_flattened_and_the_repository_itself_is_told_apart() {
        let files = [
            (
                "requirements/test.txt",
                "-r ../requirements.txt\n--constraint=pins.txt\n-e .[cli]\n-e libs/money\npytest>=7  # tests\n\
                 six==1.16 \\\n  --hash=sha256:abc \\\n  --hash=sha256:def\n-e git+https://x/y.git@v1#egg=y\n--require-hashes\n",
            ),
            (
                "requirements.txt",
                "\u{feff}attrs\n-r requirements/test.txt\n./wheels\n--extra-index-url https://x/simple\n",
            ),
            ("requirements/pins.txt", "attrs==23.1\n"),
        ];
        let (tree, _folder) = tree(&files);
        let mut requirements = Requirements::default();
        requirements.file(&tree, "", "requirements/test.txt");
        assert_eq!(requirements.packages, ["attrs", "pytest>=7", "six==1.16", "y @ git+https://x/y.git@v1"]);
        assert_eq!(requirements.constraints, ["attrs==23.1"]);
        assert_eq!(requirements.options, ["--extra-index-url https://x/simple"]);
        let own: Vec<&str> = requirements.own.iter().map(|(folder, _)| folder.as_str()).collect();
        assert_eq!(own, ["wheels", "", "libs/money"]);
        assert_eq!(requirements.own[1].1, ["cli"]);
        assert!(requirements.unclear.is_empty(), "{:?}", requirements.unclear);
    }

    #[test]
    fn nothing_outside_the_repository_is_read() {
        let (tree, _folder) = tree(&[("requirements.txt", "-r ../../etc/passwd\n-r /etc/passwd\n-e ../other\n")]);
        let mut requirements = Requirements::default();
        requirements.file(&tree, "", "requirements.txt");
        assert!(requirements.packages.is_empty() && requirements.own.is_empty());
        assert_eq!(requirements.unclear.len(), 3);
    }

    #[test]
    fn names_are_compared_as_package_indexes_do() {
        assert_eq!(name("Foo_Bar.baz>=1").as_deref(), Some("foo-bar-baz"));
        assert_eq!(extras("shop[Test,cli]>=1"), ["test", "cli"]);
        assert!(extras("a; extra == 'x[y]'").is_empty());
    }
}
