//! One review comment: one finding, its sentence first, everything else folded.

use crate::domain::{BoundedMarkdown, Catch, CatchKind, Markdown, limits};

use super::sentence;

/// Bytes kept free for what follows the folded part.
const BELOW: usize = 1_000;
/// Bytes of the folded part's frame.
const FRAME: usize = 300;
/// Reasons that are given.
const REASONS: usize = 10;

/// The comment's Markdown; it stands on `line`, which may be near the finding's own.
pub(super) fn body(found: &Catch, line: u32) -> String {
    let mut body = BoundedMarkdown::new(limits::GITHUB_TEXT - limits::GITHUB_MARKER);
    body.push(&sentence(found));
    if line != found.line {
        body.push(&format!(" (This is about line {}, which the diff doesn't show.)", found.line));
    }
    body.push("\n\n");
    body.push(&folded_test(found, body.room().saturating_sub(BELOW)));
    body.push("\n");
    body.push(&answer(found));
    body.finish()
}

/// The generated test, its evidence and how to run it, folded, in at most `most` bytes: the test gets what the rest
/// leaves, and the rest at most half.
pub(super) fn folded_test(found: &Catch, most: usize) -> String {
    let facts = facts(found, most / 2);
    let code = Markdown::fence(found.test.fence_language(), &found.test.code, most.saturating_sub(facts.len() + FRAME));
    format!(
        "<details>\n<summary>The generated test ({} confidence)</summary>\n\n{code}\n{facts}\n\n</details>\n",
        confidence(found)
    )
}

fn facts(found: &Catch, most: usize) -> String {
    let mut facts = BoundedMarkdown::new(most);
    facts.push(&format!("**Evidence.** {}\n\n", evidence(found)));
    facts.push(&format!(
        "**Run it.** Save it as {} and run {}\n\n",
        Markdown::code(found.test.path.as_str()),
        Markdown::code(&found.test.command_line())
    ));
    if let Some(mutant) = &found.mutant {
        facts.push(&format!(
            "**The mistake** ({}, line {}): {}. {}\n\n",
            mutant.id,
            mutant.line_start,
            Markdown::disarmed(&mutant.description.replace('\n', " ")),
            Markdown::text(&mutant.rationale)
        ));
    }
    if found.kind == CatchKind::Regression {
        facts.push(&format!("**Effect.** {}\n\n", Markdown::text(&found.effect)));
    }
    for reason in found.reasons.iter().take(REASONS) {
        facts.push(&format!("- {}\n", Markdown::text(reason)));
    }
    facts.finish()
}

fn evidence(found: &Catch) -> String {
    let (base, head) = (found.evidence.base, found.evidence.head);
    let varied = "each with another hash seed, test order, time zone and temporary folder";
    match found.kind {
        CatchKind::Regression => format!(
            "{} of {} runs on the merge base passed, {} of {} runs on the head failed, {varied}.",
            base.passed,
            base.passed + base.failed,
            head.failed,
            head.passed + head.failed
        ),
        CatchKind::Hardening => format!(
            "{} of {} runs on the head passed, {varied}; it fails on {}.",
            head.passed,
            head.passed + head.failed,
            mutants(found)
        ),
    }
}

fn mutants(found: &Catch) -> String {
    match found.evidence.mutants_killed.as_slice() {
        [] => "the mutant".to_owned(),
        [one] => format!("the mutant {one}"),
        many => format!("{} mutants", many.len()),
    }
}

fn confidence(found: &Catch) -> &'static str {
    match found.confidence {
        crate::domain::Confidence::High => "high",
        crate::domain::Confidence::Medium => "medium",
        crate::domain::Confidence::Low => "low",
    }
}

fn answer(found: &Catch) -> String {
    format!(
        "<sub>`/jittest dismiss {id}`: never report this again. `/jittest accept {id}`: commit the test to this branch.</sub>\n",
        id = found.id
    )
}
