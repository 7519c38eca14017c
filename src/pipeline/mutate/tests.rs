use std::collections::BTreeSet;

use super::*;
use crate::language::python::Python;
use crate::pipeline::fixture::Fixture;

fn mutated(before: &str, after: &str) -> Mutated {
    let fixture = Fixture::of_file("shop/cart.py", before, after);
    mutate(&fixture.change, &fixture.map().map, &Python)
}

#[test]
fn changed_lines_of_targets_are_mutated_and_others_are_not() {
    let before = "def a(x):\n    y = x + 1\n    return y * 2\n\n\ndef b(x):\n    return x < 1\n";
    let mutated = mutated(before, &before.replace("y * 2", "y * 3"));
    let lines: BTreeSet<u32> = mutated.mutants.iter().map(|mutant| mutant.span.line_start).collect();
    assert_eq!(lines, BTreeSet::from([3]));
    assert_eq!(mutated.mutants[0].id.as_str(), "M001");
}

#[test]
fn a_constant_of_the_module_is_mutated_where_a_function_uses_it() {
    let before = "LIMIT = 3\n\n\ndef a(x):\n    return x < LIMIT\n";
    let mutated = mutated(before, &before.replace("= 3", "= 4"));
    assert!(mutated.mutants.iter().any(|mutant| mutant.original == "4" && mutant.mutated == "5"));
}

#[test]
fn every_line_has_its_best_mutant_before_one_has_its_second() {
    let after = "def a(x, y):\n    z = x < y and y > 3\n    return z == 1\n";
    let mutated = mutated("", after);
    let first: Vec<u32> = mutated.mutants.iter().take(2).map(|mutant| mutant.span.line_start).collect();
    assert_eq!(first.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&2, &3]));
    let places: BTreeSet<&str> = mutated.mutants.iter().map(|mutant| mutant.id.as_str()).collect();
    assert_eq!(places.len(), mutated.mutants.len());
}

#[test]
fn base_is_mutated_where_it_was_replaced_and_near_the_risks_of_what_was_changed() {
    let before =
        "def a(x, y):\n    if x < 3:\n        return y\n    z = x + 1\n    return z\n\n\ndef b(x):\n    return x < 1\n";
    let mutated = mutated(before, &before.replace("x + 1", "x + 2"));
    let lines: BTreeSet<u32> = mutated.of_base.iter().map(|mutant| mutant.span.line_start).collect();
    assert!(lines.contains(&2) && lines.contains(&4) && lines.iter().all(|line| *line <= 5), "{lines:?}");
    assert!(mutated.of_base.iter().any(|mutant| mutant.original == "<" && mutant.mutated == "<="));
    assert!(mutated.of_base.iter().all(|mutant| mutant.id.as_str().starts_with('B')));
}

#[test]
fn a_new_function_has_no_mutants_of_base() {
    assert_eq!(mutated("", "def a(x):\n    return x < 1\n").of_base, []);
}

#[test]
fn mutants_are_bounded_and_that_is_said() {
    let body: String = (0..100).map(|i| format!("    x = x + {i}\n    y = x < {i}\n")).collect();
    let mutated = mutated("", &format!("def a(x):\n{body}    return y\n"));
    assert_eq!(mutated.mutants.len(), limits::MUTANTS);
    assert_eq!(mutated.warnings.len(), 1);
    let lines: BTreeSet<u32> = mutated.mutants.iter().map(|mutant| mutant.span.line_start).collect();
    assert!(lines.len() >= limits::MUTANTS - 1, "{} lines", lines.len());
}

#[test]
fn changed_places_that_are_not_mutated_are_said_by_rule() {
    let after = "import os\n\n\n@property\ndef a(x):\n    # a comment\n    logger.info('x')\n    return os.sep\n";
    let rules: Vec<String> = mutated("", after).rejections.into_iter().map(|rejection| rejection.rule).collect();
    assert_eq!(rules, ["mutant-in-attribute", "mutant-in-comment", "mutant-in-import", "mutant-in-logging"]);
}

#[test]
fn configuration_is_rejected() {
    let fixture = Fixture::of_file("setup.py", "x = 1\n", "x = 2\n");
    let mutated = mutate(&fixture.change, &fixture.map().map, &Python);
    assert_eq!(mutated.mutants, []);
    assert_eq!(mutated.rejections[0].rule, "mutant-in-configuration");
}

#[test]
fn a_mutant_of_whomever_is_rejected_by_its_place() {
    let after = "import os\n\n\ndef a(x):\n    return x < 1  # border\n";
    let fixture = Fixture::of_file("a.py", "", after);
    let map = fixture.map().map;
    let mut mutant = mutate(&fixture.change, &map, &Python).mutants.remove(0);
    assert_eq!(rejection(&mutant, &fixture.change, &Python), None);
    let at = after.find("border").unwrap();
    (mutant.span.start_byte, mutant.span.end_byte) = (at, at + 6);
    assert_eq!(rejection(&mutant, &fixture.change, &Python).unwrap().rule, "mutant-in-comment");
    (mutant.span.start_byte, mutant.span.end_byte) = (7, 9);
    assert_eq!(rejection(&mutant, &fixture.change, &Python).unwrap().rule, "mutant-in-import");
}

#[test]
fn the_same_change_gives_the_same_mutants() {
    let after = "def a(x, y):\n    return x[1:len(y) - 1] if x and y else None\n";
    assert_eq!(mutated("", after).mutants, mutated("", after).mutants);
}
