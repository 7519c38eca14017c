//! The oracle cannot lie: each rule as a test that tries to make it.

mod confidence;
mod mutants;
mod numbers;
mod quality;
mod retold;

use std::collections::BTreeMap;

use super::{Evidence, assess};
use crate::domain::{
    Assessment, CatchKind, Cell, ChangeKind, ChangeSet, CodeMap, Confidence, FileMap, GeneratedTest, Intent,
    KillMatrix, Level, Mutant, MutantId, MutantSource, MutantStatus, Observation, Outcome, OwnTestId, Parameter,
    ParameterKind, Purpose, Rejection, RepoPath, RevisionKey, Span, Symbol, SymbolKind, Target, TargetId, TestId,
    Texts,
};

/// A change to `shop.cart.total`, one test and one mutant of it.
struct Case {
    tests: Vec<GeneratedTest>,
    matrix: KillMatrix,
    mutants: Vec<Mutant>,
    equivalent: BTreeMap<MutantId, String>,
    explored: BTreeMap<MutantId, (String, String)>,
    broken_rules: BTreeMap<TestId, Vec<Rejection>>,
    intent: Intent,
    change: ChangeSet,
    map: CodeMap,
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn failed() -> Outcome {
    Outcome::Failed { message: "assert 1 == 0".to_owned(), line: Some(7), own_assertion: true }
}

fn symbol() -> Symbol {
    let span = Span { start_byte: 0, end_byte: 40, line_start: 1, line_end: 3 };
    Symbol {
        kind: SymbolKind::Function,
        name: "total".into(),
        local_name: "total".into(),
        qualified_name: "shop.cart.total".to_owned(),
        span,
        definition_line: 1,
        parameters: vec![Parameter {
            name: "items".into(),
            annotation: None,
            default: None,
            kind: ParameterKind::Normal,
        }],
        returns: None,
        decorators: Vec::new(),
        bases: Vec::new(),
        docstring: Some("Sums.".to_owned()),
        is_async: false,
        visibility: crate::domain::Visibility::Public,
        parent: None,
        calls: Texts::default(),
        untested_lines: Vec::new(),
        complexity: 1,
    }
}

fn file_map(symbol: Symbol) -> FileMap {
    FileMap {
        path: path("shop/cart.py"),
        language: "python".to_owned(),
        module: "shop.cart".to_owned(),
        symbols: vec![symbol],
        imports: Vec::new(),
        bindings: Vec::new(),
        constants: Vec::new(),
        code_lines: vec![1, 2, 3],
        broken: false,
    }
}

fn generated(id: &str, purpose: Purpose, size: u32) -> GeneratedTest {
    GeneratedTest {
        id: TestId::new(id),
        target: TargetId::new("T001"),
        framework: "pytest".to_owned(),
        path: path(&format!("tests/test_jittest_{id}.py")),
        name: format!("test_{id}"),
        code: String::new(),
        command: Vec::new(),
        level: Level::Unit,
        provenance: "offline".to_owned(),
        purpose,
        observation: Observation { differing: 2, tried: 10, ..Observation::default() },
        size,
        quality: None,
        faults: Vec::new(),
    }
}

fn mutant(id: &str, plausibility: u8) -> Mutant {
    Mutant {
        id: MutantId::new(id),
        file: path("shop/cart.py"),
        symbol: "shop.cart.total".to_owned(),
        span: Span { start_byte: 0, end_byte: 1, line_start: 2, line_end: 2 },
        original: "<".to_owned(),
        mutated: "<=".to_owned(),
        operator: "boundary".to_owned(),
        description: "`<` became `<=`".to_owned(),
        rationale: "Easily mixed up.".to_owned(),
        source: MutantSource::Operator,
        plausibility,
    }
}

impl Case {
    fn new(purpose: Purpose) -> Self {
        let target = Target {
            id: TargetId::new("T001"),
            level: Level::Unit,
            file: path("shop/cart.py"),
            base_file: Some(path("shop/cart.py")),
            module: "shop.cart".to_owned(),
            symbol: symbol(),
            changed: true,
            in_base: true,
            route: None,
        };
        let files = BTreeMap::from([(path("shop/cart.py"), file_map(symbol()))]);
        Self {
            tests: vec![generated("G001", purpose, 5)],
            matrix: KillMatrix::default(),
            mutants: vec![mutant("M001", 80)],
            equivalent: BTreeMap::new(),
            explored: BTreeMap::new(),
            broken_rules: BTreeMap::new(),
            intent: Intent {
                description: String::new(),
                behavior_changes: Vec::new(),
                risk_areas: Vec::new(),
                affected_symbols: Vec::new(),
                inferred_by: "offline".to_owned(),
                kind: ChangeKind::Unknown,
                statements: Vec::new(),
                rewritten_tests: Vec::new(),
            },
            change: ChangeSet::default(),
            map: CodeMap {
                files: files.clone(),
                base_files: files,
                neighbours: BTreeMap::new(),
                targets: vec![target],
                own_test_files: Vec::new(),
                related_test_files: Vec::new(),
            },
        }
    }

    fn regression() -> Self {
        let mut case = Self::new(Purpose::Regression);
        case.runs("G001", RevisionKey::Base, vec![Outcome::Passed; 5]);
        case.runs("G001", RevisionKey::Head, vec![failed(); 5]);
        case
    }

    fn hardening() -> Self {
        let mut case = Self::new(Purpose::Hardening(vec![MutantId::new("M001")]));
        case.runs("G001", RevisionKey::Head, vec![Outcome::Passed; 5]);
        case.runs("G001", on("M001"), vec![failed()]);
        case
    }

    fn runs(&mut self, test: &str, revision: RevisionKey, runs: Vec<Outcome>) {
        self.matrix.cells.insert((TestId::new(test), revision), Cell { runs, slowest_ms: 1 });
    }

    fn own(&mut self, revision: RevisionKey, outcome: Outcome) {
        let node = OwnTestId("tests/test_cart.py::test_total".to_owned());
        self.matrix.own_cells.insert((node, revision), Cell { runs: vec![outcome], slowest_ms: 1 });
    }

    fn assess(&self) -> Assessment {
        assess(&Evidence {
            tests: &self.tests,
            matrix: &self.matrix,
            mutants: &self.mutants,
            equivalent: &self.equivalent,
            explored: &self.explored,
            broken_rules: &self.broken_rules,
            intent: &self.intent,
            change: &self.change,
            map: &self.map,
        })
    }

    fn rule(&self) -> String {
        let assessment = self.assess();
        assert!(assessment.proofs.is_empty(), "something was proven: {:?}", assessment.proofs);
        let of_tests = assessment.rejections.iter().find(|rejection| rejection.what == "test");
        let first = of_tests.or(assessment.rejections.first());
        first.map(|rejection| rejection.rule.clone()).unwrap_or_default()
    }
}

fn on(mutant: &str) -> RevisionKey {
    RevisionKey::Mutant(MutantId::new(mutant))
}

fn broken() -> Outcome {
    Outcome::Broken { message: "ImportError: no module named shop".to_owned() }
}

fn skipped() -> Outcome {
    Outcome::Skipped { message: "needs a network".to_owned() }
}

#[test]
fn five_passes_on_base_and_five_failures_on_head_prove_a_regression() {
    let assessment = Case::regression().assess();
    assert_eq!(assessment.proofs.len(), 1);
    assert_eq!(assessment.proofs[0].kind, CatchKind::Regression);
    assert_eq!(assessment.proofs[0].confidence, Confidence::Medium);
    assert!(assessment.rejections.iter().all(|rejection| rejection.what == "mutant"));
}

#[test]
fn four_runs_prove_nothing() {
    for side in [RevisionKey::Base, RevisionKey::Head] {
        let mut case = Case::regression();
        let outcome = if side == RevisionKey::Base { Outcome::Passed } else { failed() };
        case.runs("G001", side, vec![outcome; 4]);
        assert_eq!(case.rule(), "too-few-runs");
    }
}

#[test]
fn base_that_was_never_run_proves_nothing() {
    let mut case = Case::regression();
    case.matrix.cells.remove(&(TestId::new("G001"), RevisionKey::Base));
    assert_eq!(case.rule(), "too-few-runs");
}

#[test]
fn one_run_that_disagrees_is_flaky_on_either_side() {
    for (side, usual, other) in
        [(RevisionKey::Base, Outcome::Passed, failed()), (RevisionKey::Head, failed(), Outcome::Passed)]
    {
        let mut case = Case::regression();
        let mut runs = vec![usual; 4];
        runs.push(other);
        case.runs("G001", side, runs);
        assert_eq!(case.rule(), "flaky");
    }
}

#[test]
fn skipped_broken_or_timed_out_is_neither_a_pass_nor_a_failure() {
    for (odd, rule) in [(skipped(), "skipped"), (broken(), "broken"), (Outcome::TimedOut, "timed-out")] {
        for side in [RevisionKey::Base, RevisionKey::Head] {
            let mut case = Case::regression();
            case.runs("G001", side.clone(), vec![odd.clone(); 5]);
            assert_eq!(case.rule(), rule, "{odd:?} on {side:?}");
            let mut case = Case::regression();
            let mut runs = vec![if side == RevisionKey::Base { Outcome::Passed } else { failed() }; 4];
            runs.push(odd.clone());
            case.runs("G001", side, runs);
            assert_eq!(case.rule(), rule);
        }
    }
}

#[test]
fn a_test_that_does_the_same_on_both_sides_shows_nothing() {
    let mut case = Case::regression();
    case.runs("G001", RevisionKey::Head, vec![Outcome::Passed; 5]);
    assert_eq!(case.rule(), "passes-on-both");
    let mut case = Case::regression();
    case.runs("G001", RevisionKey::Base, vec![failed(); 5]);
    assert_eq!(case.rule(), "fails-on-both");
}

#[test]
fn one_look_is_enough_to_see_that_a_test_shows_nothing() {
    let looks = [
        (Outcome::Passed, Outcome::Passed, "passes-on-both"),
        (failed(), failed(), "fails-on-both"),
        (failed(), Outcome::Passed, "fails-on-base"),
        (Outcome::Passed, failed(), "too-few-runs"),
    ];
    for (base, head, rule) in looks {
        let mut case = Case::regression();
        case.runs("G001", RevisionKey::Base, vec![base]);
        case.runs("G001", RevisionKey::Head, vec![head]);
        assert_eq!(case.rule(), rule);
    }
}

#[test]
fn a_test_that_fails_on_base_and_passes_on_head_is_no_regression() {
    let mut case = Case::regression();
    case.runs("G001", RevisionKey::Base, vec![failed(); 5]);
    case.runs("G001", RevisionKey::Head, vec![Outcome::Passed; 5]);
    assert_eq!(case.rule(), "fails-on-base");
}

#[test]
fn what_can_not_be_trusted_proves_nothing_at_all() {
    let mut case = Case::regression();
    case.matrix.distrust.push("shop.cart was loaded from elsewhere".to_owned());
    let assessment = case.assess();
    assert!(assessment.proofs.is_empty());
    assert_eq!(assessment.distrust.len(), 1);
    assert_eq!(assessment.mutants[&MutantId::new("M001")].0, MutantStatus::NotRun);
}

#[test]
fn rules_about_a_tests_text_never_overrule_five_and_five_runs() {
    let mut case = Case::regression();
    let rule = Rejection { what: "test".to_owned(), rule: "only-null".to_owned(), reason: "only null".to_owned() };
    case.broken_rules.insert(TestId::new("G001"), vec![rule]);
    assert_eq!(case.assess().proofs.len(), 1);
}

#[test]
fn a_test_that_kills_a_living_mutant_is_a_hardening() {
    let assessment = Case::hardening().assess();
    assert_eq!(assessment.proofs.len(), 1);
    assert_eq!(assessment.proofs[0].kind, CatchKind::Hardening);
    assert_eq!(assessment.proofs[0].kills, [MutantId::new("M001")]);
    assert_eq!(assessment.proofs[0].confidence, Confidence::High);
    assert_eq!(assessment.mutants[&MutantId::new("M001")], (MutantStatus::Killed, vec!["G001".to_owned()]));
}

#[test]
fn a_hardening_that_asserts_nothing_is_rejected() {
    let mut case = Case::hardening();
    let rule = Rejection { what: "test".to_owned(), rule: "only-null".to_owned(), reason: "only null".to_owned() };
    case.broken_rules.insert(TestId::new("G001"), vec![rule]);
    assert_eq!(case.rule(), "asserts-nothing");
}

#[test]
fn no_hardening_holds_the_code_to_what_a_regression_changed() {
    let mut case = Case::regression();
    case.tests.push(generated("G002", Purpose::Hardening(vec![MutantId::new("M001")]), 5));
    case.runs("G002", RevisionKey::Head, vec![Outcome::Passed; 5]);
    case.runs("G002", on("M001"), vec![failed()]);
    case.runs("G002", RevisionKey::Base, vec![Outcome::Passed; 5]);
    assert_eq!(case.assess().proofs.len(), 2);
    case.runs("G002", RevisionKey::Base, vec![failed(); 5]);
    let assessment = case.assess();
    assert_eq!(assessment.proofs.len(), 1);
    assert_eq!(assessment.rejections[0].rule, "pins-a-regression");
}

#[test]
fn a_mutant_that_the_repository_kills_itself_needs_no_hardening() {
    let mut case = Case::hardening();
    case.own(RevisionKey::Head, Outcome::Passed);
    case.own(on("M001"), failed());
    let assessment = case.assess();
    assert!(assessment.proofs.is_empty());
    assert_eq!(assessment.rejections[0].rule, "kills-nothing");
    let (status, killers) = &assessment.mutants[&MutantId::new("M001")];
    assert_eq!(*status, MutantStatus::Killed);
    assert_eq!(killers, &["tests/test_cart.py::test_total", "G001"]);
}

#[test]
fn an_own_test_that_does_not_pass_on_head_kills_nothing() {
    let mut case = Case::hardening();
    case.own(RevisionKey::Head, failed());
    case.own(on("M001"), failed());
    assert_eq!(case.assess().proofs.len(), 1);
}

#[test]
fn a_mutant_that_crashes_or_times_out_is_not_killed_by_an_assertion() {
    for odd in [broken(), Outcome::TimedOut, skipped()] {
        let mut case = Case::hardening();
        case.runs("G001", on("M001"), vec![odd]);
        assert_eq!(case.rule(), "kills-nothing");
        assert_eq!(case.assess().mutants[&MutantId::new("M001")].0, MutantStatus::Survived);
    }
}

#[test]
fn an_equivalent_broken_or_unrun_mutant_is_never_counted_as_killed() {
    let mut case = Case::hardening();
    case.equivalent.insert(MutantId::new("M001"), "the same code".to_owned());
    assert_eq!(case.rule(), "kills-nothing");
    assert_eq!(case.assess().rejections[0].rule, "equivalent");
    assert_eq!(case.assess().mutants[&MutantId::new("M001")].0, MutantStatus::Equivalent);
    let mut case = Case::hardening();
    case.matrix.broken_mutants.insert(MutantId::new("M001"), "SyntaxError".to_owned());
    assert_eq!(case.rule(), "kills-nothing");
    assert_eq!(case.assess().mutants[&MutantId::new("M001")].0, MutantStatus::Broken);
    let mut case = Case::hardening();
    case.matrix.cells.remove(&(TestId::new("G001"), on("M001")));
    case.matrix.not_run.push(MutantId::new("M001"));
    assert_eq!(case.rule(), "kills-nothing");
    assert_eq!(case.assess().mutants[&MutantId::new("M001")].0, MutantStatus::NotRun);
}

#[test]
fn a_hardening_must_hold_on_head_every_time() {
    for (runs, rule) in [
        (vec![Outcome::Passed; 4], "too-few-runs"),
        (vec![failed()], "fails-on-head"),
        ([vec![Outcome::Passed; 4], vec![failed()]].concat(), "flaky"),
        ([vec![failed(); 4], vec![Outcome::Passed]].concat(), "flaky"),
    ] {
        let mut case = Case::hardening();
        case.runs("G001", RevisionKey::Head, runs);
        assert_eq!(case.rule(), rule);
    }
}

#[test]
fn the_fewest_tests_that_kill_everything_are_kept_and_the_smallest_among_equals() {
    let mut case = Case::hardening();
    case.mutants = vec![mutant("M001", 80), mutant("M002", 50)];
    case.tests.push(generated("G002", Purpose::Hardening(Vec::new()), 9));
    case.tests.push(generated("G003", Purpose::Hardening(Vec::new()), 3));
    for (test, kills_second) in [("G002", true), ("G003", true)] {
        case.runs(test, RevisionKey::Head, vec![Outcome::Passed; 5]);
        case.runs(test, on("M001"), vec![failed()]);
        if kills_second {
            case.runs(test, on("M002"), vec![failed()]);
        }
    }
    let assessment = case.assess();
    let kept: Vec<&str> = assessment.proofs.iter().map(|proof| proof.test.as_str()).collect();
    assert_eq!(kept, ["G003"]);
    assert_eq!(assessment.proofs[0].kills, [MutantId::new("M001"), MutantId::new("M002")]);
}

#[test]
fn regressions_come_first_and_the_surest_of_them_first() {
    let mut case = Case::regression();
    case.tests.push(generated("G002", Purpose::Regression, 9));
    case.tests[1].observation.unplanned_exception = true;
    case.runs("G002", RevisionKey::Base, vec![Outcome::Passed; 5]);
    case.runs("G002", RevisionKey::Head, vec![failed(); 5]);
    case.tests.push(generated("G003", Purpose::Hardening(Vec::new()), 1));
    case.runs("G003", RevisionKey::Head, vec![Outcome::Passed; 5]);
    case.runs("G003", on("M001"), vec![failed()]);
    let order: Vec<String> = case.assess().proofs.iter().map(|proof| proof.test.to_string()).collect();
    assert_eq!(order, ["G002", "G001", "G003"]);
}

#[test]
fn a_failure_that_is_in_no_line_of_the_test_proves_nothing() {
    let elsewhere = Outcome::Failed { message: "no".to_owned(), line: None, own_assertion: false };
    let mut case = Case::regression();
    case.runs("G001", RevisionKey::Head, vec![elsewhere.clone(); 5]);
    assert_eq!(case.rule(), "fails-elsewhere");
    case.runs("G001", RevisionKey::Head, [vec![failed(); 4], vec![elsewhere]].concat());
    assert_eq!(case.rule(), "flaky");
}

#[test]
fn failures_in_different_lines_are_flaky() {
    let other = Outcome::Failed { message: "no".to_owned(), line: Some(8), own_assertion: true };
    let mut case = Case::regression();
    case.runs("G001", RevisionKey::Head, [vec![failed(); 4], vec![other]].concat());
    assert_eq!(case.rule(), "flaky");
}
