//! Whether a text mentions a name.

use crate::domain::{Span, Symbol, SymbolKind};

/// Whether `name` stands in `text` as a whole word.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `.name` stands in `text`.
pub(super) fn mentions_member(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        text[..at].trim_end().ends_with('.') && !text[at + name.len()..].chars().next().is_some_and(is_word)
    })
}

/// The text of a place, empty where it isn't in the text.
pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start_byte..span.end_byte).unwrap_or_default()
}

/// The function that a symbol stands in, as far out as possible; the symbol itself where it stands in none. `None`
/// for one whose outer function can't be found.
pub(super) fn outermost<'s>(symbols: &'s [Symbol], symbol: &'s Symbol) -> &'s Symbol {
    let holds = |outer: &&Symbol| {
        outer.kind != SymbolKind::Class
            && outer.span.start_byte <= symbol.span.start_byte
            && symbol.span.end_byte <= outer.span.end_byte
    };
    symbols.iter().find(holds).unwrap_or(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_mentioned_as_a_whole_word() {
        assert!(mentions("x = total(a)", "total"));
        assert!(mentions("größe + 1", "größe"));
        assert!(!mentions("subtotal(a) + total_of(b)", "total"));
        assert!(!mentions("anything", ""));
    }

    #[test]
    fn a_member_is_mentioned_after_a_dot() {
        assert!(mentions_member("self.total()", "total"));
        assert!(mentions_member("self.\n    total()", "total"));
        assert!(!mentions_member("total()", "total"));
        assert!(!mentions_member("self.totals", "total"));
    }
}
