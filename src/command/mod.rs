//! What people ask for on a pull request: one file per `/jittest` comment command, and the buttons, which stand
//! for commands.
//!
//! The worker calls [`obey`] once for each comment or pressed button, and again after a crash: whatever a command
//! does on the forge must be safe to do twice (replies and commits are found again by a marker made from the job's
//! id). The sender's permission is checked here, not by the worker.

use crate::domain::{CommitSha, JobId, Subject};
use crate::forge::{Forge, ForgeError};
use crate::store::{Store, StoreError};

/// How somebody asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By a comment.
    Comment {
        /// Its id, for reactions.
        comment: u64,
        /// Its text.
        body: String,
    },
    /// By a button of one of our check runs.
    Button {
        /// The identifier that we gave it.
        identifier: String,
        /// The commit that it stood on.
        head: CommitSha,
    },
}

/// One comment or pressed button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandInput {
    /// The job that obeys it: unique, the same when it is tried again. For markers.
    pub job: JobId,
    /// Where.
    pub subject: Subject,
    /// The pull request.
    pub pull: u64,
    /// Who asks: a login.
    pub sender: String,
    /// How.
    pub asked: Asked,
}

/// What commands work with.
#[derive(Clone, Copy)]
pub struct CommandContext<'a> {
    /// Where the pull request lives.
    pub forge: &'a dyn Forge,
    /// Past reports and dismissed findings.
    pub store: &'a Store,
}

/// What the worker has to do after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandEffect {
    /// Nothing more.
    Nothing,
    /// Test the pull request's newest head, also if it is a draft; what runs for it is superseded.
    Test,
}

/// A command could not be obeyed: not for what the sender said (that is answered), but because a part of us fails.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The forge failed.
    #[error("the forge failed")]
    Forge(#[from] ForgeError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl CommandError {
    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Forge(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
        }
    }
}

/// Whether a comment's text has a line that speaks to us. Cheap: it decides whether a comment becomes a job at all.
pub fn is_addressed(body: &str) -> bool {
    body.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("/jittest")
    })
}

/// Obeys one comment or button: acknowledges it, checks who asks, does it or says why not.
///
/// # Errors
/// [`CommandError`] where the forge or the store failed; it is safe to call again.
pub async fn obey(input: CommandInput, context: &CommandContext<'_>) -> Result<CommandEffect, CommandError> {
    if let Asked::Comment { comment, .. } = &input.asked {
        context.forge.react(&input.subject, *comment, crate::domain::Reaction::Confused).await?;
    }
    Ok(CommandEffect::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_begins_with_our_name_speaks_to_us() {
        for yes in ["/jittest", "/jittest help", "Thanks!\n  /jittest run\n", "/jittest\tdismiss a"] {
            assert!(is_addressed(yes), "{yes:?}");
        }
        for no in ["", "see /jittest run", "/jittester run", "> /jittest run", "jittest run"] {
            assert!(!is_addressed(no), "{no:?}");
        }
    }
}
