//! Facts about pytest that need no Python: where a test goes, how it is run, which results are believed.

use super::results::parse_matrix;
use serde_json::{Value, json};

use super::*;
use crate::domain::{
    GeneratedTest, Level, Mutant, MutantId, MutantSource, Observation, Outcome, Purpose, Revision, RevisionKey, Span,
    Symbol, SymbolKind, TargetId, TestId, Texts,
};

fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, SourceTree) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths: Vec<RepoPath> = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
        paths.push(RepoPath::parse(name).expect("a path"));
    }
    paths.sort();
    let tree = SourceTree::new(Revision::WorkTree, folder.path().to_path_buf(), paths);
    (folder, tree)
}

fn target(module: &str, symbol: &str) -> Target {
    let file = RepoPath::parse(&format!("{}.py", module.replace('.', "/"))).expect("a path");
    Target {
        id: TargetId::new("T001"),
        level: Level::Unit,
        base_file: Some(file.clone()),
        file,
        module: module.to_owned(),
        symbol: Symbol {
            kind: SymbolKind::Function,
            name: symbol.into(),
            local_name: symbol.into(),
            qualified_name: format!("{module}.{symbol}"),
            span: span(),
            definition_line: 1,
            parameters: Vec::new(),
            returns: None,
            decorators: Vec::new(),
            bases: Vec::new(),
            docstring: None,
            is_async: false,
            visibility: crate::domain::Visibility::Public,
            parent: None,
            calls: Texts::default(),
            untested_lines: Vec::new(),
            complexity: 1,
        },
        changed: true,
        in_base: true,
        route: None,
    }
}

fn span() -> Span {
    Span { start_byte: 0, end_byte: 1, line_start: 1, line_end: 1 }
}

fn placed(files: &[(&str, &str)], module: &str, symbol: &str) -> String {
    let (_folder, tree) = tree(files);
    Pytest.place(&[&tree], &target(module, symbol), &|_| false).to_string()
}

#[test]
fn a_new_test_goes_where_the_tests_of_the_same_module_are() {
    let files =
        [("shop/cart.py", ""), ("tests/test_a.py", ""), ("tests/test_b.py", ""), ("tests/unit/test_cart.py", "")];
    assert_eq!(placed(&files, "shop.cart", "total"), "tests/unit/test_jittest_cart_total.py");
    let files = [
        ("shop/cart.py", ""),
        ("tests/test_a.py", ""),
        ("tests/test_b.py", ""),
        ("tests/basket/test_everything.py", "from shop import cart\n"),
    ];
    assert_eq!(placed(&files, "shop.cart", "total"), "tests/basket/test_jittest_cart_total.py");
}

#[test]
fn without_tests_of_the_module_it_goes_where_most_light_tests_are() {
    let files = [
        ("shop/cart.py", ""),
        ("tests/integration/test_a.py", ""),
        ("tests/integration/test_b.py", ""),
        ("tests/test_c.py", ""),
        (".venv/lib/test_d.py", ""),
    ];
    assert_eq!(placed(&files, "shop.cart", "total"), "tests/test_jittest_cart_total.py");
}

#[test]
fn without_any_test_it_goes_to_the_configured_or_usual_folder() {
    assert_eq!(placed(&[("cart.py", "")], "cart", "total"), "tests/test_jittest_cart_total.py");
    assert_eq!(placed(&[("cart.py", ""), ("test/data.txt", "")], "cart", "total"), "test/test_jittest_cart_total.py");
    let configured = [("pytest.ini", "[pytest]\ntestpaths =\n    checks\n"), ("checks/conftest.py", "")];
    assert_eq!(placed(&configured, "cart", "total"), "checks/test_jittest_cart_total.py");
    let root = [("cart.py", ""), ("test_cart.py", "")];
    assert_eq!(placed(&root, "cart", "total"), "test_jittest_cart_total.py");
}

#[test]
fn testpaths_bound_where_a_test_may_go() {
    let files = [
        ("pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n"),
        ("scripts/test_cart.py", ""),
        ("tests/test_a.py", ""),
    ];
    assert_eq!(placed(&files, "shop.cart", "total"), "tests/test_jittest_cart_total.py");
}

#[test]
fn where_all_tests_are_in_one_file_others_have_the_usual_name() {
    let files = [("setup.cfg", "[tool:pytest]\npython_files = tests.py\n"), ("shop/tests/tests.py", "")];
    assert_eq!(placed(&files, "shop.cart", "total"), "shop/tests/test_jittest_cart_total.py");
}

#[test]
fn its_name_is_one_that_the_repositorys_patterns_collect() {
    let files = [("setup.cfg", "[tool:pytest]\npython_files = *_spec.py check_*.py\n"), ("spec/a_spec.py", "")];
    assert_eq!(placed(&files, "shop.cart", "Cart.total"), "spec/jittest_cart_cart_total_spec.py");
}

#[test]
fn its_base_name_is_nowhere_else() {
    let files = [("tests/test_cart.py", ""), ("other/test_jittest_cart_total.py", "")];
    assert_eq!(placed(&files, "shop.cart", "total"), "tests/test_jittest_cart_total_2.py");
    let (_folder, tree) = tree(&files);
    let taken = |path: &RepoPath| path.as_str() == "tests/test_jittest_cart_total_2.py";
    assert_eq!(
        Pytest.place(&[&tree], &target("shop.cart", "total"), &taken).as_str(),
        "tests/test_jittest_cart_total_3.py"
    );
}

#[test]
fn names_of_symbols_become_safe_names_of_files() {
    let files = [("tests/test_cart.py", "")];
    assert_eq!(placed(&files, "shop.cart", "Größe.__init__"), "tests/test_jittest_cart_gr_e_init.py");
}

fn command(files: &[(&str, &str)], roots: &[&str]) -> String {
    let (_folder, tree) = tree(files);
    let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    Pytest.command(&[&tree, &tree], &roots, &RepoPath::parse("tests/test_x.py").expect("a path")).join(" ")
}

#[test]
fn a_flat_repository_needs_no_more_than_the_path() {
    assert_eq!(command(&[("cart.py", "")], &["."]), "python -m pytest tests/test_x.py");
}

#[test]
fn a_source_folder_that_is_not_configured_is_named() {
    let named = "python -m pytest -o pythonpath=src tests/test_x.py";
    assert_eq!(command(&[("src/cart.py", "")], &["src", "."]), named);
    let partly = [("pytest.ini", "[pytest]\npythonpath = tests/tools\n")];
    let both = "python -m pytest -o pythonpath=src tests/tools tests/test_x.py";
    assert_eq!(command(&partly, &["src", "."]), both);
}

#[test]
fn a_source_folder_that_the_repository_configures_is_left_to_it() {
    for (name, text) in [
        ("pytest.ini", "[pytest]\npythonpath = ./src/\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = \"src\"\n"),
        ("pyproject.toml", "[tool.pytest]\npythonpath = [\"src\"]\n"),
        ("tox.ini", "[tox]\nx = 1\n[pytest]\npythonpath =\n  lib\n  src\n"),
        ("setup.cfg", "[tool:pytest]\npythonpath: src\n"),
    ] {
        assert_eq!(command(&[(name, text)], &["src", "."]), "python -m pytest tests/test_x.py", "{name}: {text}");
    }
}

#[test]
fn the_clearer_the_sign_the_surer_that_it_is_pytest() {
    let signs: [&[(&str, &str)]; 6] = [
        &[("pyproject.toml", "[tool.pytest.ini_options]\n")],
        &[("tests/conftest.py", "")],
        &[("requirements-dev.txt", "pytest>=7\n")],
        &[("tests/test_cart.py", "import pytest\n")],
        &[("tests/test_cart.py", "import unittest\n")],
        &[("cart.py", "")],
    ];
    let sure: Vec<u8> = signs.iter().map(|files| Pytest.detect(&tree(files).1)).collect();
    assert!(sure.is_sorted_by(|one, other| one > other), "{sure:?}");
    assert_eq!(Pytest.detect(&tree(&[("README.md", "")]).1), 0);
}

fn test_of(id: &str) -> GeneratedTest {
    GeneratedTest {
        id: TestId::new(id),
        target: TargetId::new("T001"),
        framework: "pytest".to_owned(),
        path: RepoPath::parse("tests/test_x.py").expect("a path"),
        name: "test_x".to_owned(),
        code: String::new(),
        command: Vec::new(),
        level: Level::Unit,
        provenance: "offline".to_owned(),
        purpose: Purpose::Regression,
        observation: Observation::default(),
        size: 1,
        quality: None,
        faults: Vec::new(),
    }
}

fn mutant_of(id: &str) -> Mutant {
    Mutant {
        id: MutantId::new(id),
        file: RepoPath::parse("cart.py").expect("a path"),
        symbol: "cart.total".to_owned(),
        span: span(),
        original: "x".to_owned(),
        mutated: "y".to_owned(),
        operator: "name".to_owned(),
        description: String::new(),
        rationale: String::new(),
        source: MutantSource::Operator,
        plausibility: 50,
    }
}

fn result() -> Value {
    json!({
        "cells": [
            {"test": "G001", "revision": "base", "run": 1, "outcome": "timed_out", "message": "", "line": null, "ms": 9},
            {"test": "G001", "revision": "base", "run": 0, "outcome": "passed", "message": "", "line": null, "ms": 3},
            {"test": "G001", "revision": "M001", "run": 0, "outcome": "failed", "message": "no", "line": 4,
             "own_assertion": true, "ms": 2, "setting": "seed=0"},
        ],
        "own_cells": [{"node": "t.py::test", "revision": "head", "outcome": "skipped", "message": "later", "ms": 1}],
        "own_oracles": [{"node": "t.py::test", "path": "t.py", "oracle": "weak"}],
        "covered_lines": {"cart.py": [1, 2]}, "covered_branches": {"cart.py": [[1, 2]]},
        "all_branches": {"cart.py": [[1, 2], [1, -1]]},
        "broken_mutants": {}, "equivalent_mutants": {"M001": "same code"}, "not_run": ["M001"],
        "distrust": ["why"], "notes": ["note"], "test_seconds": 1.5, "total_seconds": 2.5,
    })
}

fn parsed(result: &Value) -> Result<MatrixResult, MatrixError> {
    parse_matrix(result.to_string().as_bytes(), &[test_of("G001")], &[mutant_of("M001")])
}

#[test]
fn a_result_becomes_a_matrix_with_runs_in_order() {
    let found = parsed(&result()).expect("a result");
    let cell = |key| &found.matrix.cells[&(TestId::new("G001"), key)];
    assert_eq!(cell(RevisionKey::Base).runs, [Outcome::Passed, Outcome::TimedOut]);
    assert_eq!(cell(RevisionKey::Base).slowest_ms, 9);
    let failed = Outcome::Failed { message: "no".to_owned(), line: Some(4), own_assertion: true };
    assert_eq!(cell(RevisionKey::Mutant(MutantId::new("M001"))).runs, [failed]);
    assert_eq!(found.all_branches["cart.py"], [(1, 2), (1, -1)]);
    assert_eq!(found.matrix.not_run, [MutantId::new("M001")]);
    assert_eq!((found.notes.len(), found.matrix.distrust.len(), found.equivalent.len()), (1, 1, 1));
}

#[test]
fn a_result_about_something_else_is_refused() {
    let wrong = [
        ("/cells/0/test", json!("G002")),
        ("/cells/0/revision", json!("M002")),
        ("/cells/0/run", json!(0)),
        ("/cells/0/run", json!(1000)),
        ("/own_cells/0/revision", json!("elsewhere")),
        ("/not_run/0", json!("M002")),
        ("/equivalent_mutants", json!({"M002": "x"})),
        ("/covered_lines", json!({"../cart.py": [1]})),
    ];
    for (place, value) in wrong {
        let mut result = result();
        *result.pointer_mut(place).expect("a place") = value;
        assert!(matches!(parsed(&result), Err(MatrixError::Foreign { .. })), "{place}");
    }
}

#[test]
fn a_result_of_another_form_is_refused() {
    for (place, value) in [("/cells/0/outcome", json!("survived")), ("/cells/0/ms", json!(-1)), ("/cells", json!({}))] {
        let mut result = result();
        *result.pointer_mut(place).expect("a place") = value;
        assert!(matches!(parsed(&result), Err(MatrixError::Malformed(_))), "{place}");
    }
    assert!(matches!(parse_matrix(b"", &[], &[]), Err(MatrixError::Malformed(_))));
}

#[test]
fn a_result_over_its_bounds_is_refused_and_long_messages_are_cut() {
    let huge = vec![b' '; crate::domain::limits::MATRIX_BYTES + 1];
    assert!(matches!(parse_matrix(&huge, &[], &[]), Err(MatrixError::TooLarge { .. })));
    let mut long = result();
    long["distrust"] = json!(["ä".repeat(5000)]);
    let found = parsed(&long).expect("a result");
    assert_eq!(found.matrix.distrust[0].chars().count(), crate::domain::limits::MESSAGE_CHARS);
}
