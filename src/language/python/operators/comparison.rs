//! Boundaries, relations, equality, membership, identity.

use super::Operator;
use super::edit::{Edit, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "boundary", kinds: COMPARISON, edits: boundary },
    Operator { name: "relational", kinds: COMPARISON, edits: relational },
    Operator { name: "equality", kinds: COMPARISON, edits: equality },
    Operator { name: "membership", kinds: COMPARISON, edits: membership },
    Operator { name: "identity", kinds: COMPARISON, edits: identity },
    Operator { name: "none-check", kinds: COMPARISON, edits: none_check },
    Operator { name: "same-or-equal", kinds: COMPARISON, edits: same_or_equal },
    Operator { name: "truth-check", kinds: TRUTH, edits: truth_check },
];

const COMPARISON: &[&str] = &["comparison_operator"];

const TRUTH: &[&str] = &["not_operator", "if_statement", "elif_clause", "while_statement"];

/// Replaces each operator of a comparison that `pairs` names.
fn swap(comparison: Part<'_>, pairs: &[(&str, &str)], plausibility: u8, rationale: &'static str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for operator in comparison.fields("operators") {
        let to = pairs.iter().find(|(from, _)| operator.is(from));
        edits.extend(to.map(|(_, to)| Edit::replace(operator, to, plausibility, rationale)));
    }
    edits
}

fn boundary(comparison: Part<'_>) -> Vec<Edit> {
    let pairs = [("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")];
    swap(comparison, &pairs, 90, "It is easy to forget whether the value at the border itself belongs in.")
}

fn relational(comparison: Part<'_>) -> Vec<Edit> {
    let pairs = [("<", ">"), ("<=", ">="), (">", "<"), (">=", "<=")];
    swap(comparison, &pairs, 50, "A comparison is easily written the wrong way round.")
}

fn equality(comparison: Part<'_>) -> Vec<Edit> {
    swap(comparison, &[("==", "!="), ("!=", "==")], 68, "A condition is easily turned round when code is rearranged.")
}

fn membership(comparison: Part<'_>) -> Vec<Edit> {
    let pairs = [("in", "not in"), ("not in", "in")];
    swap(comparison, &pairs, 62, "A `not` is easily lost or added when a condition is rearranged.")
}

fn identity(comparison: Part<'_>) -> Vec<Edit> {
    let pairs = [("is", "is not"), ("is not", "is")];
    swap(comparison, &pairs, 60, "A `not` is easily lost or added when a check for a missing value is rearranged.")
}

/// `x is None` became `not x`: empty values count as missing.
fn none_check(comparison: Part<'_>) -> Vec<Edit> {
    let parts: Vec<Part<'_>> = comparison.named().collect();
    let operator = comparison.fields("operators").next();
    let ([value, none], Some(operator)) = (parts.as_slice(), operator) else { return Vec::new() };
    if !none.is("none") || comparison.fields("operators").count() != 1 {
        return Vec::new();
    }
    let mutated = match operator.kind() {
        "is" | "==" => format!("not {}", operand(*value)),
        "is not" | "!=" => operand(*value),
        _ => return Vec::new(),
    };
    let rationale =
        "A check for None is often shortened, and then 0, an empty text and an empty list count as missing.";
    vec![Edit::replace(comparison, &mutated, 80, rationale)]
}

/// `x is y` became `x == y`; a check for None has a mistake of its own.
fn same_or_equal(comparison: Part<'_>) -> Vec<Edit> {
    if comparison.named().any(|part| part.is("none")) {
        return Vec::new();
    }
    swap(comparison, &[("is", "=="), ("is not", "!=")], 44, "Being the same and being equal are easily mixed up.")
}

/// `not x` became `x is None`, `if x:` became `if x is not None:`: empty values count as given.
fn truth_check(part: Part<'_>) -> Vec<Edit> {
    let (value, check) = if part.is("not_operator") {
        (part.field("argument"), "is None")
    } else {
        (part.field("condition"), "is not None")
    };
    let Some(value) = value.filter(|value| value.is_any(&["identifier", "attribute"])) else { return Vec::new() };
    let whole = if part.is("not_operator") { part } else { value };
    let rationale = "A check for an empty value is often written as one for None, and then 0 and an empty text pass.";
    vec![Edit::replace(whole, &format!("{} {check}", value.text()), 52, rationale)]
}
