//! The laws that every test framework obeys.

use std::collections::BTreeSet;
use std::time::Duration;

use jittest::domain::{
    ChangeSet, CodeMap, Environment, FileChange, FileStatus, GeneratedTest, Level, Observation, Outcome, Purpose,
    RepoPath, Revision, RevisionKey, SourceTree, Span, Symbol, SymbolKind, Target, TargetId, TestId, Texts,
};
use jittest::framework::pytest::Pytest;
use jittest::framework::{ALL, Framework, MatrixPlan};
use jittest::pipeline::generate;
use jittest::sandbox::{Ending, Input, Sandbox};

use crate::sandbox::{Docker, path, prepared, spec, stderr};

/// The interpreter of the base image that has pytest.
const INTERPRETER: &str = "/opt/jittest/tools/bin/python";

fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, SourceTree) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths: Vec<RepoPath> = Vec::new();
    for (name, text) in files {
        let on_disk = folder.path().join(name);
        std::fs::create_dir_all(on_disk.parent().expect("a parent")).expect("folders");
        std::fs::write(on_disk, text).expect("a file");
        paths.push(path(name));
    }
    paths.sort();
    let tree = SourceTree::new(Revision::WorkTree, folder.path().to_path_buf(), paths);
    (folder, tree)
}

fn target(file: &str, module: &str, symbol: &str) -> Target {
    let span = Span { start_byte: 0, end_byte: 0, line_start: 1, line_end: 1 };
    Target {
        id: TargetId::new("T001"),
        level: Level::Unit,
        file: path(file),
        base_file: Some(path(file)),
        module: module.to_owned(),
        symbol: Symbol {
            kind: SymbolKind::Function,
            name: symbol.into(),
            local_name: symbol.into(),
            qualified_name: format!("{module}.{symbol}"),
            span,
            definition_line: 1,
            parameters: Vec::new(),
            returns: None,
            decorators: Vec::new(),
            bases: Vec::new(),
            docstring: None,
            is_async: false,
            visibility: jittest::domain::Visibility::Public,
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

#[test]
fn every_framework_has_an_id_of_its_own_and_a_known_language() {
    let ids: BTreeSet<&str> = ALL.iter().map(|framework| framework.id()).collect();
    assert_eq!(ids.len(), ALL.len());
    for framework in ALL {
        assert!(jittest::language::by_id(framework.language()).is_some(), "{}", framework.id());
    }
}

#[test]
fn an_empty_repository_uses_no_framework() {
    let (_folder, empty) = tree(&[]);
    for framework in ALL {
        assert_eq!(framework.detect(&empty), 0, "{}", framework.id());
    }
}

#[test]
fn a_new_test_is_a_new_file_however_many_there_are() {
    let (_one, base) = tree(&[("shop/cart.py", ""), ("tests/test_jittest_cart_total.py", "")]);
    let (_two, head) = tree(&[("shop/cart.py", ""), ("tests/test_jittest_cart_total_2.py", "")]);
    for framework in ALL {
        let mut placed: Vec<RepoPath> = Vec::new();
        for _ in 0..20 {
            let target = target("shop/cart.py", "shop.cart", "total");
            let new = framework.place(&[&base, &head], &target, &|path| placed.contains(path));
            assert!(!base.has(new.as_str()) && !head.has(new.as_str()) && !placed.contains(&new), "{new}");
            placed.push(new);
        }
    }
}

#[test]
fn a_command_names_its_file_last_and_needs_no_shell() {
    let (_folder, tree) = tree(&[("shop/cart.py", "")]);
    for framework in ALL {
        let command = framework.command(&[&tree], &["src".to_owned(), ".".to_owned()], &path("tests/test_x.py"));
        assert_eq!(command.last().map(String::as_str), Some("tests/test_x.py"));
        assert!(command.len() > 1 && !["sh", "bash"].contains(&command[0].as_str()), "{command:?}");
    }
}

#[test]
fn a_driver_holds_every_file_that_it_starts_and_imports() {
    for framework in ALL {
        let driver = framework.driver();
        let names: BTreeSet<&str> = driver.files.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), driver.files.len());
        let started = driver.argv.last().and_then(|path| path.strip_prefix("jittest/")).expect("a path of ours");
        assert!(names.contains(started));
        for (name, text) in driver.files {
            let imported = text.lines().filter_map(|line| {
                let line = line.trim_start();
                line.strip_prefix("from ").or_else(|| line.strip_prefix("import "))?.split_whitespace().next()
            });
            for module in imported.filter(|module| module.starts_with("jittest_")) {
                assert!(names.contains(format!("{module}.py").as_str()), "{name} imports {module}");
            }
        }
    }
}

const BASE: &str = "def total(prices):\n    if not prices:\n        return 0\n    return sum(prices)\n";
const HEAD: &str = "def total(prices):\n    return prices[0] + sum(prices[1:])\n";
const TEST: &str = "from cart import total\n\n\ndef test_total_of_nothing_is_zero():\n    assert total([]) == 0\n";

#[tokio::test]
async fn a_regression_is_proven_in_one_sandbox_run() {
    let (_one, base) = tree(&[("cart.py", BASE)]);
    let (_two, head) = tree(&[("cart.py", HEAD)]);
    let framework: &dyn Framework = &jittest::framework::pytest::Pytest;
    let target = target("cart.py", "cart", "total");
    let tests = [test(framework, &[&base, &head], &target)];
    let change = ChangeSet { files: vec![changed()], summary: String::new() };
    let map = CodeMap { targets: vec![target], ..CodeMap::default() };
    let docker = Docker::connect().await;
    let environment = Environment {
        image: prepared(&docker.sandbox).await,
        base_interpreter: INTERPRETER.to_owned(),
        head_interpreter: INTERPRETER.to_owned(),
        import_roots: vec![".".to_owned()],
        took: Duration::ZERO,
    };
    let plan = Pytest.plan(&MatrixPlan {
        environment: &environment,
        map: &map,
        change: &change,
        head: &head,
        tests: &tests,
        mutants: &[],
        reruns: 5,
        repeats: 1,
        test_timeout: Duration::from_secs(20),
        time: Duration::from_secs(100),
        parallel: 2,
    });
    let mut run = spec(environment.image.clone());
    run.inputs = inputs(framework, &plan, &base, &head);
    run.argv = generate::argv(framework.driver());
    run.collect = vec![path("jittest/result.json")];
    run.limits.timeout = Duration::from_secs(120);
    let output = docker.sandbox.run(&run).await.expect("the run could be made");
    assert_eq!(output.ending, Ending::Exited(0), "{}", stderr(&output));
    let found = Pytest.read(&output.files[0].1, &tests, &[]).expect("a result");
    assert!(found.matrix.distrust.is_empty(), "{:?}", found.matrix.distrust);
    let cell = |key| &found.matrix.cells[&(tests[0].id.clone(), key)];
    assert_eq!(cell(RevisionKey::Base).runs, vec![Outcome::Passed; 5]);
    assert_eq!(cell(RevisionKey::Head).failed(), 5, "{:?}", cell(RevisionKey::Head));
}

fn inputs(framework: &dyn Framework, plan: &serde_json::Value, base: &SourceTree, head: &SourceTree) -> Vec<Input> {
    let file = |name: &str, content: &[u8]| Input::File {
        path: path(&format!("jittest/{name}")),
        content: content.to_vec(),
        executable: false,
    };
    let mut inputs: Vec<Input> =
        framework.driver().files.iter().map(|(name, text)| file(name, text.as_bytes())).collect();
    inputs.push(file("plan.json", plan.to_string().as_bytes()));
    inputs.push(Input::Folder { from: base.folder.clone(), to: path("base") });
    inputs.push(Input::Folder { from: head.folder.clone(), to: path("head") });
    inputs
}

fn test(framework: &dyn Framework, trees: &[&SourceTree], target: &Target) -> GeneratedTest {
    let path = framework.place(trees, target, &|_| false);
    GeneratedTest {
        id: TestId::new("G001"),
        target: target.id.clone(),
        framework: framework.id().to_owned(),
        command: framework.command(trees, &[".".to_owned()], &path),
        path,
        name: "test_total_of_nothing_is_zero".to_owned(),
        code: TEST.to_owned(),
        level: Level::Unit,
        provenance: "offline".to_owned(),
        purpose: Purpose::Regression,
        observation: Observation::default(),
        size: 1,
        quality: None,
        faults: Vec::new(),
    }
}

fn changed() -> FileChange {
    FileChange {
        path: path("cart.py"),
        old_path: None,
        status: FileStatus::Modified,
        binary: false,
        hunks: Vec::new(),
        before: Some(BASE.to_owned()),
        after: Some(HEAD.to_owned()),
    }
}
