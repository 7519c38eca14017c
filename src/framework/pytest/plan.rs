//! The plan that the driver carries out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::{FileStatus, GeneratedTest, Mutant, Purpose, RepoPath};
use crate::framework::MatrixPlan;

/// The driver's plan, for a working folder that holds `base/`, `head/` and `jittest/`.
pub fn plan(matrix: &MatrixPlan<'_>) -> Value {
    let environment = matrix.environment;
    let map = matrix.map;
    let own: BTreeSet<&RepoPath> = map.related_test_files.iter().chain(&map.own_test_files).collect();
    let own: Vec<&RepoPath> = own.into_iter().filter(|path| matrix.head.has(path.as_str())).collect();
    let changed: Vec<&RepoPath> = own.iter().copied().filter(|path| map.own_test_files.contains(path)).collect();
    let lines: BTreeMap<&RepoPath, BTreeSet<u32>> = matrix
        .change
        .files
        .iter()
        .filter(|file| map.files.contains_key(&file.path))
        .map(|file| (&file.path, file.changed_lines()))
        .collect();
    json!({
        "base": {"root": "base", "python": environment.base_interpreter},
        "head": {"root": "head", "python": environment.head_interpreter},
        "import_roots": environment.import_roots,
        "tests": matrix.tests.iter().map(|test| of_test(matrix, test)).collect::<Vec<_>>(),
        "own_tests": own,
        "changed_tests": changed,
        "mutants": matrix.mutants.iter().map(|mutant| of_mutant(matrix, mutant)).collect::<Vec<_>>(),
        "modules": modules(matrix),
        "contents": {"base": contents(matrix, Side::Base), "head": contents(matrix, Side::Head)},
        "changed_lines": lines,
        "reruns": matrix.reruns,
        "repeats": matrix.repeats,
        "test_timeout": matrix.test_timeout.as_secs_f64(),
        "seconds": matrix.time.as_secs_f64(),
        "parallel": matrix.parallel,
    })
}

#[derive(Clone, Copy)]
enum Side {
    Base,
    Head,
}

/// What the changed source files of a side must hold, by SHA-256; `None` for one that must not be there.
fn contents(matrix: &MatrixPlan<'_>, side: Side) -> BTreeMap<RepoPath, Option<String>> {
    let mut contents = BTreeMap::new();
    for file in matrix.change.files.iter().filter(|file| !file.binary) {
        let old = file.old_path.as_ref().unwrap_or(&file.path);
        let (path, text, files, absent) = match side {
            Side::Base => (old, &file.before, &matrix.map.base_files, FileStatus::Added),
            Side::Head => (&file.path, &file.after, &matrix.map.files, FileStatus::Deleted),
        };
        let known = matrix.map.files.contains_key(&file.path) || matrix.map.base_files.contains_key(old);
        match text {
            Some(text) if files.contains_key(path) => {
                contents.insert(path.clone(), Some(hex::encode(Sha256::digest(text.as_bytes()))));
            }
            None if known && file.status == absent => {
                contents.insert(path.clone(), None);
            }
            _ => {}
        }
    }
    contents
}

fn of_test(matrix: &MatrixPlan<'_>, test: &GeneratedTest) -> Value {
    let target = matrix.map.targets.iter().find(|target| target.id == test.target);
    let (purpose, mutants) = match &test.purpose {
        Purpose::Regression => ("regression", &[][..]),
        Purpose::Hardening(mutants) => ("hardening", mutants.as_slice()),
    };
    json!({
        "id": test.id, "path": test.path, "code": test.code, "purpose": purpose, "mutants": mutants,
        "in_base": target.is_none_or(|target| target.in_base),
    })
}

/// A mutant with its whole file; one that doesn't fit head has no source, and the driver reports it as broken.
fn of_mutant(matrix: &MatrixPlan<'_>, mutant: &Mutant) -> Value {
    let after = matrix.change.files.iter().find(|file| file.path == mutant.file).and_then(|file| file.after.clone());
    let text = after.or_else(|| matrix.head.text(mutant.file.as_str()));
    let module = matrix.map.files.get(&mutant.file).map_or("", |file| file.module.as_str());
    json!({
        "id": mutant.id, "file": mutant.file, "module": module, "line": mutant.span.line_start,
        "source": text.and_then(|text| mutant.apply(&text)),
    })
}

/// Every tested module with the file that it must come from on each side.
fn modules(matrix: &MatrixPlan<'_>) -> Vec<Value> {
    let mut found: BTreeMap<&str, Value> = BTreeMap::new();
    for target in &matrix.map.targets {
        found
            .entry(&target.module)
            .or_insert_with(|| json!({"module": target.module, "file": target.file, "base_file": target.base_file}));
    }
    found.into_values().collect()
}
