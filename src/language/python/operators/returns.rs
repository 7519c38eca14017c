//! What a function gives back.

use super::Operator;
use super::edit::Edit;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "return-none", kinds: &["return_statement"], edits: return_none },
    Operator { name: "return-empty", kinds: &["return_statement"], edits: return_empty },
    Operator { name: "return-swapped", kinds: &["return_statement"], edits: return_swapped },
    Operator { name: "yield-none", kinds: &["yield"], edits: yield_none },
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
    let hint = statement.function().and_then(|function| function.field("return_type")).map_or("", Part::text);
    let empties: &[&str] = match value.kind() {
        "list" | "list_comprehension" => &["[]"],
        "dictionary" | "dictionary_comprehension" => &["{}"],
        "set" | "set_comprehension" => &["set()"],
        "string" | "concatenated_string" => &["\"\""],
        "true" | "false" | "integer" | "float" => &[],
        "comparison_operator" | "boolean_operator" | "not_operator" => &["True", "False"],
        _ => by_hint(hint),
    };
    let rationale = "An early version of a function easily gives back the same value for every input.";
    empties.iter().map(|empty| Edit::replace(value, empty, 50, rationale)).collect()
}

fn by_hint(hint: &str) -> &'static [&'static str] {
    match hint.split('[').next().unwrap_or_default().trim() {
        "int" => &["0", "1"],
        "float" => &["0.0"],
        "bool" => &["True", "False"],
        "str" => &["\"\""],
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
