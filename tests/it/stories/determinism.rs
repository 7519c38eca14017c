//! The same commits twice give the same report: what differs is how long it took.

use std::path::Path;

use serde_json::Value;

use super::cli::Project;

/// What is measured, and so no two runs' own.
const MEASURED: [&str; 2] = ["stages", "sandbox_runs"];

#[test]
fn the_same_change_twice_gives_the_same_bytes() {
    let catches = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catches/regressions");
    twice(&catches.join("clamp-zero-bound"));
}

#[test]
#[ignore = "some hours: `make test-long`"]
fn every_change_of_the_catch_set_twice_gives_the_same_bytes() {
    let catches = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catches");
    for group in std::fs::read_dir(catches).expect("the catch set") {
        for case in std::fs::read_dir(group.expect("the catch set").path()).expect("the catch set") {
            twice(&case.expect("the catch set").path());
        }
    }
}

fn twice(case: &Path) {
    let project = Project::of(&case.join("base"), &case.join("head"));
    let report = || {
        let said = project.jittest(&["run", "--diff", "HEAD~1", "--report", "json", "--sandbox", "docker"]);
        let mut report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no report: {}", said.err));
        for measured in MEASURED {
            report.as_object_mut().and_then(|object| object.remove(measured));
        }
        serde_json::to_string_pretty(&report).expect("JSON")
    };
    let first = report();
    assert!(first.contains("\"catches\""), "{first}");
    assert_eq!(first, report(), "{}", case.display());
}
