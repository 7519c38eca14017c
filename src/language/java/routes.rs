//! Routes of Spring.

use crate::domain::{FileFacts, MappedRoute, Symbol};

use super::super::routes::{Mark, join, route};

const MAPPINGS: &[(&str, &str)] = &[
    ("GetMapping", "GET"),
    ("PostMapping", "POST"),
    ("PutMapping", "PUT"),
    ("PatchMapping", "PATCH"),
    ("DeleteMapping", "DELETE"),
];

/// Sets the routes of the controllers of a file.
pub(super) fn finish(facts: &mut FileFacts) {
    let mut found: Vec<MappedRoute> = Vec::new();
    for class in facts.symbols.iter().filter(|symbol| symbol.kind.is_type()) {
        let marks: Vec<Mark<'_>> = class.decorators.iter().map(|text| Mark::read(text)).collect();
        if !marks.iter().any(|mark| matches!(mark.last_name(), "RestController" | "Controller")) {
            continue;
        }
        let own = marks.iter().find(|mark| mark.last_name() == "RequestMapping");
        let prefixes = own.map_or_else(|| vec![String::new()], paths);
        let methods = facts.symbols.iter().filter(|symbol| symbol.parent.as_ref() == Some(&class.local_name));
        for method in methods {
            found.extend(of_method(method, &prefixes));
        }
    }
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

fn of_method(method: &Symbol, prefixes: &[String]) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    for mark in method.decorators.iter().map(|text| Mark::read(text)) {
        let verbs = match MAPPINGS.iter().find(|(name, _)| *name == mark.last_name()) {
            Some((_, verb)) => vec![(*verb).to_owned()],
            None if mark.last_name() == "RequestMapping" => verbs(&mark),
            None => continue,
        };
        for prefix in prefixes {
            for path in paths(&mark) {
                let of_verb =
                    |verb: &String| route("spring", verb, join(prefix, &path), &method.local_name, "", method.span);
                found.extend(verbs.iter().map(of_verb));
            }
        }
    }
    found
}

/// `method = RequestMethod.POST`, or several in braces; without one, every method.
fn verbs(mark: &Mark<'_>) -> Vec<String> {
    let Some(method) = mark.key("method") else { return vec!["ANY".to_owned()] };
    let words = method.value.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty() && *word != "RequestMethod").map(str::to_owned).collect()
}

/// The paths of a mapping: `""` where it names none.
fn paths(mark: &Mark<'_>) -> Vec<String> {
    let named = mark.first().or_else(|| mark.key("value")).or_else(|| mark.key("path"));
    let strings = named.map(|argument| argument.strings()).unwrap_or_default();
    if strings.is_empty() { vec![String::new()] } else { strings.into_iter().map(str::to_owned).collect() }
}
