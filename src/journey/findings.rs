//! From what was run to what is said.

use std::collections::BTreeMap;

use super::{Request, Source};
use crate::domain::{
    Cause, Checkout, Environment, FailedStep, GeneratedTest, Intent, Mutant, MutantId, Purpose, Rejection, Report,
    TestId, Verdict, Warning,
};
use crate::framework::{self, Framework};
use crate::language::{Language, TestReview};
use crate::pipeline::assess;
use crate::pipeline::critique::{self, Checked, Work};
use crate::pipeline::diff::Diffed;
use crate::pipeline::execute::Execution;
use crate::pipeline::generate::{self, Explored};
use crate::pipeline::report::{self, Findings};

/// All that the later stages look at.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) request: &'a Request,
    pub(super) checkout: &'a Checkout,
    pub(super) diffed: &'a Diffed,
    pub(super) map: &'a crate::domain::CodeMap,
    pub(super) intent: &'a Intent,
    pub(super) language: &'a dyn Language,
    pub(super) environment: &'a Environment,
    pub(super) mutants: &'a [Mutant],
}

/// The framework that fits the repository best; the language's first where nothing tells.
pub(super) fn framework(scene: &Scene<'_>) -> &'static dyn Framework {
    let of_language = framework::ALL.iter().copied().filter(|f| f.language() == scene.language.id());
    let best = of_language.max_by_key(|framework| framework.detect(&scene.checkout.head));
    best.unwrap_or(framework::ALL[0])
}

/// Gives the candidates of all shards their ids and places, regressions first.
pub(super) fn place(scene: &Scene<'_>, explored: &[Explored]) -> Vec<GeneratedTest> {
    let mut candidates: Vec<_> = explored.iter().flat_map(|one| one.candidates.iter().cloned()).collect();
    candidates.sort_by_key(|candidate| candidate.purpose != Purpose::Regression);
    let trees = [&scene.checkout.base, &scene.checkout.head];
    generate::place(candidates, framework(scene), scene.map, &trees, &scene.environment.import_roots)
}

/// Judges what was run, and writes it into the report.
pub(super) fn conclude(
    report: &mut Report,
    scene: &Scene<'_>,
    explored: &[Explored],
    tests: &[GeneratedTest],
    execution: &Option<Execution>,
) {
    let nothing = Execution::default();
    let run = execution.as_ref().unwrap_or(&nothing);
    say_problems(report, scene, explored);
    if let Some(failure) = &run.failure {
        report.causes.push(driver_failed("execute", failure));
    }
    let reviews: BTreeMap<TestId, TestReview> =
        tests.iter().map(|test| (test.id.clone(), scene.language.review_test(&test.code))).collect();
    let equivalent = equivalent(explored, run);
    let assessment = assess::assess(&assess::Evidence {
        tests,
        matrix: &run.matrix,
        mutants: scene.mutants,
        equivalent: &equivalent,
        broken_rules: &broken_rules(&reviews),
        intent: scene.intent,
        change: &scene.diffed.change,
        map: scene.map,
    });
    let findings = Findings {
        change: &scene.diffed.change,
        map: scene.map,
        mutants: scene.mutants,
        tests,
        matrix: &run.matrix,
        assessment: &assessment,
        dismissed: &scene.request.dismissed,
        threshold: scene.request.settings.confidence_threshold,
    };
    report::fill(report, &findings);
    report.own_tests = report::own_tests(&findings, &run.own_oracles);
    report.coverage = critique::coverage(&scene.diffed.change, scene.map, &run.matrix, &run.all_branches);
    let mut critique = critique::critique(&Work {
        change: &scene.diffed.change,
        intent: scene.intent,
        tests,
        reviews: &reviews,
        matrix: &run.matrix,
        assessment: &assessment,
        coverage: report.coverage.as_ref(),
    });
    if report.verdict != Verdict::Inconclusive {
        critique.description = critique::description(&Checked { change: &scene.diffed.change, report });
    }
    report.critique = Some(critique);
}

fn broken_rules(reviews: &BTreeMap<TestId, TestReview>) -> BTreeMap<TestId, Vec<Rejection>> {
    let rejections = |review: &TestReview| {
        let rules = review.rules.iter();
        rules
            .map(|(rule, reason)| Rejection { what: "test".to_owned(), rule: rule.clone(), reason: reason.clone() })
            .collect()
    };
    reviews.iter().map(|(id, review)| (id.clone(), rejections(review))).collect()
}

/// Mutants that compile to the same code, by the explorer or by the matrix's driver.
fn equivalent(explored: &[Explored], run: &Execution) -> BTreeMap<MutantId, String> {
    let mut all = run.equivalent.clone();
    for (mutant, note) in explored.iter().flat_map(|one| &one.mutants) {
        if note.status == "equivalent" {
            all.insert(mutant.clone(), note.why.clone());
        }
    }
    all
}

/// Targets that could not be explored: a warning each, and a cause where none could.
fn say_problems(report: &mut Report, scene: &Scene<'_>, explored: &[Explored]) {
    let failures: Vec<&String> = explored.iter().filter_map(|one| one.failure.as_ref()).collect();
    let calls: u64 = explored.iter().map(|one| one.calls).sum();
    let proposed: usize = explored.iter().map(|one| one.candidates.len()).sum();
    if calls == 0 && proposed == 0 {
        if let Some(failure) = failures.first() {
            report.causes.push(driver_failed("generate", failure));
            return;
        }
        if let Some(problem) = explored.iter().flat_map(|one| &one.problems).next() {
            report.causes.push(unexplorable(&problem.what, &problem.side));
            return;
        }
    }
    for failure in failures {
        let first = failure.lines().take(2).collect::<Vec<_>>().join(": ");
        report.warnings.push(Warning::new(
            "generate",
            "a group of targets was not explored",
            first,
            "no tests for them",
        ));
    }
    for problem in explored.iter().flat_map(|one| &one.problems) {
        let target = problem.target.as_ref().and_then(|id| scene.map.targets.iter().find(|target| target.id == *id));
        let name = target.map_or("a target", |target| target.symbol.qualified_name.as_str());
        let what = format!("{name} was not explored");
        report.warnings.push(Warning::new("generate", what, problem.what.clone(), "no tests for it"));
    }
}

/// The environment could not be made.
pub(super) fn environment_failed(step: &FailedStep) -> Cause {
    Cause {
        component: "prepare".to_owned(),
        what: format!("the environment could not be made: `{}` failed", step.step),
        why: step.tail.clone(),
        impact: "nothing was tested".to_owned(),
        fix: step.fix.clone(),
    }
}

fn driver_failed(component: &str, failure: &str) -> Cause {
    let (what, why) = failure.split_once('\n').unwrap_or((failure, ""));
    let fix = match what {
        generate::EXPLORER_FAILED => "report it to the makers of jittest, with these lines and the code that is tested",
        _ => "raise the limits under [sandbox] in jittest.toml, or exclude the slow or hungry module",
    };
    Cause {
        component: component.to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
        impact: "nothing is said about the change".to_owned(),
        fix: fix.to_owned(),
    }
}

fn unexplorable(what: &str, side: &str) -> Cause {
    Cause {
        component: "generate".to_owned(),
        what: format!("the changed code can't be loaded ({side})"),
        why: what.to_owned(),
        impact: "nothing was tested".to_owned(),
        fix: "name what it needs in the repository's dependency files, or under [environment] in jittest.toml"
            .to_owned(),
    }
}

/// There is no change.
pub(super) fn no_changes(source: &Source) -> Cause {
    let what = match source {
        Source::Local { diff, .. } => format!("No changes detected for diff source: {diff}"),
        Source::Pull { pull, .. } => format!("No changes detected for diff source: pull request {}", pull.number),
    };
    nothing(what, "base and head are the same", "name another change with --diff, or stage yours")
}

/// There is a change, but nothing in it that can be tested.
pub(super) fn no_targets() -> Cause {
    let why = "no changed file holds a function, method or class that may be tested";
    let what = "No files matching mutate-targets in current diff".to_owned();
    nothing(what, why, "see mutate-targets and exclude in jittest.toml")
}

fn nothing(what: String, why: &str, fix: &str) -> Cause {
    Cause {
        component: "diff".to_owned(),
        what,
        why: why.to_owned(),
        impact: "there was nothing to test".to_owned(),
        fix: fix.to_owned(),
    }
}
