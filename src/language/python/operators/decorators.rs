//! Decorators that do something. Those that say what a definition is are off limits.

use super::Operator;
use super::edit::Edit;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] =
    &[Operator { name: "decorator-dropped", kinds: &["decorator"], edits: dropped }];

fn dropped(decorator: Part<'_>) -> Vec<Edit> {
    let next = decorator.parent().and_then(|parent| parent.children().find(|child| child.index() >= decorator.after()));
    let Some(next) = next else { return Vec::new() };
    let rationale = "A decorator that guards or changes a function is easily forgotten.";
    vec![Edit::remove_range((decorator.start(), next.start()), decorator.text(), 46, rationale)]
}
