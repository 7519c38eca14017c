//! Numbers in titles and docstrings, and what docstrings say was before.

use super::confidence::{case, check, on_few_inputs, says, told, unplanned, with_docstrings};
use super::*;
use crate::domain::StatementSource;

#[test]
fn a_docstring_that_names_another_number_is_a_strong_sign_of_its_class_too() {
    let (before, after) = ("Pages, counted from 0.", "Pages, counted from 1.");
    let own = on_few_inputs(with_docstrings(case(), before, after));
    check(&own, Confidence::Low, "the docstring of total says something else now");
    for (before, after) in [("Pages. Added in 1.2.", "Pages. Added in 1.3."), ("Pages.\n>>> f(1)", "Pages!\n>>> f(2)")]
    {
        let other = on_few_inputs(with_docstrings(case(), before, after));
        assert!(!told(&other).1.contains("says something else"), "{after}");
    }
    let more = on_few_inputs(with_docstrings(case(), "Pages.", "Pages, counted from 1."));
    check(&more, Confidence::Medium, "the docstring of total changed with it");

    let mut of_class = on_few_inputs(case());
    of_class.map.targets[0].symbol.parent = Some("Pager".into());
    let class = |text: &str| {
        let mut class = of_class.map.targets[0].symbol.clone();
        (class.local_name, class.docstring) = ("Pager".into(), Some(text.to_owned()));
        class
    };
    let (old, new) = (class(before), class(after));
    of_class.map.base_files.values_mut().for_each(|file| file.symbols.push(old.clone()));
    of_class.map.files.values_mut().for_each(|file| file.symbols.push(new.clone()));
    of_class.tests[0].observation.before = Some("total([]) returned True".to_owned());
    of_class.tests[0].observation.now = Some("total([]) returns False".to_owned());
    assert!(!told(&of_class).1.contains("Pager"));
    of_class.tests[0].observation.before = Some("total(0) returned True".to_owned());
    check(&of_class, Confidence::Low, "the docstring of Pager says something else now");
    of_class.intent.kind = ChangeKind::Refactoring;
    assert!(!told(&of_class).1.contains("Pager"));
    let failing = unplanned(Case { intent: Case::regression().intent, ..of_class }, "IndexError");
    assert!(!told(&failing).1.contains("Pager"));
}

#[test]
fn a_title_that_names_what_came_out_and_what_comes_out_now_is_a_strong_sign() {
    let titled = |kind: ChangeKind, title: &str| {
        let mut case = on_few_inputs(says(StatementSource::Title, kind, title));
        case.tests[0].observation.before = Some("total(0.7) returned 15".to_owned());
        case.tests[0].observation.now = Some("total(0.7) returns 25".to_owned());
        case
    };
    let words = "the title names what comes out instead";
    check(&titled(ChangeKind::Unknown, "The deposit rises from 15 to 25 cents."), Confidence::Low, words);
    check(&titled(ChangeKind::Unknown, "Charge 25 cents instead of 15"), Confidence::Low, words);
    for title in [
        "The deposit rises to 25 cents",
        "No more than 15 rows",
        "Widen 0.7 to 0.8",
        "Rows x15 and y25",
        "Deposits, part 15 of 25",
        "Deposits 25, 15",
    ] {
        assert!(!told(&titled(ChangeKind::Unknown, title)).1.contains(words), "{title}");
    }
    assert!(!told(&titled(ChangeKind::Refactoring, "Sort from 15 to 25")).1.contains(words));
}

#[test]
fn a_docstring_that_says_what_was_before_is_a_strong_sign() {
    let before = "Sums; marks are dropped.";
    for after in [
        "Sums; marks are spelled out, they were dropped before.",
        "Sums; marks are dropped (previously not).",
        "Sums; marks are dropped.\n\nChanged in version 2: at the end, too.",
        "Sums; marks are dropped.\n\n.. versionchanged:: 2.0",
    ] {
        let case = on_few_inputs(with_docstrings(case(), before, after));
        check(&case, Confidence::Low, "the docstring of total says something else now");
    }
    let kept = "Sums; marks are dropped, as was always known of those that came in before.";
    check(&on_few_inputs(with_docstrings(case(), before, kept)), Confidence::Medium, "changed with it");
    let old = "Sums; marks, as they were before, are dropped.";
    let same = on_few_inputs(with_docstrings(case(), old, "Sums; marks, as they were before, are left out."));
    check(&same, Confidence::Medium, "changed with it");
}

#[test]
fn what_a_changed_caller_shows_is_judged_by_what_is_said_of_what_it_calls() {
    let with_called = |mut case: Case, docstring: &str| {
        let mut below = case.map.targets[0].clone();
        below.id = TargetId::new("T002");
        (below.symbol.name, below.symbol.local_name) = ("label".into(), "label".into());
        let mut old = below.symbol.clone();
        old.docstring = Some("A label.".to_owned());
        below.symbol.docstring = Some(docstring.to_owned());
        case.map.base_files.values_mut().for_each(|file| file.symbols.push(old.clone()));
        case.map.targets[0].symbol.calls = ["self.label"].iter().collect();
        case.map.targets.push(below);
        on_few_inputs(case)
    };
    let (told_of, docstring) = ("the docstring of label says something else now", "A label. Changed in version 2.");
    check(&with_called(case(), docstring), Confidence::Low, told_of);
    assert!(!told(&with_called(case(), "A label of it.")).1.contains(told_of));
    let mut through = with_called(case(), docstring);
    let mut between = through.map.targets[0].clone();
    between.id = TargetId::new("T003");
    (between.symbol.name, between.changed) = ("helper".into(), false);
    through.map.targets[0].symbol.calls = ["helper"].iter().collect();
    through.map.targets.push(between);
    through.map.targets[2].symbol.calls = ["label"].iter().collect();
    check(&through, Confidence::Low, told_of);
    let mut other = with_called(case(), docstring);
    other.map.targets[1].changed = false;
    assert!(!told(&other).1.contains(told_of));
    other = with_called(case(), docstring);
    other.map.targets[0].symbol.calls = ["labels"].iter().collect();
    assert!(!told(&other).1.contains(told_of));
    other = with_called(case(), docstring);
    other.map.targets[0].symbol.calls = ["total"].iter().collect();
    other.map.targets[0].symbol.docstring = Some(docstring.to_owned());
    assert!(!told(&other).1.contains(told_of));
    other = with_called(case(), docstring);
    other.intent.kind = ChangeKind::Refactoring;
    assert!(!told(&other).1.contains(told_of));
    assert!(!told(&unplanned(with_called(case(), docstring), "IndexError")).1.contains(told_of));
}
