//! What a definition says about itself.

use crate::domain::{Name, Parameter, ParameterKind, Symbol, Visibility};

use super::super::dialect::Definition;
use super::super::syntax::Part;

/// Fills in parameters, types, bases, decorators, visibility and whether it is a coroutine.
pub(super) fn describe(definition: &Definition<'_>, symbol: &mut Symbol) {
    let shape = definition.shape;
    symbol.is_async = shape.has("async");
    symbol.parameters = parameters(shape);
    symbol.returns = shape.field("return_type").map(annotation);
    symbol.bases = bases(shape);
    let decorators =
        definition.leading.iter().copied().chain(definition.whole.children()).chain(definition.part.children());
    let mut decorators: Vec<Part<'_>> = decorators.filter(|part| part.is("decorator")).collect();
    decorators.dedup_by_key(|part| part.index());
    symbol.decorators = decorators.iter().map(|part| part.text().trim_start_matches('@').into()).collect();
    symbol.visibility = visibility(definition, &symbol.name);
}

fn visibility(definition: &Definition<'_>, name: &str) -> Visibility {
    let in_namespace = definition.holder.is_some_and(|holder| holder.is("internal_module"));
    match definition.part.child("accessibility_modifier").map(Part::text) {
        Some("private") => Visibility::Private,
        Some("protected") => Visibility::Protected,
        _ if name.starts_with('#') => Visibility::Private,
        _ if in_namespace && !definition.whole.is("export_statement") => Visibility::Internal,
        _ => Visibility::Public,
    }
}

/// A type as written, without its colon.
fn annotation(part: Part<'_>) -> Name {
    part.text().trim_start_matches(':').trim().into()
}

fn parameters(shape: Part<'_>) -> Vec<Parameter> {
    if let Some(single) = shape.field("parameter") {
        return vec![parameter(single)];
    }
    shape.field("parameters").map(|list| list.named().map(parameter).collect()).unwrap_or_default()
}

fn parameter(part: Part<'_>) -> Parameter {
    let pattern = part.field("pattern").or_else(|| part.field("left")).unwrap_or(part);
    let default = part.field("value").or_else(|| part.field("right")).map(|value| value.text().into());
    let is_rest = pattern.is("rest_pattern");
    let optional = part.is("optional_parameter") && default.is_none();
    Parameter {
        name: pattern.text().trim_start_matches("...").into(),
        annotation: part.field("type").map(annotation),
        default: default.or_else(|| optional.then(|| "undefined".into())),
        kind: if is_rest { ParameterKind::Rest } else { ParameterKind::Positional },
    }
}

/// Classes and interfaces that it extends or implements.
fn bases(shape: Part<'_>) -> Vec<Name> {
    let heritage = shape.children().filter(|part| part.is_any(&["class_heritage", "extends_type_clause"]));
    let mut bases = Vec::new();
    for clause in heritage.flat_map(|part| if part.is("class_heritage") { part.named().collect() } else { vec![part] })
    {
        if clause.is_any(&["extends_clause", "implements_clause", "extends_type_clause"]) {
            bases.extend(clause.named().filter(|part| !part.is("type_arguments")).map(|part| part.text().into()));
        } else {
            bases.push(clause.text().into());
        }
    }
    bases
}
