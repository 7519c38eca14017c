//! What a definition says about itself.

use std::collections::BTreeSet;

use crate::domain::{Name, Parameter, ParameterKind, Symbol, Visibility};

use super::super::dialect::Definition;
use super::super::syntax::{Part, Syntax};

/// Fills in parameters, types, bases, annotations and visibility.
pub(super) fn describe(definition: &Definition<'_>, symbol: &mut Symbol) {
    let part = definition.part;
    let modifiers = part.child("modifiers");
    let is_member_of_interface = definition.holder.is_some_and(|holder| holder.is("interface_declaration"));
    let has = |word: &str| modifiers.is_some_and(|modifiers| modifiers.has(word));
    symbol.visibility = if has("public") || (is_member_of_interface && !has("private")) {
        Visibility::Public
    } else if has("protected") {
        Visibility::Protected
    } else if has("private") {
        Visibility::Private
    } else {
        // Without a word it is its package's.
        Visibility::Internal
    };
    let annotations = modifiers.into_iter().flat_map(Part::named);
    let annotations = annotations.filter(|part| part.is_any(&["marker_annotation", "annotation"]));
    symbol.decorators = annotations.map(|part| part.text().trim_start_matches('@').into()).collect();
    symbol.returns = part.field("type").map(|own| own.text().into());
    symbol.parameters =
        part.field("parameters").map(|list| list.named().filter_map(parameter).collect()).unwrap_or_default();
    symbol.bases = bases(part);
    if let Some(name) = part.field("name") {
        symbol.definition_line = name.line_start();
    }
}

fn parameter(part: Part<'_>) -> Option<Parameter> {
    let text = |part: Part<'_>| part.text().to_owned();
    match part.kind() {
        "formal_parameter" => Some(Parameter {
            name: text(part.field("name")?).into(),
            annotation: part.field("type").map(text).map(Into::into),
            default: None,
            kind: ParameterKind::Positional,
        }),
        "spread_parameter" => Some(Parameter {
            name: text(part.child("variable_declarator")?).into(),
            annotation: part
                .named()
                .find(|child| !child.is_any(&["modifiers", "variable_declarator"]))
                .map(text)
                .map(Into::into),
            default: None,
            kind: ParameterKind::Rest,
        }),
        _ => None,
    }
}

fn bases(part: Part<'_>) -> Vec<Name> {
    let clauses =
        part.children().filter(|child| child.is_any(&["superclass", "super_interfaces", "extends_interfaces"]));
    let mut bases = Vec::new();
    for clause in clauses {
        match clause.child("type_list") {
            Some(list) => bases.extend(list.named().map(|one| one.text().into())),
            None => bases.extend(clause.named().map(|one| one.text().into())),
        }
    }
    bases
}

/// Names that can be types, sorted.
pub(super) fn types_used(syntax: &Syntax<'_>) -> Vec<String> {
    let is_type = |part: &Part<'_>| {
        part.is_any(&["type_identifier", "identifier"]) && part.text().starts_with(|c: char| c.is_uppercase())
    };
    let uses: BTreeSet<&str> = syntax.root().descendants().filter(is_type).map(Part::text).collect();
    uses.into_iter().map(str::to_owned).collect()
}
