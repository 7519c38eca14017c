//! What becomes of a mutant is never said better than it was found out.

use super::*;

fn status(case: &Case) -> MutantStatus {
    case.assess().mutants[&MutantId::new("M001")].0
}

fn said(case: &Case) -> Vec<String> {
    let rejections = case.assess().rejections.into_iter().filter(|rejection| rejection.what == "mutant");
    rejections.map(|rejection| format!("{}: {}", rejection.rule, rejection.reason)).collect()
}

#[test]
fn a_mutant_that_nothing_ran_against_is_not_said_to_live() {
    let mut case = Case::regression();
    assert_eq!(status(&case), MutantStatus::NotRun);
    assert_eq!(said(&case), ["not-reached: M001: no test reaches it, and nothing that reaches it was explored"]);
    case.matrix.not_run.push(MutantId::new("M001"));
    assert_eq!(said(&case), ["not-run: M001: there was no time for it"]);
}

#[test]
fn a_mutant_that_a_test_ran_against_lives_where_it_passes() {
    let mut case = Case::regression();
    case.runs("G001", on("M001"), vec![Outcome::Passed]);
    assert_eq!((status(&case), said(&case)), (MutantStatus::Survived, vec![]));
    let mut case = Case::regression();
    case.own(on("M001"), Outcome::Passed);
    assert_eq!((status(&case), said(&case)), (MutantStatus::Survived, vec![]));
    let mut case = Case::regression();
    case.own(on("M002"), Outcome::Passed);
    assert_eq!(status(&case), MutantStatus::NotRun);
}

#[test]
fn a_mutant_that_exploring_could_not_tell_from_head_lives_and_that_is_said() {
    let mut case = Case::regression();
    let note = ("undistinguished".to_owned(), "the same outcome on 40 inputs".to_owned());
    case.explored.insert(MutantId::new("M001"), note);
    assert_eq!(status(&case), MutantStatus::Survived);
    assert_eq!(said(&case), ["undistinguished: M001: the same outcome on 40 inputs"]);
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(on("M001"), failed());
    assert_eq!((status(&case), said(&case)), (MutantStatus::Killed, vec![]));
}

#[test]
fn a_mutant_that_does_not_import_is_said_with_its_message() {
    let mut case = Case::regression();
    case.matrix.broken_mutants.insert(MutantId::new("M001"), "SyntaxError: no".to_owned());
    assert_eq!((status(&case), said(&case)), (MutantStatus::Broken, vec!["broken: M001: SyntaxError: no".to_owned()]));
}

#[test]
fn every_mutant_has_one_status() {
    let mut case = Case::hardening();
    case.mutants = vec![mutant("M001", 80), mutant("M002", 80), mutant("M003", 80)];
    case.equivalent.insert(MutantId::new("M002"), "the same code".to_owned());
    let statuses: Vec<MutantStatus> = case.assess().mutants.values().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [MutantStatus::Killed, MutantStatus::Equivalent, MutantStatus::NotRun]);
}

#[test]
fn one_run_of_a_mutant_that_passes_is_no_kill() {
    let mut case = Case::hardening();
    case.runs("G001", on("M001"), vec![failed(), Outcome::Passed]);
    assert_eq!(status(&case), MutantStatus::Survived);
    case.runs("G001", on("M001"), Vec::new());
    assert_eq!(status(&case), MutantStatus::Survived);
}

#[test]
fn a_hardening_is_as_sure_as_its_likeliest_mutant() {
    for (plausibility, confidence) in [(60, Confidence::High), (59, Confidence::Medium)] {
        let mut case = Case::hardening();
        case.mutants = vec![mutant("M001", 10), mutant("M002", plausibility)];
        case.runs("G001", on("M002"), vec![failed()]);
        let proof = case.assess().proofs.remove(0);
        assert_eq!(proof.confidence, confidence);
        assert_eq!(proof.kills, [MutantId::new("M002"), MutantId::new("M001")]);
        assert_eq!(proof.reasons[1], "fails on 2 mutants that the repository's own tests let live");
    }
    let reasons = Case::hardening().assess().proofs.remove(0).reasons;
    assert_eq!(reasons[1], "fails on 1 mutant that the repository's own tests let live");
}

#[test]
fn an_own_test_that_fails_on_another_mutant_does_not_kill_this_one() {
    let mut case = Case::regression();
    case.mutants.push(mutant("M002", 50));
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(on("M001"), Outcome::Passed);
    case.own(on("M002"), failed());
    assert_eq!(status(&case), MutantStatus::Survived);
    assert_eq!(case.assess().mutants[&MutantId::new("M002")].0, MutantStatus::Killed);
}

#[test]
fn a_hardening_that_pins_a_proven_regression_is_not_kept_and_others_are() {
    let mut case = Case::regression();
    case.tests.push(generated("G002", Purpose::Hardening(Vec::new()), 1));
    case.runs("G002", RevisionKey::Head, vec![Outcome::Passed; 5]);
    case.runs("G002", on("M001"), vec![failed()]);
    let kept = |case: &Case| case.assess().proofs.iter().map(|proof| proof.test.to_string()).collect::<Vec<_>>();
    assert_eq!(kept(&case), ["G001", "G002"]);
    case.runs("G002", RevisionKey::Base, vec![failed(); 5]);
    assert_eq!(kept(&case), ["G001"]);
    assert_eq!(case.assess().rejections.last().map(|rejection| rejection.rule.as_str()), Some("pins-a-regression"));
    case.tests[1].target = TargetId::new("T002");
    assert_eq!(kept(&case), ["G001", "G002"]);
}

#[test]
fn a_hardening_that_pins_one_of_two_regressions_is_not_kept() {
    let mut case = Case::regression();
    let other = GeneratedTest { target: TargetId::new("T002"), ..generated("G002", Purpose::Regression, 5) };
    case.tests.push(other);
    case.runs("G002", RevisionKey::Base, vec![Outcome::Passed; 5]);
    case.runs("G002", RevisionKey::Head, vec![failed(); 5]);
    case.tests.push(generated("G003", Purpose::Hardening(Vec::new()), 1));
    case.runs("G003", RevisionKey::Head, vec![Outcome::Passed; 5]);
    case.runs("G003", RevisionKey::Base, vec![failed(); 5]);
    case.runs("G003", on("M001"), vec![failed()]);
    let kept: Vec<String> = case.assess().proofs.iter().map(|proof| proof.test.to_string()).collect();
    assert_eq!(kept, ["G001", "G002"]);
}
