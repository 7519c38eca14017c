//! Every sign, in both directions, with what it weighs and what it says.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{FileChange, FileStatus, RewrittenTest, Statement, StatementSource};

/// The confidence, and what was said besides the runs.
pub(super) fn told(case: &Case) -> (Confidence, String) {
    let mut assessment = case.assess();
    let proof = assessment.proofs.remove(0);
    assert_eq!(proof.reasons[0], "passes on base and fails on head in every run");
    (proof.confidence, proof.reasons[1..].join("; "))
}

/// A regression on every input, so that nothing but the sign under test weighs.
pub(super) fn case() -> Case {
    let mut case = Case::regression();
    case.tests[0].observation.differing = 10;
    case
}

#[track_caller]
pub(super) fn check(case: &Case, confidence: Confidence, words: &str) {
    let (found, reasons) = told(case);
    assert_eq!(found, confidence, "{reasons}");
    assert!(reasons.contains(words), "{reasons}");
}

pub(super) fn says(source: StatementSource, kind: ChangeKind, text: &str) -> Case {
    let mut case = case();
    case.intent.kind = kind;
    case.intent.statements.push(Statement { source, text: text.to_owned(), kind });
    case
}

pub(super) fn unplanned(mut case: Case, exception: &str) -> Case {
    case.tests[0].observation.unplanned_exception = true;
    case.tests[0].observation.before = Some("total([]) returned 0".to_owned());
    case.tests[0].observation.now = Some(format!("total([]) raises {exception}"));
    case
}

fn own_test(case: &mut Case, text: &str) {
    case.change.files.push(FileChange {
        path: path("tests/test_cart.py"),
        old_path: None,
        status: FileStatus::Modified,
        binary: false,
        hunks: Vec::new(),
        before: None,
        after: Some(text.to_owned()),
    });
}

fn parameter(name: &str, default: Option<&str>) -> Parameter {
    let default = default.map(str::to_owned);
    Parameter { name: name.into(), annotation: None, default: default.map(Into::into), kind: ParameterKind::Normal }
}

fn with_parameters(before: Vec<Parameter>, after: Vec<Parameter>) -> Case {
    let mut case = case();
    case.map.targets[0].symbol.parameters = after;
    for file in case.map.base_files.values_mut() {
        file.symbols[0].parameters.clone_from(&before);
    }
    case
}

#[test]
fn without_a_sign_it_is_medium() {
    assert_eq!(told(&case()), (Confidence::Medium, String::new()));
}

#[test]
fn a_change_that_promises_to_keep_behaviour_raises_the_confidence() {
    for kind in [ChangeKind::Refactoring, ChangeKind::Performance, ChangeKind::Cosmetic, ChangeKind::Maintenance] {
        let mut case = case();
        case.intent.kind = kind;
        check(&case, Confidence::High, "the change says that behaviour stays as it is");
    }
    let mut case = says(StatementSource::Body, ChangeKind::Refactoring, "This keeps the same behaviour.");
    case.intent.kind = ChangeKind::Unknown;
    check(&case, Confidence::High, "the change says that behaviour stays as it is");
    case.intent.statements[0].source = StatementSource::Docs;
    check(&case, Confidence::Medium, "");
}

#[test]
fn an_exception_that_nobody_planned_raises_the_confidence() {
    check(&unplanned(case(), "IndexError"), Confidence::High, "head ends in an exception that nobody planned");
}

#[test]
fn words_that_name_the_behaviour_lower_the_confidence_wherever_they_stand() {
    for (source, words) in [
        (StatementSource::Title, "the change says so itself: \"total now includes shipping\""),
        (StatementSource::Body, "the change says so itself"),
        (StatementSource::Commit, "the change says so itself"),
        (StatementSource::Changelog, "the changelog says so"),
        (StatementSource::Docs, "the documentation says so"),
    ] {
        let case = says(source, ChangeKind::Unknown, "total now includes shipping");
        check(&case, Confidence::Low, words);
        check(&unplanned(case, "IndexError"), Confidence::Medium, "nobody planned");
    }
}

#[test]
fn an_exception_that_the_author_announces_is_planned() {
    let case = says(StatementSource::Body, ChangeKind::Unknown, "Empty carts give a ValueError.");
    let case = unplanned(case, "ValueError");
    check(&case, Confidence::Low, "the change announces ValueError");
    assert!(!told(&case).1.contains("nobody planned"));
    let case = unplanned(says(StatementSource::Docs, ChangeKind::Unknown, "Others give a ValueError."), "ValueError");
    check(&case, Confidence::High, "nobody planned");
}

#[test]
fn an_exception_that_base_raised_too_is_not_announced() {
    let mut case = unplanned(says(StatementSource::Body, ChangeKind::Unknown, "See KeyError."), "KeyError");
    case.tests[0].observation.before = Some("total([]) raised KeyError".to_owned());
    check(&case, Confidence::High, "nobody planned");
}

#[test]
fn a_status_that_the_author_announces_is_intended() {
    let answers = |before: &str, text: &str| {
        let mut case = says(StatementSource::Commit, ChangeKind::Unknown, text);
        case.tests[0].observation.before = Some(format!("GET /carts/9 returned {before} with {{}}"));
        case.tests[0].observation.now = Some("GET /carts/9 returns 404 with {}".to_owned());
        case
    };
    check(&answers("200", "Unknown carts are a 404"), Confidence::Low, "the change names 404");
    for (before, text) in [("404", "Unknown carts are a 404"), ("200", "Unknown carts are a 410, see #4040")] {
        assert_eq!(told(&answers(before, text)), (Confidence::Medium, String::new()), "{text}");
    }
}

#[test]
fn a_docstring_that_newly_names_the_exception_is_a_strong_sign() {
    let mut case = unplanned(case(), "ValueError");
    case.map.targets[0].symbol.docstring = Some("Sums. Raises ValueError for none.".to_owned());
    check(&case, Confidence::Low, "the docstring of total now names ValueError");
    for file in case.map.base_files.values_mut() {
        file.symbols[0].docstring = Some("Sums; ValueError for text.".to_owned());
    }
    check(&case, Confidence::High, "the docstring of total changed with it");
}

#[test]
fn an_own_test_that_asks_for_the_new_behaviour_lowers_the_confidence() {
    let mut case = case();
    own_test(&mut case, "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 1\n");
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(RevisionKey::Base, Outcome::Passed);
    check(&case, Confidence::Medium, "");
    case.own(RevisionKey::Base, failed());
    let words = "the change's own test tests/test_cart.py::test_total fails on base and passes on head";
    check(&case, Confidence::Low, words);
    case.own(RevisionKey::Base, broken());
    check(&case, Confidence::Medium, "");
    case.own(RevisionKey::Base, failed());
    case.own(RevisionKey::Head, failed());
    check(&case, Confidence::Medium, "");
}

#[test]
fn an_own_test_of_something_else_asks_for_nothing() {
    let mut case = case();
    own_test(&mut case, "from shop.cart import label\n\n\ndef test_total_price():\n    assert label(1)\n");
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(RevisionKey::Base, failed());
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn an_own_test_that_notices_mutants_of_the_symbol_only_asks_for_the_change_without_its_name() {
    let asking = || {
        let mut case = case();
        own_test(&mut case, "from shop import Cart\n\n\ndef test_price():\n    assert Cart().price == 1\n");
        case.own(RevisionKey::Head, Outcome::Passed);
        case.own(RevisionKey::Base, failed());
        case.own(on("M001"), failed());
        case
    };
    check(&asking(), Confidence::Low, "fails on base and passes on head");
    let mut elsewhere = asking();
    elsewhere.mutants[0].symbol = "shop.cart.label".to_owned();
    check(&elsewhere, Confidence::Medium, "");
    let mut both = asking();
    both.mutants.push(Mutant { symbol: "shop.cart.label".to_owned(), ..mutant("M002", 80) });
    both.own(on("M002"), failed());
    check(&both, Confidence::Medium, "");
    let mut missing = asking();
    let raised = Outcome::Failed { message: "AttributeError".to_owned(), line: Some(7), own_assertion: false };
    missing.own(RevisionKey::Base, raised);
    check(&missing, Confidence::Medium, "");
    let mut unnoticed = asking();
    unnoticed.own(on("M001"), Outcome::Passed);
    check(&unnoticed, Confidence::Medium, "");
}

#[test]
fn an_own_test_that_kills_a_mutant_does_not_ask_for_the_change() {
    let mut case = case();
    own_test(&mut case, "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 0\n");
    case.own(RevisionKey::Base, Outcome::Passed);
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(on("M001"), failed());
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_test_that_asserted_the_old_outcome_and_was_changed_lowers_the_confidence() {
    let mut case = case();
    let rewritten = |word: &str| RewrittenTest {
        name: "tests/test_cart.py::test_total".to_owned(),
        words: BTreeSet::from([word.to_owned()]),
    };
    case.intent.rewritten_tests = vec![rewritten("label")];
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
    case.intent.rewritten_tests = vec![rewritten("total")];
    check(&case, Confidence::Low, "the change alters what tests/test_cart.py::test_total asserts about total");
}

#[test]
fn a_symbol_is_named_as_it_is_written_or_by_all_words_of_its_name() {
    for (text, confidence) in [
        ("`total_price` now includes shipping", Confidence::Low),
        ("The total of all prices now includes shipping", Confidence::Low),
        ("The total now includes shipping", Confidence::Medium),
    ] {
        let mut case = says(StatementSource::Body, ChangeKind::Unknown, text);
        case.map.targets[0].symbol.name = "total_price".into();
        assert_eq!(told(&case).0, confidence, "{text}");
    }
}

#[test]
fn special_methods_are_meant_by_the_name_of_their_class() {
    let mut case = says(StatementSource::Body, ChangeKind::Unknown, "Cart now counts twice");
    case.map.targets[0].symbol.name = "__len__".into();
    case.map.targets[0].symbol.parent = Some("shop.Cart".into());
    check(&case, Confidence::Low, "the change says so itself");
    case.intent.statements.clear();
    let words = BTreeSet::from(["Cart".to_owned()]);
    case.intent.rewritten_tests = vec![RewrittenTest { name: "t.py::test_len".to_owned(), words }];
    check(&case, Confidence::Low, "the change alters");
}

#[test]
fn a_test_of_the_class_is_no_test_of_each_of_its_methods() {
    let mut case = case();
    case.map.targets[0].symbol.parent = Some("shop.Cart".into());
    let words = BTreeSet::from(["Cart".to_owned(), "label".to_owned()]);
    case.intent.rewritten_tests = vec![RewrittenTest { name: "t.py::test_label".to_owned(), words }];
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
    case.map.targets[0].symbol.name = "__len__".into();
    case.map.targets[0].symbol.parent = Some("shop.Order".into());
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_signature_that_callers_must_follow_is_a_strong_sign() {
    let items = || parameter("items", None);
    for (before, after) in [
        (vec![items()], vec![]),
        (vec![items()], vec![parameter("lines", None)]),
        (vec![items()], vec![items(), parameter("rate", None)]),
        (vec![items(), parameter("rate", None)], vec![parameter("rate", None), items()]),
        (vec![parameter("items", Some("()"))], vec![items()]),
    ] {
        let case = with_parameters(before, after);
        check(&case, Confidence::Low, "the signature of total changed, and its callers must follow");
        check(&unplanned(case, "IndexError"), Confidence::Medium, "nobody planned");
    }
}

#[test]
fn a_call_that_no_longer_fits_the_signature_is_no_unplanned_exception() {
    let case = with_parameters(vec![parameter("items", None)], vec![]);
    check(&unplanned(case, "TypeError"), Confidence::Low, "callers must follow");
}

#[test]
fn type_hints_are_no_change_of_the_signature() {
    let mut hinted = parameter("items", None);
    hinted.annotation = Some("list[int]".into());
    let case = with_parameters(vec![parameter("items", None)], vec![hinted]);
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn calls_without_a_new_option_should_do_what_they_did() {
    let items = || parameter("items", None);
    let mut case = with_parameters(vec![items()], vec![items(), parameter("rate", Some("1"))]);
    check(&case, Confidence::Medium, "total takes a new option");
    let rest = || Parameter { kind: ParameterKind::Rest, ..parameter("more", None) };
    check(&with_parameters(vec![items()], vec![items(), rest()]), Confidence::Medium, "total takes a new option");
    // What could be given before, among any or in the place of another one, may be meant.
    let (rate, cut) = (|| parameter("rate", Some("1")), || parameter("cut", Some("0")));
    let any = with_parameters(vec![items(), rest()], vec![items(), rate(), rest()]);
    check(&any, Confidence::Low, "total takes a new option");
    let between = with_parameters(vec![items(), rate()], vec![items(), cut(), rate()]);
    check(&between, Confidence::Low, "total takes a new option");
    // Neither a title about it, nor its docstring, nor a test that gives it says anything of them.
    let about = says(StatementSource::Title, ChangeKind::Feature, "Add a rate to total");
    check(&about, Confidence::Low, "the change is about total");
    case.intent.statements = about.intent.statements;
    case.map.targets[0].symbol.docstring = Some("Sums, at a rate.".to_owned());
    check(&case, Confidence::Medium, "total takes a new option");
    let asks = |message: &str| {
        let mut case = with_parameters(vec![items()], vec![items(), parameter("rate", Some("1"))]);
        own_test(&mut case, "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 1\n");
        case.own(RevisionKey::Head, Outcome::Passed);
        case.own(RevisionKey::Base, Outcome::Failed { message: message.to_owned(), line: None, own_assertion: false });
        case
    };
    check(&asks("ImportError: Rate"), Confidence::Low, "fails on base and passes on head");
    let lacks = asks("TypeError: total() got an unexpected keyword argument 'rate'");
    check(&lacks, Confidence::Medium, "total takes a new option");
}

#[test]
fn another_default_is_a_weak_sign() {
    let rate = |default| vec![parameter("items", None), parameter("rate", Some(default))];
    check(&with_parameters(rate("1"), rate("2")), Confidence::Low, "the default of rate of total changed");
    let mut case = with_parameters(rate("1"), rate("2"));
    case.intent.kind = ChangeKind::Refactoring;
    check(&case, Confidence::Medium, "behaviour stays as it is");
}

#[test]
fn a_parameter_that_newly_has_a_default_was_always_given() {
    let case = with_parameters(vec![parameter("items", None)], vec![parameter("items", Some("()"))]);
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_title_that_says_how_and_not_what_is_no_sign() {
    for title in [
        "Use a loop in total instead of sum",
        "Shorten total and let it handle lists",
        "Keep the total in the cart",
        "Give total a default",
        "Sort before the total",
    ] {
        let case = says(StatementSource::Title, ChangeKind::Unknown, title);
        assert_eq!(told(&case), (Confidence::Medium, String::new()), "{title}");
    }
    let case = says(StatementSource::Title, ChangeKind::Fix, "Shorten total and let it handle lists");
    assert_eq!(told(&case).0, Confidence::Medium);
    let case = says(StatementSource::Title, ChangeKind::Unknown, "Use sum in total, which now raises");
    check(&case, Confidence::Low, "the change says so itself");
}

#[test]
fn the_words_of_the_symbols_own_name_say_nothing() {
    let mut case = says(StatementSource::Title, ChangeKind::Unknown, "Tables for Role.allows");
    case.map.targets[0].symbol.name = "allows".into();
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
    case.intent.statements[0].text = "Shorten Role.allows".to_owned();
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_changed_docstring_is_a_weak_sign_and_a_new_one_is_none() {
    let mut case = case();
    case.map.targets[0].symbol.docstring = Some("Sums, and adds shipping.".to_owned());
    check(&case, Confidence::Low, "the docstring of total changed with it");
    case.intent.kind = ChangeKind::Refactoring;
    check(&case, Confidence::Medium, "behaviour stays as it is");
    for file in case.map.base_files.values_mut() {
        file.symbols[0].docstring = None;
    }
    check(&case, Confidence::High, "");
}

pub(super) fn with_docstrings(mut case: Case, before: &str, after: &str) -> Case {
    case.map.targets[0].symbol.docstring = Some(after.to_owned());
    for file in case.map.base_files.values_mut() {
        file.symbols[0].docstring = Some(before.to_owned());
    }
    case
}

/// A regression on few inputs, so that a weak sign is outweighed and a strong one is not.
pub(super) fn on_few_inputs(mut case: Case) -> Case {
    case.tests[0].observation.differing = 1;
    case
}

#[test]
fn a_docstring_that_says_something_else_is_a_strong_sign_where_nothing_is_promised() {
    let (before, after) = ("Prices of everything, shipping left aside.", "What remains in stock once orders leave.");
    let mut case = on_few_inputs(with_docstrings(case(), before, after));
    check(&case, Confidence::Low, "the docstring of total says something else now");
    case.intent.kind = ChangeKind::Refactoring;
    check(&case, Confidence::High, "the docstring of total changed with it");
    let more =
        with_docstrings(Case::regression(), before, "Prices of everything, shipping left aside, as always known.");
    check(&on_few_inputs(more), Confidence::Medium, "the docstring of total changed with it");
    let failing = with_docstrings(unplanned(Case::regression(), "IndexError"), before, after);
    check(&failing, Confidence::High, "the docstring of total changed with it");
    let spaced = with_docstrings(on_few_inputs(Case::regression()), "Sums.", "Sums");
    assert!(!told(&spaced).1.contains("docstring"));
}

#[test]
fn a_changed_docstring_and_a_title_about_behaviour_are_a_strong_sign_together() {
    let titled = |title| {
        let case = says(StatementSource::Title, ChangeKind::Unknown, title);
        on_few_inputs(with_docstrings(case, "Sums.", "Sums up."))
    };
    check(&titled("Round half up"), Confidence::Low, "the docstring of total changed with it");
    check(&titled("Invoices"), Confidence::Medium, "the docstring of total changed with it");
    check(&unplanned(titled("Round half up"), "IndexError"), Confidence::High, "the docstring of total changed");
}

#[test]
fn a_title_that_says_what_comes_out_instead_is_a_strong_sign() {
    let mut case =
        unplanned(says(StatementSource::Title, ChangeKind::Unknown, "Show cents instead of euros"), "KeyError");
    check(&case, Confidence::Medium, "the title says what comes out instead: \"Show cents instead of euros\"");
    case.intent.statements[0].kind = ChangeKind::Refactoring;
    check(&case, Confidence::High, "");
}

#[test]
fn a_fix_or_a_feature_that_is_about_the_symbol_is_a_weak_sign() {
    for kind in [ChangeKind::Fix, ChangeKind::Feature] {
        check(&says(StatementSource::Title, kind, "The total of an empty cart"), Confidence::Low, "is about total");
        check(&says(StatementSource::Commit, kind, "total: empty cart"), Confidence::Low, "is about total");
        check(&says(StatementSource::Title, kind, "The invoice"), Confidence::Medium, "");
        check(&says(StatementSource::Body, kind, "See the total"), Confidence::Medium, "");
    }
    check(&says(StatementSource::Title, ChangeKind::Unknown, "The total"), Confidence::Medium, "");
}

#[test]
fn a_title_about_behaviour_is_a_weak_sign_in_a_change_of_few_symbols() {
    let mut case = says(StatementSource::Title, ChangeKind::Unknown, "Round half up");
    check(&case, Confidence::Low, "the title is about behaviour: \"Round half up\"");
    let targets: Vec<Target> = (2..5)
        .map(|number| Target { id: TargetId::new(format!("T00{number}")), ..case.map.targets[0].clone() })
        .collect();
    case.map.targets.extend(targets[..2].iter().cloned());
    check(&case, Confidence::Low, "the title is about behaviour");
    case.map.targets.push(targets[2].clone());
    check(&case, Confidence::Medium, "");
    let case = says(StatementSource::Body, ChangeKind::Unknown, "Round half up");
    check(&case, Confidence::Medium, "");
}

#[test]
fn a_changelog_about_behaviour_is_a_strong_sign_in_a_change_of_few_symbols() {
    let entry = "Slugs keep letters of all scripts and are no longer ASCII";
    let mut case = says(StatementSource::Changelog, ChangeKind::Unknown, entry);
    check(&case, Confidence::Low, "the changelog is about behaviour: \"Slugs keep");
    case.intent.statements[0].kind = ChangeKind::Refactoring;
    check(&case, Confidence::Medium, "");
    case.intent.statements[0].kind = ChangeKind::Unknown;
    let target = |number| Target { id: TargetId::new(format!("T00{number}")), ..case.map.targets[0].clone() };
    let others: Vec<Target> = (2..5).map(target).collect();
    case.map.targets.extend(others);
    check(&case, Confidence::Medium, "");
    check(&says(StatementSource::Changelog, ChangeKind::Unknown, "Speed"), Confidence::Medium, "");
}

#[test]
fn few_inputs_that_differ_outweigh_a_weak_sign_and_no_strong_one() {
    let mut case = says(StatementSource::Title, ChangeKind::Feature, "The total of a cart");
    for (differing, confidence) in [(2, Confidence::Medium), (3, Confidence::Low), (10, Confidence::Low)] {
        case.tests[0].observation.differing = differing;
        check(&case, confidence, "is about total");
        let said = format!("{differing} of 10 inputs that were tried behave differently, the others as before");
        assert_eq!(told(&case).1.contains(&said), differing < 10);
    }
    case.tests[0].observation.tried = 12;
    case.tests[0].observation.differing = 3;
    check(&case, Confidence::Medium, "3 of 12 inputs");
    let mut case = says(StatementSource::Title, ChangeKind::Fix, "The total of a cart");
    case.tests[0].observation.differing = 1;
    check(&case, Confidence::Low, "1 of 10 inputs");
    let mut case = says(StatementSource::Title, ChangeKind::Unknown, "total now rounds");
    case.tests[0].observation.differing = 1;
    check(&case, Confidence::Low, "1 of 10 inputs");
    let mut case = Case::regression();
    case.tests[0].observation.differing = 1;
    check(&case, Confidence::Medium, "1 of 10 inputs");
    case.tests[0].observation.differing = 0;
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_strong_sign_is_never_high() {
    let mut case = unplanned(with_parameters(vec![parameter("items", None)], vec![]), "IndexError");
    case.intent.kind = ChangeKind::Refactoring;
    check(&case, Confidence::Medium, "behaviour stays as it is");
}

#[test]
fn a_strong_sign_outweighs_a_promise() {
    let mut case = with_parameters(vec![parameter("items", None)], vec![]);
    case.intent.kind = ChangeKind::Refactoring;
    check(&case, Confidence::Low, "behaviour stays as it is");
}

#[test]
fn what_a_caller_shows_is_judged_by_the_words_about_what_it_calls() {
    let mut case = says(StatementSource::Body, ChangeKind::Unknown, "total now includes shipping");
    let mut caller = case.map.targets[0].clone();
    caller.id = TargetId::new("T002");
    caller.changed = false;
    caller.symbol.name = "invoice".into();
    caller.symbol.calls = ["helper"].iter().collect();
    let mut between = caller.clone();
    between.id = TargetId::new("T003");
    between.symbol.name = "helper".into();
    between.symbol.calls = ["self.total"].iter().collect();
    case.tests[0].target = caller.id.clone();
    case.map.targets.extend([caller, between]);
    check(&case, Confidence::Low, "the change says so itself");
    let mut other = case.map.targets[0].clone();
    other.id = TargetId::new("T004");
    other.symbol.name = "label".into();
    case.map.targets[2].symbol.calls = ["label"].iter().collect();
    case.map.targets.push(other);
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn a_reason_is_said_once() {
    let mut case = says(StatementSource::Title, ChangeKind::Fix, "The total of a cart");
    let again = Statement { source: StatementSource::Commit, ..case.intent.statements[0].clone() };
    case.intent.statements.push(again);
    assert_eq!(told(&case).1.matches("is about total").count(), 1);
}

#[test]
fn what_does_not_end_any_more_is_no_intention_of_a_change_that_is_about_it() {
    let mut case = says(StatementSource::Title, ChangeKind::Fix, "Fix total for one item");
    assert_eq!(told(&case).0, Confidence::Low);
    case.tests[0].observation.endless = true;
    check(&case, Confidence::High, "head does not come to an end any more");
}
