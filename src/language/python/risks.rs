//! What could go wrong on changed lines, construct by construct.

use std::collections::BTreeSet;

use super::off_limits::is_logging;
use super::syntax::{Part, Syntax};
use crate::language::Risk;

/// Functions whose result depends on an order, or makes one.
const ORDERING: &[&str] = &["sorted", "sort", "reversed", "reverse", "min", "max", "heappush", "heappop", "heapify"];

/// Methods that change what they are called on.
const CHANGING: &[&str] = &[
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "popleft",
    "appendleft",
    "clear",
    "update",
    "setdefault",
    "add",
    "discard",
];

/// Functions that round, cut or convert numbers.
const ROUNDING: &[&str] = &["round", "int", "floor", "ceil", "quantize", "trunc", "divmod"];

/// What could go wrong on `lines`, in order of place.
pub(super) fn risks(syntax: &Syntax<'_>, lines: &BTreeSet<u32>) -> Vec<Risk> {
    let on_lines = |part: &Part<'_>| lines.contains(&part.line_start());
    let found: BTreeSet<Risk> = syntax.root().descendants().filter(on_lines).filter_map(risk).collect();
    found.into_iter().collect()
}

fn risk(part: Part<'_>) -> Option<Risk> {
    let (kind, words, shown) = match part.kind() {
        "comparison_operator" => comparison(part)?,
        "boolean_operator" => ("condition", "a condition has several parts that can be true alone", part),
        "subscript" if part.fields("subscript").any(|index| index.is_any(&["slice", "binary_operator", "integer"])) => {
            ("boundary", "a position can be one off, or outside", part)
        }
        "except_clause" => ("exception", "an exception is caught here: the wrong ones may be too", header(part)),
        "raise_statement" => ("exception", "an exception leaves from here", part),
        "default_parameter" | "typed_default_parameter" => {
            ("default", "a default holds for callers that say nothing", part)
        }
        "for_statement" | "while_statement" => {
            ("loop", "a loop can run once too often, too seldom, or not at all", header(part))
        }
        "for_in_clause" => ("loop", "a loop can run once too often, too seldom, or not at all", part),
        "continue_statement" | "break_statement" => ("loop", "a loop goes on or ends here", part),
        "augmented_assignment" => ("mutation", "a value is changed in place", part),
        "assignment" => assignment(part)?,
        "return_statement" => ("result", "the result is decided here", part),
        "yield" => ("result", "a value is handed out here", part),
        "await" => ("concurrency", "other tasks can run here", part),
        "with_clause" => ("resource", "something is held here and given back", part),
        "call" if !is_logging(part) => call(part)?,
        "binary_operator" => arithmetic(part)?,
        _ => return None,
    };
    Some(Risk { line: part.line_start(), kind, words: format!("{words}: `{}`", short(shown)) })
}

fn comparison(part: Part<'_>) -> Option<(&'static str, &'static str, Part<'_>)> {
    let operator = part.fields("operators").next()?.text();
    Some(match operator {
        "<" | "<=" | ">" | ">=" => ("boundary", "the value at the border falls on one side", part),
        "in" | "not in" => ("condition", "something is or isn't among others", part),
        "is" | "is not" => ("condition", "a missing value is told from an empty one", part),
        _ => ("condition", "two values are the same or not", part),
    })
}

fn assignment(part: Part<'_>) -> Option<(&'static str, &'static str, Part<'_>)> {
    let left = part.field("left")?;
    left.is_any(&["attribute", "subscript"]).then_some(("mutation", "something outside is changed", part))
}

fn call(part: Part<'_>) -> Option<(&'static str, &'static str, Part<'_>)> {
    let function = part.field("function")?;
    let name = function.field("attribute").unwrap_or(function).text();
    Some(match name {
        "range" | "enumerate" | "islice" => ("boundary", "a range can be one off at either end", part),
        name if ORDERING.contains(&name) => ("order", "an order is made or used", part),
        name if ROUNDING.contains(&name) => ("rounding", "a number is rounded or cut", part),
        name if CHANGING.contains(&name) && function.is("attribute") => {
            ("mutation", "an object that others may hold is changed", part)
        }
        "set" | "frozenset" => ("order", "a set has no order and no duplicates", part),
        _ => return None,
    })
}

fn arithmetic(part: Part<'_>) -> Option<(&'static str, &'static str, Part<'_>)> {
    match part.field("operator")?.text() {
        "/" | "//" | "%" => Some(("arithmetic", "a division can be by zero, or lose a remainder", part)),
        "+" | "-" if part.field("right").is_some_and(|right| right.text() == "1") => {
            Some(("boundary", "a number can be one off", part))
        }
        _ => None,
    }
}

/// The part of a compound statement that says what it is about.
fn header(part: Part<'_>) -> Part<'_> {
    part.field("condition").or_else(|| part.field("right")).or_else(|| part.field("value")).unwrap_or(part)
}

/// The first line of a part, cut where it is long.
fn short(part: Part<'_>) -> String {
    let line = part.text().lines().next().unwrap_or_default().trim_end_matches([':', ' ']);
    if line.chars().count() <= 60 { line.to_owned() } else { line.chars().take(57).chain("...".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepoPath;
    use crate::language::{Language, python::Python};

    #[test]
    fn each_changed_construct_has_its_risk() {
        let text = "def f(a, b=1):\n    if a < b:\n        raise ValueError('x')\n    return sorted(a)\n";
        let lines = (1..=4).collect();
        let risks = Python.risks(&RepoPath::parse("a.py").unwrap(), text, &lines).unwrap();
        let kinds: Vec<(u32, &str)> = risks.iter().map(|risk| (risk.line, risk.kind)).collect();
        assert_eq!(kinds, [(1, "default"), (2, "boundary"), (3, "exception"), (4, "order"), (4, "result")]);
        assert!(risks[1].words.contains("`a < b`"));
    }

    #[test]
    fn lines_that_did_not_change_have_no_risks() {
        let risks = Python.risks(&RepoPath::parse("a.py").unwrap(), "x = a < b\n", &BTreeSet::from([2])).unwrap();
        assert!(risks.is_empty());
    }
}
