//! What the kill matrix proves. Pure.
//!
//! A regression passes on base and fails on head, every time, in at least [`crate::domain::limits::RERUNS`] runs of each. A hardening
//! passes on head every time and fails on a mutant that the repository's own tests let live. Skipped is not passed;
//! a crash, a time limit, an import or collection error is not a failure.

mod confidence;
mod hardening;
mod regression;
mod signs;
mod wording;

use std::collections::BTreeMap;

use crate::domain::{
    Assessment, ChangeSet, CodeMap, GeneratedTest, Intent, KillMatrix, Mutant, MutantId, MutantStatus, Outcome,
    Rejection, Report, RevisionKey, TestId,
};

/// All that an assessment looks at.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The tests that were run.
    pub tests: &'a [GeneratedTest],
    /// What came of them.
    pub matrix: &'a KillMatrix,
    /// All mutants.
    pub mutants: &'a [Mutant],
    /// Mutants that nothing can tell from head, with the reason.
    pub equivalent: &'a BTreeMap<MutantId, String>,
    /// What exploring says of mutants that it has no test for, by rule and in words.
    pub explored: &'a BTreeMap<MutantId, (String, String)>,
    /// Rules that a test's own text breaks: it asserts nothing, only constants, only that something is there.
    pub broken_rules: &'a BTreeMap<TestId, Vec<Rejection>>,
    /// What the change means to do.
    pub intent: &'a Intent,
    /// The change.
    pub change: &'a ChangeSet,
    /// Its symbols.
    pub map: &'a CodeMap,
}

/// Judges every test and every mutant.
pub fn assess(evidence: &Evidence<'_>) -> Assessment {
    let mut assessment = Assessment { distrust: evidence.matrix.distrust.clone(), ..Assessment::default() };
    if !assessment.distrust.is_empty() {
        assessment.mutants = evidence.mutants.iter().map(|m| (m.id.clone(), (MutantStatus::NotRun, vec![]))).collect();
        return assessment;
    }
    assessment.mutants = evidence.mutants.iter().map(|m| (m.id.clone(), mutant_status(evidence, m))).collect();
    for (mutant, why) in evidence.equivalent {
        let reason = format!("{mutant}: {why}");
        assessment.rejections.push(rejection("mutant", "equivalent", reason));
    }
    unkilled(evidence, &mut assessment);
    regression::judge(evidence, &mut assessment);
    hardening::judge(evidence, &mut assessment);
    assessment
}

/// What became of a mutant, and who killed it: the repository's own tests by node, generated ones by id.
fn mutant_status(evidence: &Evidence<'_>, mutant: &Mutant) -> (MutantStatus, Vec<String>) {
    if evidence.equivalent.contains_key(&mutant.id) {
        return (MutantStatus::Equivalent, Vec::new());
    }
    if evidence.matrix.broken_mutants.contains_key(&mutant.id) {
        return (MutantStatus::Broken, Vec::new());
    }
    let mut killers = own_killers(evidence.matrix, &mutant.id);
    let tests = evidence.tests.iter().filter(|test| kills(evidence.matrix, &test.id, &mutant.id));
    killers.extend(tests.map(|test| test.id.to_string()));
    let status = if !killers.is_empty() {
        MutantStatus::Killed
    } else if evidence.matrix.not_run.contains(&mutant.id) || !was_tried(evidence, &mutant.id) {
        MutantStatus::NotRun
    } else {
        MutantStatus::Survived
    };
    (status, killers)
}

/// Whether anything ran against a mutant: a test, or the explorer.
fn was_tried(evidence: &Evidence<'_>, mutant: &MutantId) -> bool {
    let key = RevisionKey::Mutant(mutant.clone());
    let matrix = evidence.matrix;
    evidence.explored.contains_key(mutant)
        || matrix.cells.keys().any(|(_, revision)| *revision == key)
        || matrix.own_cells.keys().any(|(_, revision)| *revision == key)
}

/// Says why mutants were not killed: nothing ran against them, or exploring could not tell them from head.
fn unkilled(evidence: &Evidence<'_>, assessment: &mut Assessment) {
    for (mutant, (status, _)) in &assessment.mutants {
        let no_time = evidence.matrix.not_run.contains(mutant);
        let said = match status {
            MutantStatus::Survived => evidence.explored.get(mutant).cloned(),
            MutantStatus::Broken => {
                let why = evidence.matrix.broken_mutants.get(mutant);
                why.map(|why| ("broken".to_owned(), why.clone()))
            }
            MutantStatus::NotRun if no_time => {
                Some((Report::NOT_RUN.to_owned(), "there was no time for it".to_owned()))
            }
            MutantStatus::NotRun => {
                let why = "no test reaches it, and nothing that reaches it was explored";
                Some((Report::NOT_REACHED.to_owned(), why.to_owned()))
            }
            MutantStatus::Killed | MutantStatus::Equivalent => None,
        };
        if let Some((rule, why)) = said {
            assessment.rejections.push(rejection("mutant", &rule, format!("{mutant}: {why}")));
        }
    }
}

/// The repository's own tests that pass on head and fail on the mutant.
fn own_killers(matrix: &KillMatrix, mutant: &MutantId) -> Vec<String> {
    let key = RevisionKey::Mutant(mutant.clone());
    let fails = matrix.own_cells.iter().filter(|((_, revision), cell)| *revision == key && has_failed(&cell.runs));
    let passes_on_head = |node: &crate::domain::OwnTestId| {
        matrix.own_cells.get(&(node.clone(), RevisionKey::Head)).is_some_and(crate::domain::Cell::all_passed)
    };
    fails.filter(|((node, _), _)| passes_on_head(node)).map(|((node, _), _)| node.0.clone()).collect()
}

/// Whether a generated test passes on head, every time, and fails on the mutant.
fn kills(matrix: &KillMatrix, test: &TestId, mutant: &MutantId) -> bool {
    let cell = |key: RevisionKey| matrix.cells.get(&(test.clone(), key));
    cell(RevisionKey::Head).is_some_and(crate::domain::Cell::all_passed)
        && cell(RevisionKey::Mutant(mutant.clone())).is_some_and(|cell| has_failed(&cell.runs))
}

fn has_failed(runs: &[Outcome]) -> bool {
    !runs.is_empty() && runs.iter().all(|run| matches!(run, Outcome::Failed { .. }))
}

fn rejection(what: &str, rule: &str, reason: impl Into<String>) -> Rejection {
    Rejection { what: what.to_owned(), rule: rule.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests;
