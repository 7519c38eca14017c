//! Cyclomatic complexity (McCabe 1976), counted as radon does: `else` of a loop or a `try` counts, an `assert` does (what stands in it doesn't), the
//! last case of a `match` that takes everything doesn't, and functions inside of a function stand for themselves.

use crate::language::syntax::Part;

/// Decisions + 1, of the body of a function, or of all of a class.
pub(super) fn complexity(symbol: Part<'_>) -> u32 {
    let body = symbol.field("body").or_else(|| symbol.field("right").and_then(|lambda| lambda.field("body")));
    let Some(body) = body else { return 1 };
    let of_class = symbol.is("class_definition");
    let mut decisions = 0usize;
    let mut skip_to = 0;
    for part in body.descendants() {
        if part.index() < skip_to {
            continue;
        }
        if !of_class && part.is_any(&["function_definition", "class_definition", "decorated_definition"]) {
            skip_to = part.after();
            continue;
        }
        decisions += decided(part);
        if part.is("assert_statement") {
            skip_to = part.after();
        }
    }
    u32::try_from(decisions).unwrap_or(u32::MAX).saturating_add(1)
}

fn decided(part: Part<'_>) -> usize {
    match part.kind() {
        "if_statement"
        | "elif_clause"
        | "conditional_expression"
        | "boolean_operator"
        | "for_statement"
        | "while_statement"
        | "except_clause"
        | "except_group_clause"
        | "for_in_clause"
        | "assert_statement" => 1,
        // A guard of a case is a part of its pattern.
        "if_clause" => usize::from(!part.parent().is_some_and(|parent| parent.is("case_clause"))),
        "else_clause" => usize::from(!part.parent().is_some_and(|parent| parent.is("if_statement"))),
        "match_statement" => cases(part),
        _ => 0,
    }
}

/// Cases, without one that takes everything.
fn cases(statement: Part<'_>) -> usize {
    let body = statement.field("body").unwrap_or(statement);
    let cases: Vec<Part<'_>> = body.named().filter(|part| part.is("case_clause")).collect();
    cases.len() - usize::from(cases.iter().any(|case| takes_everything(*case)))
}

/// `case _` and `case name`
fn takes_everything(case: Part<'_>) -> bool {
    let mut patterns = case.named().filter(|part| part.is("case_pattern"));
    let Some(only) = patterns.next().filter(|_| patterns.next().is_none()) else { return false };
    let text = only.text();
    let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_numeric());
    is_name && !matches!(text, "None" | "True" | "False")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::domain::{RepoPath, SymbolKind};
    use crate::language::{Mapper, python::Python};

    #[test]
    fn numbers_are_those_of_radon() {
        let text = include_str!("../../../../fixtures/complexity/functions.py");
        let radon: BTreeMap<String, u32> =
            serde_json::from_str(include_str!("../../../../fixtures/complexity/radon.json")).unwrap();
        let facts = Python.facts(&RepoPath::parse("functions.py").unwrap(), text).unwrap();
        let is_known = |name: &str| radon.contains_key(name);
        let ours: BTreeMap<String, u32> = facts
            .symbols
            .iter()
            .filter(|symbol| symbol.kind != SymbolKind::Class && is_known(&symbol.local_name))
            .map(|symbol| (symbol.local_name.to_string(), symbol.complexity))
            .collect();
        assert_eq!(ours, radon);
    }
}
