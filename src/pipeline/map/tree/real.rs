//! Real trees, held against what another parser counts. Slow: they run where `JITTEST_LONG` is set.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::{Reading, tree};
use crate::domain::{RepoPath, Revision, SourceTree};

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
    let source = SourceTree { revision: Revision::WorkTree, folder: root, files };
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
