//! From what was run to what is said.

use std::collections::BTreeMap;

use super::{Request, Source};
use crate::domain::{
    Assessment, Cause, Checkout, Environment, FailedStep, GeneratedTest, Intent, Mutant, MutantId, Purpose, Rejection,
    RepoPath, Report, TestId, Verdict, Warning,
};
use crate::framework::{self, Framework};
use crate::language::{Language, TestReview};
use crate::pipeline::assess;
use crate::pipeline::critique::{self, Checked, Work};
use crate::pipeline::diff::Diffed;
use crate::pipeline::execute::Execution;
use crate::pipeline::generate::{self, Explored};
use crate::pipeline::report::{self, Findings};

/// Files that were not looked at which are named.
const MOST_UNSEEN: usize = 10;

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
    pub(super) base_mutants: &'a [Mutant],
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

/// What was run, and what it proves.
pub(super) struct Ran<'a> {
    tests: &'a [GeneratedTest],
    run: Execution,
    reviews: BTreeMap<TestId, TestReview>,
    assessment: Assessment,
}

impl<'a> Ran<'a> {
    /// Judges every test and every mutant.
    pub(super) fn assess(
        scene: &Scene<'_>,
        explored: &[Explored],
        tests: &'a [GeneratedTest],
        execution: Option<Execution>,
    ) -> Self {
        let run = execution.unwrap_or_default();
        let reviews: BTreeMap<TestId, TestReview> =
            tests.iter().map(|test| (test.id.clone(), scene.language.review_test(&test.code))).collect();
        let assessment = assess::assess(&assess::Evidence {
            tests,
            matrix: &run.matrix,
            mutants: scene.mutants,
            equivalent: &equivalent(explored, &run),
            explored: &unkilled(explored),
            broken_rules: &broken_rules(&reviews),
            intent: scene.intent,
            change: &scene.diffed.change,
            map: scene.map,
        });
        Self { tests, run, reviews, assessment }
    }

    /// Writes the quality of the tests, and the description of the change, into the report.
    pub(super) fn critique(&self, report: &mut Report, scene: &Scene<'_>) {
        let mut critique = critique::critique(&Work {
            change: &scene.diffed.change,
            intent: scene.intent,
            tests: self.tests,
            reviews: &self.reviews,
            matrix: &self.run.matrix,
            assessment: &self.assessment,
            coverage: report.coverage.as_ref(),
        });
        if report.verdict != Verdict::Inconclusive {
            critique.description = critique::description(&Checked {
                change: &scene.diffed.change,
                report,
                threshold: scene.request.settings.confidence_threshold,
            });
        }
        report.critique = Some(critique);
    }

    /// Writes what was found, and what could not be found out, into the report.
    pub(super) fn report(&self, report: &mut Report, scene: &Scene<'_>, explored: &[Explored]) {
        say_problems(report, scene, explored);
        if let Some(failure) = &self.run.failure {
            report.causes.push(driver_failed("execute", failure));
        }
        let findings = Findings {
            change: &scene.diffed.change,
            map: scene.map,
            mutants: scene.mutants,
            tests: self.tests,
            matrix: &self.run.matrix,
            assessment: &self.assessment,
            dismissed: &scene.request.dismissed,
            threshold: scene.request.settings.confidence_threshold,
        };
        report::fill(report, &findings);
        report.own_tests = report::own_tests(&findings, &self.run.own_oracles);
        report.coverage = critique::coverage(&scene.diffed.change, scene.map, &self.run.matrix, &self.run.all_branches);
    }
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

/// What exploring says of mutants that it has no test for. A note about a mutant's module says nothing about the mutant.
fn unkilled(explored: &[Explored]) -> BTreeMap<MutantId, (String, String)> {
    let notes = explored.iter().flat_map(|one| &one.mutants);
    let about = notes.filter(|(_, note)| matches!(note.status.as_str(), "undistinguished" | "unreached"));
    about.map(|(mutant, note)| (mutant.clone(), (note.status.clone(), note.why.clone()))).collect()
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
        say_problem(report, scene, problem);
    }
}

/// A target that was not looked at is a row among what was rejected; where head's own code can't be loaded, nothing
/// is known of what it does there, and that is never a success.
fn say_problem(report: &mut Report, scene: &Scene<'_>, problem: &generate::Problem) {
    let target = problem.target.as_ref().and_then(|id| scene.map.targets.iter().find(|target| target.id == *id));
    let Some(target) = target else {
        report.limits_hit.push(format!("generate: {}", problem.what));
        return;
    };
    let name = &target.symbol.qualified_name;
    let side = problem.side.as_str();
    let mut reason = format!("{name}: {}", problem.what);
    if side == "head" || side == "base" {
        reason.push_str(&format!(" ({side})"));
    }
    let row = Rejection { what: "target".to_owned(), rule: Report::NOT_LOOKED_AT.to_owned(), reason: reason.clone() };
    let there_before = target.base_file.as_ref() == Some(&target.file);
    if side == "base" && !there_before {
        // Head alone was explored: what is new there is tested, what it did before is not known.
        let what = format!("{name} was not compared with base");
        report.warnings.push(Warning::new("generate", what, problem.what.clone(), "no regression of it can be proven"));
        return;
    }
    if side != "both" && target.changed && report.causes.is_empty() {
        report.causes.push(unexplorable(&reason, &problem.side));
    }
    if !report.rejected.iter().any(|known| known.reason.starts_with(&format!("{name}: "))) {
        report.rejected.push(row);
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
        generate::DOES_NOT_FIT => "raise memory and disk under [sandbox] in jittest.toml",
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
        impact: "whether it still does what it did is not known".to_owned(),
        fix: "correct it, or name what it needs in the repository's dependency files, or under [environment] in jittest.toml"
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

/// There is a change, and all of it is over a bound.
pub(super) fn too_large(limit: &str) -> Cause {
    Cause {
        component: "diff".to_owned(),
        what: "the change is too large to be looked at".to_owned(),
        why: limit.to_owned(),
        impact: "nothing was tested".to_owned(),
        fix: "make smaller pull requests of it".to_owned(),
    }
}

/// There is nothing to test in what was looked at, and there are files that were not; `None` without such files.
pub(super) fn not_looked_at(unseen: &BTreeMap<RepoPath, String>) -> Option<Cause> {
    let (first, _) = unseen.iter().next()?;
    let others = match unseen.len() - 1 {
        0 => String::new(),
        1 => " and one more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    let whys: Vec<String> = unseen.iter().take(MOST_UNSEEN).map(|(path, why)| format!("{path}: {why}")).collect();
    Some(Cause {
        component: "diff".to_owned(),
        what: format!("{first}{others} could not be looked at"),
        why: whys.join("\n"),
        impact: "whether the code there still does what it did is not known".to_owned(),
        fix: "make a smaller change of it, save it as UTF-8, or name what need not be tested under exclude in jittest.toml"
            .to_owned(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_that_does_not_fit_is_told_to_get_more_room() {
        let cause = driver_failed("generate", &format!("{}\nbase and head have 400 MB", generate::DOES_NOT_FIT));
        assert_eq!(cause.what, generate::DOES_NOT_FIT);
        assert_eq!(cause.why, "base and head have 400 MB");
        assert_eq!(cause.fix, "raise memory and disk under [sandbox] in jittest.toml");
    }
}
