//! The check run of a job that has no report: waiting, running, stopped, given up. Pure.

use crate::domain::{CheckRun, CheckState, CommitSha, Conclusion, JobId, Publication, StopReason};

use super::admission::Skip;
use super::outcome::GivenUp;
use super::progress::Step;

/// Where a job's check run stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The job.
    pub(super) job: &'a JobId,
    /// The pull request.
    pub(super) pull: u64,
    /// The commit.
    pub(super) head: &'a CommitSha,
}

/// It waits for a worker.
pub(super) fn queued(place: &Place<'_>) -> Publication {
    shown(
        place,
        CheckState::Queued,
        "Waiting to be tested",
        "This commit is tested as soon as a worker is free.".into(),
    )
}

/// It runs, and is at this step.
pub(super) fn running(place: &Place<'_>, step: &Step) -> Publication {
    let count = if step.total > 0 { format!(" ({} of {})", step.done, step.total) } else { String::new() };
    shown(place, CheckState::InProgress, &format!("Testing: {}{count}", step.stage), plain(&step.what))
}

/// It was stopped.
pub(super) fn stopped(place: &Place<'_>, reason: StopReason) -> Publication {
    let (title, summary) = match reason {
        StopReason::Superseded => ("Superseded", "A newer run of this pull request takes its place."),
        StopReason::Closed | StopReason::Gone => ("Stopped", "The pull request was closed before the run ended."),
    };
    shown(place, CheckState::Completed(Conclusion::Cancelled), title, summary.to_owned())
}

/// It waited for a worker, and then it was not to be tested any more.
pub(super) fn skipped(place: &Place<'_>, why: Skip) -> Publication {
    let summary = match why {
        Skip::Closed => return stopped(place, StopReason::Closed),
        Skip::Disabled => "The repository's `jittest.toml` says `enabled = false` by now.",
        Skip::Draft => {
            "The pull request is a draft by now. It is tested when it is ready, or when `/jittest run` asks."
        }
    };
    shown(place, CheckState::Completed(Conclusion::Cancelled), "Stopped", summary.to_owned())
}

/// It was asked for, and nothing is shown of it: why.
pub(super) fn not_now(why: Skip) -> &'static str {
    match why {
        Skip::Closed => "This pull request is closed, and was not tested. It is tested when it is open again.",
        Skip::Disabled => "This repository is not tested: its `jittest.toml` says `enabled = false`.",
        Skip::Draft => "This pull request is a draft, and was not tested.",
    }
}

/// It was given up: never to be mistaken for a success.
pub(super) fn given_up(place: &Place<'_>, why: &GivenUp) -> Publication {
    let summary = format!("**Nothing is known about this change.** {}\n\nJob `{}`.", reason(why), place.job);
    shown(place, CheckState::Completed(Conclusion::Neutral), "Could not be tested", summary)
}

/// The same of a test that somebody asked for, where no commit is known on which it could be said.
pub(super) fn not_tested(why: &GivenUp) -> String {
    format!("This pull request could not be tested: nothing is known about it. {}", reason(why))
}

/// A command or a button was given up.
pub(super) fn not_obeyed(why: &GivenUp) -> String {
    format!("What was asked for here could not be done. {}", reason(why))
}

/// Which step failed, its words, and the fix.
fn reason(why: &GivenUp) -> String {
    format!("The step that failed: {}.\n\n    {}\n\n{}", why.step, one_line(&why.words), why.fix)
}

fn shown(place: &Place<'_>, state: CheckState, title: &str, summary: String) -> Publication {
    Publication {
        pull: place.pull,
        head: place.head.clone(),
        check_run: Some(CheckRun {
            external_id: place.job.clone(),
            head: place.head.clone(),
            state,
            title: title.to_owned(),
            summary,
            text: String::new(),
            annotations: Vec::new(),
            buttons: Vec::new(),
        }),
        comments: Vec::new(),
        description: None,
    }
}

/// A step's words may hold names from the repository: only what can't mean anything to Markdown stays.
fn plain(what: &str) -> String {
    let fine = |c: char| c.is_alphanumeric() || " .,:;/()-+%".contains(c);
    let words: String = what.chars().map(|c| if fine(c) { c } else { ' ' }).take(200).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "It runs.".to_owned() } else { capitalised(&words) }
}

/// As a line of an indented block, in which nothing means anything.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::outcome::JobError;
    use super::*;

    #[test]
    fn a_job_that_was_given_up_is_neutral_names_the_step_and_the_fix() {
        let (job, head) = (JobId::new("j1"), CommitSha::parse(&"a".repeat(40)).unwrap());
        let why = GivenUp::by(&JobError::TooLong(crate::domain::limits::JOB_TIME));
        let check = given_up(&Place { job: &job, pull: 3, head: &head }, &why).check_run.unwrap();
        assert_eq!(check.state, CheckState::Completed(Conclusion::Neutral));
        assert_eq!(check.title, "Could not be tested");
        assert!(check.summary.contains("    it took longer than 30 minutes\n"), "{}", check.summary);
        assert!(check.summary.contains(&why.fix));
    }

    #[test]
    fn a_name_from_the_repository_means_nothing_to_markdown() {
        assert_eq!(plain("exploring @ann <b>`x`</b> [y](z)"), "Exploring ann b x /b y (z)");
        assert_eq!(plain(""), "It runs.");
    }
}
