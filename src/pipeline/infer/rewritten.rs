//! Tests that expected something else on base: their assertions were altered, or they are gone.

use std::collections::BTreeSet;

use crate::domain::{ChangeSet, FileChange, FileMap, RewrittenTest, Symbol, SymbolKind};
use crate::language;

/// Words that an assertion goes by.
const ASSERTIONS: &[&str] = &["assert", "raises", "expect", "should"];

/// Tests of base whose assertions the change alters or takes away, in order of their files.
pub(super) fn rewritten_tests(change: &ChangeSet) -> Vec<RewrittenTest> {
    change.files.iter().flat_map(|file| of_file(file).unwrap_or_default()).collect()
}

fn of_file(file: &FileChange) -> Option<Vec<RewrittenTest>> {
    let path = file.old_path.as_ref().unwrap_or(&file.path);
    let language = language::owner(path).filter(|language| language.is_test_file(path))?;
    let before = file.before.as_deref()?;
    let after = file.after.as_deref().unwrap_or_default();
    // A text that can't be read tells nothing.
    let base = language.map_file(path, "", before).ok()?;
    let head = language.map_file(&file.path, "", after).ok()?;
    let tests = base.symbols.iter().filter(|symbol| is_test(symbol));
    let rewritten = tests.filter(|test| {
        let now = body(&head, &test.local_name, after).map(assertions).unwrap_or_default();
        let then = body(&base, &test.local_name, before).map(assertions).unwrap_or_default();
        then.iter().any(|line| !now.contains(line))
    });
    let named = |test: &Symbol| RewrittenTest {
        name: format!("{path}::{}", test.local_name.replace('.', "::")),
        words: words(body(&base, &test.local_name, before).unwrap_or_default()),
    };
    Some(rewritten.map(named).collect())
}

fn is_test(symbol: &Symbol) -> bool {
    symbol.kind != SymbolKind::Class && symbol.name.to_lowercase().starts_with("test")
}

fn body<'t>(map: &FileMap, name: &str, text: &'t str) -> Option<&'t str> {
    let symbol = map.symbols.iter().find(|symbol| symbol.local_name == name)?;
    text.get(symbol.span.start_byte..symbol.span.end_byte)
}

/// The lines that assert, without their white space.
fn assertions(body: &str) -> BTreeSet<String> {
    let asserts = |line: &&str| ASSERTIONS.iter().any(|word| line.to_lowercase().contains(word));
    body.lines().skip(1).filter(asserts).map(|line| line.split_whitespace().collect()).collect()
}

fn words(body: &str) -> BTreeSet<String> {
    let split = body.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::fixture::Fixture;

    const BASE: &str = "def test_total():\n    assert total([]) == 0\n\n\ndef test_label():\n    assert label(1)\n";

    fn rewritten(path: &str, after: &str) -> Vec<String> {
        let fixture = Fixture::of_file(path, BASE, after);
        rewritten_tests(&fixture.change).into_iter().map(|test| test.name).collect()
    }

    #[test]
    fn a_test_whose_assertion_changes_or_goes_is_rewritten() {
        let expected = ["tests/test_cart.py::test_total"];
        assert_eq!(rewritten("tests/test_cart.py", &BASE.replace("== 0", "== 1")), expected);
        let gone = BASE.split("\n\n\n").nth(1).unwrap_or_default();
        assert_eq!(rewritten("tests/test_cart.py", gone), expected);
    }

    #[test]
    fn a_test_that_only_gets_more_or_is_laid_out_anew_is_not_rewritten() {
        let more = BASE.replace("== 0\n", "== 0\n    assert total([1]) == 1\n");
        assert!(rewritten("tests/test_cart.py", &more).is_empty());
        assert!(rewritten("tests/test_cart.py", &BASE.replace("total([])", "total( [] )")).is_empty());
        assert!(rewritten("shop/cart.py", &BASE.replace("== 0", "== 1")).is_empty());
    }

    #[test]
    fn a_rewritten_test_knows_the_names_that_it_used() {
        let fixture = Fixture::of_file("test_cart.py", BASE, "");
        let tests = rewritten_tests(&fixture.change);
        assert_eq!(tests.len(), 2);
        assert!(tests[0].words.contains("total") && !tests[0].words.contains("label"));
    }
}
