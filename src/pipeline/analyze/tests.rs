//! What is said of a tree.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{Level, Revision, TargetKind, limits};
use crate::pipeline::map;

const SHOP: &str = "from shop.money import Money\n\n\nclass Cart:\n    def add(self, item):\n        return item\n\n    \
                    def total(self):\n        return Money(1)\n\n\ndef empty():\n    return Cart()\n";

struct Tree {
    _folder: tempfile::TempDir,
    head: SourceTree,
    map: TreeMap,
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<RepoPath> = files.iter().map(|(path, _)| RepoPath::parse(path).unwrap()).collect();
    for (path, text) in files {
        let on_disk = folder.path().join(path);
        std::fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
        std::fs::write(on_disk, text).unwrap();
    }
    paths.sort();
    let head = SourceTree::new(Revision::WorkTree, folder.path().to_owned(), paths);
    let map = map::tree(&head, &map::Reading::default());
    Tree { _folder: folder, head, map }
}

fn shop() -> Tree {
    tree(&[
        ("README.md", "# Shop\n"),
        ("shop/__init__.py", ""),
        ("shop/cart.py", SHOP),
        ("shop/money.py", "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n"),
        ("tests/test_cart.py", "from shop.cart import empty\n\n\ndef test_empty():\n    assert empty()\n"),
    ])
}

fn analyzed(tree: &Tree, scope: &Scope) -> Analyzed {
    analyze(&tree.map, &tree.head, scope, &RepositorySettings::default(), limits::OUTPUT_TOKENS).unwrap()
}

#[test]
fn what_jittest_toml_leaves_out_is_neither_counted_nor_a_target_and_that_is_said() {
    let shop = shop();
    let of = |wanted: &[&str], exclude: &[&str]| {
        let texts = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let settings = RepositorySettings {
            mutate_targets: texts(wanted),
            exclude: texts(exclude),
            ..RepositorySettings::default()
        };
        let found = analyze(&shop.map, &shop.head, &Scope::Tree, &settings, limits::OUTPUT_TOKENS).unwrap();
        let said: Vec<String> = found.analysis.warnings.iter().map(ToString::to_string).collect();
        (names(&found).join(" "), found.analysis.counts.classes, said, found.batches.total_files)
    };
    let line =
        |reason: &str| format!("Warning: analyze: 1 file was left out — {reason} — nothing in there is a target");
    let all = "shop.cart.Cart shop.cart.empty shop.money.Money".to_owned();
    assert_eq!(of(&["**"], &[]), (all, 2, vec![], 5));
    let money = "shop.money.Money".to_owned();
    assert_eq!(of(&["shop/money.py"], &[]), (money.clone(), 1, vec![line("not in mutate-targets")], 5));
    assert_eq!(of(&["**"], &["cart.py"]), (money, 1, vec![line("excluded in jittest.toml")], 5));
}

#[test]
fn entry_points_are_no_targets() {
    let found = analyzed(&tree(&[("manage.py", "def main():\n    pass\n")]), &Scope::Tree);
    assert_eq!((found.analysis.counts.functions, found.analysis.targets.len()), (0, 0));
    assert_eq!(found.analysis.warnings.len(), 1);
}

fn names(analyzed: &Analyzed) -> Vec<&str> {
    analyzed.analysis.targets.iter().map(|target| target.qualified_name.as_str()).collect()
}

fn files(paths: &[&str]) -> Scope {
    Scope::Files(paths.iter().map(|path| RepoPath::parse(path).unwrap()).collect())
}

#[test]
fn functions_and_classes_are_targets_methods_and_tests_are_not() {
    let shop = shop();
    let all = analyzed(&shop, &Scope::Tree);
    assert_eq!(names(&all), ["shop.cart.Cart", "shop.cart.empty", "shop.money.Money"]);
    let counts = &all.analysis.counts;
    assert_eq!((counts.files, counts.test_files, counts.functions, counts.methods), (3, 1, 1, 3));
    assert_eq!((counts.classes, counts.routes, counts.targets), (2, 0, 3));
    assert_eq!(all.analysis.batches.total_files, 5);
    let first = &all.analysis.targets[0];
    assert_eq!((first.id.as_str(), first.kind, first.level), ("T001", TargetKind::Class, Level::Unit));
    assert_eq!((first.line_start, first.line_end), (4, 9));
    assert_eq!(all.analysis.shards.len(), 1);
    assert_eq!(all.analysis.shards[0].focus, "shop/");
}

#[test]
fn with_changed_files_only_theirs_are_targets_and_only_their_batches_follow() {
    let shop = shop();
    let some = analyzed(&shop, &files(&["shop/money.py"]));
    assert_eq!(names(&some), ["shop.money.Money"]);
    let all = analyzed(&shop, &Scope::Tree);
    assert_eq!(some.batches.total_batches, all.batches.total_batches);
    assert!(some.batches.emitted_batches < all.batches.emitted_batches);
    let changed: Vec<&str> =
        some.picture.files.iter().filter(|file| file.changed).map(|file| file.path.as_str()).collect();
    assert_eq!(changed, ["shop/money.py"]);
}

#[test]
fn a_changed_file_that_is_not_there_is_said() {
    let said = analyzed(&shop(), &files(&["shop/gone.py"])).analysis.warnings;
    let line =
        "Warning: analyze: shop/gone.py was named as changed — the tree has no such file — no batch is emitted for it";
    assert_eq!(said.iter().map(ToString::to_string).collect::<Vec<_>>(), [line]);
}

#[test]
fn with_changed_lines_a_class_has_its_changed_methods_as_focus() {
    let lines = |lines: &[u32]| {
        let path = RepoPath::parse("shop/cart.py").unwrap();
        Scope::Lines(BTreeMap::from([(path, lines.iter().copied().collect::<BTreeSet<u32>>())]))
    };
    let shop = shop();
    let changed = analyzed(&shop, &lines(&[9]));
    assert_eq!(names(&changed), ["shop.cart.Cart"]);
    assert_eq!(changed.analysis.targets[0].focus, ["total"]);
    assert_eq!(names(&analyzed(&shop, &lines(&[13]))), ["shop.cart.empty"]);
    assert_eq!(names(&analyzed(&shop, &lines(&[1]))), Vec::<&str>::new());
}

#[test]
fn a_tree_without_code_has_nothing_to_test() {
    let empty = analyzed(&tree(&[("README.md", "# Shop\n")]), &Scope::Tree);
    assert_eq!((empty.analysis.targets.len(), empty.analysis.shards.len(), empty.batches.total_batches), (0, 0, 1));
}
