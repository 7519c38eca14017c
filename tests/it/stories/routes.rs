//! Web handlers are called through their framework's own client: what a request gets is behaviour too.

use serde_json::Value;

use super::cli::Project;

const STOCK: &str = "\
from flask import Flask, jsonify, request

app = Flask(__name__)

COUNTS = {\"tea\": 40, \"salt\": 12}


@app.get(\"/stock/<name>\")
def show(name):
    if name not in COUNTS:
        return jsonify(error=\"unknown item\"), 404
    return jsonify(name=name, count=COUNTS[name])


@app.post(\"/stock/<name>/reservations\")
def reserve(name):
    wanted = request.get_json()[\"count\"]
    left = COUNTS.get(name, 0) - wanted
    if wanted < 1:
        return jsonify(error=\"nothing to reserve\"), 400
    if left < 0:
        return jsonify(error=\"not enough\"), 409
    COUNTS[name] = left
    return jsonify(name=name, left=left), 201
";

/// What is said of a change to the shop's stock, in a repository that asks for Flask.
fn report(after: &str, title: &str) -> Value {
    let project = Project::new();
    project.write("requirements.txt", "flask>=3\n");
    project.write("stock.py", STOCK);
    project.stage();
    project.commit("Reserve what is in stock");
    project.write("stock.py", after);
    project.stage();
    let said = project.jittest(&["run", "--report", "json", "--sandbox", "docker", "--title", title]);
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no report: {}", said.err))
}

#[test]
fn a_handler_that_answers_otherwise_is_caught_by_a_request() {
    let report = report(&STOCK.replace("    if left < 0", "    if left < -1"), "Tidy the reservations");
    assert_eq!(report["verdict"], "caught", "{report:#}");
    let catches = report["catches"].as_array().expect("catches");
    let found = catches.iter().find(|found| found["kind"] == "regression").expect("a regression");
    assert_eq!(found["test"]["level"], "e2e", "{found:#}");
    assert_eq!(found["evidence"]["base"], serde_json::json!({"passed": 5, "failed": 0}));
    assert_eq!(found["evidence"]["head"], serde_json::json!({"passed": 0, "failed": 5}));
    let code = found["test"]["code"].as_str().expect("code");
    assert!(code.contains("client = app.test_client()"), "{code}");
    assert!(code.contains("assert response.status_code == 409"), "{code}");
}

#[test]
fn a_handler_that_is_only_written_otherwise_is_no_finding() {
    let after = STOCK.replace(
        "    left = COUNTS.get(name, 0) - wanted\n",
        "    known = COUNTS.get(name, 0)\n    left = known - wanted\n",
    );
    let report = report(&after, "Name what is known of an item");
    assert_eq!(report["verdict"], "clear", "{report:#}");
    assert_eq!(report["causes"], serde_json::json!([]));
}
