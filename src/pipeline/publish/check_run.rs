//! The check run: a title that says the verdict, a summary, remarks on lines, buttons.

use crate::domain::{
    Annotation, BoundedMarkdown, Button, Catch, Cause, CheckRun, CheckState, Conclusion, JobId, Markdown,
    OracleStrength, PullRequest, RegressionConclusion, Report, RepositorySettings, Verdict, limits, printable, shorten,
};

use super::{comment, sentence, shown_regressions};

/// Comes back when `Re-run` is pressed.
const RERUN: &str = "rerun";
/// Comes back when `Add tests` is pressed.
const ACCEPT: &str = "accept";
/// Comes back when `Dismiss` is pressed.
const DISMISS: &str = "dismiss";

/// Bytes of one folded test.
const TEST_BYTES: usize = 12_000;
/// Rows of one list.
const ROWS: usize = 50;

pub(super) fn check_run(report: &Report, job: &JobId, pull: &PullRequest, settings: &RepositorySettings) -> CheckRun {
    let regressions = shown_regressions(report, settings);
    CheckRun {
        external_id: job.clone(),
        head: pull.head.clone(),
        state: CheckState::Completed(conclusion(report, settings)),
        title: title(report, &regressions),
        summary: summary(report, &regressions),
        text: text(report),
        annotations: regressions.iter().take(limits::CHECK_RUN_ANNOTATIONS).map(|found| annotation(found)).collect(),
        buttons: buttons(report, &regressions),
    }
}

/// What could not be found out is neutral and never a success. A change with nothing to test is skipped: that passes
/// a required check, as there is nothing to wait for, and still isn't shown as if something had been tested.
fn conclusion(report: &Report, settings: &RepositorySettings) -> Conclusion {
    match report.verdict {
        Verdict::Caught => match settings.conclusion {
            RegressionConclusion::Neutral => Conclusion::Neutral,
            RegressionConclusion::Failure => Conclusion::Failure,
        },
        Verdict::Clear => Conclusion::Success,
        Verdict::NothingToTest => Conclusion::Skipped,
        Verdict::Inconclusive => Conclusion::Neutral,
    }
}

fn title(report: &Report, regressions: &[&Catch]) -> String {
    let title = match report.verdict {
        Verdict::Caught => {
            let proven = format!("{} proven", count(regressions.len(), "regression", "regressions"));
            let mut files: Vec<&str> = regressions.iter().map(|found| found.file.as_str()).collect();
            files.dedup();
            match files.as_slice() {
                [] => proven,
                [file] => format!("{proven} in {file}"),
                files => format!("{proven} in {} files", files.len()),
            }
        }
        Verdict::Clear => format!("No regression found: {}", looked_at(report)),
        Verdict::NothingToTest => "Nothing to test".to_owned(),
        Verdict::Inconclusive => match report.causes.first() {
            Some(cause) => format!("Could not be tested: {}", cause.what),
            None => "Could not be tested".to_owned(),
        },
    };
    plain(&title, limits::GITHUB_TITLE)
}

fn looked_at(report: &Report) -> String {
    let counts = &report.counts;
    format!(
        "{}, {}, {}",
        looked_at_functions(report),
        count(counts.mutants as usize, "mutant", "mutants"),
        count(counts.tests_generated as usize, "test", "tests")
    )
}

fn looked_at_functions(report: &Report) -> String {
    let (looked_at, all) = (report.looked_at() as usize, report.counts.targets as usize);
    let functions = count(all, "function", "functions");
    if looked_at == all { functions } else { format!("{looked_at} of {functions}") }
}

fn looked_at_number(report: &Report) -> String {
    let (looked_at, all) = (report.looked_at(), report.counts.targets);
    if looked_at == all { all.to_string() } else { format!("{looked_at} of {all}") }
}

fn summary(report: &Report, regressions: &[&Catch]) -> String {
    let mut summary = BoundedMarkdown::new(limits::GITHUB_TEXT);
    summary.push(&format!("{}\n\n", verdict_sentence(report)));
    for (i, found) in regressions.iter().enumerate() {
        summary.push(&finding(i + 1, found));
    }
    for cause in &report.causes {
        summary.push(&if report.verdict == Verdict::NothingToTest { reason(cause) } else { failed_step(cause) });
    }
    summary.push(&if report.verdict == Verdict::NothingToTest { left_out(report) } else { denominators(report) });
    summary.push("`/jittest help` says what can be asked for.\n");
    summary.finish()
}

fn verdict_sentence(report: &Report) -> &'static str {
    match report.verdict {
        Verdict::Caught => {
            "**The change breaks what worked before**: a generated test passes on the merge base and fails on the head, every time."
        }
        Verdict::Clear => "**No regression was found** in what was tested; the table says how much that is.",
        Verdict::NothingToTest => "**Nothing to test**: no function that may be tested was changed.",
        Verdict::Inconclusive => {
            "**It could not be found out** whether the change breaks anything. This is not a success."
        }
    }
}

fn failed_step(cause: &Cause) -> String {
    let mut lines = vec![format!("### {}: {}\n", Markdown::text(&cause.component), Markdown::text(&cause.what))];
    if !cause.why.trim().is_empty() {
        lines.push(Markdown::fence("text", &cause.why, limits::TAIL_BYTES).to_string());
    }
    if !cause.impact.is_empty() {
        lines.push(format!("{}\n", Markdown::text(&cause.impact)));
    }
    if !cause.fix.is_empty() {
        lines.push(format!("**Fix:** {}\n", Markdown::text(&cause.fix)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn reason(cause: &Cause) -> String {
    let fix = if cause.fix.is_empty() { String::new() } else { format!(" ({})", Markdown::text(&cause.fix)) };
    format!("{}{fix}\n\n", Markdown::text(&cause.what))
}

fn finding(number: usize, found: &Catch) -> String {
    let place = format!("{}:{}", found.file, found.line);
    format!(
        "### {number}. {} in {}\n\n{}\n\n{}\n",
        Markdown::code(&found.symbol),
        Markdown::code(&place),
        sentence(found),
        comment::folded_test(found, TEST_BYTES)
    )
}

fn denominators(report: &Report) -> String {
    let counts = &report.counts;
    let mut rows: Vec<(String, String)> = Vec::new();
    if let (Some(base), Some(head)) = (&report.base.sha, &report.head.sha) {
        rows.push(("Compared".to_owned(), format!("merge base `{}`, head `{}`", base.short(), head.short())));
    }
    rows.push(("Functions looked at".to_owned(), looked_at_number(report)));
    let killed = report.mutants.iter().filter(|mutant| mutant.status == crate::domain::MutantStatus::Killed).count();
    let mutants = format!("{}, of these {} equivalent, {killed} killed", counts.mutants, counts.mutants_equivalent);
    rows.push(("Mutants".to_owned(), mutants));
    rows.push(("Tests generated".to_owned(), format!("{}, kept {}", counts.tests_generated, counts.tests_kept)));
    if let Some(dropped) = dropped(report) {
        rows.push(("Dropped".to_owned(), dropped));
    }
    if let Some(share) = report.coverage.as_ref().and_then(|coverage| coverage.changed_lines) {
        rows.push(("Changed lines reached".to_owned(), format!("{:.0}%", share * 100.0)));
    }
    if let Some(share) = report.coverage.as_ref().and_then(|coverage| coverage.changed_branches) {
        rows.push(("Changed branches reached".to_owned(), format!("{:.0}%", share * 100.0)));
    }
    let rows: Vec<String> = rows.iter().map(|(name, value)| format!("| {name} | {value} |")).collect();
    format!("| what was done | |\n|---|---|\n{}\n\n", rows.join("\n"))
}

/// What was dropped, by reason, in one line; `None` where nothing was.
fn dropped(report: &Report) -> Option<String> {
    let dropped = report.counts.dropped.iter().map(|(why, n)| format!("{n} {}", Markdown::cell(why)));
    let dropped: Vec<String> = dropped.take(ROWS).collect();
    (!dropped.is_empty()).then(|| dropped.join(", "))
}

fn left_out(report: &Report) -> String {
    dropped(report).map(|dropped| format!("Left out: {dropped}.\n\n")).unwrap_or_default()
}

fn text(report: &Report) -> String {
    let mut text = BoundedMarkdown::new(limits::GITHUB_TEXT);
    // What must be said comes first, as it is what fits for sure.
    text.push(&list("Limits that were hit", report.limits_hit.iter().cloned()));
    text.push(&list("Warnings", report.warnings.iter().map(ToString::to_string)));
    text.push(&own_tests(report));
    let hardenings = report.hardenings().count();
    if hardenings > 0 {
        text.push(&format!("### {} worth adding\n\n", count(hardenings, "test", "tests")));
    }
    for found in report.hardenings() {
        text.push(&hardening(found));
    }
    if let Some(coverage) = &report.coverage {
        let lines = coverage.untested_lines.iter().map(|line| format!("{line} was not reached"));
        let branches = coverage.untested_branches.iter().map(|branch| format!("{branch} was not taken"));
        text.push(&folded("Not checked", lines.chain(branches).chain(coverage.missing_edge_cases.iter().cloned())));
    }
    let rejected = report.rejected.iter().map(|r| format!("{} ({}): {}", r.what, r.rule, r.reason));
    text.push(&folded("Rejected", rejected));
    text.finish()
}

fn hardening(found: &Catch) -> String {
    format!(
        "**{}** {}\n\n{}\n",
        Markdown::code(&found.symbol),
        sentence(found),
        comment::folded_test(found, TEST_BYTES)
    )
}

fn own_tests(report: &Report) -> String {
    let Some(tests) = report.own_tests.as_ref().filter(|tests| !tests.is_empty()) else { return String::new() };
    let rows = tests.iter().take(ROWS).map(|test| {
        let shows = match test.fails_on_base {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        };
        let oracle = match test.oracle {
            OracleStrength::Strong => "strong",
            OracleStrength::Weak => "weak",
            OracleStrength::None => "asserts nothing",
        };
        format!("| {} | {shows} | {oracle} | {} |", Markdown::cell(&test.name), test.mutants_killed.len())
    });
    let header = "### The pull request's own tests\n\n| test | fails on the merge base | oracle | mutants killed |\n|---|---|---|---|";
    format!("{header}\n{}\n\n", rows.collect::<Vec<_>>().join("\n"))
}

fn list(title: &str, rows: impl Iterator<Item = String>) -> String {
    let rows = bounded_rows(rows);
    if rows.is_empty() { String::new() } else { format!("### {title}\n\n{}\n\n", rows.join("\n")) }
}

fn folded(title: &str, rows: impl Iterator<Item = String>) -> String {
    let rows = bounded_rows(rows);
    if rows.is_empty() {
        return String::new();
    }
    format!("<details>\n<summary>{title}</summary>\n\n{}\n\n</details>\n\n", rows.join("\n"))
}

fn bounded_rows(rows: impl Iterator<Item = String>) -> Vec<String> {
    let all: Vec<String> = rows.collect();
    let mut shown: Vec<String> = all.iter().take(ROWS).map(|row| format!("- {}", Markdown::text(row))).collect();
    if all.len() > ROWS {
        shown.push(format!("- … and {} more", all.len() - ROWS));
    }
    shown
}

/// The forge shows an annotation as plain text.
fn annotation(found: &Catch) -> Annotation {
    let said = [&found.before, &found.now].into_iter().zip(["Before this change, ", "Now, "]);
    let mut message: Vec<String> = said
        .filter_map(|(text, start)| Some(format!("{start}{}.", plain(text.as_ref()?, limits::QUOTE_BYTES))))
        .collect();
    message.extend(found.question.clone());
    message.push(plain(&found.effect, limits::QUOTE_BYTES));
    message.push(format!("Test: {}. Dismiss: /jittest dismiss {}", found.test.path, found.id));
    Annotation {
        path: found.file.clone(),
        line_start: found.line.max(1),
        line_end: found.line.max(1),
        warning: true,
        title: plain(&format!("Regression in {}", found.symbol), limits::GITHUB_TITLE),
        message: shorten(&message.join("\n"), limits::GITHUB_ANNOTATION_MESSAGE),
    }
}

fn buttons(report: &Report, regressions: &[&Catch]) -> Vec<Button> {
    let button = |label: &str, description: &str, identifier: &str| Button {
        label: label.to_owned(),
        description: description.to_owned(),
        identifier: identifier.to_owned(),
    };
    let mut buttons = vec![button("Re-run", "Test this pull request again", RERUN)];
    if !regressions.is_empty() || report.hardenings().next().is_some() {
        buttons.push(button("Add tests", "Commit the generated tests", ACCEPT));
    }
    if !regressions.is_empty() {
        buttons.push(button("Dismiss", "Never report these findings again", DISMISS));
    }
    buttons
}

/// One line of a text that the forge doesn't render.
fn plain(text: &str, most: usize) -> String {
    shorten(&printable(&shorten(text, 4 * most), false), most)
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
