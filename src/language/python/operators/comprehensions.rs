//! Filters of comprehensions, guards of cases.

use super::Operator;
use super::edit::{Edit, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "filter-dropped", kinds: &["if_clause"], edits: dropped },
    Operator { name: "filter-negated", kinds: &["if_clause"], edits: negated },
    Operator { name: "pair-swapped", kinds: &["dictionary_comprehension"], edits: pair_swapped },
];

/// `[x for x in xs if c]` became `[x for x in xs]`; `case x if c:` became `case x:`.
fn dropped(clause: Part<'_>) -> Vec<Edit> {
    let before = clause.parent().and_then(|parent| parent.children().take_while(|child| *child != clause).last());
    let start = before.map_or(clause.start(), Part::end);
    let rationale = "A filter is easily forgotten when a loop is written shorter.";
    vec![Edit::remove_range((start, clause.end()), clause.text(), 66, rationale)]
}

fn negated(clause: Part<'_>) -> Vec<Edit> {
    let Some(condition) = clause.only() else { return Vec::new() };
    if condition.is_any(&["comparison_operator", "not_operator"]) {
        return Vec::new();
    }
    let rationale = "Whether a filter keeps or removes is easily mixed up.";
    vec![Edit::replace(condition, &format!("not {}", operand(condition)), 50, rationale)]
}

/// `{k: v for …}` became `{v: k for …}`.
fn pair_swapped(comprehension: Part<'_>) -> Vec<Edit> {
    let Some(pair) = comprehension.field("body").filter(|body| body.is("pair")) else { return Vec::new() };
    let (Some(key), Some(value)) = (pair.field("key"), pair.field("value")) else { return Vec::new() };
    let names = key.is("identifier") && value.is("identifier") && key.text() != value.text();
    if !names {
        return Vec::new();
    }
    let mutated = format!("{}: {}", value.text(), key.text());
    vec![Edit::replace(pair, &mutated, 48, "Keys and values are easily mixed up.")]
}
