//! Sentences about behaviour (`total([]) returned 0`): which part of them is code.

/// What a call did, as the drivers say it; the first that stands outside of brackets and strings ends the call.
const VERBS: [&str; 10] = [
    " returned ",
    " returns ",
    " raised ",
    " raises ",
    " printed ",
    " prints ",
    " left ",
    " leaves ",
    " doesn't end",
    " crashes the interpreter",
];

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Source text, or a value as the language writes it.
    Code(&'a str),
    /// Words, with the blanks around them.
    Words(&'a str),
}

/// The pieces of a sentence about behaviour, in order; all of it is code where it names nothing that a call did.
pub fn pieces(sentence: &str) -> Vec<Piece<'_>> {
    let Some((start, end)) = verb(sentence) else { return vec![Piece::Code(sentence)] };
    let rest = &sentence[end..];
    // `merge(a) left its argument as [1]`: the words go on to the value.
    let state = [" left ", " leaves "].contains(&&sentence[start..end]);
    let end = if state { end + rest.find(" as ").map_or(0, |at| at + " as ".len()) } else { end };
    let pieces = [Piece::Code(&sentence[..start]), Piece::Words(&sentence[start..end]), Piece::Code(&sentence[end..])];
    pieces.into_iter().filter(|piece| !matches!(piece, Piece::Code(""))).collect()
}

/// The sentence with what is code between backticks.
pub fn quoted(sentence: &str) -> String {
    let quoted = |piece| match piece {
        Piece::Code(code) => format!("`{code}`"),
        Piece::Words(words) => words.to_owned(),
    };
    pieces(sentence).into_iter().map(quoted).collect()
}

/// Where the verb is.
fn verb(sentence: &str) -> Option<(usize, usize)> {
    let (mut depth, mut string, mut escaped) = (0_usize, None, false);
    for (at, c) in sentence.char_indices() {
        if depth == 0
            && string.is_none()
            && let Some(verb) = VERBS.iter().find(|verb| sentence[at..].starts_with(**verb))
        {
            return Some((at, at + verb.len()));
        }
        match (string, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(quote), c) if quote == c => string = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => string = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    // A call that was cut in the middle never closes its brackets.
    let last = VERBS.iter().filter_map(|verb| sentence.rfind(verb).map(|at| (at, at + verb.len())));
    last.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_and_outcome_are_code_and_the_verb_is_not() {
        for (sentence, shown) in [
            ("total([]) returned 0", "`total([])` returned `0`"),
            ("total([]) raises IndexError", "`total([])` raises `IndexError`"),
            ("steps(1) doesn't end", "`steps(1)` doesn't end"),
            (
                "merge({}, {'a': 1}) left its argument as {'a': 1}",
                "`merge({}, {'a': 1})` left its argument as `{'a': 1}`",
            ),
            ("cart = Cart(); cart.total() returned 3", "`cart = Cart(); cart.total()` returned `3`"),
        ] {
            assert_eq!(quoted(sentence), shown);
        }
    }

    #[test]
    fn a_verb_inside_a_string_or_brackets_ends_no_call() {
        assert_eq!(quoted("f(' returns ') returned ' raises '"), "`f(' returns ')` returned `' raises '`");
        assert_eq!(
            quoted(r#"f('it\'s returns ', "a) raises ") returned 1"#),
            r#"`f('it\'s returns ', "a) raises ")` returned `1`"#
        );
    }

    #[test]
    fn a_call_that_was_cut_still_ends_at_its_verb() {
        assert_eq!(quoted("total([1, 2, ... returned 3"), "`total([1, 2, ...` returned `3`");
    }

    #[test]
    fn what_says_nothing_of_a_call_is_code_as_a_whole() {
        assert_eq!(quoted("something else"), "`something else`");
    }
}
