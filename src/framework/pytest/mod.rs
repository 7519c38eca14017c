//! pytest.
//!
//! The driver (`driver/`, Python, standard library and the environment's own pytest) runs a whole kill matrix inside
//! the sandbox; its plan is made in `plan.rs`, its result read in `results.rs`.

mod configuration;
mod placement;
mod plan;
mod results;

use super::{Framework, MatrixError, MatrixPlan, MatrixResult};
use crate::domain::{GeneratedTest, Mutant, RepoPath, SourceTree, Target};
use crate::language::{Driver, driver_files};
use configuration::Configuration;

/// pytest, from 6 on.
#[derive(Clone, Copy, Debug)]
pub struct Pytest;

const DRIVER: Driver = Driver {
    files: driver_files![
        "driver/";
        "matrix.py",
        "jittest_analysis.py",
        "jittest_cells.py",
        "jittest_clock.py",
        "jittest_copies.py",
        "jittest_early.py",
        "jittest_generated.py",
        "jittest_judge.py",
        "jittest_ledger.py",
        "jittest_mutants.py",
        "jittest_mutation.py",
        "jittest_observer.py",
        "jittest_outcomes.py",
        "jittest_own.py",
        "jittest_processes.py",
        "jittest_relay.py",
        "jittest_run.py",
        "jittest_session.py",
        "jittest_severity.py",
        "jittest_sides.py",
        "jittest_steps.py",
        "jittest_swap.py",
        "jittest_trace.py",
        "jittest_tree.py",
        "jittest_wire.py",
        "jittest_zygote.py",
    ],
    argv: &["python3", "jittest/matrix.py"],
    env: &[],
};

/// Dependency files in which pytest is named.
const DEPENDENCY_FILES: [&str; 8] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements/dev.txt",
    "requirements/test.txt",
];

impl Framework for Pytest {
    fn id(&self) -> &'static str {
        "pytest"
    }

    fn language(&self) -> &'static str {
        "python"
    }

    fn detect(&self, tree: &SourceTree) -> u8 {
        let configuration = Configuration::of(tree);
        if configuration.found {
            return 100;
        }
        if tree.files.iter().any(|file| file.file_name() == "conftest.py") {
            return 90;
        }
        let names_pytest = |file: &&str| tree.text(file).is_some_and(|text| text.contains("pytest"));
        if DEPENDENCY_FILES.iter().any(names_pytest) {
            return 80;
        }
        let tests = placement::test_files(tree, &configuration);
        if tests.iter().any(|file| names_pytest(&file.as_str())) {
            70
        } else if !tests.is_empty() {
            40 // unittest, which pytest runs too
        } else {
            10 * u8::from(tree.files.iter().any(|file| file.as_str().ends_with(".py")))
        }
    }

    fn test_folder(&self, tree: &SourceTree) -> String {
        placement::folder(tree, &Configuration::of(tree), None)
    }

    fn place(&self, trees: &[&SourceTree], target: &Target, taken: &dyn Fn(&RepoPath) -> bool) -> RepoPath {
        placement::place(trees, target, taken)
    }

    fn command(&self, trees: &[&SourceTree], import_roots: &[String], path: &RepoPath) -> Vec<String> {
        let mut command: Vec<String> = ["python", "-m", "pytest"].map(str::to_owned).to_vec();
        let configured: Vec<Vec<String>> =
            trees.iter().map(|tree| Configuration::of(tree).list("pythonpath")).collect();
        // `python -m` puts the root itself on the path.
        let needed = |root: &&String| !matches!(root.trim_end_matches('/'), "." | "");
        let missing = |root: &&String| !configured.iter().all(|paths| paths.iter().any(|path| same(path, root)));
        if import_roots.iter().filter(needed).any(|root| missing(&root)) {
            let mut roots: Vec<&String> = import_roots.iter().filter(needed).collect();
            let others = configured.iter().flatten().filter(|path| !import_roots.iter().any(|root| same(path, root)));
            roots.extend(others);
            roots.dedup();
            let joined = roots.iter().map(|root| root.as_str()).collect::<Vec<_>>().join(" ");
            command.extend(["-o".to_owned(), format!("pythonpath={joined}")]);
        }
        command.push(path.to_string());
        command
    }

    fn driver(&self) -> Driver {
        DRIVER
    }

    fn plan(&self, matrix: &MatrixPlan<'_>) -> serde_json::Value {
        plan::plan(matrix)
    }

    fn read(&self, bytes: &[u8], tests: &[GeneratedTest], mutants: &[Mutant]) -> Result<MatrixResult, MatrixError> {
        results::parse_matrix(bytes, tests, mutants)
    }
}

fn same(one: &str, other: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches("./").trim_end_matches('/').to_owned();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests;
