//! GitHub's description of its answers, as JSON Schemas.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::github::npm;

/// GitHub's whole description.
pub fn description() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| {
        let path = npm::file("@octokit/openapi", "23.0.2", "generated/api.github.com.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    })
}

/// What the description says of a path and a method.
pub fn operation(method: &str, path: &str) -> &'static Value {
    let operation = &description()["paths"][path][method.to_lowercase()];
    assert!(operation.is_object(), "GitHub has no {method} {path}");
    operation
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => description().pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// The names of what may stand in the query.
pub fn query(operation: &'static Value) -> BTreeSet<&'static str> {
    let all = operation["parameters"].as_array().into_iter().flatten().map(resolved);
    all.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap()).collect()
}

/// The names of what may stand in the body, and of what must.
pub fn body(operation: &'static Value) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let schema = resolved(&operation["requestBody"]["content"]["application/json"]["schema"]);
    // Where the description is a choice, the choice for objects counts.
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let object = choices.into_iter().flatten().find(|one| one["type"] == "object" && one["properties"].is_object());
    let schema = if schema["properties"].is_object() { schema } else { object.unwrap_or(schema) };
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let must = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
    (names, must)
}

/// Fails where an answer hasn't the shape that the description gives it.
pub fn assert_shape(method: &str, path: &str, status: u16, body: &Value) {
    let response = resolved(&operation(method, path)["responses"][status.to_string()]);
    assert!(response.is_object(), "GitHub never answers {status} to {method} {path}: {body}");
    let schema = &response["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "GitHub's {status} to {method} {path} has no JSON");
    let mut names = BTreeSet::new();
    let mut whole = plain(schema, &mut names);
    let mut definitions = Map::new();
    while let Some(name) = names.iter().find(|name| !definitions.contains_key(**name)).copied() {
        let schema = plain(&description()["components"]["schemas"][name], &mut names);
        definitions.insert(name.to_owned(), schema);
    }
    whole["components"] = json!({"schemas": definitions});
    let validator = jsonschema::validator_for(&whole).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:#?}");
}

/// OpenAPI 3.0 as JSON Schema: `nullable` said in its way, without examples; the names of what it refers to.
fn plain(schema: &'static Value, names: &mut BTreeSet<&'static str>) -> Value {
    let Value::Object(object) = schema else {
        return match schema {
            Value::Array(all) => all.iter().map(|one| plain(one, names)).collect(),
            other => other.clone(),
        };
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        names.insert(reference.strip_prefix("#/components/schemas/").unwrap());
        return json!({"$ref": reference});
    }
    let mut out = Map::new();
    for (key, value) in object {
        match key.as_str() {
            "example" | "examples" | "default" | "nullable" | "description" | "discriminator" => {}
            "properties" => {
                let of = value.as_object().unwrap();
                let of: Map<_, _> = of.iter().map(|(name, schema)| (name.clone(), plain(schema, names))).collect();
                drop(out.insert(key.clone(), Value::Object(of)));
            }
            "items" | "allOf" | "anyOf" | "oneOf" | "not" | "additionalProperties" => {
                drop(out.insert(key.clone(), plain(value, names)));
            }
            _ => drop(out.insert(key.clone(), value.clone())),
        }
    }
    if object.get("nullable") == Some(&json!(true)) {
        return json!({"anyOf": [out, {"type": "null"}]});
    }
    Value::Object(out)
}
