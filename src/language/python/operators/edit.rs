//! One mistake: a range of bytes replaced by a text.

use super::super::syntax::Part;

/// A mistake, not yet checked.
pub(super) struct Edit {
    /// First byte.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
    /// What stands there instead.
    pub(super) mutated: String,
    /// What was done.
    pub(super) description: String,
    /// Why someone would do it.
    pub(super) rationale: &'static str,
    /// How likely it is, 0 to 100.
    pub(super) plausibility: u8,
}

impl Edit {
    /// A part became something else.
    pub(super) fn replace(part: Part<'_>, mutated: &str, plausibility: u8, rationale: &'static str) -> Self {
        let description = format!("`{}` became `{}`", short(part.text()), short(mutated));
        Self { start: part.start(), end: part.end(), mutated: mutated.to_owned(), description, rationale, plausibility }
    }

    /// A statement became `pass`.
    pub(super) fn remove_statement(part: Part<'_>, plausibility: u8, rationale: &'static str) -> Self {
        let mut edit = Self::replace(part, "pass", plausibility, rationale);
        edit.description = format!("`{}` was left out", short(part.text()));
        edit
    }

    /// A range of bytes was left out; `shown` says what that is.
    pub(super) fn remove_range(
        (start, end): (usize, usize),
        shown: &str,
        plausibility: u8,
        rationale: &'static str,
    ) -> Self {
        let description = format!("`{}` was left out", short(shown));
        Self { start, end, mutated: String::new(), description, rationale, plausibility }
    }
}

/// One line, not too long.
fn short(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let cut = lines.next().is_some() || first.chars().count() > 60;
    if cut { first.chars().take(57).chain(" …".chars()).collect() } else { first.to_owned() }
}

/// A part as an operand: in parentheses where it would fall apart without.
pub(super) fn operand(part: Part<'_>) -> String {
    const WHOLE: &[&str] = &[
        "identifier",
        "attribute",
        "call",
        "subscript",
        "integer",
        "float",
        "string",
        "list",
        "dictionary",
        "set",
        "tuple",
        "parenthesized_expression",
        "true",
        "false",
        "none",
        "list_comprehension",
        "set_comprehension",
        "dictionary_comprehension",
        "ellipsis",
        "concatenated_string",
    ];
    // A tuple may stand without its parentheses; then it is of another kind.
    if part.is_any(WHOLE) { part.text().to_owned() } else { format!("({})", part.text()) }
}

/// A part as an operand of `+` or `-`: products and sums may stand as they are.
pub(super) fn summand(part: Part<'_>) -> String {
    const SUM: &[&str] = &["+", "-", "*", "/", "//", "%", "**"];
    let sum = part.is("binary_operator") && part.field("operator").is_some_and(|operator| operator.is_any(SUM));
    if sum { part.text().to_owned() } else { operand(part) }
}

/// The arguments of a call that are given one by one; none where some are unpacked or it is a generator.
pub(super) fn arguments(call: Part<'_>) -> Vec<Part<'_>> {
    let Some(list) = call.field("arguments").filter(|list| list.is("argument_list")) else { return Vec::new() };
    let arguments: Vec<Part<'_>> = list.named().collect();
    if arguments.iter().any(|argument| argument.is_any(&["list_splat", "dictionary_splat"])) {
        return Vec::new();
    }
    arguments
}

/// The bytes to leave out so that one of a list's elements is gone, with the comma that belonged to it.
pub(super) fn element_range(elements: &[Part<'_>], i: usize) -> (usize, usize) {
    match (elements.get(i + 1), i.checked_sub(1).and_then(|before| elements.get(before))) {
        (Some(next), _) => (elements[i].start(), next.start()),
        (None, Some(before)) => (before.end(), elements[i].end()),
        (None, None) => (elements[i].start(), elements[i].end()),
    }
}

/// The called name without what stands before its last dot.
pub(super) fn called(call: Part<'_>) -> &str {
    let function = call.field("function");
    function.map_or("", |function| function.field("attribute").unwrap_or(function).text())
}
