//! Regressions: five runs that pass on base, and five that fail on head.

use super::{Evidence, confidence, kills, rejection};
use crate::domain::{
    Assessment, CatchKind, Cell, GeneratedTest, Outcome, Proof, Purpose, Rejection, RevisionKey, limits,
};

/// Judges every test that is meant to show a regression; one proof for each behaviour.
pub(super) fn judge(evidence: &Evidence<'_>, assessment: &mut Assessment) {
    let mut proofs = Vec::new();
    for test in evidence.tests.iter().filter(|test| test.purpose == Purpose::Regression) {
        match verdict(evidence, test) {
            Ok(()) => proofs.push(proof(evidence, test)),
            Err(reason) => assessment.rejections.push(reason),
        }
    }
    proofs.sort_by_key(|(proof, rank)| (std::cmp::Reverse(proof.confidence), *rank, proof.test.clone()));
    assessment.proofs.extend(proofs.into_iter().map(|(proof, _)| proof));
}

/// Whether the runs prove a regression; else the rule that says why not.
fn verdict(evidence: &Evidence<'_>, test: &GeneratedTest) -> Result<(), Rejection> {
    let empty = Cell::default();
    let cell = |key| evidence.matrix.cells.get(&(test.id.clone(), key)).unwrap_or(&empty);
    let (base, head) = (cell(RevisionKey::Base), cell(RevisionKey::Head));
    let reject = |rule: &str, reason: String| Err(rejection("test", rule, format!("{}: {reason}", test.name)));
    for (side, cell) in [("base", base), ("head", head)] {
        if cell.runs.is_empty() {
            return reject("too-few-runs", format!("it was not run on {side}"));
        }
        if let Some((rule, why)) = cell.runs.iter().find_map(unusable) {
            return reject(rule, format!("on {side}: {why}"));
        }
    }
    if base.passed() > 0 && base.failed() > 0 || head.passed() > 0 && head.failed() > 0 {
        return reject("flaky", "it does not give the same answer every time".to_owned());
    }
    match (base.all_passed(), head.all_failed()) {
        (true, true) => proven(base, head).or_else(|(rule, why)| reject(rule, why)),
        (true, false) => reject("passes-on-both", "base and head behave alike".to_owned()),
        (false, true) => reject("fails-on-both", "it fails on base too, so it shows no change".to_owned()),
        (false, false) => reject("fails-on-base", "it only passes on head".to_owned()),
    }
}

/// Whether runs that all pass on base and all fail on head are enough, and fail where they should.
fn proven(base: &Cell, head: &Cell) -> Result<(), (&'static str, String)> {
    for (side, cell) in [("base", base), ("head", head)] {
        if cell.runs.len() < limits::RERUNS as usize {
            return Err(("too-few-runs", format!("{} of {} runs on {side}", cell.runs.len(), limits::RERUNS)));
        }
    }
    elsewhere(head).map_or(Ok(()), Err)
}

/// Why failures are not the test's own: not in a line of the test, or not always in the same one.
fn elsewhere(cell: &Cell) -> Option<(&'static str, String)> {
    let line = |run: &Outcome| if let Outcome::Failed { line, .. } = run { *line } else { None };
    let mut lines = cell.runs.iter().map(line);
    let Some(first) = lines.next().flatten() else {
        return Some(("fails-elsewhere", "the failure is in no line of the test".to_owned()));
    };
    let differ = lines.any(|line| line != Some(first));
    differ.then(|| ("flaky", "it does not fail in the same line every time".to_owned()))
}

/// An outcome that is neither a pass nor a failure of the test.
fn unusable(run: &Outcome) -> Option<(&'static str, String)> {
    match run {
        Outcome::Passed | Outcome::Failed { .. } => None,
        Outcome::Broken { message } => Some(("broken", message.clone())),
        Outcome::TimedOut => Some(("timed-out", "it did not end within its limit".to_owned())),
        Outcome::Skipped { message } => Some(("skipped", message.clone())),
    }
}

/// The proof, and its rank among others: what does not pass the gate comes last, the smaller test first.
fn proof(evidence: &Evidence<'_>, test: &GeneratedTest) -> (Proof, (bool, u32)) {
    let killed = evidence.mutants.iter().filter(|mutant| kills(evidence.matrix, &test.id, &mutant.id));
    let kills = killed.map(|mutant| mutant.id.clone()).collect();
    let (confidence, reasons) = confidence::of_regression(evidence, test);
    let fails_gate = test.quality.as_ref().is_some_and(|quality| !quality.passed);
    let proof = Proof { test: test.id.clone(), kind: CatchKind::Regression, confidence, reasons, kills };
    (proof, (fails_gate, test.size))
}
