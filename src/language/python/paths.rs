//! What a path says: whose file it is, whether it serves tests, how it is imported.

use crate::domain::RepoPath;

/// Globs that are left out by default.
pub(super) const EXCLUDED: &[&str] = &[
    // Entry points.
    "**/__main__.py",
    "**/manage.py",
    "**/wsgi.py",
    "**/asgi.py",
    // Configuration. A module of settings is not here: constants alone make no target, and functions are code.
    "**/setup.py",
    "**/conftest.py",
    "**/noxfile.py",
    "**/fabfile.py",
    "**/gunicorn.conf.py",
    "**/gunicorn_config.py",
    "**/docs/conf.py",
    "**/doc/conf.py",
    "**/docs/source/conf.py",
    "**/_version.py",
    "**/__version__.py",
    // Generated.
    "**/migrations/**",
    "**/alembic/versions/**",
    "**/*_pb2.py",
    "**/*_pb2_grpc.py",
    "**/*_generated.py",
    // Build output. Further down, packages are called so.
    "build/**",
    "dist/**",
    "**/build/lib/**",
    "**/.eggs/**",
    "**/*.egg-info/**",
    "**/.tox/**",
    "**/.nox/**",
    "**/__pycache__/**",
    // Vendored.
    "**/vendor/**",
    "**/_vendor/**",
    "**/vendored/**",
    "**/_vendored/**",
    "**/third_party/**",
    "**/site-packages/**",
    "**/node_modules/**",
    "**/.venv/**",
    "**/venv/**",
];

/// Whether a path is a Python source file.
pub(super) fn owns(path: &RepoPath) -> bool {
    path.as_str().ends_with(".py")
}

/// Whether a path is a test file, or only serves tests.
pub(super) fn is_test_file(path: &RepoPath) -> bool {
    let name = path.file_name();
    let in_test_folder = path.folder().split('/').any(|part| matches!(part, "tests" | "test" | "testing"));
    owns(path)
        && (in_test_folder
            || (name.starts_with("test_") && name != "test_.py")
            || name.ends_with("_test.py")
            || matches!(name, "conftest.py" | "tests.py" | "test.py"))
}

/// How a path is imported: below the first of the roots that holds it, else from the root of the repository.
pub(super) fn module_name(path: &RepoPath, import_roots: &[String]) -> String {
    let below = |root: &String| {
        let root = root.trim_start_matches("./").trim_end_matches('/');
        if root.is_empty() || root == "." {
            return Some(path.as_str());
        }
        path.as_str().strip_prefix(root)?.strip_prefix('/')
    };
    let rest = import_roots.iter().find_map(below).unwrap_or(path.as_str());
    let stem = rest.strip_suffix(".py").unwrap_or(rest);
    let stem = if stem == "__init__" { path_package(path) } else { stem.strip_suffix("/__init__").unwrap_or(stem) };
    stem.replace('/', ".")
}

/// The name of an `__init__.py` that stands in an import root itself: its folder's.
fn path_package(path: &RepoPath) -> &str {
    path.folder().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("__init__")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(path: &str, roots: &[&str]) -> String {
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        module_name(&RepoPath::parse(path).unwrap(), &roots)
    }

    #[test]
    fn a_module_is_named_below_the_first_root_that_holds_it() {
        assert_eq!(module("src/shop/cart.py", &["src", "."]), "shop.cart");
        assert_eq!(module("src/shop/__init__.py", &["src", "."]), "shop");
        assert_eq!(module("tools/run.py", &["src", "."]), "tools.run");
        assert_eq!(module("shop.py", &[]), "shop");
        assert_eq!(module("srcs/shop.py", &["src"]), "srcs.shop");
        assert_eq!(module("lib/python/shop.py", &["./lib/python/"]), "shop");
        assert_eq!(module("lib/__init__.py", &["lib"]), "lib");
    }

    #[test]
    fn test_files_are_told_by_name_and_folder() {
        let is_test = |path: &str| is_test_file(&RepoPath::parse(path).unwrap());
        for path in
            ["test_cart.py", "shop/cart_test.py", "tests/data.py", "shop/tests/x.py", "conftest.py", "a/tests.py"]
        {
            assert!(is_test(path), "{path}");
        }
        for path in ["shop/cart.py", "shop/contest.py", "shop/testable.py", "tests/data.json", "latest/cart.py"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
