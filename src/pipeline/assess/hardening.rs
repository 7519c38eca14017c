//! Hardenings: the fewest tests that kill the mutants which the repository's own tests let live.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, has_failed, kills, own_killers, rejection};
use crate::domain::{
    Assessment, CatchKind, Cell, Confidence, GeneratedTest, Mutant, MutantId, MutantStatus, Proof, Purpose,
    RevisionKey, TargetId, limits,
};

/// Judges every test that is meant to kill a mutant, and keeps as few as kill as much.
pub(super) fn judge(evidence: &Evidence<'_>, assessment: &mut Assessment) {
    let wanted = living(evidence, assessment);
    let broken = broken_targets(evidence, assessment);
    let mut candidates: Vec<(&GeneratedTest, BTreeSet<MutantId>)> = Vec::new();
    for test in evidence.tests.iter().filter(|test| matches!(test.purpose, Purpose::Hardening(_))) {
        match usable(evidence, test, &broken) {
            Ok(()) => {
                let killed: BTreeSet<MutantId> =
                    wanted.iter().filter(|m| kills(evidence.matrix, &test.id, &m.id)).map(|m| m.id.clone()).collect();
                if killed.is_empty() {
                    let reason = format!("{}: it kills no mutant that the repository's tests let live", test.name);
                    assessment.rejections.push(rejection("test", "kills-nothing", reason));
                } else {
                    candidates.push((test, killed));
                }
            }
            Err((rule, why)) => {
                assessment.rejections.push(rejection("test", rule, format!("{}: {why}", test.name)));
            }
        }
    }
    let plausibility: BTreeMap<&MutantId, &Mutant> = wanted.iter().map(|mutant| (&mutant.id, *mutant)).collect();
    for (test, killed) in fewest(candidates) {
        assessment.proofs.push(proof(test, &killed, &plausibility));
    }
}

/// Mutants that can be killed, and that the repository's own tests do not kill.
fn living<'e>(evidence: &Evidence<'e>, assessment: &Assessment) -> Vec<&'e Mutant> {
    let alive = |mutant: &&Mutant| {
        let status = assessment.mutants.get(&mutant.id).map(|(status, _)| *status);
        !matches!(status, Some(MutantStatus::Equivalent | MutantStatus::Broken | MutantStatus::NotRun))
            && own_killers(evidence.matrix, &mutant.id).is_empty()
    };
    evidence.mutants.iter().filter(alive).collect()
}

/// Targets that a regression is proven for: what head does there is not what it should do.
fn broken_targets<'e>(evidence: &Evidence<'e>, assessment: &Assessment) -> BTreeSet<&'e TargetId> {
    let proven = |test: &GeneratedTest| {
        assessment.proofs.iter().any(|proof| proof.test == test.id && proof.kind == CatchKind::Regression)
    };
    evidence.tests.iter().filter(|test| proven(test)).map(|test| &test.target).collect()
}

/// Whether a test holds on head, every time, and is a test at all.
fn usable(
    evidence: &Evidence<'_>,
    test: &GeneratedTest,
    broken: &BTreeSet<&TargetId>,
) -> Result<(), (&'static str, String)> {
    if let Some(broken) = evidence.broken_rules.get(&test.id).and_then(|rules| rules.first()) {
        return Err(("asserts-nothing", broken.reason.clone()));
    }
    if test.quality.as_ref().is_some_and(|quality| !quality.passed) {
        return Err(("quality", test.faults.join("; ")));
    }
    let empty = Cell::default();
    let head = evidence.matrix.cells.get(&(test.id.clone(), RevisionKey::Head)).unwrap_or(&empty);
    if !head.all_passed() {
        return Err(not_passing(head));
    }
    if head.runs.len() < limits::RERUNS as usize {
        return Err(("too-few-runs", format!("{} of {} runs on head", head.runs.len(), limits::RERUNS)));
    }
    let base = evidence.matrix.cells.get(&(test.id.clone(), RevisionKey::Base));
    if broken.contains(&test.target) && base.is_some_and(|base| has_failed(&base.runs)) {
        return Err(("pins-a-regression", "it would hold the code to what a proven regression changed".to_owned()));
    }
    Ok(())
}

/// Why a test can't be believed on head.
fn not_passing(head: &Cell) -> (&'static str, String) {
    if head.runs.is_empty() {
        ("too-few-runs", "it was not run on head".to_owned())
    } else if head.passed() > 0 {
        ("flaky", "it does not pass every time on head".to_owned())
    } else {
        ("fails-on-head", "it does not pass on head".to_owned())
    }
}

/// A greedy set cover (Chvátal 1979): the test that kills the most of what still lives, the smallest first among
/// equals, until nothing is left.
fn fewest(mut candidates: Vec<(&GeneratedTest, BTreeSet<MutantId>)>) -> Vec<(&GeneratedTest, BTreeSet<MutantId>)> {
    let mut kept = Vec::new();
    let mut covered: BTreeSet<MutantId> = BTreeSet::new();
    loop {
        candidates.retain(|(_, killed)| !killed.is_subset(&covered));
        let worth = |(test, killed): &(&GeneratedTest, BTreeSet<MutantId>)| {
            (killed.difference(&covered).count(), std::cmp::Reverse((test.size, test.id.clone())))
        };
        let Some(best) = (0..candidates.len()).max_by_key(|index| worth(&candidates[*index])) else { return kept };
        let (test, killed) = candidates.swap_remove(best);
        covered.extend(killed.iter().cloned());
        kept.push((test, killed));
    }
}

fn proof(test: &GeneratedTest, killed: &BTreeSet<MutantId>, mutants: &BTreeMap<&MutantId, &Mutant>) -> Proof {
    let mut kills: Vec<MutantId> = killed.iter().cloned().collect();
    let plausibility = |id: &MutantId| mutants.get(id).map_or(0, |mutant| mutant.plausibility);
    kills.sort_by_key(|id| (std::cmp::Reverse(plausibility(id)), id.clone()));
    let confidence =
        if kills.first().is_some_and(|id| plausibility(id) >= 60) { Confidence::High } else { Confidence::Medium };
    let reasons = vec![
        "passes on head in every run".to_owned(),
        format!("fails on {} that the repository's own tests let live", plural(kills.len(), "mutant")),
    ];
    Proof { test: test.id.clone(), kind: CatchKind::Hardening, confidence, reasons, kills }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
