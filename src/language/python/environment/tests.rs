use super::*;
use crate::domain::Revision;

/// A tree of these files, and the folder that it lies in.
pub(super) fn tree(files: &[(&str, &str)]) -> (SourceTree, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (path, text) in files {
        let at = folder.path().join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, text).unwrap();
        paths.push(RepoPath::parse(path).unwrap());
    }
    paths.sort();
    (SourceTree::new(Revision::WorkTree, folder.path().to_path_buf(), paths), folder)
}

fn plan_of(base: &[(&str, &str)], head: &[(&str, &str)], use_head: bool) -> EnvironmentPlan {
    let (base, _base_folder) = tree(base);
    let (head, _head_folder) = tree(head);
    environment(&base, &head, use_head, &EnvironmentSettings::default())
}

fn plan(files: &[(&str, &str)]) -> EnvironmentPlan {
    plan_of(files, files, true)
}

fn list(plan: &EnvironmentPlan, path: &str) -> Vec<String> {
    let file = plan.spec.files.iter().find(|(at, _)| at.as_str() == path);
    let text = file.map(|(_, content)| String::from_utf8(content.clone()).unwrap()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_repository_that_needs_nothing_uses_the_image_as_it_is() {
    let plan = plan(&[("shop.py", "x = 1"), ("pyproject.toml", "[project]\nname = 'shop'\nversion = '1'")]);
    assert_eq!((plan.base_interpreter.as_str(), plan.head_interpreter.as_str()), (TOOLS, TOOLS));
    assert!(plan.spec.steps.is_empty() && plan.spec.files.is_empty());
    assert_eq!(plan.import_roots, ["."]);
}

#[test]
fn all_files_are_read_and_those_for_documentation_are_not() {
    let plan = plan(&[
        ("requirements.txt", "attrs==23.1\n-e .\n"),
        ("requirements-dev.txt", "black\n"),
        ("requirements/test.txt", "pytest>=7\n-r more.txt\n"),
        ("requirements/more.txt", "hypothesis\n"),
        ("requirements/docs.txt", "sphinx\n"),
        (
            "setup.cfg",
            "[metadata]\nname = shop\nversion = attr: shop.__version__\n[options]\ninstall_requires =\n  six\n  Shop\n[options.extras_require]\ntest =\n  pytest-mock\n  shop[cli]\ncli = click\n",
        ),
        ("shop/__init__.py", "import importlib.metadata\n__version__ = '3.1'\n"),
    ]);
    let expected = ["six", "pytest-mock", "attrs==23.1", "pytest>=7", "hypothesis", "click"];
    assert_eq!(list(&plan, "base/requirements.txt"), expected);
    let metadata = plan.spec.steps.iter().any(|step| {
        matches!(step, SetUpStep::Write { path, content }
            if path.ends_with("/shop-3.1.dist-info/METADATA") && content.contains("Name: shop\nVersion: 3.1\n"))
    });
    assert!(metadata, "{:?}", plan.spec.steps);
    assert_eq!(plan.base_interpreter, "/opt/jittest/env/base/bin/python");
    assert_eq!(plan.head_interpreter, plan.base_interpreter);
}

#[test]
fn modern_tables_groups_and_locks_are_read() {
    let plan = plan(&[
        (
            "pyproject.toml",
            "[project]\nname = 'shop'\ndependencies = ['attrs']\n[project.optional-dependencies]\ndocs = ['sphinx']\n[dependency-groups]\ntest = ['pytest', {include-group = 'types'}]\ntypes = ['types-six']\ndev = ['ruff']\n[project.entry-points.pytest11]\nshop = 'shop.plugin'\n[tool.pytest.ini_options]\naddopts = '--cov=shop'\npythonpath = ['lib', '../outside']\n",
        ),
        ("uv.lock", "[[package]]\nname = 'attrs'\nversion = '23.1.0'\n[[package]]\nname = 'shop'\nversion = '1'\n"),
        ("src/shop/__init__.py", ""),
        ("lib/x.py", ""),
    ]);
    assert_eq!(list(&plan, "base/requirements.txt"), ["attrs", "pytest", "types-six", "pytest-cov"]);
    assert_eq!(list(&plan, "base/constraints.txt"), ["attrs==23.1.0"]);
    assert_eq!(plan.import_roots, ["lib", "src", "."]);
    let entry = plan.spec.steps.iter().any(|step| {
        matches!(step, SetUpStep::Write { path, content }
            if path.ends_with("shop-0.0.0.dist-info/entry_points.txt") && content == "[pytest11]\nshop = shop.plugin\n")
    });
    assert!(entry, "{:?}", plan.spec.steps);
}

#[test]
fn head_gets_an_environment_of_its_own_where_its_dependencies_differ_and_may_be_used() {
    let base = [("requirements.txt", "attrs\n")];
    let head = [("requirements.txt", "attrs\nsix\n")];
    let used = plan_of(&base, &head, true);
    assert_eq!(used.head_interpreter, "/opt/jittest/env/head/bin/python");
    assert_eq!(list(&used, "head/requirements.txt"), ["attrs", "six", PYTEST]);
    assert!(!used.head_ignored);
    let ignored = plan_of(&base, &head, false);
    assert_eq!(ignored.head_interpreter, ignored.base_interpreter);
    assert!(ignored.head_ignored && list(&ignored, "head/requirements.txt").is_empty());
    let comment = plan_of(&base, &[("requirements.txt", "# why\nattrs\n")], true);
    assert_eq!(comment.head_interpreter, comment.base_interpreter, "a comment is no dependency");
}

#[test]
fn projects_below_a_root_that_declares_nothing_are_read() {
    let plan = plan(&[
        ("backend/requirements.txt", "attrs\n-e ../libs/money\n"),
        ("backend/app/main.py", ""),
        ("libs/money/pyproject.toml", "[project]\nname = 'money'\ndependencies = ['six']\n"),
        ("libs/money/src/money/__init__.py", ""),
    ]);
    assert_eq!(list(&plan, "base/requirements.txt"), ["attrs", "six", PYTEST]);
    assert_eq!(plan.import_roots, ["libs/money/src", "backend", "libs/money", "."]);
}

#[test]
fn a_version_file_that_only_a_build_writes_is_generated() {
    let plan = plan(&[(
        "pyproject.toml",
        "[project]\nname = 'shop'\ndynamic = ['version']\n[tool.setuptools_scm]\nwrite_to = 'src/shop/_version.py'\n",
    )]);
    assert_eq!(plan.generated[0].0.as_str(), "src/shop/_version.py");
    assert!(plan.generated[0].1.contains("__version__ = version = \"0.0.0\""));
}

#[test]
fn what_can_not_be_read_is_said() {
    let plan = plan(&[("pyproject.toml", "[project\n"), ("requirements.txt", "-r missing.txt\n")]);
    let whats: Vec<&str> = plan.warnings.iter().map(|warning| warning.what.as_str()).collect();
    assert_eq!(whats.len(), 2, "{whats:?}");
    assert!(whats.contains(&"missing.txt is not there"), "{whats:?}");
}

#[test]
fn a_maintainers_own_lines_and_image_come_first() {
    let settings = EnvironmentSettings {
        image: Some("python:3.12".to_owned()),
        packages: vec!["libpq-dev".to_owned()],
        set_up: vec!["make tools".to_owned()],
        ..EnvironmentSettings::default()
    };
    let (tree, _folder) = tree(&[("shop.py", "")]);
    let plan = environment(&tree, &tree, true, &settings);
    assert_eq!(plan.spec.steps[0], SetUpStep::Shell("make tools".to_owned()));
    assert_eq!(plan.spec.base_image.as_deref(), Some("python:3.12"));
    assert_eq!(list(&plan, "base/requirements.txt"), [PYTEST]);
}
