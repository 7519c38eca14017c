//! `setup.py`, by its syntax alone: plain lists, texts and dicts, also those that a name of the module stands for.

use std::collections::BTreeMap;

use super::super::syntax::{Part, Syntax, grammar};
use super::project::Project;
use crate::domain::RepoPath;

/// How deep values are followed.
const DEPTH: usize = 12;

/// A value that stands in the text in so many words.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Text(String),
    List(Vec<Plain>),
    Dict(Vec<(String, Plain)>),
}

/// Reads the arguments of `setup(…)`.
pub(super) fn read(text: &str, project: &mut Project) {
    let path = RepoPath::parse("setup.py");
    let tree = path.ok().and_then(|path| grammar().ok()?.parse(&path, text, None).ok());
    let Some(tree) = tree else {
        project.unclear.push("setup.py can't be parsed".to_owned());
        return;
    };
    let syntax = Syntax::new(&tree, text);
    let module = Module::of(&syntax);
    let is_setup = |part: &Part<'_>| {
        let name = part.field("function").map_or("", Part::text);
        part.is("call") && (name == "setup" || name.ends_with(".setup"))
    };
    let Some(call) = syntax.root().descendants().find(is_setup) else { return };
    let arguments: Vec<Part<'_>> = call.field("arguments").into_iter().flat_map(Part::named).collect();
    for argument in &arguments {
        if let (Some(name), Some(value)) = (argument.field("name"), argument.field("value")) {
            take(name.text(), module.plain(value, DEPTH), value, project);
        } else if argument.is("dictionary_splat")
            && let Some(Plain::Dict(pairs)) = argument.only().and_then(|value| module.plain(value, DEPTH))
        {
            pairs.into_iter().for_each(|(name, value)| take(&name, Some(value), *argument, project));
        }
    }
}

fn take(name: &str, value: Option<Plain>, part: Part<'_>, project: &mut Project) {
    match (name, value) {
        ("name", Some(Plain::Text(name))) => project.name_it(&name),
        ("version", Some(Plain::Text(version))) => project.version_it(version),
        ("install_requires", Some(value)) => project.dependencies.extend(texts(value)),
        ("tests_require", Some(value)) => project.extra("test", texts(value)),
        ("extras_require", Some(Plain::Dict(extras))) => {
            extras.into_iter().for_each(|(extra, lines)| project.extra(&extra, texts(lines)));
        }
        ("package_dir", Some(Plain::Dict(folders))) => {
            let root = folders.into_iter().find(|(package, _)| package.is_empty());
            if let Some((_, Plain::Text(folder))) = root {
                project.package_folders.push(folder);
            }
        }
        ("entry_points", Some(Plain::Dict(groups))) => {
            for (group, entries) in groups {
                let pairs = texts(entries).into_iter();
                let pairs = pairs
                    .filter_map(|entry| entry.split_once('=').map(|(n, o)| (n.trim().to_owned(), o.trim().to_owned())));
                project.entry_points.extend(pairs.map(|(name, object)| (group.clone(), name, object)));
            }
        }
        ("ext_modules" | "rust_extensions" | "cffi_modules", _) => project.compiled = true,
        ("install_requires" | "extras_require" | "tests_require", _) => {
            let line = part.line_start();
            project.unclear.push(format!("{name} of setup.py (line {line}) is made by code, which is not run"));
        }
        _ => {}
    }
}

/// The texts of a list, or the lines of a text.
fn texts(value: Plain) -> Vec<String> {
    match value {
        Plain::Text(text) => super::setup_cfg::lines(&text),
        Plain::List(items) => items.into_iter().flat_map(texts).collect(),
        Plain::Dict(_) => Vec::new(),
    }
}

/// What the names of a module stand for, where they are assigned once at its top.
struct Module<'s> {
    names: BTreeMap<&'s str, Part<'s>>,
}

impl<'s> Module<'s> {
    fn of(syntax: &'s Syntax<'s>) -> Self {
        let mut names = BTreeMap::new();
        for statement in syntax.root().named().filter(|statement| statement.is("expression_statement")) {
            let assignment = statement.only().filter(|part| part.is("assignment"));
            if let Some((left, right)) = assignment.and_then(|part| Some((part.field("left")?, part.field("right")?))) {
                names.insert(left.text(), right);
            }
        }
        Self { names }
    }

    fn plain(&self, part: Part<'s>, depth: usize) -> Option<Plain> {
        let depth = depth.checked_sub(1)?;
        match part.kind() {
            "string" if part.named().all(|child| !child.is("interpolation")) => {
                let content = part.named().filter(|child| child.is("string_content"));
                Some(Plain::Text(content.map(Part::text).collect()))
            }
            "concatenated_string" => {
                let parts = part.named().map(|child| self.plain(child, depth));
                let text = |value| if let Some(Plain::Text(text)) = value { Some(text) } else { None };
                parts.map(text).collect::<Option<String>>().map(Plain::Text)
            }
            "list" | "tuple" | "set" => {
                part.named().map(|child| self.plain(child, depth)).collect::<Option<Vec<_>>>().map(Plain::List)
            }
            "list_splat" | "parenthesized_expression" => self.plain(part.only()?, depth),
            "dictionary" => {
                part.named().map(|pair| self.pair(pair, depth)).collect::<Option<Vec<_>>>().map(Plain::Dict)
            }
            "binary_operator" if part.field("operator")?.is("+") => {
                let (left, right) = (self.plain(part.field("left")?, depth)?, self.plain(part.field("right")?, depth)?);
                Some(Plain::List(vec![left, right]))
            }
            "identifier" => self.plain(*self.names.get(part.text())?, depth),
            "subscript" => {
                let Plain::Dict(pairs) = self.plain(part.field("value")?, depth)? else { return None };
                let Plain::Text(key) = self.plain(part.field("subscript")?, depth)? else { return None };
                pairs.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    fn pair(&self, pair: Part<'s>, depth: usize) -> Option<(String, Plain)> {
        let Plain::Text(key) = self.plain(pair.field("key")?, depth)? else { return None };
        Some((key, self.plain(pair.field("value")?, depth)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_arguments_are_read_and_code_is_never_run() {
        let text = r#"
import os
from setuptools import setup, find_packages
TESTS = ["pytest", 'hypothesis' '>=6']
EXTRAS = {"test": TESTS, "docs": ["sphinx"]}
os.system("touch /tmp/never")
setup(
    name="shop", version="1.2", package_dir={"": "src"}, packages=find_packages("src"),
    install_requires=["attrs>=20"] + ["six"], extras_require=EXTRAS,
    entry_points={"pytest11": ["shop = shop.plugin"]},
)
"#;
        let mut project = Project::default();
        read(text, &mut project);
        assert_eq!((project.name.as_deref(), project.version.as_deref()), (Some("shop"), Some("1.2")));
        assert_eq!(project.dependencies, ["attrs>=20", "six"]);
        assert_eq!(project.extras["test"], ["pytest", "hypothesis>=6"]);
        assert_eq!(project.package_folders, ["src"]);
        let plugin = ("pytest11".to_owned(), "shop".to_owned(), "shop.plugin".to_owned());
        assert_eq!(project.entry_points, [plugin]);
        assert!(project.unclear.is_empty());
    }

    #[test]
    fn what_code_makes_is_said() {
        let mut project = Project::default();
        read("import setuptools\nsetuptools.setup(install_requires=open('r.txt').read().split())", &mut project);
        assert_eq!(project.unclear, ["install_requires of setup.py (line 2) is made by code, which is not run"]);
    }
}
