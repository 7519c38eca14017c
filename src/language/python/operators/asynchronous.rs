//! Coroutines.

use super::Operator;
use super::edit::Edit;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[Operator { name: "await-dropped", kinds: &["await"], edits: dropped }];

fn dropped(part: Part<'_>) -> Vec<Edit> {
    let Some(awaited) = part.only() else { return Vec::new() };
    vec![Edit::replace(part, awaited.text(), 62, "An `await` is easily forgotten, and then nothing runs.")]
}
