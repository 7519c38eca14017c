//! Where a command's words go. A reader that went away (`| head`) is no failure.

use std::io::{self, IsTerminal, Write};

use crate::config::user::UserEnvironment;

/// Writes to standard output.
pub(super) fn out(text: &str) {
    write(&mut io::stdout().lock(), text);
}

/// Writes to standard error.
pub(super) fn err(text: &str) {
    write(&mut io::stderr().lock(), text);
}

/// Writes a line to standard error.
pub(super) fn err_line(line: &str) {
    err(&format!("{line}\n"));
}

/// Whether standard output shows colours.
pub(super) fn colours() -> bool {
    io::stdout().is_terminal() && UserEnvironment::of_process().colours
}

fn write(to: &mut impl Write, text: &str) {
    let written = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        tracing::debug!(%error, "a text could not be written");
    }
}
