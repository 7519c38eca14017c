//! What a definition says about itself.

use crate::domain::{Name, Parameter, ParameterKind, Symbol, SymbolKind, Visibility};

use super::super::dialect::Definition;
use super::super::syntax::Part;

/// Whether a name is meant for other packages.
pub(super) fn is_public(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// Fills in parameters, results, embedded types and visibility.
pub(super) fn describe(definition: &Definition<'_>, symbol: &mut Symbol) {
    symbol.visibility = if is_public(&symbol.name) { Visibility::Public } else { Visibility::Internal };
    symbol.definition_line = definition.part.line_start();
    if symbol.kind.is_type() {
        symbol.bases = definition.part.field("type").map(embedded).unwrap_or_default();
        return;
    }
    // The receiver is a parameter that stands before the name.
    let lists = ["receiver", "parameters"].into_iter().filter_map(|field| definition.shape.field(field));
    symbol.parameters = lists.flat_map(Part::named).flat_map(parameters).collect();
    symbol.returns = definition.shape.field("result").map(|result| result.text().into());
    if symbol.kind == SymbolKind::Method {
        symbol.local_name = Name::from_iter([symbol.parent.as_deref().unwrap_or_default(), ".", symbol.name.as_str()]);
        symbol.qualified_name = symbol.local_name.to_string();
    }
}

/// `a, b int` is two parameters.
fn parameters(part: Part<'_>) -> Vec<Parameter> {
    let annotation = part.field("type").map(|own| Name::from(own.text()));
    let kind = if part.is("variadic_parameter_declaration") { ParameterKind::Rest } else { ParameterKind::Positional };
    let parameter = |name: &str| Parameter { name: name.into(), annotation: annotation.clone(), default: None, kind };
    let named: Vec<Parameter> = part.fields("name").map(|name| parameter(name.text())).collect();
    if named.is_empty() { vec![parameter("_")] } else { named }
}

/// Types without a name in a struct, and interfaces in an interface.
fn embedded(own: Part<'_>) -> Vec<Name> {
    let fields = own.child("field_declaration_list").into_iter().flat_map(Part::named);
    let fields = fields.filter(|field| field.is("field_declaration") && field.field("name").is_none());
    let of_struct = fields.filter_map(|field| field.field("type"));
    let of_interface = own.named().filter(|part| part.is("type_elem") && own.is("interface_type"));
    of_struct.chain(of_interface).map(|part| part.text().into()).collect()
}
