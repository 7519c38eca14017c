use std::collections::BTreeSet;

use super::*;
use crate::domain::RepoPath;
use crate::language::{Language, python::Python};

fn mutants_of(text: &str, lines: impl IntoIterator<Item = u32>) -> Vec<Mutant> {
    let map = Python.map_file(&RepoPath::parse("shop/cart.py").unwrap(), "shop.cart", text).unwrap();
    Python.mutants(&map, text, &lines.into_iter().collect::<BTreeSet<u32>>()).unwrap()
}

/// The files that one operator makes of a text, with the first line that differs.
fn made(operator: &str, text: &str) -> BTreeSet<String> {
    let all = 1..=u32::try_from(text.lines().count()).unwrap();
    mutants_of(text, all)
        .into_iter()
        .filter(|mutant| mutant.operator == operator)
        .map(|mutant| mutant.apply(text).unwrap())
        .collect()
}

#[track_caller]
fn check(operator: &str, text: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(made(operator, text), expected, "{operator} on {text}");
}

#[test]
fn comparisons() {
    check("boundary", "x = a < b\n", &["x = a <= b\n"]);
    check("boundary", "x = a < b >= c\n", &["x = a <= b >= c\n", "x = a < b > c\n"]);
    check("relational", "x = a >= b\n", &["x = a <= b\n"]);
    check("equality", "x = a == b\n", &["x = a != b\n"]);
    check("membership", "x = a not in b\n", &["x = a in b\n"]);
    check("identity", "x = a is not b\n", &["x = a is b\n"]);
    check("none-check", "x = a is None\n", &["x = not a\n"]);
    check("none-check", "x = a.b() is not None\n", &["x = a.b()\n"]);
}

#[test]
fn logic() {
    check("connective", "x = a and b\n", &["x = a or b\n"]);
    check(
        "operand-dropped",
        "x = a and b > 1 and c\n",
        &["x = a and b > 1\n", "x = c\n", "x = a and c\n", "x = b > 1 and c\n"],
    );
    check("negation-dropped", "x = not (a or b)\n", &["x = (a or b)\n"]);
    check("negation-added", "if a or b:\n    c()\n", &["if not (a or b):\n    c()\n"]);
    check("negation-added", "while a.b():\n    c()\n", &["while not a.b():\n    c()\n"]);
    check("negation-added", "if a < b:\n    c()\n", &[]);
    check("choice-swapped", "x = a if c else b\n", &["x = b if c else a\n"]);
}

#[test]
fn arithmetic() {
    check("arithmetic", "x = a + b\n", &["x = a - b\n"]);
    check("arithmetic", "x = 'a' + b\n", &[]);
    check("arithmetic", "x = [0] * n\n", &[]);
    check("arithmetic", "x = '%s' % n\n", &[]);
    check("division", "x = a // b\n", &["x = a / b\n"]);
    check("division", "x = root / 'file'\n", &[]);
    check("bitwise", "x = a & b\n", &["x = a | b\n"]);
    check("operand-order", "x = a + b - c\n", &["x = c - (a + b)\n"]);
    check("off-by-one", "x = len(a) - 1\n", &["x = len(a)\n"]);
    check("augmented-assignment", "x += a\n", &["x -= a\n", "x = a\n"]);
    check("augmented-assignment", "x |= a\n", &["x &= a\n", "x = a\n"]);
    check("unary", "x = -a\n", &["x = a\n"]);
}

#[test]
fn constants() {
    check("number", "x = 10\n", &["x = 11\n", "x = 9\n", "x = 0\n", "x = -1\n"]);
    check("number", "x = 0\n", &["x = 1\n", "x = -1\n"]);
    check("number", "x = f(-1)\n", &["x = f(-2)\n", "x = f(0)\n"]);
    check("number", "x = 0.5\n", &["x = 1.5\n", "x = 5.0\n", "x = 0.0\n"]);
    check("boolean", "x = True\n", &["x = False\n"]);
    check("boolean", "while True:\n    f()\n", &[]);
    check("text", "x = ','.join(a)\n", &["x = ''.join(a)\n"]);
    check("text", "x = ''.join(a)\n", &["x = ' '.join(a)\n"]);
    check("text", "x = a == 'one'\n", &["x = a == ''\n", "x = a == 'ONE'\n"]);
    check("none", "def f():\n    return None\n", &["def f():\n    return False\n"]);
}

#[test]
fn texts_that_only_people_read_stay() {
    for text in [
        "'''Doc.'''\n",
        "x = {'key': a}\n",
        "x = a['key']\n",
        "raise ValueError('no such thing')\n",
        "logger.info('started')\n",
        "assert a, 'no a'\n",
        "x = getattr(a, 'name')\n",
    ] {
        check("text", text, &[]);
    }
}

#[test]
fn slices() {
    check("index", "x = a[0]\n", &["x = a[1]\n", "x = a[-1]\n"]);
    check("index", "x = a[-1]\n", &["x = a[-2]\n", "x = a[0]\n"]);
    check("index", "x = a[i]\n", &["x = a[i + 1]\n", "x = a[i - 1]\n"]);
    check("index", "x = a[key]\n", &[]);
    check(
        "slice",
        "x = a[1:n]\n",
        &["x = a[:n]\n", "x = a[2:n]\n", "x = a[0:n]\n", "x = a[1:]\n", "x = a[1:n + 1]\n", "x = a[1:n - 1]\n"],
    );
    check("slice", "x = a[::-1]\n", &["x = a[::]\n"]);
    check("range", "x = range(n)\n", &["x = range(n + 1)\n", "x = range(n - 1)\n", "x = range(1, n)\n"]);
    check("range", "x = range(1, len(a))\n", &["x = range(1, len(a) + 1)\n", "x = range(1, len(a) - 1)\n"]);
    check("range", "x = enumerate(a, 1)\n", &["x = enumerate(a)\n"]);
}

#[test]
fn returns() {
    check("return-none", "def f():\n    return a\n", &["def f():\n    return None\n"]);
    check("return-empty", "def f():\n    return [a]\n", &["def f():\n    return []\n"]);
    check(
        "return-empty",
        "def f() -> int:\n    return a\n",
        &["def f() -> int:\n    return 0\n", "def f() -> int:\n    return 1\n"],
    );
    check(
        "return-empty",
        "def f():\n    return a < b\n",
        &["def f():\n    return True\n", "def f():\n    return False\n"],
    );
    check("return-swapped", "def f():\n    return a, b\n", &["def f():\n    return b, a\n"]);
    check("yield-none", "def f():\n    yield a\n", &["def f():\n    yield None\n"]);
    check("yield-none", "def f():\n    yield from a\n", &[]);
}

#[test]
fn statements() {
    check("call-removed", "a.b(c)\n", &["pass\n"]);
    check("call-removed", "async def f():\n    await a()\n", &["async def f():\n    pass\n"]);
    check("assignment-removed", "a.b = c\n", &["pass\n"]);
    check("assignment-removed", "a = a.strip()\n", &["pass\n"]);
    check("assignment-removed", "a = b\n", &[]);
    check("jump", "for x in a:\n    continue\n", &["for x in a:\n    pass\n", "for x in a:\n    break\n"]);
    check("jump", "for x in a:\n    break\n", &["for x in a:\n    pass\n", "for x in a:\n    continue\n"]);
    check("deletion-removed", "del a[0]\n", &["pass\n"]);
    check(
        "guard-removed",
        "def f():\n    if a:\n        return 1\n    return 2\n",
        &["def f():\n    pass\n    return 2\n"],
    );
    check("guard-removed", "def f():\n    if a:\n        return 1\n    else:\n        b()\n", &[]);
    check("raise-removed", "if a:\n    raise E\n", &["if a:\n    pass\n"]);
    check(
        "early-return-removed",
        "def f():\n    for x in a:\n        return x\n",
        &["def f():\n    for x in a:\n        pass\n"],
    );
    check("branch-removed", "if a:\n    b = 1\nelse:\n    b = 2\n", &["if a:\n    b = 1\nelse:\n    pass\n"]);
}

#[test]
fn arguments() {
    check("arguments-swapped", "f(a, b, c=d)\n", &["f(b, a, c=d)\n"]);
    check("arguments-swapped", "isinstance(a, b)\n", &[]);
    check("arguments-swapped", "f(*a, b)\n", &[]);
    check(
        "keyword-dropped",
        "x = sorted(a, key=b, reverse=True)\n",
        &["x = sorted(a, reverse=True)\n", "x = sorted(a, key=b)\n"],
    );
    check("keyword-dropped", "f(a=1)\n", &["f()\n"]);
    check("argument-dropped", "f(a, b)\n", &["f(a)\n"]);
    check(
        "mutable-default",
        "def f(a=None):\n    if a is None:\n        a = []\n",
        &["def f(a=[]):\n    if a is None:\n        a = []\n"],
    );
    check("mutable-default", "def f(a=None):\n    a = a or {}\n", &["def f(a={}):\n    a = a or {}\n"]);
    check("default", "def f(a=B):\n    pass\n", &["def f(a=None):\n    pass\n"]);
}

#[test]
fn builtins() {
    check("function-swapped", "x = min(a)\n", &["x = max(a)\n"]);
    check("function-swapped", "x = any(b for b in a)\n", &["x = all(b for b in a)\n"]);
    check("function-dropped", "x = abs(a - b) * 2\n", &["x = (a - b) * 2\n"]);
    check("sort-order", "a.sort()\n", &["a.sort(reverse=True)\n"]);
    check("sort-order", "x = sorted(a, key=b)\n", &["x = sorted(a, key=b, reverse=True)\n"]);
    check("method-swapped", "x = a.union(b)\n", &["x = a.intersection(b)\n"]);
    check("method-dropped", "x = a.copy()\n", &["x = a\n"]);
    check("get-default", "x = a.get(b, 0)\n", &["x = a.get(b)\n"]);
}

#[test]
fn text_methods() {
    check("text-method-swapped", "x = a.strip()\n", &["x = a.lstrip()\n", "x = a.rstrip()\n"]);
    check("text-method-swapped", "x = a.split(',', 1)\n", &["x = a.rsplit(',', 1)\n"]);
    check("text-method-swapped", "x = a.split(',')\n", &[]);
    check("text-method-dropped", "x = a.lower()\n", &["x = a\n"]);
}

#[test]
fn exceptions() {
    let text = "try:\n    a()\nexcept (B, C) as e:\n    d()\n";
    check("exception-widened", text, &["try:\n    a()\nexcept Exception as e:\n    d()\n"]);
    check(
        "exception-forgotten",
        text,
        &["try:\n    a()\nexcept (B,) as e:\n    d()\n", "try:\n    a()\nexcept (C,) as e:\n    d()\n"],
    );
    check("handler-emptied", "try:\n    a()\nexcept B:\n    c()\n    d()\n", &["try:\n    a()\nexcept B:\n    pass\n"]);
    check("exception-type", "raise ValueError(a)\n", &["raise TypeError(a)\n"]);
}

#[test]
fn comprehensions_coroutines_and_decorators() {
    check("filter-dropped", "x = [a for a in b if c]\n", &["x = [a for a in b]\n"]);
    check("filter-negated", "x = [a for a in b if c]\n", &["x = [a for a in b if not c]\n"]);
    check("filter-dropped", "match x:\n    case a if c:\n        b = 1\n", &["match x:\n    case a:\n        b = 1\n"]);
    check("await-dropped", "async def f():\n    x = await a\n", &["async def f():\n    x = a\n"]);
    check("decorator-dropped", "@login_required\ndef f():\n    pass\n", &["def f():\n    pass\n"]);
    check("decorator-dropped", "@property\ndef f(self):\n    pass\n", &[]);
}

#[test]
fn every_operator_has_a_name_of_its_own_and_a_node_to_look_at() {
    let mut names: Vec<(&str, &[&str])> = ALL.iter().copied().flatten().map(|o| (o.name, o.kinds)).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(ALL.iter().copied().flatten().all(|operator| !operator.kinds.is_empty()));
}

#[test]
fn only_the_given_lines_and_the_condition_around_them_are_mutated() {
    let text = "def f(a, b):\n    if a > b:\n        a = a + 1\n    c = a * 2\n    return c\n";
    let lines: BTreeSet<u32> = mutants_of(text, [3]).iter().map(|mutant| mutant.span.line_start).collect();
    assert_eq!(lines, BTreeSet::from([2, 3]));
    let lines: BTreeSet<u32> = mutants_of(text, [5]).iter().map(|mutant| mutant.span.line_start).collect();
    assert_eq!(lines, BTreeSet::from([5]));
}

#[test]
fn what_is_off_limits_is_not_mutated() {
    let text = concat!(
        "import os\n\"\"\"Doc 1 < 2.\"\"\"\n__all__ = ['a']\n",
        "if TYPE_CHECKING:\n    x = 1\n",
        "class A:\n    def __repr__(self):\n        return 'a' + 1\n    @property\n    def b(self): ...\n",
        "logger.info(1 < 2)\ndef f(a: Literal[1]): ...\n",
        "if __name__ == '__main__':\n    f(1)\n",
    );
    assert_eq!(mutants_of(text, 1..=20), []);
}

#[test]
fn mutants_know_their_symbol_and_say_what_they_do() {
    let text = "class A:\n    def f(self, a):\n        return a < 10\n\nLIMIT = 3\n";
    let mutants = mutants_of(text, 1..=5);
    assert_eq!(mutants[0].symbol, "shop.cart.A.f");
    assert_eq!(mutants[0].description, "`<` became `<=`");
    assert_eq!((mutants[0].original.as_str(), mutants[0].mutated.as_str()), ("<", "<="));
    assert!(mutants[0].rationale.ends_with('.'));
    assert!(mutants.iter().any(|mutant| mutant.symbol == "shop.cart"));
    assert!(mutants.windows(2).all(|pair| pair[0].plausibility >= pair[1].plausibility));
}

#[test]
fn no_two_mutants_give_the_same_file() {
    let text = "def f(a):\n    return a[0:len(a) - 1]\n";
    let files: Vec<String> = mutants_of(text, [2]).iter().map(|mutant| mutant.apply(text).unwrap()).collect();
    let distinct: BTreeSet<&String> = files.iter().collect();
    assert_eq!(distinct.len(), files.len());
}

#[test]
fn windows_line_ends_stay() {
    let made = made("boundary", "x = a < b\r\ny = 1\r\n");
    assert_eq!(made, BTreeSet::from(["x = a <= b\r\ny = 1\r\n".to_owned()]));
}

#[test]
fn a_broken_part_of_a_file_is_not_mutated_and_the_rest_is() {
    let text = "def good(a):\n    return a < 1\n\ndef bad(a:\n    return a < 2\n";
    let lines: BTreeSet<u32> = mutants_of(text, 1..=5).iter().map(|mutant| mutant.span.line_start).collect();
    assert!(!lines.contains(&5), "{lines:?}");
}

#[test]
fn checks_for_truth_sameness_and_types() {
    check("truth-check", "x = not a\n", &["x = a is None\n"]);
    check("truth-check", "if a.b:\n    c()\n", &["if a.b is not None:\n    c()\n"]);
    check("truth-check", "if a():\n    c()\n", &[]);
    check("same-or-equal", "x = a is b\n", &["x = a == b\n"]);
    check("same-or-equal", "x = a is None\n", &[]);
    check(
        "element-forgotten",
        "x = isinstance(a, (B, C))\n",
        &["x = isinstance(a, (B,))\n", "x = isinstance(a, (C,))\n"],
    );
    check(
        "element-forgotten",
        "x = a in {1, 2, 3}\n",
        &["x = a in {1, 2}\n", "x = a in {1, 3}\n", "x = a in {2, 3}\n"],
    );
    check("element-forgotten", "return_value = (a, b)\n", &[]);
    check("element-forgotten", "x = {**a, 'b': 1}\n", &[]);
}

#[test]
fn formats_of_numbers_and_dates() {
    check("precision", "x = f'{a:.2f}'\n", &["x = f'{a:.1f}'\n", "x = f'{a:.3f}'\n"]);
    check("precision", "raise E(f'{a:.2f}')\n", &[]);
    check("date-format", "x = a.strftime('%Y-%d')\n", &["x = a.strftime('%y-%d')\n", "x = a.strftime('%Y-%j')\n"]);
    check("date-format", "x = a.replace('%Y', '')\n", &[]);
    check("text", "x = ', '.join(a)\n", &["x = ''.join(a)\n", "x = ','.join(a)\n"]);
    check("seconds", "x = (a - b).total_seconds()\n", &["x = (a - b).seconds\n"]);
}

#[test]
fn answers_keys_and_what_is_handed_out() {
    check("return-negated", "def f() -> bool:\n    return a\n", &["def f() -> bool:\n    return not a\n"]);
    check("return-negated", "def is_a(x):\n    return b(x)\n", &["def is_a(x):\n    return not b(x)\n"]);
    check("return-negated", "def f():\n    return a\n", &[]);
    check(
        "return-empty",
        "def f() -> Optional[str]:\n    return a\n",
        &["def f() -> Optional[str]:\n    return \"\"\n"],
    );
    check(
        "return-empty",
        "def f() -> None | bytes:\n    return a\n",
        &["def f() -> None | bytes:\n    return b\"\"\n"],
    );
    check("sort-key-swapped", "a.sort(key=lambda x: (x.b, x.c))\n", &["a.sort(key=lambda x: (x.c, x.b))\n"]);
    check("yield-from", "def f():\n    yield from a\n", &["def f():\n    yield a\n"]);
    check("pair-swapped", "x = {k: v for k, v in a}\n", &["x = {v: k for k, v in a}\n"]);
}

#[test]
fn exceptions_that_are_too_narrow() {
    let text = "try:\n    a()\nexcept LookupError:\n    b()\n";
    check("exception-narrowed", text, &["try:\n    a()\nexcept KeyError:\n    b()\n"]);
    check("exception-narrowed", "try:\n    a()\nexcept B:\n    b()\n", &[]);
}

#[test]
fn assignments_scopes_and_cases() {
    check("assignment-removed", "def f(a):\n    a = b\n", &["def f(a):\n    pass\n"]);
    check("assignment-removed", "def f():\n    a = 1\n    a = 2\n", &["def f():\n    a = 1\n    pass\n"]);
    check("assignment-swapped", "a, b = c, d\n", &["a, b = d, c\n"]);
    check("assignment-swapped", "a = c, d\n", &[]);
    check("scope-forgotten", "def f():\n    global a\n    a = 1\n", &["def f():\n    pass\n    a = 1\n"]);
    check("branch-removed", "match a:\n    case 1:\n        b = 1\n", &["match a:\n    case 1:\n        pass\n"]);
    check("keywords-swapped", "f(a=b, c=d)\n", &["f(a=d, c=b)\n"]);
    check("keywords-swapped", "f(a=b, c=1)\n", &[]);
}

#[test]
fn lines_that_slip_into_a_loop_or_out_of_it() {
    let text = "def f(a):\n    b = 0\n    for x in a:\n        b += x\n    return b\n";
    check("return-in-loop", text, &["def f(a):\n    b = 0\n    for x in a:\n        b += x\n        return b\n"]);
    check("return-in-loop", "def f(a):\n    for x in a:\n        b(x)\n    c()\n", &[]);
    let text = "for x in a:\n    b(x)\n    c(x)\n";
    check("out-of-loop", text, &["for x in a:\n    b(x)\nc(x)\n"]);
    check("out-of-loop", "for x in a:\n    b(x)\n", &[]);
}

#[test]
fn what_its_author_left_out_of_coverage_is_not_mutated() {
    let text = concat!(
        "def f(a):\n    if a < 1:  # pragma: no cover\n        return a + 2\n",
        "    if sys.version_info >= (3, 9):\n        b()\n",
        "    if log.isEnabledFor(10):\n        c(a + 1)\n",
        "    raise NotImplementedError\n",
    );
    let lines: BTreeSet<u32> = mutants_of(text, 1..=8).iter().map(|mutant| mutant.span.line_start).collect();
    assert!(lines.is_subset(&BTreeSet::from([5])), "{lines:?}");
}

#[test]
fn every_mistake_has_a_reason_of_one_sentence() {
    let text = include_str!("../../../../fixtures/operators.py");
    let all = 1..=u32::try_from(text.lines().count()).unwrap();
    let mutants = mutants_of(text, all);
    let made: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.operator.as_str()).collect();
    let known: BTreeSet<&str> = ALL.iter().copied().flatten().map(|operator| operator.name).collect();
    assert_eq!(known.difference(&made).collect::<Vec<_>>(), Vec::<&&str>::new(), "operators that make nothing");
    for mutant in mutants {
        let reason = &mutant.rationale;
        assert!(reason.ends_with('.') && !reason.trim_end_matches('.').contains(". "), "{reason}");
        assert!(reason.chars().next().is_some_and(|c| c.is_uppercase() || c == '`'), "{reason}");
    }
}
