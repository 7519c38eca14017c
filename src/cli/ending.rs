//! How a command ends: its exit status, and the one line that says why.

use std::process::ExitCode;

use super::say;
use crate::domain::printable;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ran.
    Ran,
    /// It found what it was told to fail on.
    Found,
    /// The call or a configuration is wrong.
    WrongCall,
    /// It could not be found out.
    Inconclusive,
    /// The tool itself failed.
    Failed,
    /// It was interrupted.
    Interrupted,
}

impl Ending {
    /// The exit status.
    pub fn status(self) -> u8 {
        match self {
            Self::Ran => 0,
            Self::Found => 1,
            Self::WrongCall => 2,
            Self::Inconclusive => 3,
            Self::Failed => 4,
            // As shells say it: 128 and the signal's number (SIGINT).
            Self::Interrupted => 130,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending.status())
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    ending: Ending,
    lines: Vec<String>,
}

impl Failure {
    /// The call or a configuration is wrong; `message` is for the user.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self { ending: Ending::WrongCall, lines: vec![message.into()] }
    }

    /// The same with a line for each thing that is wrong.
    pub fn all_wrong(lines: Vec<String>) -> Self {
        Self { ending: Ending::WrongCall, lines }
    }

    /// The tool itself failed.
    pub fn ours(error: impl Into<anyhow::Error>) -> Self {
        Self { ending: Ending::Failed, lines: vec![chain(&error.into())] }
    }

    /// Says it on standard error.
    pub fn report(self) -> Ending {
        for line in &self.lines {
            say::err_line(&format!("error: {}", printable(line, false)));
        }
        self.ending
    }
}

/// An error and its sources, as one line.
pub(super) fn chain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
