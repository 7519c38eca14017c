//! The report as SARIF 2.1.0, as code scanning reads it. A run that could not find out says so in its invocation:
//! it is never an empty list of results that looks like a clean one.

use serde_json::{Value, json};

use crate::domain::{Catch, CatchKind, Confidence, Report, Verdict};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const REGRESSION: &str = "regression";
const HARDENING: &str = "hardening";

/// The report as SARIF, with a line end.
pub fn render(report: &Report) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": report.catches.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rules() -> Value {
    json!([
        {
            "id": REGRESSION,
            "name": "Regression",
            "shortDescription": {"text": "The change breaks what worked before."},
            "fullDescription": {"text": "A generated test passes on the merge base and fails on the change, every time."},
            "defaultConfiguration": {"level": "error"},
        },
        {
            "id": HARDENING,
            "name": "Hardening",
            "shortDescription": {"text": "A plausible mistake in the changed code would go unseen."},
            "fullDescription": {"text": "A generated test passes on the change and fails on a mutant that the repository's own tests let live."},
            "defaultConfiguration": {"level": "note"},
        },
    ])
}

fn invocation(report: &Report) -> Value {
    let causes = report.causes.iter().map(|cause| {
        let text = format!("{}: {}\n{}\n{}\nFix: {}", cause.component, cause.what, cause.why, cause.impact, cause.fix);
        json!({"level": "error", "message": {"text": text}})
    });
    let warnings =
        report.warnings.iter().map(|warning| json!({"level": "warning", "message": {"text": warning.to_string()}}));
    let limits = report.limits_hit.iter().map(|limit| json!({"level": "note", "message": {"text": limit}}));
    json!({
        "executionSuccessful": report.verdict != Verdict::Inconclusive,
        "toolExecutionNotifications": causes.chain(warnings).chain(limits).collect::<Vec<_>>(),
        "properties": {"verdict": report.verdict, "counts": report.counts},
    })
}

fn result(found: &Catch) -> Value {
    let (rule, index, level) = match found.kind {
        CatchKind::Regression if found.confidence == Confidence::Low => (REGRESSION, 0, "note"),
        CatchKind::Regression if found.confidence == Confidence::Medium => (REGRESSION, 0, "warning"),
        CatchKind::Regression => (REGRESSION, 0, "error"),
        CatchKind::Hardening => (HARDENING, 1, "note"),
    };
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": level,
        "message": {"text": message(found)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(found.file.as_str()), "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": found.line.max(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": found.symbol}],
        }],
        "partialFingerprints": {"jittestFinding/v1": found.id},
        "properties": {
            "confidence": found.confidence,
            "reasons": found.reasons,
            "test": {"path": found.test.path, "code": found.test.code, "command": found.test.command},
            "evidence": found.evidence,
        },
    })
}

fn message(found: &Catch) -> String {
    let said = [&found.before, &found.now, &found.question].into_iter().flatten();
    let names = ["Before: ", "Now: ", ""];
    let parts = names.iter().zip(said).map(|(name, text)| format!("{name}{text}"));
    let mut parts: Vec<String> = parts.collect();
    if let Some(mutant) = &found.mutant {
        parts.push(format!("Mutant: {}", mutant.description));
    }
    parts.push(found.effect.clone());
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// A path as a relative URI reference: everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn log(report: &Report) -> Value {
        serde_json::from_str(&render(report)).unwrap()
    }

    #[test]
    fn a_log_has_the_shape_that_the_standard_requires() {
        let log = log(&sample::rich());
        // The required properties of SARIF 2.1.0 (OASIS, 3.13, 3.14, 3.19, 3.20, 3.27 to 3.30).
        let shape = json!({
            "type": "object", "required": ["version", "runs", "$schema"],
            "properties": {
                "version": {"const": "2.1.0"},
                "runs": {"type": "array", "minItems": 1, "items": {
                    "type": "object", "required": ["tool", "results"],
                    "properties": {
                        "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name"], "properties": {
                            "informationUri": {"type": "string", "pattern": "^https://"},
                            "rules": {"type": "array", "items": {"required": ["id"], "properties": {
                                "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}}
                            }}},
                        }}}},
                        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                        "invocations": {"type": "array", "items": {"required": ["executionSuccessful"]}},
                        "results": {"type": "array", "items": {
                            "type": "object", "required": ["message"],
                            "properties": {
                                "message": {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "locations": {"type": "array", "items": {"properties": {"physicalLocation": {
                                    "required": ["artifactLocation"],
                                    "properties": {"region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}}}
                                }}}}
                            }
                        }}
                    }
                }}
            }
        });
        jsonschema::validate(&shape, &log).unwrap();
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn a_finding_says_before_and_now_and_keeps_its_id() {
        let log = log(&sample::rich());
        let result = &log["runs"][0]["results"][0];
        insta::assert_snapshot!(result["message"]["text"].as_str().unwrap(), @r#"
        Before: total([]) returned 0
        Now: total([]) raises IndexError: list index out of range
        Is that intended?
        An empty cart can't be paid any more.
        "#);
        assert_eq!(result["level"], "error");
        assert_eq!(result["partialFingerprints"]["jittestFinding/v1"], "3f9a1c2e");
        assert_eq!(log["runs"][0]["results"][1]["level"], "note");
    }

    #[test]
    fn an_inconclusive_run_was_not_successful() {
        let log = log(&Report::empty(Verdict::Inconclusive));
        assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    }

    #[test]
    fn a_path_is_a_valid_reference() {
        assert_eq!(uri("a b/ü%.py"), "a%20b/%C3%BC%25.py");
    }
}
