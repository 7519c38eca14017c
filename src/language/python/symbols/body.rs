//! What stands inside a symbol: its docstring, its calls, its decisions, its lines.

use std::collections::BTreeSet;

use super::super::syntax::{Part, Syntax};
use crate::domain::Texts;
use crate::language::OffLimits;

/// The docstring of a body, without quotes, indentation and blank lines around it.
pub(super) fn docstring(body: Part<'_>) -> Option<String> {
    let string = body.named().next().filter(|first| first.is("expression_statement"))?.only()?;
    if opening(string)?.contains(['f', 'F', 'b', 'B', 't', 'T']) {
        return None;
    }
    let content = string.children().find(|child| child.is("string_content")).map_or("", Part::text);
    Some(without_indentation(content))
}

/// The opening of a string, prefix and quotes.
fn opening(string: Part<'_>) -> Option<&str> {
    string.children().find(|child| child.is("string_start")).map(Part::text)
}

/// As `inspect.cleandoc`: the first line trimmed, the others without what all of them are indented by.
fn without_indentation(content: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let margin = content.lines().skip(1).filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    let lines: Vec<&str> = content
        .lines()
        .enumerate()
        .map(|(i, line)| if i == 0 { line.trim() } else { line.get(margin..).unwrap_or_default().trim_end() })
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The names that are called, sorted. Those of a class are the calls of its own lines, not of its methods.
pub(super) fn calls(symbol: Part<'_>) -> Texts {
    let of_class = symbol.is("class_definition");
    let mut names = BTreeSet::new();
    let mut skip_to = 0;
    for part in symbol.descendants() {
        if part.index() < skip_to {
            continue;
        }
        if of_class && part.is("function_definition") {
            skip_to = part.after();
        } else if part.is("call") {
            names.extend(part.field("function").and_then(called_name));
        }
    }
    names.into_iter().collect()
}

/// `a.b` of `a.b(…)`; the arguments of calls inside are left out: `Cart.total` of `Cart(1).total(2)`.
pub(in crate::language::python) fn called_name(function: Part<'_>) -> Option<String> {
    let mut names = Vec::new();
    let mut part = function;
    loop {
        match part.kind() {
            "identifier" => {
                names.push(part.text());
                names.reverse();
                return Some(names.join("."));
            }
            "attribute" => {
                names.push(part.field("attribute")?.text());
                part = part.field("object")?;
            }
            "call" => part = part.field("function")?,
            "parenthesized_expression" | "await" => part = part.only()?,
            _ => return None,
        }
    }
}

/// Lines of a symbol that nobody tests on purpose.
pub(super) fn untested_lines(symbol: Part<'_>, off_limits: &[OffLimits]) -> Vec<u32> {
    let span = symbol.span();
    let inside = |region: &&OffLimits| {
        region.untested && region.span.start_byte >= span.start_byte && region.span.end_byte <= span.end_byte
    };
    let lines: BTreeSet<u32> =
        off_limits.iter().filter(inside).flat_map(|region| region.span.line_start..=region.span.line_end).collect();
    lines.into_iter().collect()
}

/// Lines that hold code: no comment, no blank line, no docstring.
pub(super) fn code_lines(syntax: &Syntax<'_>) -> Vec<u32> {
    let mut lines = BTreeSet::new();
    let mut skip_to = 0;
    for part in syntax.root().descendants() {
        if part.index() < skip_to {
            continue;
        }
        if part.is("comment") || is_bare_string(part) {
            skip_to = part.after();
        } else if part.is("string") || (part.is_leaf() && part.end() > part.start()) {
            lines.extend(part.line_start()..=part.line_end());
            skip_to = part.after();
        }
    }
    lines.into_iter().collect()
}

fn is_bare_string(part: Part<'_>) -> bool {
    part.is("expression_statement") && part.only().is_some_and(|only| only.is_any(&["string", "concatenated_string"]))
}
