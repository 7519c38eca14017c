//! What others may have, and by which name.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Export, FileFacts, Visibility};

use super::super::names::unquoted;
use super::super::query::Match;
use super::super::syntax::Part;

/// Sets the exports, and which symbols are meant for others.
pub(super) fn finish(facts: &mut FileFacts, matches: &[Match<'_>]) {
    // The exported name, and the name in the file.
    let mut offered: BTreeMap<String, String> = BTreeMap::new();
    for statement in matches.iter().filter_map(|found| found.get("export")) {
        if statement.is("export_statement") && statement.parent().is_some_and(|parent| !parent.is("program")) {
            // It is one of a namespace.
            continue;
        }
        if statement.is("export_statement") {
            by_statement(statement, &mut offered);
        } else {
            by_assignment(statement, &mut offered);
        }
    }
    let locals: BTreeSet<&str> = offered.values().map(String::as_str).collect();
    for symbol in facts.symbols.iter_mut().filter(|symbol| symbol.parent.is_none()) {
        if symbol.is_public() && !locals.contains(symbol.name.as_str()) {
            symbol.visibility = Visibility::Internal;
        }
    }
    for global in &mut facts.globals {
        global.public |= locals.contains(global.name.as_str());
    }
    let imported: BTreeSet<&str> =
        facts.imports.iter().flat_map(|import| &import.names).map(|name| name.local.as_str()).collect();
    let mut exports: Vec<Export> = offered
        .iter()
        .map(|(name, local)| Export {
            name: name.as_str().into(),
            local: local.as_str().into(),
            reexported: imported.contains(local.as_str()),
        })
        .collect();
    let passed_on = facts.imports.iter().filter(|import| import.reexported).flat_map(|import| &import.names);
    exports.extend(passed_on.map(|name| Export::passed_on(&name.local)));
    exports.sort();
    exports.dedup_by(|one, other| one.name == other.name);
    facts.exports = exports;
}

fn by_statement(statement: Part<'_>, offered: &mut BTreeMap<String, String>) {
    if statement.field("source").is_some() {
        return;
    }
    if let Some(clause) = statement.child("export_clause") {
        for specifier in clause.named() {
            let Some(local) = specifier.field("name") else { continue };
            let name = specifier.field("alias").unwrap_or(local);
            offered.insert(unquoted(name.text()).to_owned(), local.text().to_owned());
        }
        return;
    }
    let is_default = statement.has("default");
    if let Some(declaration) = statement.field("declaration") {
        for local in declared(declaration) {
            let name = if is_default { "default" } else { local };
            offered.insert(name.to_owned(), local.to_owned());
        }
    } else if let Some(value) = statement.field("value") {
        let local = if value.is("identifier") { value.text() } else { "default" };
        offered.insert("default".to_owned(), local.to_owned());
    }
}

/// The names that a declaration binds.
fn declared(declaration: Part<'_>) -> Vec<&str> {
    if let Some(name) = declaration.field("name") {
        return vec![name.text()];
    }
    let names = declaration.named().filter(|part| part.is("variable_declarator")).filter_map(|part| part.field("name"));
    names
        .flat_map(|name| {
            name.descendants().filter(|part| part.is_any(&["identifier", "shorthand_property_identifier_pattern"]))
        })
        .map(Part::text)
        .collect()
}

/// `module.exports = total`, `module.exports = { total, other: f }`, `exports.total = total`.
fn by_assignment(assignment: Part<'_>, offered: &mut BTreeMap<String, String>) {
    let (Some(left), Some(right)) = (assignment.field("left"), assignment.field("right")) else { return };
    if left.text() != "module.exports" {
        let Some(name) = left.field("property") else { return };
        let local = if right.is("identifier") { right.text() } else { name.text() };
        offered.insert(name.text().to_owned(), local.to_owned());
        return;
    }
    if !right.is("object") {
        let local = if right.is("identifier") { right.text() } else { "default" };
        offered.insert("default".to_owned(), local.to_owned());
        return;
    }
    for part in right.named() {
        let (name, local) = match part.kind() {
            "shorthand_property_identifier" => (part.text(), part.text()),
            "pair" => match (part.field("key"), part.field("value")) {
                (Some(key), Some(value)) if value.is("identifier") => (unquoted(key.text()), value.text()),
                (Some(key), _) => (unquoted(key.text()), unquoted(key.text())),
                _ => continue,
            },
            "method_definition" => match part.field("name") {
                Some(name) => (name.text(), name.text()),
                None => continue,
            },
            _ => continue,
        };
        offered.insert(name.to_owned(), local.to_owned());
    }
}
