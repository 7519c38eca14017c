//! Routes of Spring.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, MappedRoute, Symbol, SymbolKind};

use super::super::routes::{Argument, Mark, inside, join, route, split, string};

/// The texts of the constants of a file, by name.
type Constants<'t> = BTreeMap<&'t str, &'t str>;

const MAPPINGS: &[(&str, &str)] = &[
    ("GetMapping", "GET"),
    ("PostMapping", "POST"),
    ("PutMapping", "PUT"),
    ("PatchMapping", "PATCH"),
    ("DeleteMapping", "DELETE"),
];

/// Sets the routes of the controllers of a file.
pub(super) fn finish(facts: &mut FileFacts, text: &str) {
    let constants: Constants<'_> = facts
        .globals
        .iter()
        .filter_map(|global| {
            let (_, value) = text.get(global.span.start_byte..global.span.end_byte)?.split_once('=')?;
            Some((global.name.as_str(), string(value.trim_end_matches(';'))?))
        })
        .collect();
    let mut found: Vec<MappedRoute> = Vec::new();
    for class in facts.symbols.iter().filter(|symbol| symbol.kind.is_type()) {
        let marks: Vec<Mark<'_>> = class.decorators.iter().map(|text| Mark::read(text)).collect();
        let has = |names: &[&str]| marks.iter().any(|mark| names.contains(&mark.last_name()));
        // What an interface declares is answered by the controllers that implement it, which may be in other files.
        let is_shared = class.kind == SymbolKind::Interface && !has(&["FeignClient"]);
        if !is_shared && !has(&["RestController", "Controller"]) {
            continue;
        }
        let own = marks.iter().find(|mark| mark.last_name() == "RequestMapping");
        let prefixes = own.map_or_else(|| vec![String::new()], |own| paths(own, &constants));
        let methods = facts.symbols.iter().filter(|symbol| symbol.parent.as_ref() == Some(&class.local_name));
        for method in methods {
            found.extend(of_method(method, &prefixes, &constants));
        }
    }
    found.sort_by_key(|route| route.span);
    facts.routes = found;
}

fn of_method(method: &Symbol, prefixes: &[String], constants: &Constants<'_>) -> Vec<MappedRoute> {
    let mut found = Vec::new();
    for mark in method.decorators.iter().map(|text| Mark::read(text)) {
        let verbs = match MAPPINGS.iter().find(|(name, _)| *name == mark.last_name()) {
            Some((_, verb)) => vec![(*verb).to_owned()],
            None if mark.last_name() == "RequestMapping" => verbs(&mark),
            None => continue,
        };
        for prefix in prefixes {
            for path in paths(&mark, constants) {
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
fn paths(mark: &Mark<'_>, constants: &Constants<'_>) -> Vec<String> {
    let named = mark.first().or_else(|| mark.key("value")).or_else(|| mark.key("path"));
    let texts = named.map(|argument| texts(argument, constants)).unwrap_or_default();
    if texts.is_empty() { vec![String::new()] } else { texts }
}

/// `"/cart"`, `{"/cart", "/carts"}`, `BASE`, `Paths.BASE + "/cart"`
fn texts(argument: &Argument<'_>, constants: &Constants<'_>) -> Vec<String> {
    let value = argument.value.trim();
    let parts = if value.starts_with('{') { split(inside(value)) } else { vec![value] };
    let literal = |part: &str| string(part).filter(|text| !text.contains('"')).map(str::to_owned);
    let named = |part: &str| constants.get(part.trim().rsplit('.').next()?).map(|text| (*text).to_owned());
    let sum = |part: &str| part.split('+').map(|one| literal(one).or_else(|| named(one))).collect::<Option<String>>();
    parts.into_iter().filter_map(|part| literal(part).or_else(|| sum(part))).collect()
}
