use super::*;
use crate::language::python::Python;
use crate::pipeline::fixture::Fixture;
use crate::pipeline::mutate::mutate;

/// The targets, changed ones with `*` before their name, new ones with `+` after it.
fn targets(mapped: &Mapped) -> Vec<String> {
    let shown = |target: &Target| {
        let (before, after) = (if target.changed { "*" } else { "" }, if target.in_base { "" } else { "+" });
        format!("{before}{}{after}", target.symbol.qualified_name)
    };
    mapped.map.targets.iter().map(shown).collect()
}

fn of_file(before: &str, after: &str) -> Vec<String> {
    targets(&Fixture::of_file("src/shop/cart.py", before, after).map())
}

#[test]
fn a_changed_function_is_a_target_and_its_neighbours_are_not() {
    let before = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";
    assert_eq!(of_file(before, &before.replace("return 2", "return 3")), ["*shop.cart.b"]);
}

#[test]
fn a_new_function_is_not_in_base() {
    let before = "def a():\n    return 1\n";
    assert_eq!(of_file(before, "def a():\n    return 1\n\n\ndef b():\n    return 2\n"), ["*shop.cart.b+"]);
}

#[test]
fn a_changed_method_is_its_own_target_and_a_changed_class_line_is_the_class() {
    let before =
        "class A:\n    limit = 1\n\n    def m(self):\n        return 2\n\n    def n(self):\n        return 3\n";
    assert_eq!(of_file(before, &before.replace("return 2", "return 0")), ["*shop.cart.A.m"]);
    assert_eq!(of_file(before, &before.replace("limit = 1", "limit = 2")), ["*shop.cart.A"]);
}

#[test]
fn a_class_that_leaves_a_method_to_its_base_is_a_target() {
    let method = "\n    def n(self):\n        return 3\n";
    let before = format!("class A(dict):\n    def m(self):\n        return 2\n{method}");
    assert_eq!(of_file(&before, &before.replace(method, "")), ["*shop.cart.A"]);
    let alone = before.replace("(dict)", "");
    assert_eq!(of_file(&alone, &alone.replace(method, "")), [] as [&str; 0]);
}

#[test]
fn a_function_inside_another_belongs_to_it() {
    let before = "def a():\n    def b():\n        return 1\n    return b\n";
    assert_eq!(of_file(before, &before.replace("return 1", "return 2")), ["*shop.cart.a"]);
}

#[test]
fn comments_docstrings_layout_and_hints_make_no_targets() {
    let before = "def a(x):\n    return x\n";
    let mapped =
        Fixture::of_file("a.py", before, "def a(x: int) -> int:\n    \"\"\"Doc.\"\"\"\n    return x  # x\n").map();
    assert_eq!(targets(&mapped), [] as [&str; 0]);
    assert_eq!(mapped.dropped["changed only in comments, layout or type hints"], 1);
    let before = "def a(x):\n    return x\n\n\ndef b():\n    return 1\n";
    let after = "def a(x):\n    # same\n    return x\n\n\ndef b():\n    return 2\n";
    assert_eq!(of_file(before, after), ["*shop.cart.b"]);
}

#[test]
fn a_removed_line_touches_its_function_alone() {
    let before = "def a(x):\n    if not x:\n        return 0\n    return x\n\n\ndef b():\n    return 1\n";
    assert_eq!(of_file(before, &before.replace("    if not x:\n        return 0\n", "")), ["*shop.cart.a"]);
}

#[test]
fn callers_of_a_changed_helper_are_targets_through_several_calls() {
    let before = "def _rate():\n    return 1\n\n\ndef tax(x):\n    return x * _rate()\n\n\ndef total(x):\n    return tax(x)\n\n\ndef other():\n    return 2\n";
    assert_eq!(
        of_file(before, &before.replace("return 1", "return 3")),
        ["*shop.cart._rate", "shop.cart.tax", "shop.cart.total"]
    );
}

#[test]
fn methods_are_called_through_self_and_by_heirs() {
    let before = "class A:\n    def _m(self):\n        return 1\n\n    def n(self):\n        return self._m()\n\n\nclass B(A):\n    def o(self):\n        return self._m()\n\n\ndef p(x):\n    return x._m()\n";
    assert_eq!(
        of_file(before, &before.replace("return 1", "return 2")),
        ["*shop.cart.A._m", "shop.cart.A.n", "shop.cart.B.o"]
    );
}

#[test]
fn a_changed_constant_touches_the_functions_that_mention_it() {
    let before = "LIMIT = 3\n\n\ndef a(x):\n    return x < LIMIT\n\n\ndef b():\n    return 1\n";
    assert_eq!(of_file(before, &before.replace("= 3", "= 4")), ["*shop.cart.a"]);
}

#[test]
fn a_name_that_is_imported_from_elsewhere_touches_the_functions_that_mention_it() {
    let before = "from a import round_up\n\n\ndef a(x):\n    return round_up(x)\n\n\ndef b():\n    return 1\n";
    assert_eq!(of_file(before, &before.replace("from a", "from b")), ["*shop.cart.a"]);
    assert_eq!(of_file(before, &format!("import os\n{before}")), [] as [&str; 0]);
}

#[test]
fn another_statement_at_module_level_touches_the_public_functions() {
    let before = "register(1)\n\n\ndef a(x):\n    return x\n\n\ndef _b():\n    return 1\n";
    assert_eq!(of_file(before, &before.replace("register(1)", "register(2)")), ["*shop.cart.a"]);
}

#[test]
fn callers_of_what_is_gone_are_targets() {
    let before = "def helper():\n    return 1\n\n\ndef a():\n    return helper()\n";
    assert_eq!(of_file(before, "def a():\n    return helper()\n"), ["shop.cart.a"]);
}

#[test]
fn callers_in_other_files_are_targets_through_imports_and_packages() {
    let base = [
        ("src/shop/__init__.py", "from .cart import total\n"),
        ("src/shop/cart.py", "def total(x):\n    return x\n\n\nclass Cart:\n    def sum(self):\n        return 1\n"),
        (
            "src/shop/view.py",
            "from .cart import total as t\n\n\ndef view(x):\n    return t(x)\n\n\ndef about():\n    return 1\n",
        ),
        ("src/web/page.py", "import shop\n\n\ndef page(x):\n    return shop.total(x)\n"),
        (
            "src/web/whole.py",
            "from shop import cart\n\n\nclass Page:\n    def show(self, x):\n        return cart.total(x)\n",
        ),
        ("src/web/user.py", "from shop.cart import Cart\n\n\ndef user():\n    return Cart().sum()\n"),
        ("src/web/total.py", "def total(x):\n    return x\n\n\ndef other(x):\n    return total(x)\n"),
    ];
    let mut head = base;
    head[1].1 = "def total(x):\n    return x + 1\n\n\nclass Cart:\n    def sum(self):\n        return 2\n";
    let mapped = Fixture::new(&base, &head).map();
    assert_eq!(
        targets(&mapped),
        [
            "*shop.cart.total",
            "*shop.cart.Cart.sum",
            "shop.view.view",
            "web.page.page",
            "web.user.user",
            "web.whole.Page.show",
        ]
    );
    assert_eq!(mapped.map.neighbours.len(), 4);
    let view = &mapped.map.targets[2];
    assert_eq!((view.module.as_str(), view.in_base), ("shop.view", true));
    assert_eq!(view.base_file.as_ref().unwrap().as_str(), "src/shop/view.py");
}

#[test]
fn a_renamed_file_is_compared_with_its_old_self() {
    let text = "def a(x):\n    return x\n\n\ndef b(x):\n    return x * 2\n\n\ndef c(x):\n    return x * 3\n";
    let fixture = Fixture::new(&[("old.py", text)], &[("new.py", &text.replace("x * 2", "x * 4"))]);
    let mapped = fixture.map();
    assert_eq!(targets(&mapped), ["*new.b"]);
    assert_eq!(mapped.map.targets[0].base_file.as_ref().unwrap().as_str(), "old.py");
    assert!(mapped.map.targets[0].in_base);
}

#[test]
fn test_files_are_told_apart_and_found_by_what_they_import() {
    let cart = "def total(x):\n    return x\n";
    let rest = [
        ("src/shop/__init__.py", ""),
        ("tests/test_cart.py", "from shop.cart import total\n\n\ndef test_total():\n    assert total(1) == 1\n"),
        ("tests/test_all.py", "import shop.cart\n\n\ndef test_it():\n    shop.cart.total(1)\n"),
        ("tests/test_web.py", "import web\n\n\ndef test_web():\n    pass\n"),
        ("tests/unit/cart_test.py", "def test_by_name():\n    pass\n"),
        ("tests/conftest.py", "import shop.cart\n"),
    ];
    let mut base = vec![("src/shop/cart.py", cart)];
    base.extend(rest);
    let mut head = vec![("src/shop/cart.py", "def total(x):\n    return x + 1\n")];
    head.extend(rest);
    head.push(("tests/test_new.py", "def test_new():\n    pass\n"));
    let mapped = Fixture::new(&base, &head).map();
    let names = |paths: &[RepoPath]| paths.iter().map(|path| path.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&mapped.map.own_test_files), ["tests/test_new.py"]);
    assert_eq!(
        names(&mapped.map.related_test_files),
        ["tests/test_all.py", "tests/test_cart.py", "tests/unit/cart_test.py"]
    );
    assert_eq!(targets(&mapped), ["*shop.cart.total"]);
}

#[test]
fn only_wanted_symbols_are_kept() {
    let before = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";
    let fixture = Fixture::of_file("a.py", before, "def a():\n    return 3\n\n\ndef b():\n    return 4\n");
    let wanted = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        targets(&fixture.map_of(&names))
    };
    assert_eq!(wanted(&["a"]), ["*a.a"]);
    assert_eq!(wanted(&["a.b", "nothing"]), ["*a.b"]);
    assert_eq!(wanted(&[]), ["*a.a", "*a.b"]);
}

#[test]
fn what_is_left_out_is_counted_and_said() {
    let mapped = Fixture::new(
        &[("setup.py", "x = 1\n"), ("big.py", "# @generated\nx = 1\n"), ("bad.py", "x = 1\n")],
        &[("setup.py", "x = 2\n"), ("big.py", "# @generated\nx = 2\n"), ("bad.py", "def f(:\n    x = (\n")],
    )
    .map();
    assert_eq!(mapped.dropped["entry point, configuration, generated or vendored"], 1);
    assert_eq!(mapped.dropped["minified or generated"], 1);
    let said: Vec<String> = mapped.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|line| line.contains("big.py was left out")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("parts of bad.py could not be parsed")), "{said:?}");
}

#[test]
fn targets_are_bounded_and_that_is_said() {
    let after: String = (0..limits::TARGETS + 5).map(|i| format!("def f{i}():\n    return {i}\n\n\n")).collect();
    let mapped = Fixture::new(&[], &[("a.py", &after)]).map();
    assert_eq!(mapped.map.targets.len(), limits::TARGETS);
    assert_eq!(mapped.dropped["targets over the bound"], 5);
    assert!(mapped.warnings.iter().any(|warning| warning.what == "the change touches too much"));
}

#[test]
fn the_same_change_gives_the_same_map() {
    let before = "def a():\n    return 1\n\n\ndef b():\n    return a()\n";
    let fixture = Fixture::of_file("a.py", before, &before.replace('1', "2"));
    assert_eq!(fixture.map().map.targets, fixture.map().map.targets);
    assert_eq!(fixture.map().map.targets[0].id.as_str(), "T001");
}

/// All texts below a folder, by their path in it.
fn texts(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                texts.push((path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), text));
            }
        }
    }
    texts
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

#[test]
fn every_regression_of_the_catch_set_has_a_target_and_mutants() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catches/regressions");
    for case in std::fs::read_dir(cases).unwrap() {
        let case = case.unwrap().path();
        let (base, head) = (texts(&case.join("base")), texts(&case.join("head")));
        let fixture = Fixture::new(&borrowed(&base), &borrowed(&head));
        let mapped = fixture.map();
        let changed = mapped.map.targets.iter().any(|target| target.changed && target.in_base);
        let mutants = mutate(&fixture.change, &mapped.map, &Python).mutants;
        assert!(changed && !mutants.is_empty(), "{}: {:?}", case.display(), targets(&mapped));
    }
}

#[test]
fn a_changed_constant_touches_functions_in_other_files() {
    let view = "from shop.limits import MOST\n\n\ndef view(x):\n    return x < MOST\n\n\ndef about():\n    return 1\n";
    let fixture = Fixture::new(
        &[("shop/limits.py", "MOST = 3\n"), ("view.py", view)],
        &[("shop/limits.py", "MOST = 4\n"), ("view.py", view)],
    );
    let mapped = fixture.map();
    assert_eq!(targets(&mapped), ["view.view"]);
    let mutants = mutate(&fixture.change, &mapped.map, &Python).mutants;
    assert!(mutants.iter().any(|mutant| mutant.original == "4"));
}

#[test]
fn callers_in_another_changed_file_are_targets_too() {
    let view = "from cart import total\n\n\ndef view(x):\n    return total(x)\n\n\ndef about():\n    return 1\n";
    let mapped = Fixture::new(
        &[("cart.py", "def total(x):\n    return x\n"), ("view.py", view)],
        &[("cart.py", "def total(x):\n    return x + 1\n"), ("view.py", &view.replace("return 1", "return 2"))],
    )
    .map();
    assert_eq!(targets(&mapped), ["*cart.total", "view.view", "*view.about"]);
    assert!(mapped.map.neighbours.is_empty());
}

#[test]
fn a_function_that_was_moved_is_compared_with_where_it_came_from() {
    let rest = "def b():\n    return 2\n";
    let mapped = Fixture::new(
        &[("shapes.py", &format!("def a(x):\n    return x\n\n\n{rest}")), ("geometry.py", "def c():\n    return 3\n")],
        &[
            ("shapes.py", &format!("from geometry import a\n\n\n{rest}")),
            ("geometry.py", "def c():\n    return 3\n\n\ndef a(x):\n    return x + 1\n"),
        ],
    )
    .map();
    assert_eq!(targets(&mapped), ["*geometry.a"]);
    assert_eq!(mapped.map.targets[0].base_file.as_ref().unwrap().as_str(), "shapes.py");
}

#[test]
fn a_change_can_not_leave_itself_out_by_saying_that_it_is_generated() {
    let before = "def a():\n    return 1\n";
    let marked = |text: &str| format!("# Generated by hand, do not edit\n{text}");
    let after = before.replace("return 1", "return 2");
    assert_eq!(of_file(before, &marked(&after)), ["*shop.cart.a"]);
    let mapped = Fixture::of_file("a.py", &marked(before), &marked(&after)).map();
    assert_eq!(targets(&mapped), [] as [&str; 0]);
    assert_eq!(mapped.dropped["minified or generated"], 1);
}

#[test]
fn a_changed_file_that_can_not_be_read_is_told_apart_from_one_that_need_not_be() {
    let large = format!("x = 1\n{}", "# x\n".repeat(limits::SOURCE_BYTES / 4));
    let head = [("large.py", large.as_str()), ("broken.py", "def a(:\n    return 1\n"), ("setup.py", large.as_str())];
    let mapped = Fixture::new(&[("broken.py", "def a():\n    return 1\n")], &head).map();
    let unread: Vec<&str> = mapped.unread.keys().map(RepoPath::as_str).collect();
    assert_eq!(unread, ["broken.py", "large.py"]);
}
