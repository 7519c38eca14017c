//! From all nouns to the report. Pure.

mod catches;
mod own_tests;

use std::collections::BTreeMap;

use crate::domain::{
    Assessment, Cause, ChangeSet, CodeMap, Confidence, Counts, FindingId, GeneratedTest, KillMatrix, Mutant, MutantRow,
    MutantStatus, Report, Verdict,
};
use std::collections::BTreeSet;

pub use own_tests::own_tests;

/// What the findings of a report are made from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// Its symbols.
    pub map: &'a CodeMap,
    /// All mutants.
    pub mutants: &'a [Mutant],
    /// All tests that were run.
    pub tests: &'a [GeneratedTest],
    /// What came of them.
    pub matrix: &'a KillMatrix,
    /// What it proves.
    pub assessment: &'a Assessment,
    /// Findings that were dismissed.
    pub dismissed: &'a BTreeSet<FindingId>,
    /// From which confidence a regression counts.
    pub threshold: Confidence,
}

/// Writes catches, mutants, rejections, counts and the verdict into `report`.
pub fn fill(report: &mut Report, findings: &Findings<'_>) {
    report.rejected.extend(findings.assessment.rejections.iter().cloned());
    report.catches = catches::catches(findings, &mut report.rejected);
    report.mutants = findings.mutants.iter().map(|mutant| mutant_row(findings, mutant)).collect();
    let mut dropped: BTreeMap<String, u32> = std::mem::take(&mut report.counts.dropped);
    for rejected in &report.rejected {
        *dropped.entry(format!("{} {}", rejected.what, rejected.rule)).or_default() += 1;
    }
    report.counts = Counts {
        mutants: count(findings.mutants.len()),
        mutants_equivalent: count(report.mutants.iter().filter(|row| row.status == MutantStatus::Equivalent).count()),
        tests_generated: count(findings.tests.len()),
        tests_kept: count(report.catches.len()),
        dropped,
        ..report.counts
    };
    report.causes.extend(findings.assessment.distrust.iter().map(|why| distrust(why)));
    // What is proven stands, whatever else could not be found out; that is still said.
    report.verdict = verdict(report, findings);
}

fn verdict(report: &Report, findings: &Findings<'_>) -> Verdict {
    if report.regressions(findings.threshold).next().is_some() {
        Verdict::Caught
    } else if report.causes.is_empty() {
        Verdict::Clear
    } else {
        Verdict::Inconclusive
    }
}

fn distrust(why: &str) -> Cause {
    Cause {
        component: "execute".to_owned(),
        what: "the test runs can't be believed".to_owned(),
        why: why.to_owned(),
        impact: "nothing is said about the change".to_owned(),
        fix: "make sure that the repository's own tests run from a clean checkout, with no installed copy of itself \
              and no plugin that hides failures"
            .to_owned(),
    }
}

fn mutant_row(findings: &Findings<'_>, mutant: &Mutant) -> MutantRow {
    let (status, killed_by) =
        findings.assessment.mutants.get(&mutant.id).cloned().unwrap_or((MutantStatus::NotRun, Vec::new()));
    MutantRow {
        id: mutant.id.clone(),
        file: mutant.file.clone(),
        line_start: mutant.span.line_start,
        line_end: mutant.span.line_end,
        status,
        source: mutant.source,
        killed_by,
        description: mutant.description.clone(),
    }
}

/// A count as the report holds it.
pub fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
