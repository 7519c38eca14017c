//! Names, as they are written in all languages.

/// How many names are joined: a hostile text nests deeper.
pub(crate) const NESTED: usize = 32;
/// The longest callee that is read whole, in bytes; of a longer one, only the end is.
const CALLEE: usize = 300;

/// A type's or function's name without type arguments, pointers and blanks: `Cart` of `*Cart[T]`.
pub(crate) fn plain(written: &str) -> String {
    let name = written.trim_start_matches(['*', '&', '(', ' ']);
    let end = name.find(['<', '[', '(', '{', ' ', '\n', ')']).unwrap_or(name.len());
    unquoted(&name[..end]).to_owned()
}

/// A literal without its quotes.
pub(crate) fn unquoted(literal: &str) -> &str {
    // Raw, verbatim and interpolated texts have marks before their quotes.
    let marked = literal.trim_start_matches(['@', '$', 'r', '#', 'f', 'b']).trim_end_matches('#');
    let inner = marked.strip_prefix(['"', '\'', '`']).and_then(|rest| rest.strip_suffix(['"', '\'', '`']));
    inner.unwrap_or(literal)
}

/// What is called, without arguments, type arguments and blanks: `Cart.total` of `new Cart<X>(1)?.total`. `None` where
/// it has no name.
pub(crate) fn callee(written: &str) -> Option<String> {
    let start = written.len().saturating_sub(CALLEE);
    let start = (start..=written.len()).find(|at| written.is_char_boundary(*at)).unwrap_or(0);
    let mut name = String::new();
    let mut depth = 0usize;
    for c in written[start..].chars() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '?' | '!' | '*' | '&' => {}
            _ if c.is_whitespace() => {}
            _ if c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '$' | '#') => name.push(c),
            _ => name.clear(),
        }
    }
    // Of a chain that was cut off, only its last name is certain.
    if start > 0 {
        name = name.rsplit(['.', ':']).next().unwrap_or_default().to_owned();
    }
    let name = name.trim_matches(['.', ':']).to_owned();
    (!name.is_empty() && name.chars().next().is_some_and(|c| !c.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_are_named_without_arguments() {
        assert_eq!(callee("Cart(1).total").as_deref(), Some("Cart.total"));
        assert_eq!(callee("a?.b\n  .c<T>").as_deref(), Some("a.b.c"));
        assert_eq!(callee("std::fs::read::<T>").as_deref(), Some("std::fs::read"));
        assert_eq!(callee("(a + b).c").as_deref(), Some("c"));
        assert_eq!(callee("(function () {})"), None);
        assert_eq!(callee(&format!("a.b({}).c", "x".repeat(1_000))).as_deref(), Some("c"));
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(plain("*Cart[T]"), "Cart");
        assert_eq!(plain("Cart<'a, T>"), "Cart");
        assert_eq!(plain("'quoted'"), "quoted");
        assert_eq!((plain("router").as_str(), plain("#check").as_str()), ("router", "#check"));
        assert_eq!(unquoted("r#\"/x\"#"), "/x");
        assert_eq!(unquoted("`/x`"), "/x");
    }
}
