//! The report as a Markdown document.

use super::{count, denominators, files, headline};
use crate::domain::{Catch, CatchKind, Confidence, Markdown, Report, limits};

/// How much of one test is shown.
const TEST_BYTES: usize = 64 << 10;

/// The report as Markdown, with a line end.
pub fn render(report: &Report) -> String {
    let mut parts = vec![format!("# jittest: {}", headline(report)), facts(report)];
    for (file, catches) in files(&report.catches) {
        parts.push(format!("## {}", Markdown::code(file)));
        parts.extend(catches.into_iter().map(|(number, found)| finding(number, found)));
    }
    parts.extend(report.causes.iter().map(|cause| {
        format!(
            "## {}: {}\n\n{}\n{}\n\nFix: {}",
            Markdown::text(&cause.component),
            Markdown::text(&cause.what),
            Markdown::fence("text", &cause.why, limits::TAIL_BYTES),
            Markdown::text(&cause.impact),
            Markdown::text(&cause.fix),
        )
    }));
    parts.push(critique(report));
    let rejected = report.rejected.iter().map(|r| format!("{} ({}): {}", r.what, r.rule, r.reason));
    parts.push(list("Rejected", rejected));
    parts.push(list("Not checked", not_checked(report)));
    parts.push(list("Warnings", report.warnings.iter().map(ToString::to_string)));
    parts.push(timings(report));
    parts.retain(|part| !part.is_empty());
    let mut text = parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

fn facts(report: &Report) -> String {
    let side =
        |side: &crate::domain::Side| side.sha.as_ref().map_or("not committed".to_owned(), |sha| sha.short().to_owned());
    let counts = &report.counts;
    format!(
        "| base | head | looked at | kept | equivalent mutants |\n|---|---|---|---|---|\n| {} | {} | {} | {} | {} |",
        side(&report.base),
        side(&report.head),
        denominators(report),
        count(counts.tests_kept as usize, "test", "tests"),
        counts.mutants_equivalent,
    )
}

fn finding(number: usize, found: &Catch) -> String {
    let kind = match found.kind {
        CatchKind::Regression => "Regression",
        CatchKind::Hardening => "Hardening",
    };
    let confidence = match found.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let mut lines = vec![
        format!("### {number}. {kind}: {} (`{}`)", Markdown::text(&found.symbol), found.id),
        String::new(),
        format!("- Confidence: {confidence}"),
        format!("- Line: {}", found.line),
    ];
    for (name, text) in [("Before", &found.before), ("Now", &found.now)] {
        lines.extend(text.iter().map(|text| format!("- {name}: {}", Markdown::behaviour(text))));
    }
    lines.extend(found.question.iter().map(|question| format!("- {}", Markdown::text(question))));
    lines.extend(found.mutant.iter().map(|mutant| {
        format!(
            "- Mutant: {} {}. {}",
            mutant.id,
            Markdown::disarmed(&mutant.description),
            Markdown::text(&mutant.rationale)
        )
    }));
    lines.push(format!("- Effect: {}", Markdown::text(&found.effect)));
    lines.extend(found.reasons.iter().map(|reason| format!("- Why: {}", Markdown::text(reason))));
    let (base, head) = (found.evidence.base, found.evidence.head);
    lines.push(format!(
        "- Runs: base {} of {} passed, head {} of {} passed",
        base.passed,
        base.passed + base.failed,
        head.passed,
        head.passed + head.failed
    ));
    lines.push(format!("- Test: {}", Markdown::code(found.test.path.as_str())));
    lines.push(format!("- Run it: {}", Markdown::code(&found.test.command_line())));
    lines.extend([
        String::new(),
        Markdown::fence(found.test.fence_language(), &found.test.code, TEST_BYTES).to_string(),
    ]);
    lines.join("\n")
}

fn critique(report: &Report) -> String {
    let Some(critique) = &report.critique else { return String::new() };
    let scores = [
        ("Style", critique.style),
        ("Coverage adequacy", critique.coverage_adequacy),
        ("Assertion quality", critique.assertion_quality),
        ("Maintainability", critique.maintainability),
        ("Determinism", critique.determinism),
        ("Overall", critique.overall),
    ];
    let rows = scores.iter().filter_map(|(name, score)| Some(format!("| {name} | {} |", score.as_ref()?)));
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("## Critique: {}\n\n| score | of 100 |\n|---|---|\n{}", Markdown::text(&critique.status), rows.join("\n"))
}

fn not_checked(report: &Report) -> impl Iterator<Item = String> {
    let coverage = report.coverage.iter().flat_map(|coverage| {
        let lines = coverage.untested_lines.iter().map(|line| format!("{line} was not reached"));
        let branches = coverage.untested_branches.iter().map(|branch| format!("{branch} was not taken"));
        lines.chain(branches).chain(coverage.missing_edge_cases.iter().cloned())
    });
    report.limits_hit.iter().cloned().chain(coverage)
}

fn list(title: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<String> = rows.map(|row| format!("- {}", Markdown::text(&row))).collect();
    if rows.is_empty() { String::new() } else { format!("## {title}\n\n{}", rows.join("\n")) }
}

fn timings(report: &Report) -> String {
    if report.stages.is_empty() {
        return String::new();
    }
    let rows = report.stages.iter().map(|stage| format!("| {} | {:.2} |", Markdown::text(&stage.name), stage.seconds));
    format!("## Timings\n\n| stage | seconds |\n|---|---|\n{}", rows.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_part_of_a_report_is_shown() {
        insta::assert_snapshot!(render(&sample::rich()), @r#"
        # jittest: 2 catches in 2 files (1 regression, 1 hardening test)

        | base | head | looked at | kept | equivalent mutants |
        |---|---|---|---|---|
        | 1111111 | 2222222 | 2 functions, 3 mutants, 4 tests | 2 tests | 0 |

        ## `shop/cart.py`

        ### 1. Regression: shop.cart.total (`3f9a1c2e`)

        - Confidence: high
        - Line: 41
        - Before: `total([])` returned `0`
        - Now: `total([])` raises `IndexError: list index out of range`
        - Is that intended?
        - Effect: An empty cart can't be paid any more.
        - Why: the exception is not raised by name in the change
        - Why: the title says refactor
        - Runs: base 5 of 5 passed, head 0 of 5 passed
        - Test: `tests/test_jittest_cart.py`
        - Run it: `python -m pytest tests/test_jittest_cart.py`

        ```python
        from shop.cart import total


        def test_total_of_an_empty_cart_is_zero():
            assert total([]) == 0
        ```

        ## `shop/price.py`

        ### 2. Hardening: shop.price.discount (`b71d09aa`)

        - Confidence: medium
        - Line: 12
        - Mutant: M002 `>=` became `>`. Whether the boundary itself is inside is easy to get wrong.
        - Effect: An order of exactly 100 would lose its discount.
        - Why: none of the repository's 14 tests fails on the mutant
        - Runs: base 5 of 5 passed, head 5 of 5 passed
        - Test: `tests/test_jittest_price.py`
        - Run it: `python -m pytest tests/test_jittest_price.py`

        ```python
        from shop.price import discount


        def test_discount_starts_at_one_hundred():
            assert discount(100) == 10
        ```

        ## Critique: good

        | score | of 100 |
        |---|---|
        | Style | 96 |
        | Coverage adequacy | 74 |
        | Assertion quality | 67 |
        | Maintainability | 100 |
        | Determinism | 100 |
        | Overall | 85 |

        ## Rejected

        - test (asserts-only-constants): its expected value doesn't depend on shop.cart.total
        - mutant (in-comment): shop/cart.py line 3 is a comment

        ## Not checked

        - 1 file of 2.1 MB was not parsed: over 1 MB
        - shop/price.py:14 was not reached
        - shop/price.py:12 -&gt; 14 was not taken
        - shop.price.discount with a negative amount

        ## Warnings

        - Warning: checkout: vendor/big.bin was left out — it is an LFS pointer — tests that read it may fail

        ## Timings

        | stage | seconds |
        |---|---|
        | checkout | 0.20 |
        | prepare | 12.00 |
        | generate | 3.00 |
        | execute | 1.80 |
        "#);
    }

    #[test]
    fn a_strangers_text_is_no_markup() {
        let mut report = sample::rich();
        report.catches[0].now = Some("raises E: `</details> @octocat".to_owned());
        report.catches[0].effect = "<script>alert(1)</script> @octocat fixes #1".to_owned();
        report.catches[0].test.code = "x = '```'\n# </details>\n".to_owned();
        let shown = render(&report);
        assert!(!shown.contains("<script>") && !shown.contains("fixes #1"), "{shown}");
        assert!(shown.contains("````python\nx = '```'"), "{shown}");
    }
}
