//! How a job ended, and what to do when it did not end well.

use std::error::Error;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::CommandError;
use crate::domain::{Plan, Verdict, limits};
use crate::forge::ForgeError;
use crate::journey::{JourneyError, OverBound};
use crate::store::{Finish, JobState, StoreError};

/// The wait after the first failed try; three times as long after each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How often more it is tried to say that a job was given up, before it is left unsaid.
const LAST_WORDS: u32 = 20;

/// How one try of a job ended.
#[derive(Debug)]
pub(super) enum JobEnd {
    /// It ended, and the store is still to be told.
    Finished {
        /// What to tell the store.
        finish: Finish,
        /// For metrics and logs.
        word: &'static str,
    },
    /// The store was told already.
    Settled(&'static str),
    /// The job stands otherwise than it was thought to: ask the store.
    Unsettled,
}

impl JobEnd {
    /// It ended as it should.
    pub(super) fn done(word: &'static str) -> Self {
        Self::Finished { finish: Finish::done(), word }
    }

    /// It ended as it should, and leads to more.
    pub(super) fn leads_to(then: Plan, word: &'static str) -> Self {
        Self::Finished { finish: Finish { then, ..Finish::done() }, word }
    }

    /// It was stopped.
    pub(super) fn cancelled(then: Plan, word: &'static str) -> Self {
        Self::Finished { finish: Finish { state: JobState::Cancelled, error: None, then }, word }
    }
}

/// A verdict as a word.
pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Caught => "caught",
        Verdict::Clear => "clear",
        Verdict::NothingToTest => "nothing_to_test",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// One try of a job failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    #[error("the forge failed")]
    Forge(#[from] ForgeError),
    #[error("the store failed")]
    Store(#[from] StoreError),
    #[error("the run failed")]
    Journey(#[from] JourneyError),
    #[error("the command failed")]
    Command(#[from] CommandError),
    #[error("it took longer than {} minutes", .0.as_secs() / 60)]
    TooLong(Duration),
    #[error("a mistake of jittest's own")]
    Mistake(#[source] anyhow::Error),
    #[error("it was started {0} times, and each time the service ended before it did")]
    NeverEnds(u32),
}

impl JobError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Forge(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::Journey(error) => error.is_transient(),
            Self::Command(error) => error.is_transient(),
            Self::TooLong(_) | Self::Mistake(_) | Self::NeverEnds(_) => false,
        }
    }

    /// How often a job may fail so.
    fn patience(&self) -> u32 {
        match self {
            Self::Journey(JourneyError::Checkout(_)) => limits::JOB_CHECKOUT_FAILURES,
            Self::Journey(JourneyError::Sandbox(_)) => limits::JOB_SANDBOX_FAILURES,
            _ => limits::JOB_FAILURES,
        }
    }

    fn wait(&self, failures: u32, now_ms: i64) -> Duration {
        match self {
            Self::Forge(error)
            | Self::Journey(JourneyError::Forge(error))
            | Self::Command(CommandError::Forge(error)) => wait_for(error, failures, now_ms),
            _ => backoff(failures),
        }
    }

    /// The step that failed, as it is told to a reader.
    pub(super) fn step(&self) -> &'static str {
        match self {
            Self::Forge(_) | Self::Journey(JourneyError::Forge(_)) | Self::Command(CommandError::Forge(_)) => "GitHub",
            Self::Store(_) | Self::Command(CommandError::Store(_)) => "store",
            Self::Journey(JourneyError::Checkout(_)) => "checkout",
            Self::Journey(JourneyError::Sandbox(_)) => "sandbox",
            Self::Journey(JourneyError::Usage(_)) => "request",
            Self::Journey(JourneyError::Internal(_)) | Self::Mistake(_) => "jittest",
            Self::TooLong(_) | Self::NeverEnds(_) => "job",
        }
    }

    /// What a reader can do about it, in one line.
    pub(super) fn fix(&self) -> &'static str {
        match self.step() {
            "GitHub" => "Re-run it when GitHub answers again; look whether the App's permissions were accepted.",
            "checkout" => "Re-run it; look whether the branch still exists and the repository is within its bounds.",
            "sandbox" => "The operator looks at the sandbox (`jittest doctor`); then re-run it.",
            "job" => {
                "Lower `max-parallel` or the time limits in `jittest.toml`, or split the pull request; then re-run it."
            }
            _ => "Re-run it; if it fails again, report it to the operator with this job's id.",
        }
    }

    /// What happened, as it is told to a reader: no more than the part that failed says for people.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Journey(JourneyError::Checkout(cause)) => {
                let bound = cause.downcast_ref::<OverBound>();
                let cause = bound.map_or_else(|| cause.to_string(), ToString::to_string);
                format!("the repository could not be fetched: {cause}")
            }
            Self::Journey(JourneyError::Sandbox(error)) => error.to_string(),
            Self::Journey(JourneyError::Usage(message)) => message.clone(),
            Self::Forge(error)
            | Self::Journey(JourneyError::Forge(error))
            | Self::Command(CommandError::Forge(error)) => error.to_string(),
            other => other.to_string(),
        }
    }

    /// With all causes, in one line: for the log and the store, never for a reader.
    pub(super) fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            line.push_str(": ");
            line.push_str(&cause.to_string());
            source = cause.source();
        }
        line
    }
}

/// Why a job was given up, for a reader. It is stored, so that a job whose last words could not be said comes back for
/// these alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GivenUp {
    /// The step that failed.
    pub(super) step: String,
    /// What happened.
    pub(super) words: String,
    /// What a reader can do.
    pub(super) fix: String,
    /// With all causes, for the operator.
    pub(super) chain: String,
}

impl GivenUp {
    /// Why, by the error of the last try.
    pub(super) fn by(error: &JobError) -> Self {
        let (step, fix) = (error.step().to_owned(), error.fix().to_owned());
        Self { step, words: error.words(), fix, chain: error.chain() }
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> String {
        serde_json::json!({ "step": self.step, "words": self.words, "fix": self.fix, "chain": self.chain }).to_string()
    }

    /// From the store; `None` of what a later version wrote: such a job is tried again.
    pub(super) fn of_store(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What to do after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again after this time.
    TryAgain(Duration),
    /// Give the job up, and say so.
    GiveUp,
}

/// What to do after a try failed, the `failures`-th one (from 1); `now_ms` is in milliseconds since 1970.
pub(super) fn after(error: &JobError, failures: u32, now_ms: i64) -> Next {
    if !error.is_transient() || failures >= error.patience() {
        return Next::GiveUp;
    }
    Next::TryAgain(error.wait(failures, now_ms))
}

/// What to do after a job's end could not be said.
pub(super) fn after_unsaid(error: &JobError, failures: u32, now_ms: i64) -> Next {
    if !error.is_transient() || failures >= limits::JOB_FAILURES + LAST_WORDS {
        return Next::GiveUp;
    }
    Next::TryAgain(error.wait(failures, now_ms))
}

/// How long to wait before the forge is asked again: as long as it wants, and longer after each failure.
pub(super) fn wait_for(error: &ForgeError, failures: u32, now_ms: i64) -> Duration {
    let ForgeError::RateLimited { until_ms, .. } = error else { return backoff(failures) };
    let left = u64::try_from(until_ms.saturating_sub(now_ms)).unwrap_or(0);
    // A limit of GitHub lasts an hour at most: what says more is not believed.
    backoff(failures).max(Duration::from_millis(left).min(Duration::from_secs(3_600)))
}

fn backoff(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(3_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable() -> JobError {
        JobError::Forge(ForgeError::Unavailable { what: "x".to_owned(), source: anyhow::anyhow!("502") })
    }

    #[test]
    fn what_may_pass_is_tried_again_later_and_later_and_then_given_up() {
        let waits = (1..limits::JOB_FAILURES).map(|n| match after(&unavailable(), n, 0) {
            Next::TryAgain(wait) => wait.as_secs(),
            Next::GiveUp => panic!("given up after {n} failures"),
        });
        let waits: Vec<u64> = waits.collect();
        assert_eq!(waits[..8], [2, 6, 18, 54, 162, 486, 900, 900]);
        assert!(waits.iter().sum::<u64>() > 3 * 3_600, "an outage of some hours is waited out");
        assert_eq!(after(&unavailable(), limits::JOB_FAILURES, 0), Next::GiveUp);
    }

    #[test]
    fn what_will_not_pass_is_given_up_at_once() {
        let error = JobError::Forge(ForgeError::NotFound { what: "x".to_owned() });
        assert_eq!(after(&error, 1, 0), Next::GiveUp);
        assert_eq!(after(&JobError::Mistake(anyhow::anyhow!("x")), 1, 0), Next::GiveUp);
    }

    #[test]
    fn a_repository_over_its_bound_is_fetched_once_and_the_bound_is_said() {
        let over = anyhow::Error::from(OverBound("the repository is over 2048 MB".to_owned())).context("git fetch");
        let error = JobError::Journey(JourneyError::Checkout(over.context("fetching the pull request's ref")));
        assert_eq!(after(&error, 1, 0), Next::GiveUp);
        assert_eq!(error.words(), "the repository could not be fetched: the repository is over 2048 MB");
        let silent = JobError::Journey(JourneyError::Checkout(anyhow::anyhow!("no answer")));
        assert_eq!(after(&silent, 1, 0), Next::TryAgain(Duration::from_secs(2)));
    }

    #[test]
    fn why_a_job_was_given_up_outlives_the_process() {
        let why = GivenUp::by(&unavailable());
        assert_eq!(GivenUp::of_store(&why.stored()), Some(why.clone()));
        assert_eq!((why.step.as_str(), why.words.as_str()), ("GitHub", unavailable().words().as_str()));
        assert!(why.chain.ends_with(": 502"), "{}", why.chain);
    }

    #[test]
    fn last_words_are_tried_for_longer_than_the_job_itself() {
        assert_ne!(after_unsaid(&unavailable(), limits::JOB_FAILURES, 0), Next::GiveUp);
        assert_eq!(after_unsaid(&unavailable(), limits::JOB_FAILURES + LAST_WORDS, 0), Next::GiveUp);
    }

    #[test]
    fn a_rate_limit_is_waited_out() {
        let error = JobError::Forge(ForgeError::RateLimited { what: "x".to_owned(), until_ms: 90_000 });
        assert_eq!(after(&error, 1, 30_000), Next::TryAgain(Duration::from_secs(60)));
        assert_eq!(after(&error, 1, 95_000), Next::TryAgain(Duration::from_secs(2)));
    }
}
