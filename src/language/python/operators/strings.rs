//! Methods of texts.

use super::Operator;
use super::edit::{Edit, called};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "text-method-swapped", kinds: &["call"], edits: swapped },
    Operator { name: "text-method-dropped", kinds: &["call"], edits: dropped },
];

const SIDES: &str = "The two ends of a text are easily mixed up.";
const CASE: &str = "Ways of writing upper and lower case are easily mixed up.";
const KINDS: &str = "Which characters count is easily mixed up.";

const SWAPS: &[(&str, &str, u8, &str)] = &[
    ("strip", "lstrip", 60, SIDES),
    ("strip", "rstrip", 60, SIDES),
    ("lstrip", "rstrip", 62, SIDES),
    ("lstrip", "strip", 60, SIDES),
    ("rstrip", "lstrip", 62, SIDES),
    ("rstrip", "strip", 60, SIDES),
    ("startswith", "endswith", 62, SIDES),
    ("endswith", "startswith", 62, SIDES),
    ("lower", "upper", 54, CASE),
    ("upper", "lower", 54, CASE),
    ("title", "capitalize", 56, CASE),
    ("capitalize", "title", 56, CASE),
    ("casefold", "lower", 44, CASE),
    ("find", "rfind", 58, SIDES),
    ("rfind", "find", 58, SIDES),
    ("index", "rindex", 40, SIDES),
    ("rindex", "index", 54, SIDES),
    ("partition", "rpartition", 62, SIDES),
    ("rpartition", "partition", 62, SIDES),
    ("removeprefix", "removesuffix", 58, SIDES),
    ("removeprefix", "lstrip", 60, "Taking off a prefix and taking off characters are easily mixed up."),
    ("removesuffix", "removeprefix", 58, SIDES),
    ("removesuffix", "rstrip", 60, "Taking off a suffix and taking off characters are easily mixed up."),
    ("ljust", "rjust", 60, SIDES),
    ("rjust", "ljust", 60, SIDES),
    ("isdigit", "isalnum", 54, KINDS),
    ("isalpha", "isalnum", 56, KINDS),
    ("isalnum", "isalpha", 56, KINDS),
    ("isupper", "islower", 50, CASE),
    ("islower", "isupper", 50, CASE),
    ("splitlines", "split", 50, "Splitting at line ends and at white space are easily mixed up."),
];

/// Methods that give the text back, changed.
const DROPPABLE: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "casefold",
    "title",
    "capitalize",
    "removeprefix",
    "removesuffix",
    "zfill",
    "ljust",
    "rjust",
    "center",
    "replace",
    "expandtabs",
    "swapcase",
];

fn swapped(call: Part<'_>) -> Vec<Edit> {
    let name = call.field("function").and_then(|function| function.field("attribute"));
    let Some(name) = name else { return Vec::new() };
    let rows = SWAPS.iter().filter(|(from, ..)| *from == name.text());
    let mut edits: Vec<Edit> =
        rows.map(|(_, to, plausibility, rationale)| Edit::replace(name, to, *plausibility, rationale)).collect();
    // Without a maximum both give the same.
    let has_maximum = call.field("arguments").is_some_and(|list| list.named().count() == 2);
    match (name.text(), has_maximum) {
        ("split", true) => edits.push(Edit::replace(name, "rsplit", 60, SIDES)),
        ("rsplit", true) => edits.push(Edit::replace(name, "split", 62, SIDES)),
        _ => {}
    }
    edits
}

fn dropped(call: Part<'_>) -> Vec<Edit> {
    let object = call.field("function").and_then(|function| function.field("object"));
    let stands_alone = call.parent().is_some_and(|parent| parent.is("expression_statement"));
    let Some(object) = object.filter(|_| DROPPABLE.contains(&called(call)) && !stands_alone) else { return Vec::new() };
    let rationale = "Bringing a text into its normal form is easily forgotten.";
    vec![Edit::replace(call, object.text(), 64, rationale)]
}
