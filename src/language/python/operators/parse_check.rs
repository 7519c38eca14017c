//! Whether a mutant parses, found out by parsing again only what it touches.

use std::hash::{DefaultHasher, Hash, Hasher};

use tree_sitter::{InputEdit, Point, Tree};

use crate::domain::RepoPath;
use crate::language::LanguageError;

use super::super::syntax::Grammar;
use super::edit::Edit;

/// A text whose mutants are checked.
pub(super) struct ParseCheck<'t> {
    grammar: Grammar,
    path: &'t RepoPath,
    text: &'t str,
    tree: &'t Tree,
    line_starts: Vec<usize>,
}

impl<'t> ParseCheck<'t> {
    /// Checks mutants of `text`, which `tree` was parsed from.
    pub(super) fn new(grammar: Grammar, path: &'t RepoPath, text: &'t str, tree: &'t Tree) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { grammar, path, text, tree, line_starts: std::iter::once(0).chain(newlines).collect() }
    }

    /// A fingerprint of the mutated file; `None` where it doesn't differ or doesn't parse.
    pub(super) fn mutated(&mut self, edit: &Edit) -> Result<Option<u64>, LanguageError> {
        let Some((before, after)) = self.text.get(..edit.start).zip(self.text.get(edit.end..)) else { return Ok(None) };
        if self.text.get(edit.start..edit.end) == Some(edit.mutated.as_str()) {
            return Ok(None);
        }
        let mutated = [before, &edit.mutated, after].concat();
        let mut old = self.tree.clone();
        let new_end = edit.start + edit.mutated.len();
        old.edit(&InputEdit {
            start_byte: edit.start,
            old_end_byte: edit.end,
            new_end_byte: new_end,
            start_position: self.point(edit.start),
            old_end_position: self.point(edit.end),
            new_end_position: moved(self.point(edit.start), &edit.mutated),
        });
        let tree = self.grammar.parse(self.path, &mutated, Some(&old))?;
        Ok(parses(&tree, edit.start, new_end).then(|| fingerprint(&mutated)))
    }

    fn point(&self, byte: usize) -> Point {
        let row = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        Point { row, column: byte - self.line_starts[row] }
    }
}

/// Whether the statements at module level that a range touches are free of errors. Others may have been broken
/// before.
fn parses(tree: &Tree, start: usize, end: usize) -> bool {
    if !tree.root_node().has_error() {
        return true;
    }
    let mut cursor = tree.walk();
    if cursor.goto_first_child_for_byte(start).is_none() {
        return false;
    }
    loop {
        if cursor.node().has_error() {
            return false;
        }
        if cursor.node().end_byte() >= end || !cursor.goto_next_sibling() {
            return true;
        }
    }
}

/// The point after `text`, which starts at `start`.
fn moved(start: Point, text: &str) -> Point {
    match text.rsplit_once('\n') {
        Some((before, last)) => Point { row: start.row + before.matches('\n').count() + 1, column: last.len() },
        None => Point { row: start.row, column: start.column + text.len() },
    }
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
