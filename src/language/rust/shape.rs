//! What a definition says about itself.

use crate::domain::{Name, Parameter, ParameterKind, Symbol, SymbolKind, Visibility};

use super::super::dialect::Definition;
use super::super::syntax::Part;

/// Fills in parameters, return type, bases, attributes and visibility. A function without a receiver is no method.
pub(super) fn describe(definition: &Definition<'_>, symbol: &mut Symbol) {
    let part = definition.part;
    let holder = definition.holder;
    let of_trait = holder.is_some_and(|holder| holder.is("trait_item") || holder.field("trait").is_some());
    symbol.visibility = match part.child("visibility_modifier").map(Part::text) {
        Some("pub") => Visibility::Public,
        // `pub(crate)`, `pub(super)`, `pub(in …)`
        Some(_) => Visibility::Internal,
        None if of_trait => Visibility::Public,
        None => Visibility::Private,
    };
    symbol.is_async = part.child("function_modifiers").is_some_and(|modifiers| modifiers.has("async"));
    symbol.decorators =
        definition.leading.iter().filter_map(|attribute| attribute.only()).map(|own| own.text().into()).collect();
    symbol.returns = part.field("return_type").map(|own| own.text().into());
    symbol.definition_line = part.line_start();
    let list = part.field("parameters");
    symbol.parameters = list.map(|list| list.named().filter_map(parameter).collect()).unwrap_or_default();
    symbol.bases = bases(part, symbol);
    let has_receiver = list.is_some_and(|list| list.has("self_parameter"));
    if symbol.kind == SymbolKind::Method && !has_receiver {
        symbol.kind = SymbolKind::Function;
        symbol.parent = None;
    }
}

fn parameter(part: Part<'_>) -> Option<Parameter> {
    let name = match part.kind() {
        "self_parameter" => "self".to_owned(),
        "parameter" => part.field("pattern")?.text().to_owned(),
        "variadic_parameter" => "...".to_owned(),
        _ => return None,
    };
    let kind = if part.is("variadic_parameter") { ParameterKind::Rest } else { ParameterKind::Positional };
    Some(Parameter {
        name: name.into(),
        annotation: part.field("type").map(|own| own.text().into()),
        default: None,
        kind,
    })
}

/// Supertraits of a trait; what a type derives.
fn bases(part: Part<'_>, symbol: &Symbol) -> Vec<Name> {
    if let Some(bounds) = part.field("bounds") {
        return bounds.named().map(|bound| bound.text().into()).collect();
    }
    let derived = symbol.decorators.iter().filter_map(|text| text.strip_prefix("derive(")?.strip_suffix(')'));
    derived
        .flat_map(|list| list.split(','))
        .map(|name| Name::from(name.trim()))
        .filter(|name| !name.is_empty())
        .collect()
}
