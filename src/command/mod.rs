//! What people ask for on a pull request: one file per `/jittest` comment command, and the buttons, which stand
//! for commands.
//!
//! The worker calls [`obey`] once for each comment or pressed button, and again after a crash: whatever a command
//! does on the forge must be safe to do twice (replies and commits are found again by a marker made from the job's
//! id). The sender's permission is checked here, not by the worker.

mod accept;
mod config;
mod dismiss;
mod help;
mod parse;
mod run;
#[cfg(test)]
mod tests;

use async_trait::async_trait;

use crate::domain::{CommitSha, JobId, Markdown, Permission, Reaction, Subject, limits};
use crate::forge::{Forge, ForgeError};
use crate::store::{Store, StoreError};

/// All commands, in the order of the help.
pub const ALL: [&dyn Command; 5] = [&help::Help, &run::Run, &config::Config, &dismiss::Dismiss, &accept::Accept];

/// One thing that can be asked for.
#[async_trait]
pub trait Command: Sync {
    /// Its name, after `/jittest`.
    fn name(&self) -> &'static str;

    /// What follows the name, for the help: `<id>`; empty for nothing.
    fn arguments(&self) -> &'static str {
        ""
    }

    /// What it does, in a few words, for the help.
    fn help(&self) -> &'static str;

    /// What the sender must be allowed to do in the repository.
    fn permission(&self) -> Permission;

    /// The button that stands for it, by the identifier that publishing gives it.
    fn button(&self) -> Option<&'static str> {
        None
    }

    /// What is wrong with the words after its name, for the sender; `None` where they are fine.
    fn refuse(&self, words: &[String]) -> Option<String> {
        (!words.is_empty()).then(|| format!("`/jittest {}` takes nothing more.", self.name()))
    }

    /// Does it. Safe to do twice.
    ///
    /// # Errors
    /// [`CommandError`] where the forge or the store failed.
    async fn run(&self, call: &Call<'_>) -> Result<Answer, CommandError>;
}

/// One command, as it was asked for by somebody who may.
pub struct Call<'a> {
    input: &'a CommandInput,
    context: &'a CommandContext<'a>,
    words: Vec<String>,
}

/// What comes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What is replied, in Markdown; `None` where what follows speaks for itself.
    reply: Option<String>,
    effect: CommandEffect,
}

impl Answer {
    fn says(reply: impl Into<String>) -> Self {
        Self { reply: Some(reply.into()), effect: CommandEffect::Nothing }
    }
}

/// Said of a button of an older check run.
const NOT_THE_NEWEST: &str = "That check run is not the newest one any more: please use the newest one's.";

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

/// Whether a comment's text asks something of us. Cheap: it decides whether a comment becomes a job at all.
pub fn is_addressed(body: &str) -> bool {
    !parse::requests(body).is_empty()
}

/// Obeys one comment or button: acknowledges it, checks who asks, does it or says why not.
///
/// # Errors
/// [`CommandError`] where the forge or the store failed; it is safe to call again.
pub async fn obey(input: CommandInput, context: &CommandContext<'_>) -> Result<CommandEffect, CommandError> {
    let requests = match &input.asked {
        Asked::Comment { body, .. } => parse::requests(body),
        Asked::Button { identifier, .. } => vec![parse::Request::of_button(identifier)],
    };
    if requests.is_empty() {
        return Ok(CommandEffect::Nothing);
    }
    if let Asked::Comment { comment, .. } = &input.asked {
        context.forge.react(&input.subject, *comment, Reaction::Eyes).await?;
    }
    let mut replies: Vec<String> = Vec::new();
    let mut effect = CommandEffect::Nothing;
    for request in requests {
        let answer = answer(&input, context, request).await?;
        replies.extend(answer.reply.filter(|reply| !replies.contains(reply)));
        if answer.effect == CommandEffect::Test {
            effect = CommandEffect::Test;
        }
    }
    if !replies.is_empty() {
        context.forge.reply(&input.subject, input.pull, &marker(&input.job, &input.asked), &joined(&replies)).await?;
    }
    Ok(effect)
}

async fn answer(
    input: &CommandInput,
    context: &CommandContext<'_>,
    request: parse::Request,
) -> Result<Answer, CommandError> {
    let Some(command) = command_of(&input.asked, &request.name) else {
        return Ok(Answer::says(format!(
            "{} is none of the commands.\n\n{}",
            Markdown::code(&request.name),
            help::text()
        )));
    };
    if let Some(refusal) = refusal(command, input, context).await? {
        return Ok(Answer::says(refusal));
    }
    let commented = matches!(input.asked, Asked::Comment { .. });
    if let Some(problem) = command.refuse(&request.words).filter(|_| commented) {
        return Ok(Answer::says(format!("{problem}\n\n{}", help::text())));
    }
    command.run(&Call { input, context, words: request.words }).await
}

fn command_of(asked: &Asked, name: &str) -> Option<&'static dyn Command> {
    ALL.into_iter().find(|command| match asked {
        Asked::Comment { .. } => command.name() == name,
        Asked::Button { .. } => command.button() == Some(name),
    })
}

/// Why the sender may not, where that is so.
async fn refusal(
    command: &dyn Command,
    input: &CommandInput,
    context: &CommandContext<'_>,
) -> Result<Option<String>, CommandError> {
    let needed = command.permission();
    if needed == Permission::None {
        return Ok(None);
    }
    let held = context.forge.permission(&input.subject, &input.sender).await?;
    Ok((held < needed).then(|| {
        format!(
            "Sorry, {}: `/jittest {}` needs {} permission on this repository.",
            Markdown::text(&input.sender),
            command.name(),
            at_least(needed)
        )
    }))
}

fn at_least(permission: Permission) -> &'static str {
    match permission {
        Permission::None => "no",
        Permission::Read => "read",
        Permission::Triage => "triage (or higher)",
        Permission::Write => "write (or higher)",
        Permission::Maintain => "maintain (or higher)",
        Permission::Admin => "admin",
    }
}

/// By which the answer to a comment or a press is found again: the same for the same one, so that what is done twice
/// shows once.
pub fn marker(job: &JobId, asked: &Asked) -> String {
    match asked {
        Asked::Comment { comment, .. } => format!("comment-{comment}"),
        Asked::Button { .. } => format!("button-{job}"),
    }
}

fn joined(replies: &[String]) -> String {
    let mut text = crate::domain::BoundedMarkdown::new(limits::GITHUB_TEXT - limits::GITHUB_MARKER);
    for (i, reply) in replies.iter().enumerate() {
        text.push(&if i == 0 { reply.clone() } else { format!("\n\n---\n\n{reply}") });
    }
    text.finish()
}
