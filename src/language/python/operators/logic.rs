//! Connectives, negation, branches of a condition.

use super::Operator;
use super::edit::{Edit, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "connective", kinds: &["boolean_operator"], edits: connective },
    Operator { name: "operand-dropped", kinds: &["boolean_operator"], edits: operand_dropped },
    Operator { name: "negation-dropped", kinds: &["not_operator"], edits: negation_dropped },
    Operator {
        name: "negation-added",
        kinds: &["if_statement", "elif_clause", "while_statement", "conditional_expression"],
        edits: negation_added,
    },
    Operator { name: "choice-swapped", kinds: &["conditional_expression"], edits: choice_swapped },
];

fn connective(expression: Part<'_>) -> Vec<Edit> {
    let Some(operator) = expression.field("operator") else { return Vec::new() };
    let to = if operator.is("and") { "or" } else { "and" };
    vec![Edit::replace(operator, to, 72, "`and` and `or` are easily mixed up, above all next to a negation.")]
}

fn operand_dropped(expression: Part<'_>) -> Vec<Edit> {
    let (Some(left), Some(right)) = (expression.field("left"), expression.field("right")) else { return Vec::new() };
    let rationale = "One part of a condition is easily forgotten.";
    vec![Edit::replace(expression, left.text(), 66, rationale), Edit::replace(expression, right.text(), 60, rationale)]
}

fn negation_dropped(expression: Part<'_>) -> Vec<Edit> {
    let Some(argument) = expression.field("argument") else { return Vec::new() };
    vec![Edit::replace(expression, argument.text(), 70, "A `not` is easily lost when a condition is rearranged.")]
}

fn negation_added(holder: Part<'_>) -> Vec<Edit> {
    let condition = holder.field("condition").or_else(|| holder.named().nth(1));
    let Some(condition) = condition.filter(|part| !part.is_any(&["comparison_operator", "not_operator", "true"]))
    else {
        return Vec::new();
    };
    let mutated = format!("not {}", operand(condition));
    vec![Edit::replace(condition, &mutated, 48, "The two branches of a condition are easily mixed up.")]
}

/// `a if c else b` became `b if c else a`.
fn choice_swapped(expression: Part<'_>) -> Vec<Edit> {
    let parts: Vec<Part<'_>> = expression.named().collect();
    let [one, condition, other] = parts.as_slice() else { return Vec::new() };
    let mutated = format!("{} if {} else {}", operand(*other), condition.text(), operand(*one));
    vec![Edit::replace(expression, &mutated, 45, "The two values of a choice are easily mixed up.")]
}
