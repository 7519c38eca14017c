//! Where a run stands: a bar with the stage and counts on a terminal, plain lines elsewhere; on standard error.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::say;
use crate::domain::printable;
use crate::journey::Progress;

/// A plain line is written for each step of this many.
const PLAIN_STEPS: usize = 10;

/// The progress of one run.
#[derive(Clone)]
pub(super) struct Shown {
    form: Arc<Form>,
}

enum Form {
    Bar(ProgressBar),
    Lines(Mutex<String>),
}

impl Shown {
    /// A bar where standard error is a terminal, else lines.
    pub(super) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { form: Arc::new(Form::Lines(Mutex::default())) };
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(style(0));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { form: Arc::new(Form::Bar(bar)) }
    }

    /// Takes the bar off the terminal.
    pub(super) fn finish(&self) {
        if let Form::Bar(bar) = &*self.form {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn at(&self, stage: &'static str, done: usize, total: usize, what: &str) {
        let what = printable(what, false);
        match &*self.form {
            Form::Bar(bar) => {
                bar.set_style(style(total));
                bar.set_length(total as u64);
                bar.set_position(done as u64);
                bar.set_prefix(stage);
                bar.set_message(what);
            }
            Form::Lines(last) => {
                if !worth_a_line(done, total) {
                    return;
                }
                let counts = if total > 0 { format!("{done}/{total} ") } else { String::new() };
                let line = format!("{stage}: {counts}{what}");
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if *last != line {
                    say::err_line(&line);
                    *last = line;
                }
            }
        }
    }
}

/// With a bar where there are steps to count.
fn style(total: usize) -> ProgressStyle {
    let template = match total {
        0 => "{spinner} {prefix:<9} {wide_msg} {elapsed}",
        _ => "{spinner} {prefix:<9} [{bar:20}] {pos}/{len} {wide_msg} {elapsed}",
    };
    // Both are right; a wrong one would show as indicatif's own.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// The first step, the last one, and a few between.
fn worth_a_line(done: usize, total: usize) -> bool {
    total <= PLAIN_STEPS || done == 0 || done == total || done.is_multiple_of(total.div_ceil(PLAIN_STEPS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_steps_become_few_lines() {
        let lines = (0..=1_000).filter(|done| worth_a_line(*done, 1_000)).count();
        assert!(lines <= PLAIN_STEPS + 1, "{lines}");
        assert!(worth_a_line(0, 0) && worth_a_line(1_000, 1_000));
    }
}
