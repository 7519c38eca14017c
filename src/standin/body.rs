//! Strict request bodies. GitHub ignores some mistakes and answers others in several forms; the stand-in refuses
//! them all, so that a story finds what GitHub would only sometimes let pass.

use serde_json::Value;

/// A named part of a body.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// What a part of a body may be.
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A text of at most so many characters.
    Short(usize),
    /// A text of at most so many characters and so many bytes in UTF-8.
    Bytes(usize),
    /// A text or nothing.
    TextOrNull,
    Integer,
    Boolean,
    /// The id of a git object: 40 hexadecimal digits.
    Sha,
    ShaOrNull,
    /// `2026-01-01T00:00:00Z`
    Time,
    OneOf(&'static [&'static str]),
    Object(&'static [Field]),
    /// An object whose names aren't checked.
    Map,
    /// At most so many of one kind.
    List(usize, &'static Kind),
}

/// A part that must be there.
pub(super) const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, required: true, kind }
}

/// A part that may be there.
pub(super) const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, required: false, kind }
}

/// The first thing that is wrong with a body, in GitHub's words where they are known.
pub(super) fn check(body: &Value, fields: &[Field]) -> Result<(), String> {
    let Value::Object(parts) = body else { return Err(format!("{} is not an object.", shown(body))) };
    if let Some(name) = parts.keys().find(|name| !fields.iter().any(|field| field.name == **name)) {
        return Err(format!("\"{name}\" is not a permitted key."));
    }
    for field in fields {
        match parts.get(field.name) {
            Some(value) => check_value(field.name, value, &field.kind)?,
            None if field.required => return Err(format!("\"{}\" wasn't supplied.", field.name)),
            None => {}
        }
    }
    Ok(())
}

fn check_value(name: &str, value: &Value, kind: &Kind) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("For 'properties/{name}', {} is not {what}.", shown(value)));
    match kind {
        Kind::TextOrNull | Kind::ShaOrNull if value.is_null() => Ok(()),
        Kind::Text | Kind::TextOrNull | Kind::Short(_) | Kind::Bytes(_) => match value.as_str() {
            Some(text) => check_length(text, kind),
            None => wrong("a string"),
        },
        Kind::Integer if !value.is_i64() && !value.is_u64() => wrong("an integer"),
        Kind::Boolean if !value.is_boolean() => wrong("a boolean"),
        Kind::Sha | Kind::ShaOrNull if !value.as_str().is_some_and(is_sha) => wrong("a SHA"),
        Kind::Time if !value.as_str().is_some_and(is_time) => wrong("a date-time"),
        Kind::OneOf(words) if !value.as_str().is_some_and(|word| words.contains(&word)) => {
            Err(format!("For 'properties/{name}', {} is not a member of {words:?}.", shown(value)))
        }
        Kind::Object(fields) => check(value, fields),
        Kind::Map if !value.is_object() => wrong("an object"),
        Kind::List(most, kind) => {
            let Some(items) = value.as_array() else { return wrong("an array") };
            if items.len() > *most {
                return Err(format!("No more than {most} items are allowed; {} were supplied.", items.len()));
            }
            items.iter().try_for_each(|item| check_value(name, item, kind))
        }
        Kind::Integer | Kind::Boolean | Kind::Sha | Kind::ShaOrNull | Kind::Time | Kind::OneOf(_) | Kind::Map => Ok(()),
    }
}

fn check_length(text: &str, kind: &Kind) -> Result<(), String> {
    let (Kind::Short(most) | Kind::Bytes(most)) = kind else { return Ok(()) };
    let characters = text.chars().count();
    if characters > *most {
        return Err(format!("Only {most} characters are allowed; {characters} were supplied."));
    }
    if matches!(kind, Kind::Bytes(_)) && text.len() > *most {
        return Err(format!("Only {most} bytes are allowed; {} were supplied.", text.len()));
    }
    Ok(())
}

/// Whether a text is the full id of a git object.
pub(super) fn is_sha(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

/// A value for a message: never more than a few words of it.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FIELDS: &[Field] = &[must("name", Kind::Bytes(4)), may("lines", Kind::List(2, &Kind::Integer))];

    #[test]
    fn a_body_that_fits_is_taken() {
        assert_eq!(check(&json!({"name": "abcd", "lines": [1, 2]}), FIELDS), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let said = |body| check(&body, FIELDS).unwrap_err();
        assert_eq!(said(json!({})), "\"name\" wasn't supplied.");
        assert_eq!(said(json!({"name": "a", "nam": 1})), "\"nam\" is not a permitted key.");
        assert_eq!(said(json!({"name": "abcde"})), "Only 4 characters are allowed; 5 were supplied.");
        assert_eq!(said(json!({"name": "äöü"})), "Only 4 bytes are allowed; 6 were supplied.");
        assert_eq!(said(json!({"name": 1})), "For 'properties/name', 1 is not a string.");
        assert_eq!(
            said(json!({"name": "a", "lines": [1, 2, 3]})),
            "No more than 2 items are allowed; 3 were supplied."
        );
    }
}
