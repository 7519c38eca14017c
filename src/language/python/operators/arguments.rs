//! Arguments and defaults.

use super::Operator;
use super::edit::{Edit, arguments, element_range};
use crate::language::python::off_limits::is_logging;
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "arguments-swapped", kinds: &["call"], edits: swapped },
    Operator { name: "keywords-swapped", kinds: &["call"], edits: keywords_swapped },
    Operator { name: "keyword-dropped", kinds: &["call"], edits: keyword_dropped },
    Operator { name: "argument-dropped", kinds: &["call"], edits: argument_dropped },
    Operator {
        name: "mutable-default",
        kinds: &["default_parameter", "typed_default_parameter"],
        edits: mutable_default,
    },
    Operator { name: "default", kinds: &["default_parameter", "typed_default_parameter"], edits: default },
];

fn swapped(call: Part<'_>) -> Vec<Edit> {
    let given: Vec<Part<'_>> = arguments(call).into_iter().filter(|part| !part.is("keyword_argument")).collect();
    let mut edits = Vec::new();
    for pair in given.windows(2) {
        let [one, other] = pair else { continue };
        if one.text() == other.text() || is_type_check(call) {
            continue;
        }
        let Some(between) = between(call, *one, *other) else { continue };
        let mutated = format!("{}{between}{}", other.text(), one.text());
        let description = format!("`{}` and `{}` changed places", one.text(), other.text());
        edits.push(Edit {
            start: one.start(),
            end: other.end(),
            mutated,
            description: description.lines().next().unwrap_or_default().to_owned(),
            rationale: "Two arguments next to each other are easily mixed up.",
            plausibility: 58,
        });
    }
    edits
}

/// `f(a=x, b=y)` became `f(a=y, b=x)`.
fn keywords_swapped(call: Part<'_>) -> Vec<Edit> {
    let values: Vec<Part<'_>> = arguments(call).into_iter().filter_map(|argument| argument.field("value")).collect();
    let mut edits = Vec::new();
    for pair in values.windows(2) {
        let [one, other] = pair else { continue };
        // Values of two kinds would show at once.
        let alike = one.kind() == other.kind() && one.text() != other.text();
        let Some(between) = call.text().get(one.end() - call.start()..other.start() - call.start()) else { continue };
        if alike {
            let mutated = format!("{}{between}{}", other.text(), one.text());
            let description = format!("`{}` and `{}` changed places", one.text(), other.text());
            edits.push(Edit {
                start: one.start(),
                end: other.end(),
                mutated,
                description: description.lines().next().unwrap_or_default().to_owned(),
                rationale: "The values of two options next to each other are easily mixed up.",
                plausibility: 50,
            });
        }
    }
    edits
}

/// Swapped, these only raise an error at once.
fn is_type_check(call: Part<'_>) -> bool {
    let name = call.field("function").map_or("", Part::text);
    matches!(name, "isinstance" | "issubclass" | "getattr" | "setattr" | "hasattr")
}

fn between<'s>(call: Part<'s>, one: Part<'_>, other: Part<'_>) -> Option<&'s str> {
    call.text().get(one.end().checked_sub(call.start())?..other.start().checked_sub(call.start())?)
}

fn keyword_dropped(call: Part<'_>) -> Vec<Edit> {
    let given = arguments(call);
    let mut edits = Vec::new();
    for (i, argument) in given.iter().enumerate().filter(|(_, argument)| argument.is("keyword_argument")) {
        let plausibility = match argument.field("name").map_or("", Part::text) {
            "key" | "reverse" | "default" => 70,
            _ => 60,
        };
        let rationale = "An option is easily forgotten, and the default holds then.";
        edits.push(Edit::remove_range(element_range(&given, i), argument.text(), plausibility, rationale));
    }
    edits
}

/// The last of several positional arguments: often one with a default.
fn argument_dropped(call: Part<'_>) -> Vec<Edit> {
    let given = arguments(call);
    let positional = given.iter().take_while(|argument| !argument.is("keyword_argument")).count();
    let unsuitable =
        is_logging(call) || is_type_check(call) || call.parent().is_some_and(|parent| parent.is("raise_statement"));
    if positional < 2 || unsuitable {
        return Vec::new();
    }
    let last = positional - 1;
    let rationale = "An argument is easily forgotten, and the default holds then.";
    vec![Edit::remove_range(element_range(&given, last), given[last].text(), 48, rationale)]
}

/// `def f(x=None)` with `x = []` made inside became `def f(x=[])`.
fn mutable_default(parameter: Part<'_>) -> Vec<Edit> {
    let (Some(name), Some(value)) = (parameter.field("name"), parameter.field("value")) else { return Vec::new() };
    let Some(function) = parameter.inside("function_definition").filter(|_| value.is("none")) else {
        return Vec::new();
    };
    let mut made = function
        .descendants()
        .filter(|part| part.is("assignment") && part.field("left").is_some_and(|left| left.text() == name.text()));
    let fresh = made.find_map(|assignment| assignment.field("right").and_then(fresh_container));
    let Some(fresh) = fresh else { return Vec::new() };
    let rationale = "A default that is made once is shared by all calls, and keeps what they put into it.";
    vec![Edit::replace(value, fresh, 72, rationale)]
}

/// The container that is made when nothing was given: `[]`, also as `x or []` and `[] if x is None else x`.
fn fresh_container(right: Part<'_>) -> Option<&str> {
    let made = |part: Part<'_>| matches!(part.text(), "[]" | "{}" | "set()" | "list()" | "dict()");
    if made(right) {
        return Some(right.text());
    }
    right
        .is_any(&["boolean_operator", "conditional_expression"])
        .then(|| right.named().find(|part| made(*part)))?
        .map(Part::text)
}

/// A default that says nothing.
fn default(parameter: Part<'_>) -> Vec<Edit> {
    let Some(value) = parameter.field("value") else { return Vec::new() };
    if value.is_any(&["none", "true", "false", "integer", "float", "ellipsis"]) {
        return Vec::new();
    }
    vec![Edit::replace(value, "None", 48, "A default is easily lost when a signature is changed.")]
}
