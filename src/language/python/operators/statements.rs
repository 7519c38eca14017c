//! Statements and branches that are left out.

use super::Operator;
use super::edit::Edit;
use crate::language::python::off_limits::is_logging;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "call-removed", kinds: &["expression_statement"], edits: call_removed },
    Operator { name: "assignment-removed", kinds: &["expression_statement"], edits: assignment_removed },
    Operator { name: "jump", kinds: &["continue_statement", "break_statement"], edits: jump },
    Operator { name: "raise-removed", kinds: &["raise_statement"], edits: raise_removed },
    Operator { name: "deletion-removed", kinds: &["delete_statement"], edits: deletion_removed },
    Operator { name: "guard-removed", kinds: &["if_statement"], edits: guard_removed },
    Operator { name: "early-return-removed", kinds: &["return_statement"], edits: early_return_removed },
    Operator {
        name: "branch-removed",
        kinds: &["else_clause", "elif_clause", "finally_clause", "case_clause"],
        edits: branch_removed,
    },
    Operator { name: "scope-forgotten", kinds: &["global_statement", "nonlocal_statement"], edits: scope_forgotten },
    Operator { name: "assignment-swapped", kinds: &["assignment"], edits: assignment_swapped },
];

fn call_removed(statement: Part<'_>) -> Vec<Edit> {
    let Some(only) = statement.only() else { return Vec::new() };
    let call = if only.is("await") { only.only() } else { Some(only) };
    if !call.is_some_and(|call| call.is("call") && !is_logging(call)) {
        return Vec::new();
    }
    vec![Edit::remove_statement(statement, 62, "A step is easily forgotten, or lost when code is merged.")]
}

/// Assignments to something outside, updates, and a name made from its own earlier value.
fn assignment_removed(statement: Part<'_>) -> Vec<Edit> {
    let Some(only) = statement.only() else { return Vec::new() };
    let rationale = "An update is easily forgotten, or lost when code is merged.";
    match only.kind() {
        "augmented_assignment" => vec![Edit::remove_statement(statement, 64, rationale)],
        "assignment" => {
            let (Some(left), Some(right)) = (only.field("left"), only.field("right")) else { return Vec::new() };
            let outside = left.is_any(&["attribute", "subscript"]);
            let renewed = left.is("identifier")
                && (right.descendants().any(|part| part.is("identifier") && part.text() == left.text())
                    || is_bound_before(statement, left));
            if outside || renewed { vec![Edit::remove_statement(statement, 64, rationale)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Whether a name has a value already: a parameter, or an assignment further up in the same function.
fn is_bound_before(statement: Part<'_>, name: Part<'_>) -> bool {
    let Some(function) = statement.inside("function_definition") else { return false };
    let parameter = |part: Part<'_>| part.is("identifier") && part.text() == name.text();
    if function.field("parameters").is_some_and(|list| list.descendants().any(parameter)) {
        return true;
    }
    let before = function.descendants().take_while(|part| part.index() < statement.index());
    before.filter(|part| part.is("assignment")).any(|part| part.field("left").is_some_and(parameter))
}

/// `a, b = x, y` became `a, b = y, x`.
fn assignment_swapped(assignment: Part<'_>) -> Vec<Edit> {
    let right = assignment.field("right").filter(|right| right.is("expression_list"));
    let (Some(left), Some(right)) = (assignment.field("left"), right) else { return Vec::new() };
    let parts: Vec<Part<'_>> = right.named().collect();
    let ([one, other], true) = (parts.as_slice(), left.named().count() == 2) else { return Vec::new() };
    if one.text() == other.text() {
        return Vec::new();
    }
    let mutated = format!("{}, {}", other.text(), one.text());
    vec![Edit::replace(right, &mutated, 54, "Two values that are set at once are easily mixed up.")]
}

fn scope_forgotten(statement: Part<'_>) -> Vec<Edit> {
    let rationale = "That a name belongs outside of the function is easily forgotten.";
    vec![Edit::remove_statement(statement, 50, rationale)]
}

fn jump(statement: Part<'_>) -> Vec<Edit> {
    let rationale = "Leaving a loop and going on with it are easily mixed up.";
    if statement.is("continue_statement") {
        let removed = Edit::remove_statement(statement, 60, "A step that skips the rest is easily forgotten.");
        return vec![removed, Edit::replace(statement, "break", 58, rationale)];
    }
    let removed = Edit::remove_statement(statement, 46, "The step that ends a loop is easily forgotten.");
    vec![Edit::replace(statement, "continue", 40, rationale), removed]
}

fn raise_removed(statement: Part<'_>) -> Vec<Edit> {
    vec![Edit::remove_statement(statement, 62, "A check is easily left without its consequence.")]
}

fn deletion_removed(statement: Part<'_>) -> Vec<Edit> {
    vec![Edit::remove_statement(statement, 50, "Clearing up is easily forgotten.")]
}

/// `if …: return` with nothing else.
fn guard_removed(statement: Part<'_>) -> Vec<Edit> {
    let leaves = |block: Part<'_>| block.named().last().is_some_and(leaves_block);
    let is_guard = statement.field("alternative").is_none() && statement.field("consequence").is_some_and(leaves);
    if !is_guard {
        return Vec::new();
    }
    vec![Edit::remove_statement(statement, 74, "A special case is easily forgotten.")]
}

fn leaves_block(statement: Part<'_>) -> bool {
    statement.is_any(&["return_statement", "raise_statement", "continue_statement", "break_statement"])
}

/// A `return` before the end of the function.
fn early_return_removed(statement: Part<'_>) -> Vec<Edit> {
    let block = statement.parent().filter(|block| block.is("block"));
    let in_branch = block.and_then(Part::parent).is_some_and(|holder| !holder.is("function_definition"));
    if !in_branch {
        return Vec::new();
    }
    let rationale = "A branch easily runs on into what comes after it.";
    vec![Edit::remove_statement(statement, 52, rationale)]
}

fn branch_removed(clause: Part<'_>) -> Vec<Edit> {
    // The block of a `finally` has no name in the grammar.
    let body = clause.field("body").or_else(|| clause.field("consequence")).or_else(|| clause.only());
    let Some(body) = body.filter(|body| body.is("block") && body.text() != "pass") else { return Vec::new() };
    vec![Edit::remove_statement(body, 46, "One of several cases is easily forgotten.")]
}
