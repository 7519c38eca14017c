//! Exceptions: which ones, and what happens then.

use super::Operator;
use super::edit::{Edit, element_range};
use crate::language::python::syntax::Part;

pub(super) const OPERATORS: &[Operator] = &[
    Operator { name: "exception-widened", kinds: &["except_clause"], edits: widened },
    Operator { name: "exception-narrowed", kinds: &["except_clause"], edits: narrowed },
    Operator { name: "exception-forgotten", kinds: &["except_clause"], edits: forgotten },
    Operator { name: "handler-emptied", kinds: &["except_clause"], edits: emptied },
    Operator { name: "exception-type", kinds: &["raise_statement"], edits: other_type },
];

/// The exceptions that a handler names.
fn caught(clause: Part<'_>) -> Option<Part<'_>> {
    let value = clause.field("value").or_else(|| clause.named().find(|part| !part.is("block")))?;
    if value.is("as_pattern") { value.named().next() } else { Some(value) }
}

fn widened(clause: Part<'_>) -> Vec<Edit> {
    let Some(caught) = caught(clause) else { return Vec::new() };
    if matches!(caught.text(), "Exception" | "BaseException") {
        return Vec::new();
    }
    vec![Edit::replace(caught, "Exception", 58, "Catching everything is a common short cut, and hides other mistakes.")]
}

/// Exceptions, and one of those that they stand for.
const NARROWER: &[(&str, &str)] = &[
    ("Exception", "ValueError"),
    ("BaseException", "Exception"),
    ("LookupError", "KeyError"),
    ("ArithmeticError", "ZeroDivisionError"),
    ("OSError", "FileNotFoundError"),
    ("IOError", "FileNotFoundError"),
    ("EnvironmentError", "FileNotFoundError"),
    ("ImportError", "ModuleNotFoundError"),
    ("UnicodeError", "UnicodeDecodeError"),
];

fn narrowed(clause: Part<'_>) -> Vec<Edit> {
    let Some(caught) = caught(clause) else { return Vec::new() };
    let rows = NARROWER.iter().filter(|(wide, _)| *wide == caught.text());
    let rationale = "The exception that was seen is easily taken for the only one that can come.";
    rows.map(|(_, narrow)| Edit::replace(caught, narrow, 52, rationale)).collect()
}

/// `except (A, B)` became `except (A,)`.
fn forgotten(clause: Part<'_>) -> Vec<Edit> {
    let Some(tuple) = caught(clause).filter(|caught| caught.is("tuple")) else { return Vec::new() };
    let types: Vec<Part<'_>> = tuple.named().collect();
    if types.len() < 2 {
        return Vec::new();
    }
    let rationale = "One of several exceptions is easily forgotten.";
    let dropped = |i: usize| {
        let mut edit = Edit::remove_range(element_range(&types, i), types[i].text(), 58, rationale);
        if types.len() == 2 {
            // One alone needs its comma to stay a tuple.
            (edit.start, edit.end, edit.mutated) = (tuple.start(), tuple.end(), format!("({},)", types[1 - i].text()));
        }
        edit
    };
    (0..types.len()).map(dropped).collect()
}

fn emptied(clause: Part<'_>) -> Vec<Edit> {
    let Some(block) = clause.named().find(|part| part.is("block") && part.text() != "pass") else { return Vec::new() };
    vec![Edit::remove_statement(block, 54, "An exception is easily swallowed while code is being written.")]
}

fn other_type(statement: Part<'_>) -> Vec<Edit> {
    let Some(raised) = statement.named().next() else { return Vec::new() };
    let name = if raised.is("call") { raised.field("function") } else { Some(raised) };
    let Some(name) = name.filter(|name| name.is("identifier")) else { return Vec::new() };
    let to = match name.text() {
        "ValueError" => "TypeError",
        "TypeError" => "ValueError",
        "KeyError" => "IndexError",
        "IndexError" => "KeyError",
        "AttributeError" => "KeyError",
        "StopIteration" => "IndexError",
        "NotImplementedError" | "Exception" => return Vec::new(),
        _ => "Exception",
    };
    vec![Edit::replace(name, to, 44, "Callers catch an exception by its type, and a similar one is easily taken.")]
}
