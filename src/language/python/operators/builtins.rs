//! Functions and methods of the language that are taken for one another, or left out.

use super::Operator;
use super::edit::{Edit, arguments, called, operand};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "function-swapped", kinds: &["call"], edits: function_swapped },
    Operator { name: "function-dropped", kinds: &["call"], edits: function_dropped },
    Operator { name: "sort-order", kinds: &["call"], edits: sort_order },
    Operator { name: "method-swapped", kinds: &["call"], edits: method_swapped },
    Operator { name: "method-dropped", kinds: &["call"], edits: method_dropped },
    Operator { name: "get-default", kinds: &["call"], edits: get_default },
    Operator { name: "seconds", kinds: &["call"], edits: seconds },
];

type Swap = (&'static str, &'static str, u8, &'static str);

const FUNCTIONS: &[Swap] = &[
    ("min", "max", 72, "The smallest and the largest are easily mixed up."),
    ("max", "min", 72, "The smallest and the largest are easily mixed up."),
    ("any", "all", 76, "One of them and all of them are easily mixed up."),
    ("all", "any", 76, "One of them and all of them are easily mixed up."),
    ("sorted", "list", 62, "That the order matters is easily forgotten."),
    ("set", "list", 56, "That duplicates have to go is easily forgotten."),
    ("round", "int", 64, "Rounding and cutting off are easily mixed up."),
    ("int", "round", 46, "Rounding and cutting off are easily mixed up."),
    ("floor", "ceil", 66, "Rounding up and rounding down are easily mixed up."),
    ("ceil", "floor", 66, "Rounding up and rounding down are easily mixed up."),
    ("deepcopy", "copy", 62, "A copy that shares its inner parts is easily taken for a full one."),
    ("combinations", "permutations", 46, "Whether the order of a selection counts is easily mixed up."),
    ("permutations", "combinations", 46, "Whether the order of a selection counts is easily mixed up."),
];

const METHODS: &[Swap] = &[
    ("append", "extend", 44, "Adding one element and adding several are easily mixed up."),
    ("extend", "append", 48, "Adding one element and adding several are easily mixed up."),
    ("add", "discard", 40, "Adding and removing are easily mixed up."),
    ("popleft", "pop", 60, "The two ends of a queue are easily mixed up."),
    ("appendleft", "append", 58, "The two ends of a queue are easily mixed up."),
    ("union", "intersection", 56, "Operations on sets are easily mixed up."),
    ("intersection", "union", 56, "Operations on sets are easily mixed up."),
    ("difference", "symmetric_difference", 46, "Operations on sets are easily mixed up."),
    ("issubset", "issuperset", 56, "Which set holds the other is easily mixed up."),
    ("issuperset", "issubset", 56, "Which set holds the other is easily mixed up."),
    ("keys", "values", 44, "Keys and values are easily mixed up."),
    ("values", "keys", 50, "Keys and values are easily mixed up."),
    ("fullmatch", "match", 60, "Whether a pattern has to cover the whole text is easily forgotten."),
    ("match", "search", 58, "Whether a pattern has to stand at the start is easily forgotten."),
    ("search", "match", 58, "Whether a pattern has to stand at the start is easily forgotten."),
    ("floor", "ceil", 66, "Rounding up and rounding down are easily mixed up."),
    ("ceil", "floor", 66, "Rounding up and rounding down are easily mixed up."),
    ("deepcopy", "copy", 62, "A copy that shares its inner parts is easily taken for a full one."),
    ("nlargest", "nsmallest", 62, "The smallest and the largest are easily mixed up."),
    ("nsmallest", "nlargest", 62, "The smallest and the largest are easily mixed up."),
    ("bisect_left", "bisect_right", 66, "On which side of equal values a place lies is easily mixed up."),
    ("bisect_right", "bisect_left", 66, "On which side of equal values a place lies is easily mixed up."),
    ("bisect", "bisect_left", 62, "On which side of equal values a place lies is easily mixed up."),
    ("insort", "insort_left", 50, "On which side of equal values a place lies is easily mixed up."),
    ("setdefault", "get", 50, "That a missing value has to be kept is easily forgotten."),
    ("discard", "remove", 50, "That a value may be missing is easily forgotten."),
    ("remove", "discard", 40, "That a missing value is a mistake is easily forgotten."),
];

/// Functions whose result is like their only argument.
const DROPPABLE: &[(&str, u8, &str)] = &[
    ("abs", 66, "That a number can be negative is easily forgotten."),
    ("round", 52, "Rounding is easily forgotten."),
    ("reversed", 56, "The direction is easily forgotten."),
    ("sorted", 54, "That the order matters is easily forgotten."),
    ("list", 52, "A copy is easily forgotten, and the caller's own list is changed."),
    ("dict", 52, "A copy is easily forgotten, and the caller's own dict is changed."),
    ("set", 48, "That duplicates have to go is easily forgotten."),
    ("int", 46, "A conversion is easily forgotten."),
    ("float", 44, "A conversion is easily forgotten."),
    ("str", 44, "A conversion is easily forgotten."),
    ("bool", 40, "A conversion is easily forgotten."),
    ("tuple", 40, "A conversion is easily forgotten."),
    ("deepcopy", 58, "A copy is easily forgotten, and the caller's own object is changed."),
];

fn swap(name: Part<'_>, table: &[Swap]) -> Vec<Edit> {
    let rows = table.iter().filter(|(from, ..)| *from == name.text());
    rows.map(|(_, to, plausibility, rationale)| Edit::replace(name, to, *plausibility, rationale)).collect()
}

fn function_swapped(call: Part<'_>) -> Vec<Edit> {
    let Some(name) = call.field("function").filter(|function| function.is("identifier")) else { return Vec::new() };
    swap(name, FUNCTIONS)
}

fn method_swapped(call: Part<'_>) -> Vec<Edit> {
    let name = call.field("function").and_then(|function| function.field("attribute"));
    name.map(|name| swap(name, METHODS)).unwrap_or_default()
}

fn function_dropped(call: Part<'_>) -> Vec<Edit> {
    if call.parent().is_some_and(|parent| parent.is("expression_statement")) {
        return Vec::new();
    }
    let given = arguments(call);
    let positional = given.iter().filter(|argument| !argument.is("keyword_argument")).count();
    let Some(first) = given.first().filter(|first| positional >= 1 && !first.is("keyword_argument")) else {
        return Vec::new();
    };
    let alone = positional == 1 || called(call) == "round";
    let rows = DROPPABLE.iter().filter(|(name, ..)| alone && *name == called(call));
    rows.map(|(_, plausibility, rationale)| Edit::replace(call, &operand(*first), *plausibility, rationale)).collect()
}

/// `sorted(x)` and `x.sort()` the other way round.
fn sort_order(call: Part<'_>) -> Vec<Edit> {
    let given = arguments(call);
    let says_so = given.iter().any(|part| part.field("name").is_some_and(|name| name.text() == "reverse"));
    let list = call.field("arguments").filter(|list| list.is("argument_list"));
    let (Some(list), false, "sorted" | "sort") = (list, says_so, called(call)) else { return Vec::new() };
    if list.named().next().is_some() == given.is_empty() {
        return Vec::new();
    }
    let inner = text_of(list, &given);
    let separator = if inner.is_empty() { "" } else { ", " };
    let mutated = format!("({inner}{separator}reverse=True)");
    vec![Edit::replace(list, &mutated, 50, "The direction of an order is easily mixed up.")]
}

fn text_of<'s>(list: Part<'s>, given: &[Part<'s>]) -> &'s str {
    let (Some(first), Some(last)) = (given.first(), given.last()) else { return "" };
    list.text().get(first.start() - list.start()..last.end() - list.start()).unwrap_or_default()
}

/// `x.copy()` became `x`.
fn method_dropped(call: Part<'_>) -> Vec<Edit> {
    let object = call.field("function").and_then(|function| function.field("object"));
    let has_arguments = call.field("arguments").is_some_and(|list| list.named().next().is_some());
    let Some(object) = object.filter(|_| called(call) == "copy" && !has_arguments) else { return Vec::new() };
    let rationale = "A copy is easily forgotten, and the caller's own object is changed.";
    vec![Edit::replace(call, object.text(), 62, rationale)]
}

/// `d.get(k, default)` became `d.get(k)`; `d.pop(k, default)` became `d.pop(k)`.
fn get_default(call: Part<'_>) -> Vec<Edit> {
    let given = arguments(call);
    let is_method = call.field("function").is_some_and(|function| function.is("attribute"));
    let ([key, default], true, "get" | "pop") = (given.as_slice(), is_method, called(call)) else { return Vec::new() };
    if default.is("keyword_argument") {
        return Vec::new();
    }
    let rationale = "What happens when a key is missing is easily forgotten.";
    vec![Edit::remove_range((key.end(), default.end()), default.text(), 64, rationale)]
}

/// `a.total_seconds()` became `a.seconds`.
fn seconds(call: Part<'_>) -> Vec<Edit> {
    let object = call.field("function").and_then(|function| function.field("object"));
    let Some(object) = object.filter(|_| called(call) == "total_seconds") else { return Vec::new() };
    let rationale = "The seconds of a time span are easily taken for all of it, and whole days are lost.";
    vec![Edit::replace(call, &format!("{}.seconds", object.text()), 68, rationale)]
}
