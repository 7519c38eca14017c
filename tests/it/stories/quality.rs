//! Generated tests look as the repository's own: formatted, linted and type-checked by its settings, which is said.

use serde_json::Value;

use super::cli::Project;

const BEFORE: &str = "\
\"\"\"What the shop says.\"\"\"


def greeting(name):
    \"\"\"Words for somebody who comes in.\"\"\"
    return \"Welcome to the shop, \" + name + \", have a look around and enjoy your stay!\"
";

/// A change that forgets the name's first letter, in a repository with this `pyproject.toml`.
fn report(settings: &str) -> Value {
    let project = Project::new();
    project.write("pyproject.toml", settings);
    project.write("shop/words.py", BEFORE);
    project.stage();
    project.commit("Greet people");
    project.write("shop/words.py", &BEFORE.replace("+ name +", "+ name[1:] +"));
    project.stage();
    let said = project.jittest(&["run", "--report", "json", "--sandbox", "docker", "--title", "Simplify"]);
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no report: {}", said.err))
}

fn tests(report: &Value) -> Vec<&Value> {
    report["catches"].as_array().expect("catches").iter().map(|found| &found["test"]).collect()
}

#[test]
fn a_test_is_formatted_as_the_repository_says_and_its_quality_is_in_the_report() {
    let report = report("[tool.black]\nline-length = 60\n");
    assert_eq!(report["verdict"], "caught", "{report:#}");
    for test in tests(&report) {
        assert_eq!(test["quality"], serde_json::json!({"passed": true, "errors": 0, "warnings": 0}), "{test:#}");
        let code = test["code"].as_str().expect("code");
        assert!(code.lines().all(|line| line.chars().count() <= 60), "{code}");
        assert!(code.contains("    assert greeting(") && code.contains(" == (\n"), "{code}");
    }
    let stages = report["stages"].as_array().expect("stages").iter().map(|stage| stage["name"].as_str());
    let order: Vec<&str> = stages.flatten().filter(|name| ["generate", "polish", "execute"].contains(name)).collect();
    assert_eq!(order, ["generate", "polish", "execute"]);
    assert_eq!(report["warnings"], serde_json::json!([]));
}

#[test]
fn a_regression_is_kept_where_its_test_fails_the_linter_and_other_tests_are_dropped() {
    // Ruff's S101 is about every assert.
    let report = report("[tool.ruff.lint]\nselect = ['S101']\n");
    assert_eq!(report["verdict"], "caught", "{report:#}");
    for (test, found) in tests(&report).iter().zip(report["catches"].as_array().expect("catches")) {
        assert_eq!(found["kind"], "regression");
        assert_eq!(test["quality"]["passed"], false, "{test:#}");
        assert!(test["quality"]["errors"].as_u64() >= Some(1), "{test:#}");
        assert!(found["reasons"].to_string().contains("fails linter or type checker: S101 "), "{found:#}");
    }
}
