//! `import`, `export … from`, `require` and `import()`.

use crate::domain::{Import, ImportedName};

use super::super::names::unquoted;
use super::super::query::Match;
use super::super::syntax::Part;

/// The import of one statement or call.
pub(super) fn imports(found: &Match<'_>) -> Vec<Import> {
    let (Some(statement), Some(source)) = (found.get("import"), found.text("source")) else { return Vec::new() };
    let names = match statement.kind() {
        "import_statement" => statement.child("import_clause").map(of_clause).unwrap_or_default(),
        "export_statement" => passed_on(statement),
        _ => required(statement),
    };
    vec![Import {
        source: unquoted(source).into(),
        names,
        line: statement.line_start(),
        reexported: statement.is("export_statement"),
        files: Vec::new(),
    }]
}

fn name(name: &str, local: &str) -> ImportedName {
    ImportedName { name: name.into(), local: local.into() }
}

fn of_clause(clause: Part<'_>) -> Vec<ImportedName> {
    let mut names = Vec::new();
    for part in clause.named() {
        match part.kind() {
            "identifier" => names.push(name("default", part.text())),
            "namespace_import" => names.extend(part.only().map(|local| name("*", local.text()))),
            "named_imports" => names.extend(part.named().filter_map(specifier)),
            _ => {}
        }
    }
    names
}

fn specifier(part: Part<'_>) -> Option<ImportedName> {
    let own = unquoted(part.field("name")?.text());
    Some(name(own, part.field("alias").map_or(own, |alias| unquoted(alias.text()))))
}

/// `export * from`, `export * as a from`, `export { a as b } from`.
fn passed_on(statement: Part<'_>) -> Vec<ImportedName> {
    if let Some(clause) = statement.child("export_clause") {
        return clause.named().filter_map(specifier).collect();
    }
    match statement.child("namespace_export").and_then(Part::only) {
        Some(local) => vec![name("*", local.text())],
        None => vec![name("*", "*")],
    }
}

/// `const a = require("x")`, `const { a, b: c } = require("x")`, `const a = require("x").b`.
fn required(call: Part<'_>) -> Vec<ImportedName> {
    let mut value = call;
    let mut member = None;
    while let Some(around) = value.parent().filter(|around| around.is_any(&["await_expression", "member_expression"])) {
        member = around.field("property").map(Part::text).or(member);
        value = around;
    }
    let Some(declarator) = value.parent().filter(|parent| parent.is("variable_declarator")) else { return Vec::new() };
    let Some(pattern) = declarator.field("name") else { return Vec::new() };
    if pattern.is("identifier") {
        return vec![name(member.unwrap_or("*"), pattern.text())];
    }
    let bound = |part: Part<'_>| match part.kind() {
        "shorthand_property_identifier_pattern" => Some(name(part.text(), part.text())),
        "pair_pattern" => Some(name(part.field("key")?.text(), part.field("value")?.text())),
        _ => None,
    };
    pattern.named().filter_map(bound).collect()
}
