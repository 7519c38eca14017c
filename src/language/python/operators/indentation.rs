//! Statements that slip into a loop, or out of it.

use super::Operator;
use super::edit::Edit;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "return-in-loop", kinds: LOOPS, edits: return_in_loop },
    Operator { name: "out-of-loop", kinds: LOOPS, edits: out_of_loop },
];

const LOOPS: &[&str] = &["for_statement", "while_statement"];

/// The loop's block, where its statements stand on lines of their own.
fn block(looping: Part<'_>) -> Option<Part<'_>> {
    let block = looping.field("body").filter(|body| body.is("block"))?;
    (looping.field("alternative").is_none() && block.line_start() > looping.line_start()).then_some(block)
}

/// What a statement's first line starts with; `None` where something else stands before it.
fn indentation(statement: Part<'_>) -> Option<&str> {
    let before = statement.text_before();
    let line = before.rsplit('\n').next()?;
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

/// The `return` after a loop became its last step: only the first round counts.
fn return_in_loop(looping: Part<'_>) -> Vec<Edit> {
    let Some(last) = block(looping).and_then(|block| block.named().last()) else { return Vec::new() };
    let next = looping.parent().and_then(|parent| parent.named().find(|part| part.index() >= looping.after()));
    let one_line = |part: &Part<'_>| part.line_start() == part.line_end();
    let Some(next) = next.filter(|next| next.is("return_statement") && one_line(next)) else { return Vec::new() };
    let (Some(inner), Some(outer)) = (indentation(last), indentation(looping)) else { return Vec::new() };
    if inner == outer || last.is_any(&["return_statement", "continue_statement", "break_statement", "raise_statement"])
    {
        return Vec::new();
    }
    let between = next.text_before().get(last.end()..).unwrap_or_default();
    let lines = between.rsplit_once('\n').map_or("", |(lines, _)| lines);
    vec![Edit {
        start: last.end(),
        end: next.end(),
        mutated: format!("{lines}\n{inner}{}", next.text()),
        description: format!("`{}` moved into the loop", next.text()),
        rationale: "A line that is indented too far ends a loop in its first round.",
        plausibility: 56,
    }]
}

/// The last step of a loop came after it.
fn out_of_loop(looping: Part<'_>) -> Vec<Edit> {
    let Some(block) = block(looping) else { return Vec::new() };
    let steps: Vec<Part<'_>> = block.named().collect();
    let [.., before, last] = steps.as_slice() else { return Vec::new() };
    let simple = last.is("expression_statement") && last.line_start() == last.line_end();
    let (Some(_), Some(outer)) = (indentation(*last), indentation(looping)) else { return Vec::new() };
    if !simple || before.is_any(&["continue_statement", "break_statement"]) {
        return Vec::new();
    }
    let between = last.text_before().get(before.end()..).unwrap_or_default();
    let lines = between.rsplit_once('\n').map_or("", |(lines, _)| lines);
    vec![Edit {
        start: before.end(),
        end: last.end(),
        mutated: format!("{lines}\n{outer}{}", last.text()),
        description: format!("`{}` moved out of the loop", last.text()),
        rationale: "A line that is not indented far enough runs once, after the loop.",
        plausibility: 52,
    }]
}
