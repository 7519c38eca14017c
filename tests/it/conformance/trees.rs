//! Real trees: the standard library of Python, a package of npm, crates. Nothing panics, and what is found is held against
//! what others count: Python's own parser, and universal-ctags.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jittest::domain::{FileFacts, RepoPath, Revision, SourceTree, TreeMap};
use jittest::language;
use jittest::pipeline::map::{Reading, tree};

use crate::github::npm;

/// Prints the folder of the standard library, and for each file of it how many functions and classes Python's own
/// parser finds.
const COUNT: &str = r#"
import ast, json, os, sysconfig, warnings
warnings.simplefilter("ignore")
root, counts = sysconfig.get_path("stdlib"), {}
for folder, folders, names in os.walk(root):
    folders[:] = [f for f in folders if f not in ("site-packages", "test", "tests", "idle_test", "lib2to3", "__pycache__")]
    for name in names:
        path = os.path.join(folder, name)
        if not name.endswith(".py") or os.path.getsize(path) > 300_000:
            continue
        try:
            with open(path, encoding="utf-8") as source:
                nodes = list(ast.walk(ast.parse(source.read())))
        except (SyntaxError, ValueError):
            continue
        functions = sum(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in nodes)
        counts[os.path.relpath(path, root)] = [functions, sum(isinstance(n, ast.ClassDef) for n in nodes)]
print(json.dumps([root, counts]))
"#;

#[test]
fn the_standard_library_of_python_is_mapped_as_its_own_parser_reads_it() {
    if std::env::var_os("JITTEST_LONG").is_none() {
        return;
    }
    let output = Command::new("python3").args(["-c", COUNT]).output().unwrap();
    let (root, counts): (PathBuf, BTreeMap<String, [usize; 2]>) = serde_json::from_slice(&output.stdout).unwrap();
    let files = counts.keys().map(|path| RepoPath::parse(path).unwrap()).collect();
    let source = SourceTree::new(Revision::WorkTree, root, files);
    let map = tree(&source, &Reading::default());
    let mut wrong = Vec::new();
    for file in map.mapped().filter(|file| !file.broken) {
        let text = source.text(file.path.as_str()).unwrap();
        let is_lambda = |start: usize, name: &str| text[start..].starts_with(name);
        let defined = file.symbols.iter().filter(|symbol| !is_lambda(symbol.span.start_byte, &symbol.name));
        let classes = file.types().count();
        let functions = defined.count() - classes;
        let expected = counts[file.path.as_str()];
        if [functions, classes] != expected {
            wrong.push(format!("{}: {functions} functions, {classes} classes instead of {expected:?}", file.path));
        }
    }
    let broken: Vec<&RepoPath> = map.mapped().filter(|file| file.broken).map(|file| &file.path).collect();
    assert!(map.mapped().count() > 400, "{}", map.mapped().count());
    assert!(broken.len() * 100 < map.mapped().count(), "not read whole: {broken:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn types_of_a_large_npm_package_are_those_that_universal_ctags_finds() {
    let (source, map) = mapped(&npm::package("rxjs", "7.8.1"));
    let tags = tags(&source, &map, &["class", "interface", "enum"]);
    let wrong = differences(&map, &tags, &["AjaxTimeoutErrorImpl"]);
    assert!(map.mapped().count() > 200, "{}", map.mapped().count());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn types_of_a_large_crate_are_those_that_universal_ctags_finds() {
    let (source, map) = mapped(&crate_folder("tokio"));
    let tags = tags(&source, &map, &["struct", "enum", "interface"]);
    let wrong = differences(&map, &tags, &[]);
    assert!(map.mapped().count() > 250, "{}", map.mapped().count());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn top_level_functions_of_a_large_npm_package_are_among_those_that_universal_ctags_finds() {
    let (source, map) = mapped(&npm::package("rxjs", "7.8.1"));
    let tags = tags(&source, &map, &["function", "generator", "method"]);
    let ours =
        map.mapped().flat_map(|file| file.functions().map(move |symbol| (file.path.as_str(), symbol.name.as_str())));
    let ours: Vec<(&str, &str)> = ours.collect();
    let is_known = |(file, name): &&(&str, &str)| tags.get(*file).is_some_and(|names| names.contains(*name));
    let unknown: Vec<&(&str, &str)> = ours.iter().filter(|one| !is_known(one)).collect();
    // ctags doesn't see constants that are bound to a function with type arguments.
    assert!(unknown.len() * 50 < ours.len(), "{} of {}: {unknown:?}", unknown.len(), ours.len());
}

/// The source files below a folder that are no tests, mapped. Files that hold their own tests are left out: those tests
/// are no symbols of ours, and ctags can't tell them.
fn mapped(folder: &Path) -> (SourceTree, TreeMap) {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(folder).unwrap().to_str().and_then(|below| RepoPath::parse(below).ok());
            let is_source = |below: &RepoPath| language::mapper(below).is_some_and(|own| !own.is_test_file(below));
            if path.is_dir() {
                waiting.push(path);
            } else if let Some(below) = below.filter(is_source) {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let holds_tests = ["cfg(test", "cfg(all(test"].iter().any(|mark| text.contains(mark));
                let is_declaration = below.as_str().ends_with(".d.ts");
                files.extend((!holds_tests && !is_declaration).then_some(below));
            }
        }
    }
    files.sort();
    let source = SourceTree::new(Revision::WorkTree, folder.to_path_buf(), files);
    let map = tree(&source, &Reading::default());
    (source, map)
}

/// For each mapped file, the names of these kinds that universal-ctags finds.
fn tags(source: &SourceTree, map: &TreeMap, kinds: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut ctags = Command::new("ctags")
        .args(["-x", "--_xformat=%K %N %F", "-L", "-"])
        .current_dir(&source.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("ctags can't be started ({error}): `make test` installs it"));
    let list: String = map.mapped().map(|file| format!("{}\n", file.path)).collect();
    let mut input = ctags.stdin.take().unwrap();
    let writing = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = ctags.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut parts = line.splitn(3, ' ');
        let (Some(kind), Some(name), Some(file)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if kinds.contains(&kind) {
            tags.entry(file.to_owned()).or_default().insert(name.to_owned());
        }
    }
    assert!(!tags.is_empty(), "ctags found nothing: is it universal-ctags?");
    tags
}

/// Files whose types are not those of the tags, apart from `known` ones that ctags doesn't see.
fn differences(map: &TreeMap, tags: &BTreeMap<String, BTreeSet<String>>, known: &[&str]) -> Vec<String> {
    let of_file = |file: &FileFacts| {
        let ours: BTreeSet<String> = file.types().map(|symbol| symbol.name.to_string()).collect();
        let theirs = tags.get(file.path.as_str()).cloned().unwrap_or_default();
        let differ: Vec<&String> =
            ours.symmetric_difference(&theirs).filter(|name| !known.contains(&name.as_str())).collect();
        (!differ.is_empty()).then(|| format!("{}: {differ:?}", file.path))
    };
    map.mapped().filter_map(of_file).collect()
}

/// Where cargo has the sources of a crate that this one is built from.
fn crate_folder(name: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--locked"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.output().unwrap().stdout).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages.find(|package| package["name"] == name).unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}
