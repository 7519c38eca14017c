//! Which parts may be mutated: those on the given lines, and the condition around each of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Span, limits};

use super::super::syntax::{Part, Syntax};
use super::edit::Edit;

/// The reach of some lines.
pub(super) struct Reach<'l> {
    lines: &'l BTreeSet<u32>,
    line_starts: Vec<usize>,
    /// Conditions around the lines: first byte to the byte after the last.
    conditions: BTreeMap<usize, usize>,
}

impl<'l> Reach<'l> {
    /// The reach of `lines`.
    pub(super) fn new(syntax: &Syntax<'_>, lines: &'l BTreeSet<u32>) -> Self {
        let newlines = syntax.text().bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let mut reach =
            Self { lines, line_starts: std::iter::once(0).chain(newlines).collect(), conditions: BTreeMap::new() };
        let mut nearest: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for part in syntax.root().descendants() {
            let is_conditional = part.is_any(&["if_statement", "elif_clause", "while_statement"]);
            let body = part.field("consequence").or_else(|| part.field("body")).filter(|_| is_conditional);
            let (Some(condition), Some(body)) = (part.field("condition"), body) else { continue };
            // Inner ones come later, and win.
            for line in lines.range(body.line_start()..=body.line_end().max(body.line_start())) {
                nearest.insert(*line, (condition.start(), condition.end()));
            }
        }
        reach.conditions = nearest.into_values().collect();
        reach
    }

    /// Whether an edit below or at this part can be in reach.
    pub(super) fn may_hold(&self, part: Part<'_>) -> bool {
        self.touches(part.line_start(), part.line_end()) || self.in_condition(part.start(), part.end())
    }

    /// How far an edit is from the lines: 0 on them, 1 in a condition around them, `None` elsewhere or too long.
    pub(super) fn of(&self, edit: &Edit) -> Option<u8> {
        let span = self.span(edit);
        if span.line_end - span.line_start >= limits::MUTANT_LINES {
            return None;
        }
        if self.touches(span.line_start, span.line_end) {
            return Some(0);
        }
        self.in_condition(edit.start, edit.end).then_some(1)
    }

    /// Where an edit is.
    pub(super) fn span(&self, edit: &Edit) -> Span {
        let line = |byte: usize| {
            let before = self.line_starts.partition_point(|start| *start <= byte);
            u32::try_from(before.max(1)).unwrap_or(u32::MAX)
        };
        let last = edit.end.saturating_sub(1).max(edit.start);
        Span { start_byte: edit.start, end_byte: edit.end, line_start: line(edit.start), line_end: line(last) }
    }

    fn touches(&self, first: u32, last: u32) -> bool {
        self.lines.range(first..=last.max(first)).next().is_some()
    }

    fn in_condition(&self, start: usize, end: usize) -> bool {
        self.conditions.range(..=start).next_back().is_some_and(|(_, condition_end)| end <= *condition_end)
    }
}
