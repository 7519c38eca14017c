//! The tests that the change adds or touches: do they show the change, and what would they notice.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::domain::{Cell, MutantId, OracleStrength, Outcome, OwnTest, OwnTestId, RepoPath, RevisionKey};

/// One row for each of the change's own tests that ran; `None` where it has none.
pub fn own_tests(findings: &Findings<'_>, oracles: &BTreeMap<OwnTestId, OracleStrength>) -> Option<Vec<OwnTest>> {
    let own_files: BTreeSet<&str> = findings.map.own_test_files.iter().map(RepoPath::as_str).collect();
    if own_files.is_empty() {
        return None;
    }
    let nodes: BTreeSet<&OwnTestId> = findings.matrix.own_cells.keys().map(|(node, _)| node).collect();
    let rows = nodes.into_iter().filter_map(|node| {
        let (file, name) = node.0.split_once("::")?;
        let path = own_files.contains(file).then(|| RepoPath::parse(file).ok()).flatten()?;
        let on_base = findings.matrix.own_cells.get(&(node.clone(), RevisionKey::Base));
        Some(OwnTest {
            path,
            name: name.to_owned(),
            fails_on_base: on_base.and_then(fails),
            oracle: oracles.get(node).copied().unwrap_or(OracleStrength::None),
            mutants_killed: killed_by(findings, node),
        })
    });
    Some(rows.collect())
}

/// Whether a cell fails every time; `None` where it did not get to its assertions.
fn fails(cell: &Cell) -> Option<bool> {
    let decided = |run: &Outcome| matches!(run, Outcome::Passed | Outcome::Failed { .. });
    (!cell.runs.is_empty() && cell.runs.iter().all(decided)).then(|| cell.all_failed())
}

fn killed_by(findings: &Findings<'_>, node: &OwnTestId) -> Vec<MutantId> {
    let killers = findings.assessment.mutants.iter();
    killers.filter(|(_, (_, by))| by.contains(&node.0)).map(|(id, _)| id.clone()).collect()
}
