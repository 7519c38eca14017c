//! Elements of collections that are written down.

use super::Operator;
use super::edit::{Edit, called, element_range};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] =
    &[Operator { name: "element-forgotten", kinds: &["list", "set", "dictionary", "tuple"], edits: element_forgotten }];

/// Longer ones are data.
const LONGEST: usize = 12;

/// `(A, B)` became `(A,)`; of tuples only those that something is looked for in.
fn element_forgotten(collection: Part<'_>) -> Vec<Edit> {
    let elements: Vec<Part<'_>> = collection.named().collect();
    let unpacked = elements.iter().any(|element| element.is_any(&["list_splat", "dictionary_splat"]));
    if elements.len() < 2 || elements.len() > LONGEST || unpacked {
        return Vec::new();
    }
    let looked_into = is_looked_into(collection);
    if collection.is("tuple") && !looked_into {
        return Vec::new();
    }
    let plausibility = if looked_into { 64 } else { 44 };
    let rationale = "One of several cases is easily forgotten when they are listed.";
    let dropped = |i: usize| {
        let mut edit = Edit::remove_range(element_range(&elements, i), elements[i].text(), plausibility, rationale);
        if collection.is("tuple") && elements.len() == 2 {
            // One alone needs its comma to stay a tuple.
            (edit.start, edit.end) = (collection.start(), collection.end());
            edit.mutated = format!("({},)", elements[1 - i].text());
        }
        edit
    };
    (0..elements.len()).map(dropped).collect()
}

/// The right side of `in`, and the types of `isinstance`.
fn is_looked_into(collection: Part<'_>) -> bool {
    let Some(parent) = collection.parent() else { return false };
    if parent.is("comparison_operator") {
        let members = parent.fields("operators").any(|operator| operator.is_any(&["in", "not in"]));
        return members && parent.named().next() != Some(collection);
    }
    let call = parent.parent().filter(|call| parent.is("argument_list") && call.is("call"));
    call.is_some_and(|call| matches!(called(call), "isinstance" | "issubclass" | "startswith" | "endswith"))
}
