//! Imports resolved to files: relative ones, those that `tsconfig.json` names by `paths` and `baseUrl`, and packages
//! of the same repository.

use std::collections::HashMap;

use serde_json::Value;

use crate::domain::{FileFacts, Import, RepoPath, SourceTree};
use crate::language::{Project, Resolver};

/// Endings that are tried, in order.
const ENDINGS: &[&str] = &["", ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"];

/// What one `tsconfig.json` or `jsconfig.json` says, for the folder that it lies in.
struct Settings {
    folder: String,
    /// Folder that bare imports start in, where it is set.
    base: Option<String>,
    /// A pattern, with at most one `*`, and what it stands for.
    paths: Vec<(String, Vec<String>)>,
}

/// A package of the repository.
struct Package {
    name: String,
    folder: String,
    main: Option<String>,
}

/// The modules of one tree.
pub(super) struct Modules<'p> {
    files: HashMap<&'p str, &'p FileFacts>,
    settings: Vec<Settings>,
    packages: Vec<Package>,
}

impl<'p> Modules<'p> {
    /// Reads the settings and packages of the tree.
    pub(super) fn new(project: Project<'p>) -> Self {
        let named = |name: &'static str| project.tree.files.iter().filter(move |path| path.file_name() == name);
        let configs = named("tsconfig.json").chain(named("jsconfig.json"));
        let mut settings: Vec<Settings> = configs.filter_map(|path| settings(project.tree, path)).collect();
        // The nearest one counts.
        settings.sort_by_key(|one| std::cmp::Reverse(one.folder.len()));
        let packages = named("package.json").filter_map(|path| package(project.tree, path)).collect();
        let files = project.files.iter().map(|(path, file)| (path.as_str(), file)).collect();
        Self { files, settings, packages }
    }

    /// The file that a path without its ending stands for.
    fn file(&self, stem: &str) -> Option<RepoPath> {
        let mut name = String::with_capacity(stem.len() + "/index.d.ts".len());
        let mut holds = |parts: &[&str]| {
            name.clear();
            name.extend(parts.iter().copied());
            self.files.get(name.as_str()).copied()
        };
        let as_file = ENDINGS.iter().find_map(|ending| holds(&[stem, ending]).filter(|file| file.is_mapped()));
        // TypeScript writes the name of what it becomes.
        let mut as_source = || {
            let stem = [".js", ".jsx", ".mjs", ".cjs"].iter().find_map(|ending| stem.strip_suffix(ending))?;
            [".ts", ".tsx", ".mts", ".cts"].iter().find_map(|ending| holds(&[stem, ending]))
        };
        let found = as_file.or_else(&mut as_source).or_else(|| {
            let index = if stem.is_empty() { "index" } else { "/index" };
            ENDINGS[1..].iter().find_map(|ending| holds(&[stem, index, ending]))
        });
        found.map(|file| file.path.clone())
    }

    fn by_settings(&self, from: &RepoPath, source: &str) -> Option<RepoPath> {
        let above = |one: &&Settings| is_below(from.folder(), &one.folder);
        self.settings.iter().filter(above).find_map(|one| {
            let base = one.base.as_deref().unwrap_or(&one.folder);
            let mapped = one.paths.iter().find_map(|(pattern, targets)| {
                let rest = matched(pattern, source)?;
                targets.iter().find_map(|target| self.file(&join(base, &target.replace('*', rest))?))
            });
            mapped.or_else(|| one.base.as_ref().and_then(|base| self.file(&join(base, source)?)))
        })
    }

    fn by_package(&self, source: &str) -> Option<RepoPath> {
        self.packages.iter().find_map(|package| {
            let rest = source.strip_prefix(&package.name)?;
            let rest = if rest.is_empty() { "" } else { rest.strip_prefix('/')? };
            if !rest.is_empty() {
                let direct = join(&package.folder, rest).and_then(|stem| self.file(&stem));
                return direct.or_else(|| self.file(&join(&package.folder, &format!("src/{rest}"))?));
            }
            let main = package.main.as_ref().and_then(|main| self.file(&join(&package.folder, main)?));
            let index = || self.file(&join(&package.folder, "src/index")?).or_else(|| self.file(&package.folder));
            main.or_else(index)
        })
    }
}

impl Resolver for Modules<'_> {
    fn module(&self, file: &FileFacts) -> String {
        let stem = file.path.as_str().rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
        stem.strip_suffix("/index").unwrap_or(stem).replace('/', ".")
    }

    fn resolve(&self, from: &FileFacts, import: &Import) -> Vec<RepoPath> {
        let source = import.source.split('?').next().unwrap_or_default();
        let found = if source.starts_with('.') {
            join(from.path.folder(), source).and_then(|stem| self.file(&stem))
        } else {
            self.by_settings(&from.path, source).or_else(|| self.by_package(source))
        };
        found.into_iter().filter(|path| *path != from.path).collect()
    }
}

fn is_below(folder: &str, above: &str) -> bool {
    above.is_empty() || folder == above || folder.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

/// What `*` stands for where `source` fits `pattern`.
fn matched<'s>(pattern: &str, source: &'s str) -> Option<&'s str> {
    match pattern.split_once('*') {
        Some((start, end)) => source.strip_prefix(start)?.strip_suffix(end),
        None => (pattern == source).then_some(""),
    }
}

/// `folder/relative` without `.` and `..`; `None` where it leaves the tree.
fn join(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in relative.split('/') {
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

fn settings(tree: &SourceTree, path: &RepoPath) -> Option<Settings> {
    let value: Value = serde_json::from_str(&plain_json(&tree.text(path.as_str())?)).ok()?;
    let options = value.get("compilerOptions")?;
    let folder = path.folder().to_owned();
    let base = options.get("baseUrl").and_then(Value::as_str).and_then(|base| join(&folder, base));
    let targets = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut paths: Vec<(String, Vec<String>)> = options
        .get("paths")
        .and_then(Value::as_object)
        .map(|paths| paths.iter().map(|(pattern, value)| (pattern.clone(), targets(value))).collect())
        .unwrap_or_default();
    // The longest pattern that fits counts.
    paths.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
    (base.is_some() || !paths.is_empty()).then_some(Settings { folder, base, paths })
}

fn package(tree: &SourceTree, path: &RepoPath) -> Option<Package> {
    if path.folder().split('/').any(|folder| folder == "node_modules") {
        return None;
    }
    let value: Value = serde_json::from_str(&tree.text(path.as_str())?).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").filter(|name| !name.is_empty())?;
    let main = text("source").or_else(|| text("module")).or_else(|| text("main"));
    Some(Package { name, folder: path.folder().to_owned(), main })
}

/// JSON without the comments and trailing commas that `tsconfig.json` may have.
fn plain_json(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                plain.push(c);
                plain.extend(chars.next());
            }
            '"' => {
                in_string = !in_string;
                plain.push(c);
            }
            '/' if !in_string && chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            '/' if !in_string && chars.peek() == Some(&'*') => {
                let mut last = ' ';
                chars.next();
                for next in chars.by_ref() {
                    if last == '*' && next == '/' {
                        break;
                    }
                    last = next;
                }
            }
            '}' | ']' if !in_string => {
                let kept = plain.trim_end().trim_end_matches(',').len();
                plain.truncate(kept);
                plain.push(c);
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_may_have_comments_and_trailing_commas() {
        let text = "{ // a\n \"a\": \"x//y,\", /* b */ \"c\": [1, 2,],\n}";
        let value: Value = serde_json::from_str(&plain_json(text)).unwrap();
        assert_eq!(value, serde_json::json!({"a": "x//y,", "c": [1, 2]}));
    }

    #[test]
    fn patterns_have_one_star() {
        assert_eq!(matched("@/*", "@/shop/cart"), Some("shop/cart"));
        assert_eq!(matched("shop", "shop"), Some(""));
        assert_eq!(matched("@/*", "lodash"), None);
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", "../../c"), None);
    }
}
