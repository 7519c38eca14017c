//! The tokens of a text that can matter to behaviour.

use super::syntax::{Part, Syntax};
use crate::language::Token;

/// Tokens in order, without comments, docstrings, and type hints of functions.
pub(super) fn tokens(syntax: &Syntax<'_>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    let mut skip_to = 0;
    for part in syntax.root().descendants() {
        while ends.last().is_some_and(|end| *end <= part.index()) {
            ends.pop();
            out.push(Token { line: part.line_start().saturating_sub(1).max(1), text: "<end>".to_owned() });
        }
        if part.index() < skip_to {
            continue;
        }
        if is_noise(part) {
            skip_to = part.after();
        } else if part.is("string") {
            skip_to = part.after();
            string_tokens(part, &mut out);
        } else if part.kind().ends_with("_statement") {
            out.push(Token { line: part.line_start(), text: "<statement>".to_owned() });
        } else if part.is("block") {
            out.push(Token { line: part.line_start(), text: "<begin>".to_owned() });
            ends.push(part.after());
        } else if part.is_leaf() && !is_trailing_comma(part) {
            out.push(Token { line: part.line_start(), text: part.text().to_owned() });
        }
    }
    out
}

fn is_noise(part: Part<'_>) -> bool {
    if part.is_any(&["comment", "line_continuation", ";"]) {
        return true;
    }
    if part.is("expression_statement") {
        return part.only().is_some_and(|only| only.is("string") && !has_interpolation(only))
            || part.only().is_some_and(|only| only.is("assignment") && is_bare_hint(only));
    }
    is_type_hint(part)
}

/// `x: int` with no value, in a function: it does nothing.
fn is_bare_hint(assignment: Part<'_>) -> bool {
    assignment.field("right").is_none() && in_function(assignment)
}

fn is_type_hint(part: Part<'_>) -> bool {
    let Some(parent) = part.parent() else { return false };
    match parent.kind() {
        "typed_parameter" | "typed_default_parameter" => part.is_any(&["type", ":"]),
        "function_definition" => part.is("->") || part.field_name() == Some("return_type"),
        // A class's own hints can matter: dataclasses and models read them.
        "assignment" => part.is_any(&["type", ":"]) && in_function(parent),
        _ => false,
    }
}

fn in_function(part: Part<'_>) -> bool {
    let holder = part.ancestors().find(|part| part.is_any(&["function_definition", "class_definition", "lambda"]));
    holder.is_some_and(|holder| !holder.is("class_definition"))
}

fn is_trailing_comma(part: Part<'_>) -> bool {
    if !part.is(",") {
        return false;
    }
    let Some(parent) = part.parent() else { return false };
    if parent.is("tuple") && parent.named().count() == 1 {
        return false;
    }
    let mut after = parent.children().skip_while(|child| child.index() <= part.index()).filter(|c| !c.is("comment"));
    after.next().is_some_and(|next| next.is_any(&[")", "]", "}"]))
}

fn has_interpolation(string: Part<'_>) -> bool {
    string.children().any(|child| child.is("interpolation"))
}

/// A string's prefix, its content, and what it interpolates; which quotes stand around it doesn't matter.
fn string_tokens(string: Part<'_>, out: &mut Vec<Token>) {
    let text = string.text();
    let prefix: String = text.chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>().to_ascii_lowercase();
    let line = string.line_start();
    if text.contains('\\') || has_interpolation(string) {
        out.push(Token { line, text: text.to_owned() });
        return;
    }
    let content = string.children().find(|child| child.is("string_content")).map_or("", Part::text);
    out.push(Token { line, text: format!("{}\"{content}\"", prefix.replace('u', "")) });
}

#[cfg(test)]
mod tests {
    use crate::domain::RepoPath;
    use crate::language::{Language, python::Python};

    fn same(one: &str, other: &str) -> bool {
        let path = RepoPath::parse("a.py").unwrap();
        let texts = |text: &str| -> Vec<String> {
            Python.tokens(&path, text).unwrap().into_iter().map(|token| token.text).collect()
        };
        texts(one) == texts(other)
    }

    #[test]
    fn comments_docstrings_hints_quotes_and_layout_do_not_matter() {
        assert!(same(
            "def f(a, b=1):\n    return a\n",
            "def f(a: int, b: int = 1) -> int:\n    \"\"\"Doc.\"\"\"\n\n    return a  # a\n"
        ));
        assert!(same("x = f('a', [1, 2])\n", "x = f(\n    \"a\",\n    [1, 2,],\n)\n"));
        assert!(same("def f():\n    x = 1\n", "def f():\n    x: int = 1\n"));
    }

    #[test]
    fn values_structure_and_a_class_own_hints_do_matter() {
        assert!(!same("x = 1\n", "x = 2\n"));
        assert!(!same("if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"));
        assert!(!same("a\n(b)\n", "a(b)\n"));
        assert!(!same("x = (1,)\n", "x = (1)\n"));
        assert!(!same("class A:\n    x: int\n", "class A:\n    x: str\n"));
        assert!(!same("x = f'{a}'\n", "x = f'{b}'\n"));
        assert!(!same("x = 'a'\n", "x = b'a'\n"));
    }
}
