//! How much of the change was reached by the tests that ran on head.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ChangeSet, CodeMap, Coverage, KillMatrix};

const LISTED: usize = 50;

/// Branches of head per file: from line, to line (negative: leaves the function).
pub type AllBranches = BTreeMap<String, Vec<(u32, i32)>>;

/// The covered share of the changed lines and branches; `None` where nothing was traced.
pub fn coverage(change: &ChangeSet, map: &CodeMap, matrix: &KillMatrix, branches: &AllBranches) -> Option<Coverage> {
    if matrix.covered_lines.is_empty() {
        return None;
    }
    let mut result = Coverage::default();
    let (mut lines, mut lines_reached, mut all, mut reached) = (0u32, 0u32, 0u32, 0u32);
    for file in change.files.iter().filter(|file| map.files.contains_key(&file.path)) {
        let path = file.path.as_str();
        let changed = file.changed_lines();
        let code: BTreeSet<u32> = map.files[&file.path].code_lines.iter().copied().collect();
        let covered: BTreeSet<u32> = matrix.covered_lines.get(path).into_iter().flatten().copied().collect();
        for line in changed.intersection(&code) {
            lines += 1;
            if covered.contains(line) {
                lines_reached += 1;
            } else {
                result.untested_lines.push(format!("{path}:{line}"));
            }
        }
        let taken: BTreeSet<(u32, i32)> = matrix.covered_branches.get(path).into_iter().flatten().copied().collect();
        for branch in branches.get(path).into_iter().flatten().filter(|(from, _)| changed.contains(from)) {
            all += 1;
            if taken.contains(branch) {
                reached += 1;
            } else {
                result.untested_branches.push(branch_name(path, *branch));
                result.missing_edge_cases.push(edge_case(path, *branch));
            }
        }
    }
    result.changed_lines = (lines > 0).then(|| f64::from(lines_reached) / f64::from(lines));
    result.changed_branches = (all > 0).then(|| f64::from(reached) / f64::from(all));
    result.untested_lines.truncate(LISTED);
    result.untested_branches.truncate(LISTED);
    result.missing_edge_cases.truncate(LISTED);
    Some(result)
}

fn branch_name(path: &str, (from, to): (u32, i32)) -> String {
    if to < 0 { format!("{path}:{from} -> exit") } else { format!("{path}:{from} -> {to}") }
}

fn edge_case(path: &str, (from, to): (u32, i32)) -> String {
    if to < 0 {
        format!("no input leaves the function at {path}:{from}")
    } else {
        format!("no input takes the branch from {path}:{from} to line {to}")
    }
}
