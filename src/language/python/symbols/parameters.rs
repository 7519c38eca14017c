//! The parameters of a function or lambda.

use crate::domain::{Parameter, ParameterKind};

use super::super::syntax::Part;

/// The parameters in order, each with how it can be given.
pub(super) fn parameters(list: Part<'_>) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut kind = ParameterKind::Normal;
    for part in list.named() {
        match part.kind() {
            "positional_separator" => {
                for before in &mut parameters {
                    before.kind = ParameterKind::Positional;
                }
            }
            "keyword_separator" => kind = ParameterKind::Keyword,
            _ => {
                let parameter = parameter(part, kind);
                if parameter.kind == ParameterKind::Rest {
                    kind = ParameterKind::Keyword;
                }
                parameters.push(parameter);
            }
        }
    }
    parameters
}

fn parameter(part: Part<'_>, kind: ParameterKind) -> Parameter {
    let named = match part.kind() {
        "typed_parameter" => part.named().find(|child| !child.is("type")).unwrap_or(part),
        "default_parameter" | "typed_default_parameter" => part.field("name").unwrap_or(part),
        _ => part,
    };
    let kind = match named.kind() {
        "list_splat_pattern" => ParameterKind::Rest,
        "dictionary_splat_pattern" => ParameterKind::RestKeywords,
        _ => kind,
    };
    Parameter {
        name: named.text().trim_start_matches('*').trim().into(),
        annotation: part.field("type").map(|hint| hint.text().into()),
        default: part.field("value").map(|value| value.text().into()),
        kind,
    }
}
