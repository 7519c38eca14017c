//! From the report to what the forge shows. Pure, and within every limit of the forge by construction.
//!
//! What strangers wrote (messages, names, titles, code) gets into a text only through [`Markdown`].

mod check_run;
mod comment;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::domain::{
    Catch, CatchKind, CommentOn, JobId, Markdown, Publication, PullRequest, RepoPath, Report, RepositorySettings,
    ReviewComment, Verdict, limits, shorten,
};

/// What is shown of a finished report: the check run always, a review only of what is proven, the description after
/// a conclusive run.
pub fn publication(report: &Report, job: &JobId, pull: &PullRequest, settings: &RepositorySettings) -> Publication {
    let shown = as_shown(report, settings);
    let report = shown.as_ref();
    Publication {
        pull: pull.number,
        head: pull.head.clone(),
        check_run: Some(check_run::check_run(report, job, pull, settings)),
        comments: comments(report, settings),
        description: description(report, settings),
    }
}

/// The report as the forge sees it: with nothing proven that may be shown there, nothing was caught; and where
/// something could not be found out, that is not a success.
fn as_shown<'r>(report: &'r Report, settings: &RepositorySettings) -> Cow<'r, Report> {
    if report.verdict == Verdict::Caught && shown_regressions(report, settings).is_empty() {
        let verdict = if report.causes.is_empty() { Verdict::Clear } else { Verdict::Inconclusive };
        return Cow::Owned(Report { verdict, ..report.clone() });
    }
    Cow::Borrowed(report)
}

/// The regressions that reach the forge, best first.
fn shown_regressions<'r>(report: &'r Report, settings: &RepositorySettings) -> Vec<&'r Catch> {
    report.regressions(settings.confidence_threshold.max(LEAST)).collect()
}

/// `low` reaches console and JSON only, whatever a repository sets.
const LEAST: crate::domain::Confidence = crate::domain::Confidence::Medium;

fn comments(report: &Report, settings: &RepositorySettings) -> Vec<ReviewComment> {
    let regressions = || shown_regressions(report, settings);
    let wanted: Vec<&Catch> = match (settings.comment_on, report.verdict) {
        (CommentOn::Nothing, _) | (_, Verdict::Inconclusive | Verdict::NothingToTest) => Vec::new(),
        (CommentOn::Regression, _) => regressions(),
        (CommentOn::Any, _) => regressions().into_iter().chain(report.hardenings()).collect(),
    };
    let placed = wanted.into_iter().filter_map(|found| {
        let line = commentable_line(report, &found.file, found.line)?;
        let body = comment::body(found, line);
        Some(ReviewComment { finding: found.id.clone(), path: found.file.clone(), line, body })
    });
    placed.take(settings.max_comments as usize).collect()
}

/// The line itself where the diff shows it, else the nearest one of the same file that it shows.
fn commentable_line(report: &Report, file: &RepoPath, line: u32) -> Option<u32> {
    let shown: &BTreeSet<u32> = report.commentable.get(file)?;
    shown.iter().copied().min_by_key(|candidate| (candidate.abs_diff(line), *candidate))
}

fn description(report: &Report, settings: &RepositorySettings) -> Option<String> {
    if !settings.description || report.verdict == Verdict::Inconclusive {
        return None;
    }
    let written = &report.critique.as_ref()?.description;
    let safe = Markdown::disarmed(written.trim());
    (!safe.as_str().is_empty()).then(|| whole_paragraphs(safe.as_str(), limits::DESCRIPTION_BYTES))
}

/// The text where it fits, else as many of its first paragraphs as do, and a sentence that says so.
fn whole_paragraphs(text: &str, most: usize) -> String {
    const CUT: &str = "\n\nThe rest did not fit here; the check run has it.";
    if text.len() <= most {
        return text.to_owned();
    }
    let room = shorten(text, most - CUT.len());
    let end = room.rfind("\n\n").unwrap_or(0);
    let kept = if end > 0 { &room[..end] } else { room.as_str() };
    format!("{kept}{CUT}")
}

/// "Before this change, … Now, … Is that intended?"; of a hardening: what would go unseen. One line of Markdown.
fn sentence(found: &Catch) -> String {
    let said = |text: &Option<String>| text.as_deref().map(Markdown::behaviour);
    match (found.kind, said(&found.before), said(&found.now)) {
        (CatchKind::Regression, Some(before), Some(now)) => {
            let question = found.question.as_deref().unwrap_or("Is that intended?");
            format!("Before this change, {before}. Now, {now}. {}", Markdown::text(question))
        }
        (CatchKind::Regression, _, _) => {
            format!("{} Is that intended?", Markdown::text(&found.effect))
        }
        (CatchKind::Hardening, _, _) => format!("No test would notice this mistake: {}", Markdown::text(&found.effect)),
    }
}
