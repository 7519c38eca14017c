//! The gate of formatter, linter and type checker decides about hardenings, and never about regressions.

use super::*;
use crate::domain::Quality;

fn fails_gate(test: &mut GeneratedTest) {
    test.quality = Some(Quality { passed: false, errors: 1, warnings: 0 });
    test.faults = vec!["E501 line too long (line 3)".to_owned()];
}

#[test]
fn a_hardening_that_fails_the_gate_is_dropped_by_name_with_its_reason() {
    let mut case = Case::hardening();
    fails_gate(&mut case.tests[0]);
    let rejections = case.assess().rejections;
    assert_eq!(case.rule(), "quality");
    let reasons: Vec<&str> = rejections.iter().map(|rejection| rejection.reason.as_str()).collect();
    assert!(reasons.contains(&"test_G001: E501 line too long (line 3)"), "{reasons:?}");
}

#[test]
fn a_hardening_that_fails_the_gate_makes_room_for_one_that_passes() {
    let mut case = Case::hardening();
    fails_gate(&mut case.tests[0]);
    case.tests.push(generated("G002", Purpose::Hardening(vec![MutantId::new("M001")]), 9));
    case.runs("G002", RevisionKey::Head, vec![Outcome::Passed; 5]);
    case.runs("G002", on("M001"), vec![failed()]);
    let [proof] = case.assess().proofs.try_into().unwrap();
    assert_eq!(proof.test, TestId::new("G002"));
}

#[test]
fn a_proven_regression_is_never_lost_for_style() {
    let mut case = Case::regression();
    fails_gate(&mut case.tests[0]);
    assert_eq!(case.assess().proofs.len(), 1);
}

#[test]
fn of_two_tests_that_prove_alike_the_one_that_passes_the_gate_comes_first() {
    let mut case = Case::regression();
    case.tests.push(generated("G002", Purpose::Regression, 9));
    case.runs("G002", RevisionKey::Base, vec![Outcome::Passed; 5]);
    case.runs("G002", RevisionKey::Head, vec![failed(); 5]);
    let order = |case: &Case| case.assess().proofs.iter().map(|proof| proof.test.to_string()).collect::<Vec<_>>();
    assert_eq!(order(&case), ["G001", "G002"]);
    fails_gate(&mut case.tests[0]);
    assert_eq!(order(&case), ["G002", "G001"]);
}
