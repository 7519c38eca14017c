//! A report rendered: console, Markdown, JSON, SARIF, JUnit. Each is one function from a report to a text.

pub mod analysis;
pub mod console;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;

use crate::domain::{Catch, CatchKind, Report, Verdict};

/// One sentence that says the verdict.
pub fn headline(report: &Report) -> String {
    let regressions = report.catches.iter().filter(|c| c.kind == CatchKind::Regression).count();
    let hardenings = report.hardenings().count();
    match report.verdict {
        Verdict::Caught | Verdict::Clear if !report.catches.is_empty() => format!(
            "{} in {} ({}, {})",
            count(report.catches.len(), "catch", "catches"),
            count(files(&report.catches).len(), "file", "files"),
            count(regressions, "regression", "regressions"),
            count(hardenings, "hardening test", "hardening tests"),
        ),
        Verdict::Caught | Verdict::Clear => format!("No regression found in {}", denominators(report)),
        Verdict::NothingToTest => {
            report.causes.first().map_or_else(|| "Nothing to test".to_owned(), |cause| cause.what.clone())
        }
        Verdict::Inconclusive => {
            "Inconclusive: it could not be found out whether the change breaks anything".to_owned()
        }
    }
}

/// What was looked at: `2 functions, 3 mutants, 4 tests`.
pub fn denominators(report: &Report) -> String {
    let counts = &report.counts;
    format!(
        "{}, {}, {}",
        count(counts.targets as usize, "function", "functions"),
        count(counts.mutants as usize, "mutant", "mutants"),
        count(counts.tests_generated as usize, "test", "tests"),
    )
}

/// `1 file`, `2 files`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The files with catches, in order, each once, with its catches and their numbers from 1.
fn files(catches: &[Catch]) -> Vec<(&str, Vec<(usize, &Catch)>)> {
    let mut grouped: Vec<(&str, Vec<(usize, &Catch)>)> = Vec::new();
    for (i, found) in catches.iter().enumerate() {
        let file = found.file.as_str();
        match grouped.iter_mut().find(|(name, _)| *name == file) {
            Some((_, of_file)) => of_file.push((i + 1, found)),
            None => grouped.push((file, vec![(i + 1, found)])),
        }
    }
    grouped
}

#[cfg(test)]
mod sample {
    use crate::domain::Report;

    /// A report in which every part is filled in.
    pub(super) fn rich() -> Report {
        serde_json::from_str(include_str!("../../fixtures/report/rich.json")).unwrap()
    }
}
