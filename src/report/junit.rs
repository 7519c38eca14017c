//! The report as JUnit XML, as continuous integration servers read it: a test case for each finding. A regression
//! is a failure, an inconclusive run an error, a hardening test a case that passed.

use super::headline;
use crate::domain::{Catch, CatchKind, Report, Verdict};

/// The report as an XML document, with a line end.
pub fn render(report: &Report) -> String {
    let cases = cases(report);
    let count = |word: &str| cases.iter().filter(|case| case.contains(word)).count();
    let (failures, errors, skipped) = (count("<failure "), count("<error "), count("<skipped "));
    let seconds: f64 = report.stages.iter().map(|stage| stage.seconds).sum();
    let totals = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\"",
        cases.len()
    );
    let mut lines = vec![
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        format!("<testsuites name=\"jittest\" {totals}>"),
        format!("  <testsuite name=\"jittest\" {totals}>"),
    ];
    lines.extend(cases);
    if !report.warnings.is_empty() {
        let warnings = report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        lines.push(format!("    <system-err>{}</system-err>", escape(&warnings)));
    }
    lines.extend(["  </testsuite>".to_owned(), "</testsuites>".to_owned(), String::new()]);
    lines.join("\n")
}

fn cases(report: &Report) -> Vec<String> {
    let mut cases: Vec<String> = report.catches.iter().map(case_of).collect();
    match report.verdict {
        Verdict::Inconclusive | Verdict::Caught => cases.extend(report.causes.iter().map(|cause| {
            let text = format!("{}\n{}\nFix: {}", cause.why, cause.impact, cause.fix);
            case("jittest", &cause.component, &element("error", &cause.what, &text))
        })),
        Verdict::NothingToTest => {
            let skipped = format!("      <skipped message=\"{}\"/>\n", escape(&headline(report)));
            cases.push(case("jittest", "nothing to test", &skipped));
        }
        Verdict::Clear if cases.is_empty() => cases.push(case("jittest", &headline(report), "")),
        Verdict::Clear => {}
    }
    cases
}

fn case_of(found: &Catch) -> String {
    let name = format!("{} {} [{}]", found.symbol, found.test.path, found.id);
    let inside = match found.kind {
        CatchKind::Hardening => String::new(),
        CatchKind::Regression => {
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let message = format!("Before: {}. Now: {}. {}", or(&found.before), or(&found.now), or(&found.question));
            let text = format!("{}:{}\n{}\n\n{}", found.file, found.line, found.effect, found.test.code);
            element("failure", &message, &text)
        }
    };
    case(found.file.as_str(), name.trim(), &inside)
}

fn case(class: &str, name: &str, inside: &str) -> String {
    let start = format!("    <testcase classname=\"{}\" name=\"{}\"", escape(class), escape(name));
    if inside.is_empty() { format!("{start}/>") } else { format!("{start}>\n{inside}    </testcase>") }
}

fn element(name: &str, message: &str, text: &str) -> String {
    format!("      <{name} message=\"{}\" type=\"jittest\">{}</{name}>\n", escape(message), escape(text))
}

/// `text` for an attribute or an element, without the characters that XML 1.0 can't hold.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// Walks the document; panics where it isn't well-formed. Returns the names of its elements, in order.
    fn elements(xml: &str) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        let mut seen = Vec::new();
        for tag in xml.split('<').skip(1) {
            let (inside, text) = tag.split_once('>').expect("a tag has an end");
            assert!(!text.contains("&") || text.contains(';'), "a bare ampersand in {text:?}");
            assert_eq!(inside.matches('"').count() % 2, 0, "an open quote in {inside:?}");
            if inside.starts_with('?') {
                continue;
            }
            let name = inside.trim_end_matches('/').split_whitespace().next().unwrap().to_owned();
            if let Some(closed) = name.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closed));
            } else {
                seen.push(name.clone());
                if !inside.ends_with('/') {
                    open.push(name);
                }
            }
        }
        assert!(open.is_empty(), "{open:?} stay open");
        seen
    }

    #[test]
    fn a_regression_is_a_failure_and_a_hardening_is_none() {
        let xml = render(&sample::rich());
        assert_eq!(elements(&xml), ["testsuites", "testsuite", "testcase", "failure", "testcase", "system-err"]);
        insta::assert_snapshot!(xml, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="jittest" tests="2" failures="1" errors="0" skipped="0" time="17.000">
          <testsuite name="jittest" tests="2" failures="1" errors="0" skipped="0" time="17.000">
            <testcase classname="shop/cart.py" name="shop.cart.total tests/test_jittest_cart.py [3f9a1c2e]">
              <failure message="Before: total([]) returned 0. Now: total([]) raises IndexError: list index out of range. Is that intended?" type="jittest">shop/cart.py:41
        An empty cart can't be paid any more.

        from shop.cart import total


        def test_total_of_an_empty_cart_is_zero():
            assert total([]) == 0
        </failure>
            </testcase>
            <testcase classname="shop/price.py" name="shop.price.discount tests/test_jittest_price.py [b71d09aa]"/>
            <system-err>Warning: checkout: vendor/big.bin was left out — it is an LFS pointer — tests that read it may fail</system-err>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn an_inconclusive_run_is_an_error_and_nothing_to_test_is_skipped() {
        let mut report = Report::empty(Verdict::Inconclusive);
        report.causes.push(crate::domain::Cause {
            component: "prepare".to_owned(),
            what: "it's \"broken\" <&>".to_owned(),
            why: "a\u{0}b\u{1b}[31m".to_owned(),
            impact: "nothing was tested".to_owned(),
            fix: "mend it".to_owned(),
        });
        let xml = render(&report);
        assert_eq!(elements(&xml), ["testsuites", "testsuite", "testcase", "error"]);
        assert!(xml.contains("errors=\"1\"") && xml.contains("&quot;broken&quot; &lt;&amp;&gt;"), "{xml}");
        assert!(!xml.contains('\u{0}') && !xml.contains('\u{1b}'));
        let xml = render(&Report::empty(Verdict::NothingToTest));
        assert_eq!(elements(&xml), ["testsuites", "testsuite", "testcase", "skipped"]);
        assert!(xml.contains("skipped=\"1\""));
    }
}
