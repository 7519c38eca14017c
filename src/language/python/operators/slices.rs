//! Indexes, slices and ranges that are one off.

use super::Operator;
use super::edit::{Edit, arguments, called, summand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "index", kinds: &["subscript"], edits: index },
    Operator { name: "slice", kinds: &["slice"], edits: slice },
    Operator { name: "range", kinds: &["call"], edits: range },
];

const INDEX: &str = "A position is easily one off.";
const BOUND: &str = "Whether the last element belongs in is easily got wrong.";

/// Names that positions go by; others may be keys.
const POSITIONS: &[&str] = &[
    "i", "j", "k", "n", "idx", "index", "pos", "position", "start", "stop", "end", "left", "right", "lo", "hi", "low",
    "high", "mid", "cursor", "offset",
];

fn index(subscript: Part<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for at in subscript.fields("subscript") {
        match at.kind() {
            "integer" => edits.extend(near_integer(at)),
            "unary_operator" => edits.extend(near_negative(at)),
            "identifier" if is_position(at.text()) => {
                edits.push(Edit::replace(at, &format!("{} + 1", at.text()), 66, INDEX));
                edits.push(Edit::replace(at, &format!("{} - 1", at.text()), 66, INDEX));
            }
            _ => {}
        }
    }
    edits
}

fn is_position(name: &str) -> bool {
    POSITIONS.contains(&name) || name.ends_with("_index") || name.ends_with("_idx") || name.ends_with("_pos")
}

fn near_integer(at: Part<'_>) -> Vec<Edit> {
    let Ok(value) = at.text().parse::<u32>() else { return Vec::new() };
    let mut edits = vec![Edit::replace(at, &(u64::from(value) + 1).to_string(), 74, INDEX)];
    if value == 0 {
        edits.push(Edit::replace(at, "-1", 66, "The first and the last element are easily mixed up."));
    } else {
        edits.push(Edit::replace(at, &(value - 1).to_string(), 74, INDEX));
    }
    edits
}

fn near_negative(at: Part<'_>) -> Vec<Edit> {
    let value = at.text().strip_prefix('-').and_then(|digits| digits.trim().parse::<u32>().ok());
    let Some(value) = value else { return Vec::new() };
    let mut edits = vec![Edit::replace(at, &format!("-{}", u64::from(value) + 1), 68, INDEX)];
    if value == 1 {
        edits.push(Edit::replace(at, "0", 62, "The first and the last element are easily mixed up."));
    } else {
        edits.push(Edit::replace(at, &format!("-{}", value - 1), 68, INDEX));
    }
    edits
}

/// The bounds of `a[from:to:step]`, each dropped and one off.
fn slice(slice: Part<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut colons = 0;
    for part in slice.children() {
        match (part.kind(), colons) {
            (":", _) => colons += 1,
            ("comment", _) => {}
            (_, 2) => edits.push(dropped(part, 50, "A step is easily forgotten.")),
            _ => {
                edits.push(dropped(part, 64, "A bound of a slice is easily forgotten."));
                edits.extend(moved(part));
            }
        }
    }
    edits
}

fn dropped(bound: Part<'_>, plausibility: u8, rationale: &'static str) -> Edit {
    Edit::remove_range((bound.start(), bound.end()), bound.text(), plausibility, rationale)
}

/// One more and one less; constants move by themselves.
fn moved(bound: Part<'_>) -> Vec<Edit> {
    match bound.kind() {
        "integer" => near_integer(bound).into_iter().filter(|edit| edit.mutated != "-1").collect(),
        "unary_operator" => near_negative(bound).into_iter().filter(|edit| edit.mutated != "0").collect(),
        _ => one_off(bound, 66),
    }
}

fn one_off(part: Part<'_>, plausibility: u8) -> Vec<Edit> {
    if part.is_any(&["string", "none", "true", "false", "conditional_expression", "lambda"]) {
        return Vec::new();
    }
    ["+", "-"]
        .iter()
        .map(|sign| Edit::replace(part, &format!("{} {sign} 1", summand(part)), plausibility, BOUND))
        .collect()
}

/// `range(n)`, `range(a, b)`, `range(a, b, step)`.
fn range(call: Part<'_>) -> Vec<Edit> {
    let given = arguments(call);
    if call.field("function").is_none_or(|function| !function.is("identifier")) {
        return Vec::new();
    }
    if called(call) == "enumerate" {
        return start_of_enumerate(&given);
    }
    if called(call) != "range" || given.is_empty() || given.len() > 3 {
        return Vec::new();
    }
    let end = given[usize::from(given.len() > 1)];
    let mut edits = ends_of_range(end);
    if given.len() == 1 {
        let mutated = format!("1, {}", end.text());
        edits.push(Edit::replace(end, &mutated, 60, "Whether counting starts at 0 or at 1 is easily mixed up."));
    } else {
        edits.extend(ends_of_range(given[0]));
    }
    edits
}

fn ends_of_range(end: Part<'_>) -> Vec<Edit> {
    if end.is_any(&["integer", "unary_operator"]) {
        return Vec::new();
    }
    one_off(end, 72)
}

/// `enumerate(x)` counts from 0, `enumerate(x, 1)` from 1.
fn start_of_enumerate(given: &[Part<'_>]) -> Vec<Edit> {
    let rationale = "Whether counting starts at 0 or at 1 is easily mixed up.";
    match given {
        [only] => vec![Edit::replace(*only, &format!("{}, 1", only.text()), 52, rationale)],
        [first, start] => vec![Edit::remove_range((first.end(), start.end()), start.text(), 62, rationale)],
        _ => Vec::new(),
    }
}
