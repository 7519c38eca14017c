//! The report for a person at a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::{count, denominators, files, headline};
use crate::domain::{Catch, CatchKind, Confidence, Intent, MutantId, MutantStatus, Report, Verdict, printable};

/// How it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether the terminal shows colours.
    pub colours: bool,
    /// Whether what each sandbox run used is shown.
    pub verbose: bool,
}

/// How much of a test is shown.
const TEST_LINES: usize = 40;
/// Rows of one list of things that went nowhere.
const ROWS: usize = 30;

const BOLD: &str = "1";
const RED: &str = "31;1";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const DIM: &str = "2";

/// The report as text, with a line end.
pub fn render(report: &Report, look: Look) -> String {
    let mut page = Page { look, text: String::new() };
    page.title(report);
    for (file, catches) in files(&report.catches) {
        page.line("");
        page.line(&page.paint(BOLD, file));
        for (number, found) in catches {
            page.found(number, found);
        }
    }
    page.causes(report);
    page.rejected(report);
    page.not_checked(report);
    page.list("Warnings", report.warnings.iter().map(ToString::to_string));
    if look.verbose {
        page.sandbox_runs(report);
    }
    page.timings(report);
    page.text
}

/// What a dry run shows: the intent, with a line end.
pub fn render_intent(intent: &Intent, look: Look) -> String {
    let mut page = Page { look, text: String::new() };
    page.line(&page.paint(BOLD, "Intent"));
    page.line(&format!("  {}", intent.description));
    page.list("Claims to change", intent.behavior_changes.iter().cloned());
    page.list("Risks", intent.risk_areas.iter().cloned());
    page.list("Affected", intent.affected_symbols.iter().cloned());
    page.line("");
    page.line(&format!("Inferred by: {}", intent.inferred_by));
    page.text
}

struct Page {
    look: Look,
    text: String,
}

impl Page {
    /// Adds a line; what strangers wrote in it can't steer the terminal.
    fn line(&mut self, line: &str) {
        if self.look.colours {
            // Our own colours are in it: strangers' texts were cleaned by the caller.
            self.text.push_str(line);
        } else {
            self.text.push_str(&printable(line, false));
        }
        self.text.push('\n');
    }

    fn paint(&self, code: &str, text: &str) -> String {
        let text = printable(text, false);
        if self.look.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
    }

    fn title(&mut self, report: &Report) {
        let colour = match report.verdict {
            Verdict::Caught => RED,
            Verdict::Clear => GREEN,
            Verdict::NothingToTest => BOLD,
            Verdict::Inconclusive => YELLOW,
        };
        let title = format!("jittest: {}", headline(report));
        self.line(&self.paint(colour, &title));
        let sides = [("base", &report.base), ("head", &report.head)];
        let named = sides.iter().filter_map(|(side, at)| Some(format!("{side} {}", at.sha.as_ref()?.short())));
        let sides = named.collect::<Vec<_>>().join(", ");
        let looked_at = if report.counts.targets > 0 { denominators(report) } else { String::new() };
        let facts = [sides, looked_at].into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("; ");
        if !facts.is_empty() {
            self.line(&self.paint(DIM, &facts));
        }
    }

    fn found(&mut self, number: usize, found: &Catch) {
        let (kind, colour) = match found.kind {
            CatchKind::Regression => ("regression", RED),
            CatchKind::Hardening => ("hardening", YELLOW),
        };
        let confidence = match found.confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        };
        let what = self.paint(colour, &format!("{number}. {kind}"));
        let place = printable(&format!("{}, line {}", found.symbol, found.line), false);
        self.line(&format!("  {what}  confidence {confidence}  {place}  [{}]", found.id));
        if let Some(before) = &found.before {
            self.field("Before", before);
        }
        if let Some(now) = &found.now {
            self.field("Now", now);
        }
        if let Some(question) = &found.question {
            self.field("", question);
        }
        match &found.mutant {
            Some(mutant) => {
                self.field("Mutant", &format!("{}: {} — {}", mutant.id, mutant.description, mutant.rationale))
            }
            None => self.field("Mutant", "none: the change itself shows it"),
        }
        self.field("Effect", &found.effect);
        for (i, reason) in found.reasons.iter().enumerate() {
            self.field(if i == 0 { "Why" } else { "" }, reason);
        }
        let (base, head) = (found.evidence.base, found.evidence.head);
        self.field(
            "Runs",
            &format!("base {}, head {}", runs(base.passed, base.failed), runs(head.passed, head.failed)),
        );
        self.field("Test", &format!("{} ({})", found.test.path, found.test.command_line()));
        self.code(&found.test.code);
    }

    fn field(&mut self, name: &str, value: &str) {
        let value = printable(value, false);
        self.line(&format!("     {name:<7} {value}"));
    }

    fn code(&mut self, code: &str) {
        let code = printable(code, true);
        let lines: Vec<&str> = code.lines().collect();
        for line in lines.iter().take(TEST_LINES) {
            let line = self.paint(DIM, line);
            self.line(format!("             {line}").trim_end());
        }
        if lines.len() > TEST_LINES {
            self.line(&format!("             … {} more lines", lines.len() - TEST_LINES));
        }
    }

    fn causes(&mut self, report: &Report) {
        for cause in &report.causes {
            self.line("");
            let title = format!("{}: {}", cause.component, cause.what);
            self.line(&self.paint(YELLOW, &title));
            for line in printable(&cause.why, true).lines() {
                self.line(&format!("  | {line}"));
            }
            for (name, text) in [("Impact", &cause.impact), ("Fix", &cause.fix)] {
                if !text.is_empty() {
                    self.line(&format!("  {name}: {}", printable(text, false)));
                }
            }
        }
    }

    fn rejected(&mut self, report: &Report) {
        let rows = report.rejected.iter().map(|r| format!("{} ({}): {}", r.what, r.rule, r.reason));
        self.list("Rejected", rows);
    }

    /// What lives, what did not run, what was not reached.
    fn not_checked(&mut self, report: &Report) {
        let lived = report.mutants.iter().filter_map(|mutant| {
            let why = match mutant.status {
                MutantStatus::Survived => "no test could tell it from head",
                MutantStatus::NotRun if unreached(report, &mutant.id) => "nothing reached it",
                MutantStatus::NotRun => "there was no time for it",
                MutantStatus::Broken => "it does not import",
                MutantStatus::Killed | MutantStatus::Equivalent => return None,
            };
            Some(format!("{}:{} {} {}: {why}", mutant.file, mutant.line_start, mutant.id, mutant.description))
        });
        let coverage = report.coverage.iter().flat_map(|coverage| {
            let lines = coverage.untested_lines.iter().map(|line| format!("{line} was not reached"));
            let branches = coverage.untested_branches.iter().map(|branch| format!("{branch} was not taken"));
            lines.chain(branches).chain(coverage.missing_edge_cases.iter().cloned())
        });
        self.list("Not checked", report.limits_hit.iter().cloned().chain(coverage).chain(lived));
    }

    fn list(&mut self, title: &str, rows: impl Iterator<Item = String>) {
        let rows: Vec<String> = rows.collect();
        if rows.is_empty() {
            return;
        }
        self.line("");
        self.line(&self.paint(BOLD, title));
        for row in rows.iter().take(ROWS) {
            self.line(&format!("  - {}", printable(row, false)));
        }
        if rows.len() > ROWS {
            self.line(&format!("  … {} more", rows.len() - ROWS));
        }
    }

    fn sandbox_runs(&mut self, report: &Report) {
        let mut table = plain_table(&["Sandbox run", "Seconds", "CPU s", "Peak MB", "KB in", "KB out"]);
        for run in &report.sandbox_runs {
            let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
            let kilobytes = |bytes: u64| (bytes / 1024).to_string();
            table.add_row([
                printable(&run.purpose, false),
                format!("{:.2}", run.seconds),
                run.cpu_seconds.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.2}")),
                run.peak_memory_bytes.map_or_else(|| "–".to_owned(), megabytes),
                kilobytes(run.bytes_in),
                kilobytes(run.bytes_out),
            ]);
        }
        if !report.sandbox_runs.is_empty() {
            self.table(&table);
        }
    }

    fn timings(&mut self, report: &Report) {
        if report.stages.is_empty() {
            return;
        }
        let apart = |name: &str| name == ENVIRONMENT_STAGE;
        let total: f64 = report.stages.iter().filter(|stage| !apart(&stage.name)).map(|stage| stage.seconds).sum();
        let mut table = plain_table(&["Stage", "Seconds", "Percent"]);
        for stage in report.stages.iter().filter(|stage| !apart(&stage.name)) {
            let percent = if total > 0.0 { 100.0 * stage.seconds / total } else { 0.0 };
            table.add_row([stage.name.clone(), format!("{:.2}", stage.seconds), format!("{percent:.0}%")]);
        }
        table.add_row(["total".to_owned(), format!("{total:.2}"), "100%".to_owned()]);
        self.table(&table);
        for stage in report.stages.iter().filter(|stage| apart(&stage.name)) {
            self.line(&format!("Preparing the environment, apart: {:.2} s", stage.seconds));
        }
        if report.counts.shards > 1 {
            let shards = count(report.counts.shards as usize, "shard", "shards");
            self.line(&format!("{shards}, in parallel up to max-parallel"));
        }
    }

    fn table(&mut self, table: &Table) {
        self.line("");
        for line in table.to_string().lines() {
            self.line(line.trim_end());
        }
    }
}

/// The stage whose time is shown apart: it depends on the repository's dependencies, and is cached.
const ENVIRONMENT_STAGE: &str = "prepare";

fn runs(passed: u32, failed: u32) -> String {
    format!("{passed} of {} passed", passed + failed)
}

fn plain_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Whether nothing ran against a mutant as nothing reaches it.
fn unreached(report: &Report, mutant: &MutantId) -> bool {
    let of_mutant = format!("{mutant}: ");
    report.rejected.iter().any(|row| row.rule == Report::NOT_REACHED && row.reason.starts_with(&of_mutant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_part_of_a_report_is_shown() {
        insta::assert_snapshot!(render(&sample::rich(), Look { colours: false, verbose: true }), @r#"
        jittest: 2 catches in 2 files (1 regression, 1 hardening test)
        base 1111111, head 2222222; 2 functions, 3 mutants, 4 tests

        shop/cart.py
          1. regression  confidence high  shop.cart.total, line 41  [3f9a1c2e]
             Before  total([]) returned 0
             Now     total([]) raises IndexError: list index out of range
                     Is that intended?
             Mutant  none: the change itself shows it
             Effect  An empty cart can't be paid any more.
             Why     the exception is not raised by name in the change
                     the title says refactor
             Runs    base 5 of 5 passed, head 0 of 5 passed
             Test    tests/test_jittest_cart.py (python -m pytest tests/test_jittest_cart.py)
                     from shop.cart import total


                     def test_total_of_an_empty_cart_is_zero():
                         assert total([]) == 0

        shop/price.py
          2. hardening  confidence medium  shop.price.discount, line 12  [b71d09aa]
             Mutant  M002: `>=` became `>` — Whether the boundary itself is inside is easy to get wrong.
             Effect  An order of exactly 100 would lose its discount.
             Why     none of the repository's 14 tests fails on the mutant
             Runs    base 5 of 5 passed, head 5 of 5 passed
             Test    tests/test_jittest_price.py (python -m pytest tests/test_jittest_price.py)
                     from shop.price import discount


                     def test_discount_starts_at_one_hundred():
                         assert discount(100) == 10

        Rejected
          - test (asserts-only-constants): its expected value doesn't depend on shop.cart.total
          - mutant (in-comment): shop/cart.py line 3 is a comment

        Not checked
          - 1 file of 2.1 MB was not parsed: over 1 MB
          - shop/price.py:14 was not reached
          - shop/price.py:12 -> 14 was not taken
          - shop.price.discount with a negative amount
          - shop/price.py:14 M003 `10` became `11`: no test could tell it from head

        Warnings
          - Warning: checkout: vendor/big.bin was left out — it is an LFS pointer — tests that read it may fail

         Sandbox run  Seconds  CPU s  Peak MB  KB in  KB out
         generate        2.50   2.10     46.0     20       4

         Stage     Seconds  Percent
         checkout     0.20       4%
         generate     3.00      60%
         execute      1.80      36%
         total        5.00     100%
        Preparing the environment, apart: 12.00 s
        "#);
    }

    #[test]
    fn colours_are_only_shown_where_they_are_wanted() {
        let report = sample::rich();
        assert!(!render(&report, Look::default()).contains('\u{1b}'));
        assert!(render(&report, Look { colours: true, verbose: false }).contains("\u{1b}[31;1m"));
    }

    #[test]
    fn a_strangers_text_can_not_steer_the_terminal() {
        let mut report = sample::rich();
        report.catches[0].now = Some("\u{1b}[2Jcleared\u{7}".to_owned());
        report.causes.push(crate::domain::Cause {
            component: "prepare".to_owned(),
            what: "it failed\u{1b}]0;title\u{7}".to_owned(),
            why: "line\r\u{1b}[1A".to_owned(),
            impact: String::new(),
            fix: String::new(),
        });
        let shown = render(&report, Look { colours: true, verbose: true });
        for bad in ["\u{1b}[2J", "\u{1b}]0", "\u{7}", "\r", "\u{1b}[1A"] {
            assert!(!shown.contains(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_inconclusive_report_says_what_failed_and_what_to_do() {
        let mut report = Report::empty(Verdict::Inconclusive);
        report.causes.push(crate::domain::Cause {
            component: "prepare".to_owned(),
            what: "dependencies did not install".to_owned(),
            why: "ERROR: No matching distribution found for nosuch==1".to_owned(),
            impact: "nothing was tested".to_owned(),
            fix: "correct requirements.txt".to_owned(),
        });
        insta::assert_snapshot!(render(&report, Look::default()), @r#"
        jittest: Inconclusive: it could not be found out whether the change breaks anything

        prepare: dependencies did not install
          | ERROR: No matching distribution found for nosuch==1
          Impact: nothing was tested
          Fix: correct requirements.txt
        "#);
    }

    #[test]
    fn an_intent_is_shown_by_itself() {
        insta::assert_snapshot!(render_intent(&sample::rich().intent.unwrap(), Look::default()), @r#"
        Intent
          A refactoring of the cart's total.

        Risks
          - boundary: the loop in shop.cart.total starts at its first element

        Affected
          - shop.cart.total
          - shop.price.discount

        Inferred by: offline
        "#);
    }
}
