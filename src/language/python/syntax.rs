//! Python's grammar.

pub(super) use crate::language::syntax::{Grammar, Part, Syntax};

use crate::language::LanguageError;

/// Loads the grammar.
pub(super) fn grammar() -> Result<Grammar, LanguageError> {
    Grammar::load(&tree_sitter_python::LANGUAGE.into())
}
