//! What a function gives back.

use super::Operator;
use super::edit::{Edit, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "return-none", kinds: &["return_statement"], edits: return_none },
    Operator { name: "return-empty", kinds: &["return_statement"], edits: return_empty },
    Operator { name: "return-swapped", kinds: &["return_statement"], edits: return_swapped },
    Operator { name: "return-negated", kinds: &["return_statement"], edits: return_negated },
    Operator { name: "sort-key-swapped", kinds: &["lambda"], edits: sort_key_swapped },
    Operator { name: "yield-none", kinds: &["yield"], edits: yield_none },
    Operator { name: "yield-from", kinds: &["yield"], edits: yield_from },
];

fn value(statement: Part<'_>) -> Option<Part<'_>> {
    statement.only().filter(|value| !value.is("none"))
}

fn return_none(statement: Part<'_>) -> Vec<Edit> {
    let Some(value) = value(statement) else { return Vec::new() };
    vec![Edit::replace(value, "None", 54, "A function easily ends without giving its result back.")]
}

/// An empty value of the same type, by the value itself or by the function's type hint.
fn return_empty(statement: Part<'_>) -> Vec<Edit> {
    let Some(value) = value(statement) else { return Vec::new() };
    let hint = hint(statement);
    let empties: &[&str] = match value.kind() {
        "list" | "list_comprehension" => &["[]"],
        "dictionary" | "dictionary_comprehension" => &["{}"],
        "set" | "set_comprehension" => &["set()"],
        "string" | "concatenated_string" => &["\"\""],
        "true" | "false" | "integer" | "float" => &[],
        "comparison_operator" | "boolean_operator" | "not_operator" => &["True", "False"],
        _ if hint.is_empty() && answers_yes_or_no(statement) => &["True", "False"],
        _ => by_hint(hint),
    };
    let rationale = "An early version of a function easily gives back the same value for every input.";
    empties.iter().map(|empty| Edit::replace(value, empty, 50, rationale)).collect()
}

/// The type that a function says it returns, without what makes it optional.
fn hint(statement: Part<'_>) -> &str {
    let hint = statement
        .inside("function_definition")
        .and_then(|function| function.field("return_type"))
        .map_or("", Part::text);
    let hint = hint.trim_matches(['"', '\'']);
    let hint = hint.strip_prefix("Optional[").and_then(|inner| inner.strip_suffix(']')).unwrap_or(hint);
    hint.split('|').map(str::trim).find(|one| *one != "None").unwrap_or(hint)
}

/// Whether the function's name asks a question: `is_empty`.
fn answers_yes_or_no(statement: Part<'_>) -> bool {
    let name =
        statement.inside("function_definition").and_then(|function| function.field("name")).map_or("", Part::text);
    ["is_", "has_", "can_", "should_"].iter().any(|start| name.trim_start_matches('_').starts_with(start))
}

fn by_hint(hint: &str) -> &'static [&'static str] {
    match hint.split('[').next().unwrap_or_default().trim() {
        "int" => &["0", "1"],
        "float" => &["0.0"],
        "bool" => &["True", "False"],
        "str" => &["\"\""],
        "bytes" => &["b\"\""],
        "list" | "List" | "Sequence" => &["[]"],
        "dict" | "Dict" | "Mapping" => &["{}"],
        "set" | "Set" => &["set()"],
        "tuple" | "Tuple" => &["()"],
        _ => &[],
    }
}

/// `return a, b` became `return b, a`.
fn return_swapped(statement: Part<'_>) -> Vec<Edit> {
    let Some(list) = value(statement).filter(|value| value.is_any(&["expression_list", "tuple"])) else {
        return Vec::new();
    };
    let parts: Vec<Part<'_>> = list.named().collect();
    let [one, other] = parts.as_slice() else { return Vec::new() };
    if one.text() == other.text() {
        return Vec::new();
    }
    let swapped = format!("{}, {}", other.text(), one.text());
    let mutated = if list.is("tuple") { format!("({swapped})") } else { swapped };
    vec![Edit::replace(list, &mutated, 52, "The order of several results is easily mixed up.")]
}

fn yield_none(part: Part<'_>) -> Vec<Edit> {
    let is_from = part.children().any(|child| child.is("from"));
    let Some(value) = part.only().filter(|value| !is_from && !value.is("none")) else { return Vec::new() };
    vec![Edit::replace(value, "None", 42, "A generator easily hands out something else than the value.")]
}

/// `return found` became `return not found`, where the answer is yes or no.
fn return_negated(statement: Part<'_>) -> Vec<Edit> {
    const SIMPLE: &[&str] = &["identifier", "attribute", "call", "subscript", "boolean_operator"];
    let Some(value) = value(statement).filter(|value| value.is_any(SIMPLE)) else { return Vec::new() };
    if hint(statement) != "bool" && !answers_yes_or_no(statement) {
        return Vec::new();
    }
    let mutated = format!("not {}", operand(value));
    vec![Edit::replace(value, &mutated, 56, "Whether an answer means yes or no is easily mixed up.")]
}

/// `lambda x: (x.a, x.b)` became `lambda x: (x.b, x.a)`.
fn sort_key_swapped(lambda: Part<'_>) -> Vec<Edit> {
    let Some(tuple) = lambda.field("body").filter(|body| body.is("tuple")) else { return Vec::new() };
    let parts: Vec<Part<'_>> = tuple.named().collect();
    let [one, other] = parts.as_slice() else { return Vec::new() };
    if one.text() == other.text() {
        return Vec::new();
    }
    let mutated = format!("({}, {})", other.text(), one.text());
    vec![Edit::replace(tuple, &mutated, 62, "Which of two keys sorts first is easily mixed up.")]
}

/// `yield from a` became `yield a`.
fn yield_from(part: Part<'_>) -> Vec<Edit> {
    let Some(from) = part.children().find(|child| child.is("from")) else { return Vec::new() };
    let Some(value) = part.only() else { return Vec::new() };
    let rationale = "Handing out a collection and handing out what is in it are easily mixed up.";
    vec![Edit::remove_range((from.start(), value.start()), "from", 50, rationale)]
}
