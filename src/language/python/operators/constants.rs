//! Numbers, booleans, texts.

use super::Operator;
use super::edit::{Edit, called};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "number", kinds: &["integer"], edits: integer },
    Operator { name: "number", kinds: &["float"], edits: float },
    Operator { name: "boolean", kinds: &["true", "false"], edits: boolean },
    Operator { name: "text", kinds: &["string"], edits: text },
    Operator { name: "none", kinds: &["none"], edits: none },
    Operator { name: "precision", kinds: &["format_specifier"], edits: precision },
    Operator { name: "date-format", kinds: &["string"], edits: date_format },
];

const OFF: &str = "A number is easily one off.";
const ZERO: &str = "A start value is easily left at zero.";

fn integer(part: Part<'_>) -> Vec<Edit> {
    let Some(value) = part.text().parse::<i64>().ok().filter(|value| *value < i64::MAX) else { return Vec::new() };
    let negated = part.parent().filter(|parent| parent.is("unary_operator") && parent.text().starts_with('-'));
    if let Some(whole) = negated {
        let further = format!("-{}", value + 1);
        let nearer = if value <= 1 { "0".to_owned() } else { format!("-{}", value - 1) };
        return vec![Edit::replace(whole, &further, 60, OFF), Edit::replace(whole, &nearer, 56, OFF)];
    }
    let less = if value == 0 { "-1".to_owned() } else { (value - 1).to_string() };
    let mut edits = vec![
        Edit::replace(part, &(value + 1).to_string(), near(value, 70), OFF),
        Edit::replace(part, &less, near(value, 64), OFF),
    ];
    if value > 1 {
        edits.push(Edit::replace(part, "0", 40, ZERO));
    }
    if value > 0 {
        edits.push(Edit::replace(part, "-1", 32, "A value that means that there is none easily gets where it counts."));
    }
    edits
}

/// Large numbers are seldom one off.
fn near(value: i64, plausibility: u8) -> u8 {
    if value <= 100 { plausibility } else { plausibility - 20 }
}

fn float(part: Part<'_>) -> Vec<Edit> {
    let Some(value) = part.text().parse::<f64>().ok().filter(|value| value.is_finite()) else { return Vec::new() };
    let mut edits = vec![Edit::replace(part, &format!("{:?}", value + 1.0), 58, OFF)];
    if value != 0.0 {
        edits.push(Edit::replace(part, &format!("{:?}", value * 10.0), 52, "A decimal point is easily misplaced."));
        edits.push(Edit::replace(part, "0.0", 40, ZERO));
    }
    edits
}

fn boolean(part: Part<'_>) -> Vec<Edit> {
    let is_endless = part.parent().is_some_and(|parent| parent.is("while_statement"));
    if is_endless {
        return Vec::new();
    }
    let to = if part.is("true") { "False" } else { "True" };
    vec![Edit::replace(part, to, 64, "A switch is easily set the wrong way.")]
}

/// What a missing value becomes where a value is asked for.
fn none(part: Part<'_>) -> Vec<Edit> {
    let Some(parent) = part.parent() else { return Vec::new() };
    if !parent.is("return_statement") {
        return Vec::new();
    }
    vec![Edit::replace(part, "False", 40, "An empty result is easily given as another empty value.")]
}

fn text(part: Part<'_>) -> Vec<Edit> {
    if part.children().any(|child| child.is("interpolation")) || !matters(part) {
        return Vec::new();
    }
    let opening = part.children().find(|child| child.is("string_start")).map_or("", Part::text);
    let closing = part.children().find(|child| child.is("string_end")).map_or("", Part::text);
    let content = part.children().find(|child| child.is("string_content")).map_or("", Part::text);
    if content.is_empty() {
        let rationale = "A separator or a default is easily a blank too long.";
        return vec![Edit::replace(part, &format!("{opening} {closing}"), 44, rationale)];
    }
    let mut edits = vec![Edit::replace(
        part,
        &format!("{opening}{closing}"),
        46,
        "A text is easily left empty while code is moved.",
    )];
    let trimmed = content.trim();
    if !trimmed.is_empty() && trimmed != content && !content.contains('\\') {
        let rationale = "A blank at the end of a text is easily lost.";
        edits.push(Edit::replace(part, &format!("{opening}{trimmed}{closing}"), 50, rationale));
    }
    let compared = part.parent().is_some_and(|parent| parent.is_any(&["comparison_operator", "case_pattern"]));
    let other_case = if content.to_lowercase() == content { content.to_uppercase() } else { content.to_lowercase() };
    if compared && other_case != content && !content.contains('\\') {
        let rationale = "Upper and lower case are easily mixed up in a comparison.";
        edits.push(Edit::replace(part, &format!("{opening}{other_case}{closing}"), 50, rationale));
    }
    edits
}

/// `:.2f` became `:.1f`.
fn precision(part: Part<'_>) -> Vec<Edit> {
    let Some((before, rest)) = part.text().split_once('.').filter(|_| !is_for_people(part)) else { return Vec::new() };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let Ok(value) = digits.parse::<u8>() else { return Vec::new() };
    let after = &rest[digits.len()..];
    let rationale = "The number of decimal places is easily one off.";
    let nearer = value.checked_sub(1).into_iter().chain(value.checked_add(1));
    nearer.map(|other| Edit::replace(part, &format!("{before}.{other}{after}"), 54, rationale)).collect()
}

/// Codes of dates and times that are taken for one another.
const DATE_CODES: &[(&str, &str)] = &[
    ("%m", "%M"),
    ("%M", "%m"),
    ("%Y", "%y"),
    ("%y", "%Y"),
    ("%H", "%I"),
    ("%I", "%H"),
    ("%d", "%j"),
    ("%b", "%B"),
    ("%B", "%b"),
    ("%a", "%A"),
    ("%A", "%a"),
];

fn date_format(part: Part<'_>) -> Vec<Edit> {
    let call = part.parent().and_then(Part::parent).filter(|call| call.is("call"));
    if !call.is_some_and(|call| matches!(called(call), "strftime" | "strptime")) {
        return Vec::new();
    }
    let rationale = "The codes of a date's format are easily mixed up.";
    let used = DATE_CODES.iter().filter(|(code, _)| part.text().contains(code));
    used.map(|(code, other)| Edit::replace(part, &part.text().replace(code, other), 58, rationale)).collect()
}

/// Whether a text ends up in a message for people.
fn is_for_people(part: Part<'_>) -> bool {
    part.ancestors().take(6).any(|around| around.is_any(&["raise_statement", "assert_statement"]))
}

/// Whether a text is more than a name, a key or a message for people.
fn matters(part: Part<'_>) -> bool {
    let Some(parent) = part.parent() else { return false };
    match parent.kind() {
        "expression_statement" | "concatenated_string" | "subscript" | "format_expression" => return false,
        "pair" => return part.field_name() != Some("key"),
        "dict_pattern" => return false,
        _ => {}
    }
    if is_for_people(part) || part.ancestors().take(6).any(|around| around.is("interpolation")) {
        return false;
    }
    let call = parent.parent().filter(|call| parent.is("argument_list") && call.is("call"));
    const NAMES: &[&str] =
        &["getattr", "setattr", "hasattr", "delattr", "TypeVar", "NewType", "namedtuple", "getLogger"];
    !call.is_some_and(|call| NAMES.contains(&called(call)))
}
