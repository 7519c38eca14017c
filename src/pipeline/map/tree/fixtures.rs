//! The repositories under `fixtures/maps/`, each with the truth beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Reading, tree};
use crate::domain::{FileFacts, RepoPath, Revision, SourceTree, TreeMap};

/// What a repository holds. Lists without a word on completeness must all be found; `routes`, `imports` and `exports`
/// are complete.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    counts: BTreeMap<String, usize>,
    routes: Vec<String>,
    imports: Vec<String>,
    #[serde(default)]
    exports: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    external: Vec<String>,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    complexity: BTreeMap<String, u32>,
    #[serde(default)]
    tests: BTreeMap<String, Vec<String>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps")
}

/// A folder as a tree.
fn source(folder: &Path) -> SourceTree {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.push(RepoPath::parse(&path).unwrap());
            }
        }
    }
    files.sort();
    SourceTree::new(Revision::WorkTree, folder.to_path_buf(), files)
}

/// The map of a folder.
fn map(folder: &Path) -> TreeMap {
    let source = source(folder);
    let first = tree(&source, &Reading::default());
    assert_eq!(first, tree(&source, &Reading::default()), "the same tree gives another map");
    first
}

fn counts(map: &TreeMap) -> BTreeMap<String, usize> {
    let sources = || map.mapped().filter(|file| !file.is_test);
    let count = |of: &dyn Fn(&FileFacts) -> usize| sources().map(of).sum();
    BTreeMap::from([
        ("files".to_owned(), map.mapped().count()),
        ("functions".to_owned(), count(&|file| file.functions().count())),
        ("methods".to_owned(), count(&|file| file.methods().count())),
        ("classes".to_owned(), count(&|file| file.types().count())),
        ("routes".to_owned(), count(&|file| file.routes.len())),
    ])
}

/// `GET /carts web.py:list`
fn routes(map: &TreeMap) -> BTreeSet<String> {
    let routes = map.mapped().flat_map(|file| file.routes.iter().map(move |route| (file, route)));
    routes
        .map(|(_, route)| {
            let file = route.handler_file.as_ref().map(|file| format!(" {file}:{}", route.handler)).unwrap_or_default();
            format!("{} {}{file}", route.route.method, route.route.path)
        })
        .collect()
}

fn imports(map: &TreeMap) -> BTreeSet<String> {
    let pairs = map.mapped().flat_map(|file| file.imports.iter().map(move |import| (file, import)));
    pairs.flat_map(|(file, import)| import.files.iter().map(move |to| format!("{} -> {to}", file.path))).collect()
}

fn external(map: &TreeMap) -> BTreeSet<String> {
    let calls = map.mapped().flat_map(|file| file.external.iter().map(move |call| (file, call)));
    calls
        .map(|(file, call)| {
            let kind = format!("{:?}", call.kind).to_lowercase();
            format!("{kind} {} {}:{}", call.callee, file.path, call.symbol.as_deref().unwrap_or_default())
        })
        .collect()
}

fn calls(map: &TreeMap) -> BTreeSet<String> {
    let reference = |of: &crate::domain::SymbolRef| format!("{}:{}", of.file, of.name);
    map.calls.iter().map(|call| format!("{} -> {}", reference(&call.from), reference(&call.to))).collect()
}

/// Nothing but the differences, so that a failure reads well.
fn differences(name: &str, found: &BTreeSet<String>, truth: &[String], complete: bool) -> Vec<String> {
    let truth: BTreeSet<String> = truth.iter().cloned().collect();
    let missing = truth.difference(found).map(|one| format!("{name}: missing {one}"));
    let surplus = found.difference(&truth).filter(|_| complete).map(|one| format!("{name}: surplus {one}"));
    missing.chain(surplus).collect()
}

fn check(folder: &Path) -> Vec<String> {
    let truth: Truth = serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap();
    let map = map(&folder.join("tree"));
    let mut wrong = differences("routes", &routes(&map), &truth.routes, true);
    wrong.extend(differences("imports", &imports(&map), &truth.imports, true));
    wrong.extend(differences("external", &external(&map), &truth.external, false));
    wrong.extend(differences("calls", &calls(&map), &truth.calls, false));
    let found = counts(&map);
    if found != truth.counts {
        let functions: Vec<String> = map
            .mapped()
            .flat_map(|file| file.symbols.iter().map(|symbol| format!("{:?} {}", symbol.kind, symbol.local_name)))
            .collect();
        wrong.push(format!("counts: {found:?} instead of {:?}: {functions:?}", truth.counts));
    }
    let file = |path: &str| map.files.get(&RepoPath::parse(path).unwrap());
    for (path, names) in &truth.exports {
        let found = file(path).map(|file| file.exports.iter().map(|export| export.name.to_string()).collect());
        wrong.extend(differences(&format!("exports of {path}"), &found.unwrap_or_default(), names, true));
    }
    for (path, tests) in &truth.tests {
        let found = file(path).map(|file| file.test_files.iter().map(ToString::to_string).collect());
        wrong.extend(differences(&format!("tests of {path}"), &found.unwrap_or_default(), tests, true));
    }
    for (symbol, complexity) in &truth.complexity {
        let (path, name) = symbol.split_once(':').unwrap();
        let found = file(path).and_then(|file| file.symbols.iter().find(|symbol| symbol.local_name == name));
        if found.map(|symbol| symbol.complexity) != Some(*complexity) {
            wrong.push(format!("complexity of {symbol}: {:?}", found.map(|symbol| symbol.complexity)));
        }
    }
    wrong.extend(map.warnings.iter().map(ToString::to_string));
    wrong
}

#[test]
fn every_repository_is_mapped_as_its_truth_says() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        seen += 1;
        let name = entry.file_name().to_string_lossy().into_owned();
        wrong.extend(check(&entry.path()).into_iter().map(|one| format!("{name}: {one}")));
    }
    wrong.sort();
    assert!(seen >= 10, "only {seen} repositories were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn routes_are_found_from_what_their_handlers_reach() {
    let map = map(&folder().join("fastapi-shop/tree"));
    let reference =
        |file: &str, name: &str| crate::domain::SymbolRef { file: RepoPath::parse(file).unwrap(), name: name.into() };
    let shipping = reference("shop/pricing.py", "shipping");
    let near: Vec<&str> = super::callers(&map, &shipping, 1).iter().map(|caller| &*caller.name).collect();
    assert_eq!(near, ["total"]);
    let reached = |depth| -> BTreeSet<String> {
        let routes = super::routes_reaching(&map, &shipping, depth);
        routes.iter().map(|(file, at)| map.files[file].routes[*at].route.path.clone()).collect()
    };
    let expected = ["/orders", "/v1/carts", "/v1/carts/{cart_id}", "/v1/carts/{cart_id}/items"];
    assert_eq!(reached(8), expected.iter().map(ToString::to_string).collect());
    assert!(reached(1).is_empty());
    let flows =
        super::control_flows(&map, &source(&folder().join("fastapi-shop/tree")), std::slice::from_ref(&shipping));
    assert_eq!((flows[&shipping].paths.len(), flows[&shipping].complexity), (2, 3));
}
