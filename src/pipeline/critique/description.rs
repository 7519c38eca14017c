//! The pull request's description: what changed, what was checked, what was found, what was not. Every sentence is
//! backed by this run.

use crate::domain::{
    Catch, CatchKind, ChangeSet, Confidence, Counts, Coverage, Intent, Markdown, MutantStatus, Report,
};

/// Targets that were not looked at which are named.
const MOST_MISSED: usize = 10;

/// What a description is written from.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// The report, all but the description.
    pub report: &'a Report,
    /// From which confidence a regression counts. `low` never reaches a pull request, whatever it is.
    pub threshold: Confidence,
}

/// The description, in Markdown; texts from outside are neutralised where it is published.
pub fn description(checked: &Checked<'_>) -> String {
    let report = checked.report;
    let mut parts = vec![what_changed(checked.change, report.intent.as_ref())];
    parts.push(what_was_checked(report));
    parts.push(what_was_found(report, checked.threshold.max(Confidence::Medium)));
    parts.push(what_was_not(report));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn what_changed(change: &ChangeSet, intent: Option<&Intent>) -> String {
    let mut text = format!("**What changed.** {}.", capitalised(&change.summary));
    if let Some(intent) = intent {
        if !intent.affected_symbols.is_empty() {
            text.push_str(&format!(" It touches {}.", listed(&intent.affected_symbols, 6)));
        }
        if !intent.behavior_changes.is_empty() {
            text.push_str(" By its own words:\n");
            for claim in intent.behavior_changes.iter().take(5) {
                text.push_str(&format!("\n- {claim}"));
            }
        }
    }
    text
}

fn what_was_checked(report: &Report) -> String {
    let Counts { targets, mutants, mutants_equivalent, tests_generated, .. } = report.counts;
    let count = |wanted| report.mutants.iter().filter(|mutant| mutant.status == wanted).count();
    let mut text = format!(
        "**What was checked.** {} on base, head{} and {}; {} generated.",
        looked_at(report.looked_at(), targets),
        report.head.sha.as_ref().map(|sha| format!(" (`{}`)", sha.short())).unwrap_or_default(),
        plural(mutants, "mutant"),
        plural_was(tests_generated, "test"),
    );
    let (killed, survived) = (count(MutantStatus::Killed), count(MutantStatus::Survived));
    if killed + survived > 0 {
        let equivalent = match mutants_equivalent {
            0 => String::new(),
            count => format!(" ({count} more are equivalent)"),
        };
        text.push_str(&format!(
            " Of {} that differ from head, tests killed {killed}{equivalent}.",
            plural(u32::try_from(killed + survived).unwrap_or(u32::MAX), "mutant")
        ));
    }
    text.push_str(&coverage_words(report.coverage.as_ref()));
    text
}

fn looked_at(count: u32, of: u32) -> String {
    if count == of { plural(of, "target") } else { format!("{count} of {}", plural(of, "target")) }
}

fn coverage_words(coverage: Option<&Coverage>) -> String {
    let Some(coverage) = coverage else { return String::new() };
    let percent =
        |share: Option<f64>, noun: &str| share.map(|share| format!("{:.0} % of the changed {noun}", share * 100.0));
    let shares: Vec<String> =
        [percent(coverage.changed_lines, "lines"), percent(coverage.changed_branches, "branches")]
            .into_iter()
            .flatten()
            .collect();
    if shares.is_empty() { String::new() } else { format!(" {} ran.", shares.join(" and ")) }
}

fn what_was_found(report: &Report, threshold: Confidence) -> String {
    let regressions: Vec<&Catch> = report.regressions(threshold).collect();
    let hardenings = report.catches.iter().filter(|catch| catch.kind == CatchKind::Hardening).count();
    let mut text = "**What was found.** ".to_owned();
    if regressions.is_empty() {
        let dismissed = report.rejected.iter().any(|row| row.rule == "dismissed");
        // What is below the threshold is not told here, and still no reason to say that there is nothing.
        let below = report.regressions(Confidence::Low).next().is_some();
        text.push_str(match (below, dismissed) {
            (false, false) => "No test could be written that passes on base and fails on head.",
            (false, true) => "Nothing but what was dismissed before.",
            (true, false) => "No regression at or above the threshold.",
            (true, true) => "No regression at or above the threshold but what was dismissed before.",
        });
    }
    for catch in regressions {
        let said = |text: &Option<String>| {
            text.as_deref().map_or_else(|| "?".to_owned(), |said| Markdown::behaviour(said).to_string())
        };
        let (before, now) = (said(&catch.before), said(&catch.now));
        text.push_str(&format!("\n- {} ({}:{}): before, {before}; now, {now}.", catch.symbol, catch.file, catch.line));
    }
    if hardenings > 0 {
        let noun = plural_was(u32::try_from(hardenings).unwrap_or(u32::MAX), "test");
        text.push_str(&format!(
            "\n\n{noun} written that would notice a mistake in the changed code which the repository's tests would not."
        ));
    }
    text
}

fn what_was_not(report: &Report) -> String {
    let missed = report.rejected.iter().filter(|row| row.rule == Report::NOT_LOOKED_AT);
    let mut gaps: Vec<String> = missed.map(|row| Markdown::text(&row.reason).to_string()).take(MOST_MISSED).collect();
    if let Some(coverage) = &report.coverage
        && !coverage.untested_lines.is_empty()
    {
        gaps.push(format!("lines that nothing reached: {}", listed(&coverage.untested_lines, 8)));
    }
    let whys = [(Report::NOT_RUN, "for which there was no time"), (Report::NOT_REACHED, "that nothing reached")];
    for (rule, why) in whys {
        let mutants = report.rejected.iter().filter(|row| row.what == "mutant" && row.rule == rule).count();
        if mutants > 0 {
            gaps.push(format!("{} {why}", plural(u32::try_from(mutants).unwrap_or(u32::MAX), "mutant")));
        }
    }
    gaps.extend(report.limits_hit.iter().cloned());
    // Which tests and mutants were dropped, and by which rule, is told in the check run.
    let others = report.counts.dropped.iter().filter(|(reason, _)| !ours(reason));
    gaps.extend(others.map(|(reason, count)| format!("{count} left out: {reason}")));
    if gaps.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = gaps.iter().map(|gap| format!("- {gap}")).collect();
    format!("**What was not.**\n\n{}", lines.join("\n"))
}

/// Whether what was dropped is a test, a mutant or a target that was not looked at.
fn ours(reason: &str) -> bool {
    ["test ", "mutant ", "target ", "catch "].iter().any(|what| reason.starts_with(what))
}

fn listed(names: &[String], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(most);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn plural(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn plural_was(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun} was") } else { format!("{count} {noun}s were") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Rejection;

    fn rich() -> Report {
        serde_json::from_str(include_str!("../../../fixtures/report/rich.json")).unwrap()
    }

    fn described(report: &Report) -> String {
        description(&Checked { change: &ChangeSet::default(), report, threshold: Confidence::Medium })
    }

    fn reject(report: &mut Report, rule: &str, reason: &str) {
        let row = |what: &str| Rejection { what: what.to_owned(), rule: rule.to_owned(), reason: reason.to_owned() };
        report.rejected.push(row("mutant"));
    }

    #[test]
    fn a_regression_below_the_threshold_is_not_denied() {
        let mut report = rich();
        report.catches[0].confidence = Confidence::Low;
        let text = described(&report);
        assert!(text.contains("No regression at or above the threshold."), "{text}");
        report.catches.remove(0);
        let text = described(&report);
        assert!(text.contains("No test could be written that passes on base and fails on head."), "{text}");
    }

    #[test]
    fn mutants_that_did_not_run_are_told_by_their_cause() {
        let mut report = rich();
        reject(&mut report, Report::NOT_RUN, "M004: there was no time for it");
        reject(&mut report, Report::NOT_REACHED, "M005: no test reaches it");
        reject(&mut report, Report::NOT_REACHED, "M006: no test reaches it");
        let text = described(&report);
        assert!(text.contains("\n- 1 mutant for which there was no time\n- 2 mutants that nothing reached"), "{text}");
    }
}
