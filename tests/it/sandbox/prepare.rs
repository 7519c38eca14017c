//! From a repository's files to its own tests running.

use std::path::Path;

use jittest::domain::{Checkout, Environment, RepoPath, RepositorySettings, Revision, SourceTree};
use jittest::language::python::Python;
use jittest::pipeline::prepare::{PrepareOutcome, prepare};
use jittest::sandbox::process::{ProcessConfig, ProcessSandbox};
use jittest::sandbox::{Ending, Input, RunOutput, RunSpec, Sandbox};

use super::{Docker, path, spec, stderr, stdout};

type Files<'f> = [(&'f str, &'f str)];

fn write(folder: &Path, files: &Files<'_>) {
    for (path, text) in files {
        let at = folder.join(path);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
        std::fs::write(at, text).expect("a file");
    }
}

fn tree(folder: &Path, files: &Files<'_>) -> SourceTree {
    write(folder, files);
    let mut files: Vec<RepoPath> = files.iter().map(|(at, _)| path(at)).collect();
    files.sort();
    SourceTree::new(Revision::WorkTree, folder.to_path_buf(), files)
}

fn checkout(base: &Files<'_>, head: &Files<'_>, repository: &Path) -> Checkout {
    let folder = tempfile::tempdir().expect("a folder");
    let (base, head) = (tree(&folder.path().join("base"), base), tree(&folder.path().join("head"), head));
    Checkout::new(folder, base, head, repository.to_path_buf(), Vec::new())
}

async fn ready(checkout: &Checkout, use_head: bool, sandbox: &dyn Sandbox) -> Environment {
    match prepare(checkout, &Python, &RepositorySettings::default(), use_head, sandbox).await.expect("prepared") {
        PrepareOutcome::Ready { environment, warnings } => {
            assert!(warnings.is_empty(), "{warnings:?}");
            environment
        }
        PrepareOutcome::Failed { step, .. } => panic!("{step:?}"),
    }
}

async fn pytest(sandbox: &dyn Sandbox, environment: &Environment, interpreter: &str, tree: &SourceTree) -> RunOutput {
    let roots: Vec<String> = environment.import_roots.iter().map(|root| format!("/workspace/tree/{root}")).collect();
    let line = "cd tree && exec \"$1\" -m pytest -q -p no:cacheprovider -rA";
    let run = RunSpec {
        argv: ["sh", "-c", line, "sh", interpreter].map(str::to_owned).to_vec(),
        inputs: vec![Input::Folder { from: tree.folder.clone(), to: path("tree") }],
        env: vec![("PYTHONPATH".to_owned(), roots.join(":"))],
        ..spec(environment.image.clone())
    };
    sandbox.run(&run).await.expect("the run could be made")
}

const PROJECT: &str = "
[project]
name = 'jittest-sample-shop'
version = '1.4'
dependencies = ['iniconfig==2.0.0']
[project.optional-dependencies]
test = ['pytest>=7']
[project.entry-points.pytest11]
shop = 'shop.plugin'
[tool.setuptools_scm]
write_to = 'src/shop/_version.py'
";
const CODE: &str =
    "import iniconfig\nfrom ._version import version\nfrom importlib.metadata import version as installed\n";
const TESTS: &str = "
import shop, importlib.util, os
def test_plugin(sample): assert sample == 3
def test_metadata(): assert shop.installed('jittest-sample-shop') == shop.version == '1.4'
def test_checked_out(): assert shop.__file__ == '/workspace/tree/src/shop/__init__.py'
def test_six(): assert importlib.util.find_spec('six') is None
def test_tool(): assert os.environ['PATH'].startswith('/opt/jittest/env/base/bin:')
";
const PLUGIN: &str = "import pytest\n@pytest.fixture\ndef sample(): return 3\n";

#[tokio::test]
async fn a_project_with_dependencies_metadata_a_plugin_and_a_src_layout_runs_its_tests_and_head_its_new_package() {
    let docker = Docker::connect().await;
    let base = [
        ("pyproject.toml", PROJECT),
        ("src/shop/__init__.py", CODE),
        ("src/shop/plugin.py", PLUGIN),
        ("tests/test_shop.py", TESTS),
    ];
    let head_project = PROJECT.replace("iniconfig==2.0.0'", "iniconfig==2.0.0', 'six'");
    let mut head = base;
    head[0].1 = &head_project;
    let repository = tempfile::tempdir().unwrap();
    let checkout = checkout(&base, &head, repository.path());

    let environment = ready(&checkout, true, &docker.sandbox).await;
    let output = pytest(&docker.sandbox, &environment, &environment.base_interpreter, &checkout.base).await;
    assert_eq!(output.ending, Ending::Exited(0), "{} {}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("5 passed"), "{}", stdout(&output));
    // The same tests in head's environment: only that six is missing is no longer so, and which one comes first.
    let output = pytest(&docker.sandbox, &environment, &environment.head_interpreter, &checkout.head).await;
    let said = stdout(&output);
    assert!(said.contains("FAILED tests/test_shop.py::test_six") && said.contains("4 passed"), "{said}");

    let again = ready(&checkout, true, &docker.sandbox).await;
    assert_eq!((again.image, again.took), (environment.image, std::time::Duration::ZERO));
}

#[tokio::test]
async fn heads_dependencies_that_may_not_be_used_are_said() {
    let docker = Docker::connect().await;
    let repository = tempfile::tempdir().unwrap();
    let checkout = checkout(&[("a.py", "")], &[("a.py", ""), ("requirements.txt", "six\n")], repository.path());
    let settings = RepositorySettings::default();
    let outcome = prepare(&checkout, &Python, &settings, false, &docker.sandbox).await.unwrap();
    let PrepareOutcome::Ready { environment, warnings } = outcome else { panic!("{outcome:?}") };
    assert_eq!(environment.base_interpreter, environment.head_interpreter);
    assert!(warnings[0].what.contains("requirements.txt"), "{warnings:?}");
}

#[tokio::test]
async fn a_repository_without_dependencies_needs_no_build() {
    let docker = Docker::connect().await;
    let files = [("shop.py", "x = 1\n"), ("test_shop.py", "import shop\ndef test_x(): assert shop.x == 1\n")];
    let repository = tempfile::tempdir().unwrap();
    let checkout = checkout(&files, &files, repository.path());
    let environment = ready(&checkout, true, &docker.sandbox).await;
    let output = pytest(&docker.sandbox, &environment, &environment.head_interpreter, &checkout.head).await;
    assert!(stdout(&output).contains("1 passed"), "{} {}", stdout(&output), stderr(&output));
}

#[tokio::test]
async fn without_docker_the_repositorys_own_environment_is_used_and_what_is_missing_is_named() {
    let repository = tempfile::tempdir().unwrap();
    git2::Repository::init(repository.path()).unwrap();
    let files = [("shop.py", "x = 1\n")];
    let checkout = checkout(&files, &files, repository.path());
    let on_path = std::env::var("PATH").unwrap();
    let sandbox = ProcessSandbox::new(ProcessConfig { path: on_path, ..ProcessConfig::default() }).await;
    let made = std::process::Command::new("python3")
        .args(["-m", "venv", "--without-pip", ".venv"])
        .current_dir(repository.path())
        .status()
        .unwrap();
    assert!(made.success());

    let settings = RepositorySettings::default();
    let outcome = prepare(&checkout, &Python, &settings, true, &sandbox).await.unwrap();
    let PrepareOutcome::Failed { step, .. } = outcome else { panic!("{outcome:?}") };
    assert!(step.step.contains(".venv/bin/python"), "{step:?}");
    assert!(step.tail.contains("No module named 'pytest'") && step.fix.contains("install pytest"), "{step:?}");

    let packages = std::fs::read_dir(repository.path().join(".venv/lib")).unwrap().next().unwrap().unwrap().path();
    write(&packages.join("site-packages"), &[("pytest.py", "")]);
    let environment = ready(&checkout, true, &sandbox).await;
    assert_eq!(environment.base_interpreter, environment.head_interpreter);
    let run = RunSpec {
        argv: vec!["python".to_owned(), "-c".to_owned(), "import pytest; print(pytest.__file__)".to_owned()],
        ..spec(environment.image.clone())
    };
    let output = sandbox.run(&run).await.unwrap();
    assert!(stdout(&output).contains("/.venv/lib/"), "{} {}", stdout(&output), stderr(&output));
}
