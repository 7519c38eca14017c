//! Arithmetic, bitwise, augmented and unary operators.

use super::Operator;
use super::edit::{Edit, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "arithmetic", kinds: &["binary_operator"], edits: arithmetic },
    Operator { name: "division", kinds: &["binary_operator"], edits: division },
    Operator { name: "bitwise", kinds: &["binary_operator"], edits: bitwise },
    Operator { name: "operand-order", kinds: &["binary_operator"], edits: operand_order },
    Operator { name: "off-by-one", kinds: &["binary_operator"], edits: off_by_one },
    Operator { name: "augmented-assignment", kinds: &["augmented_assignment"], edits: augmented },
    Operator { name: "unary", kinds: &["unary_operator"], edits: unary },
];

/// Values that `-`, `*` or `/` would not take: the mistake would show at once.
const NOT_NUMBERS: &[&str] = &[
    "string",
    "concatenated_string",
    "list",
    "dictionary",
    "set",
    "tuple",
    "list_comprehension",
    "set_comprehension",
    "dictionary_comprehension",
];

fn of_numbers(expression: Part<'_>) -> Option<Part<'_>> {
    let sides = [expression.field("left")?, expression.field("right")?];
    let numbers = sides.iter().all(|side| !holds_text_or_list(*side));
    expression.field("operator").filter(|_| numbers)
}

fn holds_text_or_list(side: Part<'_>) -> bool {
    side.is_any(NOT_NUMBERS) || (side.is("binary_operator") && side.named().any(|inner| inner.is_any(NOT_NUMBERS)))
}

fn swap(operator: Part<'_>, pairs: &[(&str, &str)], plausibility: u8, rationale: &'static str) -> Vec<Edit> {
    let to = pairs.iter().find(|(from, _)| operator.is(from));
    to.map(|(_, to)| Edit::replace(operator, to, plausibility, rationale)).into_iter().collect()
}

fn arithmetic(expression: Part<'_>) -> Vec<Edit> {
    let Some(operator) = of_numbers(expression) else { return Vec::new() };
    let pairs = [("+", "-"), ("-", "+"), ("*", "/"), ("%", "//"), ("**", "*")];
    swap(operator, &pairs, 64, "The wrong operator is easily taken when a formula is written down.")
}

fn division(expression: Part<'_>) -> Vec<Edit> {
    let Some(operator) = of_numbers(expression) else { return Vec::new() };
    let rationale = "True division and whole-number division are easily mixed up.";
    let mut edits = swap(operator, &[("/", "//"), ("//", "/")], 76, rationale);
    edits.extend(swap(
        operator,
        &[("/", "*")],
        50,
        "The wrong operator is easily taken when a formula is written down.",
    ));
    edits
}

fn bitwise(expression: Part<'_>) -> Vec<Edit> {
    let Some(operator) = expression.field("operator") else { return Vec::new() };
    let pairs = [("&", "|"), ("|", "&"), ("^", "|"), ("<<", ">>"), (">>", "<<")];
    swap(operator, &pairs, 58, "Operators on bits and on sets are easily mixed up.")
}

/// `a - b` became `b - a`.
fn operand_order(expression: Part<'_>) -> Vec<Edit> {
    let operator = of_numbers(expression).filter(|operator| operator.is_any(&["-", "/", "//", "%"]));
    let (Some(operator), Some(left), Some(right)) = (operator, expression.field("left"), expression.field("right"))
    else {
        return Vec::new();
    };
    if left.text() == right.text() {
        return Vec::new();
    }
    let mutated = format!("{} {} {}", operand(right), operator.text(), operand(left));
    vec![Edit::replace(expression, &mutated, 42, "The two sides of a difference or a quotient are easily mixed up.")]
}

/// `n + 1` became `n`.
fn off_by_one(expression: Part<'_>) -> Vec<Edit> {
    let one = expression.field("right").filter(|right| right.text() == "1");
    let operator = expression.field("operator").filter(|operator| operator.is_any(&["+", "-"]));
    let (Some(_), Some(_), Some(left)) = (one, operator, expression.field("left")) else { return Vec::new() };
    vec![Edit::replace(expression, left.text(), 86, "The one that has to be added or taken off is easily forgotten.")]
}

fn augmented(statement: Part<'_>) -> Vec<Edit> {
    let (Some(operator), Some(right)) = (statement.field("operator"), statement.field("right")) else {
        return Vec::new();
    };
    let rationale = "The wrong operator is easily taken when a value is updated.";
    let mut edits = Vec::new();
    if !right.is_any(NOT_NUMBERS) {
        let pairs =
            [("+=", "-="), ("-=", "+="), ("*=", "/="), ("/=", "//="), ("//=", "/="), ("%=", "//="), ("**=", "*=")];
        edits.extend(swap(operator, &pairs, 62, rationale));
    }
    let pairs = [("&=", "|="), ("|=", "&="), ("^=", "|="), ("<<=", ">>="), (">>=", "<<=")];
    edits.extend(swap(operator, &pairs, 56, rationale));
    edits.push(Edit::replace(operator, "=", 60, "A value is easily overwritten where it should be added to."));
    edits
}

fn unary(expression: Part<'_>) -> Vec<Edit> {
    let (Some(operator), Some(argument)) = (expression.field("operator"), expression.field("argument")) else {
        return Vec::new();
    };
    if operator.is("+") {
        return Vec::new();
    }
    vec![Edit::replace(expression, argument.text(), 60, "A sign is easily lost.")]
}
