//! GitHub's published description of its API, to which every request that we send is held.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::npm;
use super::scripted::Request;

struct Description(Value);

fn description() -> &'static Description {
    static READ: OnceLock<Description> = OnceLock::new();
    READ.get_or_init(|| {
        let path = npm::file("@octokit/openapi", "23.0.2", "generated/api.github.com.json");
        Description(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    })
}

/// Fails where `request` is not what GitHub describes: its path and method, its query, its body.
pub fn assert_described(request: &Request) {
    let description = description();
    let shown = format!("{} {}?{}", request.method, request.path, request.query);
    let (template, operation) = description.operation(request).unwrap_or_else(|| panic!("GitHub has no {shown}"));
    let parameters = description.parameters(template, operation);
    for (name, value) in request.query_pairs() {
        let known = parameters.iter().find(|parameter| parameter["in"] == "query" && parameter["name"] == *name);
        let known = known.unwrap_or_else(|| panic!("GitHub takes no {name} in {shown}"));
        if let Some(words) = known["schema"]["enum"].as_array() {
            assert!(words.contains(&json!(value)), "{name} can't be {value} in {shown}");
        }
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    match &request.body {
        Some(body) if schema.is_object() => {
            let validator = jsonschema::validator_for(&description.strict(schema)).unwrap();
            let wrong: Vec<String> =
                validator.iter_errors(body).map(|error| format!("{error} at {}", error.instance_path())).collect();
            assert!(wrong.is_empty(), "{shown}: {wrong:?}\n{body:#}");
        }
        Some(body) => panic!("GitHub takes no body in {shown}: {body}"),
        None => assert!(operation["requestBody"]["required"] != true, "GitHub wants a body in {shown}"),
    }
}

impl Description {
    fn operation(&self, request: &Request) -> Option<(&Value, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        let fits = |template: &&String| {
            // A path or a branch may have slashes of its own.
            let long =
                ["/contents/{path}", "/git/ref/{ref}", "/git/refs/{ref}"].iter().any(|end| template.ends_with(end));
            let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), request.path.split('/').collect());
            let enough = wanted.len() == given.len() || long && given.len() > wanted.len();
            enough && wanted.iter().zip(&given).all(|(wanted, given)| wanted == given || wanted.contains('{'))
        };
        let mut found: Vec<&String> = paths.keys().filter(fits).collect();
        // The fewest placeholders is the closest.
        found.sort_by_key(|template| template.matches('{').count());
        let operations = found.into_iter().map(|template| &paths[template.as_str()]);
        let method = request.method.to_lowercase();
        operations.filter_map(|path| Some((path, path.get(&method)?))).next()
    }

    fn parameters(&self, path: &Value, operation: &Value) -> Vec<Value> {
        let listed = |of: &Value| of["parameters"].as_array().cloned().unwrap_or_default();
        let all = listed(path).into_iter().chain(listed(operation));
        all.map(|parameter| self.resolved(&parameter).clone()).collect()
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// `schema` as JSON Schema: references resolved, `nullable` said in its way, and an object that lists its
    /// properties takes no others: a misspelt one would be ignored by GitHub, and found by nobody.
    fn strict(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        let Some(object) = schema.as_object() else { return schema.clone() };
        let mut out = Map::new();
        for (key, value) in object {
            let value = match (key.as_str(), value) {
                ("properties", Value::Object(of)) => {
                    of.iter().map(|(name, schema)| (name.clone(), self.strict(schema))).collect()
                }
                ("items", schema) => self.strict(schema),
                ("oneOf" | "anyOf" | "allOf", _) => continue, // our bodies are held to the whole's properties
                ("example" | "nullable" | "description", _) => continue,
                _ => value.clone(),
            };
            out.insert(key.clone(), value);
        }
        if out.contains_key("properties") && !out.contains_key("additionalProperties") {
            out.insert("additionalProperties".to_owned(), json!(false));
        }
        if object.get("nullable") == Some(&json!(true)) {
            return json!({ "anyOf": [out, { "type": "null" }] });
        }
        Value::Object(out)
    }
}

fn request(method: &str, path: &str, query: &str, body: Option<Value>) -> Request {
    let owned = ToOwned::to_owned;
    Request { method: owned(method), path: owned(path), query: owned(query), authorization: String::new(), body }
}

#[test]
fn a_request_that_github_does_not_describe_is_found() {
    let run = |extra: Value| {
        let mut body = json!({ "name": "jittest", "head_sha": "c" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        request("POST", "/repos/acme/shop/check-runs", "", Some(body))
    };
    assert_described(&run(json!({ "status": "queued" })));
    let remarks: Vec<Value> =
        vec![json!({ "path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m" }); 51];
    let wrong = [
        request("GET", "/repos/acme/shop/nothing", "", None),
        request("PUT", "/repos/acme/shop/pulls/5", "", None),
        request("GET", "/repos/acme/shop/pulls", "sorted=updated", None),
        request("GET", "/repos/acme/shop/pulls", "state=opened", None),
        request("POST", "/repos/acme/shop/check-runs", "", None),
        request("POST", "/repos/acme/shop/check-runs", "", Some(json!({ "name": "jittest" }))),
        run(json!({ "statuss": "queued" })),
        run(json!({ "status": "waiting for it" })),
        run(json!({ "output": { "title": "t", "summary": "s".repeat(65_536) } })),
        run(json!({ "output": { "title": "t", "summary": "s", "annotations": remarks } })),
    ];
    for request in wrong {
        assert!(std::panic::catch_unwind(|| assert_described(&request)).is_err(), "{request:?}");
    }
}
