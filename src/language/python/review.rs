//! A test, reviewed by its syntax: does it assert anything that depends on the code under test, and does it read well.

use std::collections::BTreeSet;

use tree_sitter::{Node, Parser, Tree};

use crate::language::TestReview;

/// Modules of the standard library and of test tools: what they give is not the code under test.
const NOT_UNDER_TEST: [&str; 24] = [
    "pytest",
    "unittest",
    "math",
    "datetime",
    "decimal",
    "fractions",
    "pathlib",
    "io",
    "os",
    "sys",
    "re",
    "json",
    "collections",
    "itertools",
    "functools",
    "operator",
    "enum",
    "dataclasses",
    "typing",
    "asyncio",
    "signal",
    "string",
    "uuid",
    "copy",
];
const LINE_LENGTH: usize = 100;

/// Reviews the text of one test file.
pub(super) fn review(code: &str) -> TestReview {
    let mut review = TestReview::default();
    let Some(tree) = parse(code) else {
        review.rules.push(("unreadable".to_owned(), "it does not parse".to_owned()));
        return review;
    };
    let nodes = all_nodes(&tree);
    let tests: Vec<Node<'_>> = nodes.iter().copied().filter(|node| is_test(*node, code)).collect();
    if let Some(rule) = broken_rule(&nodes, code) {
        review.rules.push(rule);
    }
    review.anti_patterns = anti_patterns(&nodes, code);
    review.untidy_lines = untidy_lines(code);
    review.style_faults = style_faults(code, &tests);
    let lines = |node: &Node<'_>| node.end_position().row - node.start_position().row + 1;
    review.longest = tests.iter().map(lines).max().unwrap_or(0);
    review.tests = tests.len();
    review
}

fn parse(code: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    parser.parse(code, None).filter(|tree| !tree.root_node().has_error())
}

/// All nodes in order of place; with a cursor, as a hostile text may be nested deeply.
fn all_nodes(tree: &Tree) -> Vec<Node<'_>> {
    let mut cursor = tree.walk();
    let mut nodes = Vec::new();
    loop {
        nodes.push(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return nodes;
            }
        }
    }
}

fn text<'c>(node: Node<'_>, code: &'c str) -> &'c str {
    code.get(node.byte_range()).unwrap_or_default()
}

fn is_test(node: Node<'_>, code: &str) -> bool {
    node.kind() == "function_definition"
        && node.child_by_field_name("name").is_some_and(|name| text(name, code).starts_with("test"))
}

/// Identifiers below a node, attribute names left out.
fn names<'c>(node: Node<'_>, code: &'c str) -> BTreeSet<&'c str> {
    let (start, end) = (node.start_byte(), node.end_byte());
    let mut cursor = node.walk();
    let mut found = BTreeSet::new();
    loop {
        let at = cursor.node();
        if at.kind() == "identifier" && cursor.field_name() != Some("attribute") && cursor.field_name() != Some("name")
        {
            found.insert(text(at, code));
        }
        if cursor.goto_first_child() {
            continue;
        }
        loop {
            if cursor.node().start_byte() < start || cursor.node().end_byte() > end {
                return found;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

/// The first rule that the test breaks: it asserts nothing, only constants, only that something is there, or nothing
/// that depends on the code under test.
fn broken_rule(nodes: &[Node<'_>], code: &str) -> Option<(String, String)> {
    let asserts: Vec<Node<'_>> = nodes.iter().copied().filter(|node| node.kind() == "assert_statement").collect();
    let raises = nodes.iter().any(|node| node.kind() == "call" && is_expectation(text(*node, code)));
    if asserts.is_empty() && !raises {
        return Some(("asserts-nothing".to_owned(), "it asserts nothing".to_owned()));
    }
    if raises {
        return None;
    }
    let asserted: Vec<Node<'_>> = asserts.iter().filter_map(|node| node.named_child(0)).collect();
    if asserted.iter().all(|node| names(*node, code).is_empty()) {
        return Some(("only-constants".to_owned(), "it asserts only constants".to_owned()));
    }
    if asserted.iter().all(|node| only_null(text(*node, code))) {
        return Some(("only-null".to_owned(), "it asserts only that something is there".to_owned()));
    }
    let under_test = depends_on_code(nodes, code);
    let depends = |node: &Node<'_>| names(*node, code).iter().any(|name| under_test.contains(name));
    if !asserted.iter().any(depends) {
        let why = "what it asserts does not depend on the code under test".to_owned();
        return Some(("independent".to_owned(), why));
    }
    None
}

fn is_expectation(call: &str) -> bool {
    ["pytest.raises(", "pytest.fail(", "pytest.warns(", "self.assert", "self.fail("]
        .iter()
        .any(|start| call.starts_with(start))
}

fn only_null(asserted: &str) -> bool {
    asserted.ends_with("is not None") || asserted.ends_with("is None") && !asserted.contains('(')
}

/// Names that hold the code under test, or something that came of it: imported ones, what is assigned from them, and
/// what was handed to them.
fn depends_on_code<'c>(nodes: &[Node<'_>], code: &'c str) -> BTreeSet<&'c str> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for node in nodes.iter().filter(|node| node.kind().starts_with("import_")) {
        let words = text(*node, code);
        let module = words.split_whitespace().nth(1).unwrap_or_default().split('.').next().unwrap_or_default();
        if !NOT_UNDER_TEST.contains(&module) {
            let tail = words.split_once(" import ").map_or(words, |(_, tail)| tail);
            known.extend(tail.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()));
        }
    }
    // Two passes, so that a loop's variables reach what stands before them.
    for node in nodes.iter().chain(nodes) {
        let (to, from) = match node.kind() {
            "assignment" | "augmented_assignment" | "for_statement" | "for_in_clause" => {
                (node.child_by_field_name("left"), node.child_by_field_name("right"))
            }
            "as_pattern" => (node.child(2), node.child(0)),
            "call" => (node.child_by_field_name("arguments"), node.child_by_field_name("function")),
            _ => (None, None),
        };
        let (Some(to), Some(from)) = (to, from) else { continue };
        if names(from, code).iter().any(|name| known.contains(name)) {
            known.extend(names(to, code));
        }
    }
    known
}

fn anti_patterns(nodes: &[Node<'_>], code: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for node in nodes {
        let words = text(*node, code);
        match node.kind() {
            "assert_statement" if words == "assert True" => found.insert("assert True"),
            "call" if words.starts_with("time.sleep(") || words.starts_with("sleep(") => found.insert("sleeping"),
            "call" if words.starts_with("random.") && !code.contains("random.seed(") => {
                found.insert("unseeded randomness")
            }
            "call" if words.starts_with("print(") => found.insert("printing"),
            "comment" if words.contains("TODO") || words.contains("FIXME") => found.insert("a TODO"),
            "except_clause" if words.trim_end().ends_with("pass") => found.insert("an exception that is swallowed"),
            _ => false,
        };
    }
    found.into_iter().map(str::to_owned).collect()
}

fn untidy_lines(code: &str) -> usize {
    code.lines().filter(|line| line.chars().count() > LINE_LENGTH || line.ends_with([' ', '\t'])).count()
}

/// Tests without a docstring, names that are no snake case.
fn style_faults(code: &str, tests: &[Node<'_>]) -> usize {
    let undocumented = tests.iter().filter(|test| !has_docstring(**test)).count();
    let snake = |name: &str| name.chars().all(|c| c.is_lowercase() || c.is_numeric() || c == '_');
    let badly_named =
        tests.iter().filter(|test| test.child_by_field_name("name").is_some_and(|n| !snake(text(n, code)))).count();
    undocumented + badly_named
}

fn has_docstring(function: Node<'_>) -> bool {
    let first = function.child_by_field_name("body").and_then(|body| body.named_child(0));
    first.is_some_and(|first| {
        first.kind() == "string"
            || first.kind() == "expression_statement" && first.named_child(0).is_some_and(|n| n.kind() == "string")
    })
}

#[cfg(test)]
mod tests {
    use super::review;

    fn rule_of(body: &str) -> Option<String> {
        let code =
            format!("import pytest\nfrom shop.cart import total\n\n\ndef test_it():\n    \"\"\"Pins it.\"\"\"\n{body}");
        review(&code).rules.first().map(|(rule, _)| rule.clone())
    }

    #[test]
    fn a_test_that_asserts_what_the_code_returns_breaks_no_rule() {
        assert_eq!(rule_of("    assert total([1]) == 1\n"), None);
        assert_eq!(rule_of("    result = total([1])\n    assert result == 1\n"), None);
        assert_eq!(rule_of("    xs = [2, 1]\n    total(xs)\n    assert xs == [2, 1]\n"), None);
        assert_eq!(rule_of("    with pytest.raises(ValueError):\n        total(None)\n"), None);
    }

    #[test]
    fn a_test_that_asserts_nothing_of_the_code_breaks_a_rule_by_name() {
        assert_eq!(rule_of("    total([1])\n").as_deref(), Some("asserts-nothing"));
        assert_eq!(rule_of("    total([1])\n    assert 1 + 1 == 2\n").as_deref(), Some("only-constants"));
        assert_eq!(rule_of("    assert total([1]) is not None\n").as_deref(), Some("only-null"));
        assert_eq!(rule_of("    x = 3\n    assert x == 3\n").as_deref(), Some("independent"));
        assert_eq!(rule_of("    assert (\n").as_deref(), Some("unreadable"));
    }

    #[test]
    fn anti_patterns_are_found_by_syntax() {
        let code = "import time\n\n\ndef test_it():\n    time.sleep(1)\n    print(1)\n    assert True  # TODO\n";
        assert_eq!(review(code).anti_patterns, ["a TODO", "assert True", "printing", "sleeping"]);
    }
}
