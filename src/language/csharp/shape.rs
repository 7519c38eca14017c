//! What a definition says about itself.

use std::collections::BTreeSet;

use crate::domain::{Parameter, ParameterKind, Symbol, Visibility};

use super::super::dialect::Definition;
use super::super::syntax::{Part, Syntax};

/// Fills in parameters, types, bases, attributes and visibility.
pub(super) fn describe(definition: &Definition<'_>, symbol: &mut Symbol) {
    let part = definition.part;
    let has = |word: &str| part.children().any(|child| child.is("modifier") && child.text() == word);
    symbol.visibility = if has("public") || definition.holder.is_some_and(|holder| holder.is("interface_declaration")) {
        Visibility::Public
    } else if has("protected") {
        Visibility::Protected
    } else if has("internal") || (!has("private") && symbol.kind.is_type() && symbol.parent.is_none()) {
        // A type of a namespace is its assembly's, a member its type's.
        Visibility::Internal
    } else {
        Visibility::Private
    };
    symbol.is_async = has("async");
    let lists = part.children().filter(|child| child.is("attribute_list"));
    let attributes = lists.flat_map(Part::named).filter(|attribute| attribute.is("attribute"));
    symbol.decorators = attributes.map(|attribute| attribute.text().into()).collect();
    symbol.returns = part.field("returns").or_else(|| part.field("type")).map(|own| own.text().into());
    let list = part.field("parameters").or_else(|| part.child("parameter_list"));
    symbol.parameters = list.map(parameters).unwrap_or_default();
    symbol.bases =
        part.child("base_list").map(|list| list.named().map(|base| base.text().into()).collect()).unwrap_or_default();
    if let Some(name) = part.field("name") {
        symbol.definition_line = name.line_start();
    }
}

fn parameters(list: Part<'_>) -> Vec<Parameter> {
    let text = |part: Part<'_>| part.text().to_owned();
    let mut parameters: Vec<Parameter> = Vec::new();
    for part in list.named().filter(|part| part.is("parameter")) {
        let Some(name) = part.field("name") else { continue };
        // What stands after the name is the default.
        let default = part.named().filter(|child| child.start() > name.start()).last().map(text);
        // An extension method is called on its first parameter.
        let extended =
            part.children().take_while(|child| child.start() < name.start()).any(|child| child.text() == "this");
        let annotation = part.field("type").map(|own| format!("{}{}", if extended { "this " } else { "" }, own.text()));
        parameters.push(Parameter {
            name: text(name).into(),
            annotation: annotation.map(Into::into),
            default: default.map(Into::into),
            kind: ParameterKind::Normal,
        });
    }
    // `params int[] rest` has no node of its own.
    if let Some(name) = list.field("name") {
        let annotation = list.field("type").map(text);
        parameters.push(Parameter {
            name: text(name).into(),
            annotation: annotation.map(Into::into),
            default: None,
            kind: ParameterKind::Rest,
        });
    }
    parameters
}

/// Names that can be types, sorted.
pub(super) fn types_used(syntax: &Syntax<'_>) -> Vec<String> {
    let is_type = |part: &Part<'_>| part.is("identifier") && part.text().starts_with(|c: char| c.is_uppercase());
    let uses: BTreeSet<&str> = syntax.root().descendants().filter(is_type).map(Part::text).collect();
    uses.into_iter().map(str::to_owned).collect()
}
