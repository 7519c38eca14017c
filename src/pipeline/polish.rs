//! *polish*: generated tests as the repository would write them, and what its linter and type checker say of them.
//!
//! The language's polisher runs in the sandbox, once for all tests: it formats them, mends what a rule can mend, and
//! counts what is left. What it gives back is what is run, judged and shown; it is untrusted, and the kill matrix
//! decides later, in another sandbox run, over these very texts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::generate::{argv, failure, path, plan_inputs, sandbox_use};
use crate::domain::{Environment, GeneratedTest, Quality, RepositorySettings, SandboxUse, SourceTree, Warning, limits};
use crate::language::Language;
use crate::sandbox::{Input, RunOutput, RunSpec, Sandbox, SandboxError};

/// Tests as they were proposed, and what polishing them needs.
pub struct Unpolished<'a> {
    /// The tree that they will be in.
    pub head: &'a SourceTree,
    /// Where to run.
    pub environment: &'a Environment,
    /// The language.
    pub language: &'a dyn Language,
    /// The limits.
    pub settings: &'a RepositorySettings,
    /// The tests.
    pub tests: Vec<GeneratedTest>,
}

/// The same tests, polished.
#[derive(Debug)]
pub struct Polished {
    /// In the same order; formatted, and with their quality where it could be found out.
    pub tests: Vec<GeneratedTest>,
    /// What the sandbox run used.
    pub sandbox_use: SandboxUse,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
}

/// Polishes tests.
///
/// # Errors
/// [`SandboxError`] where the sandbox failed; a polisher that fails is a warning, and leaves the tests as they are.
pub async fn polish(unpolished: Unpolished<'_>, sandbox: &dyn Sandbox) -> Result<Polished, SandboxError> {
    let driver = unpolished.language.polisher();
    let mut inputs = vec![Input::Folder { from: unpolished.head.folder.clone(), to: path("head") }];
    inputs.extend(plan_inputs(driver, &plan(&unpolished)));
    let mut limits = unpolished.settings.sandbox.clone();
    limits.timeout = limits.timeout.min(limits::POLISH_TIME);
    let spec = RunSpec {
        image: unpolished.environment.image.clone(),
        inputs,
        argv: argv(driver),
        env: driver.environment(),
        collect: vec![path("jittest/result.json")],
        limits,
        purpose: "polish".to_owned(),
    };
    let output = sandbox.run(&spec).await?;
    Ok(polished(unpolished.tests, &output))
}

/// The polisher's plan, for a working folder that holds `head/` and `jittest/`.
fn plan(unpolished: &Unpolished<'_>) -> Value {
    let test = |test: &GeneratedTest| json!({"id": test.id, "path": test.path, "code": test.code});
    let time = unpolished.settings.sandbox.timeout.min(limits::POLISH_TIME);
    json!({
        "root": "head",
        "python": unpolished.environment.head_interpreter,
        "import_roots": unpolished.environment.import_roots,
        "seconds": time.as_secs_f64() * 0.75,
        "tests": unpolished.tests.iter().map(test).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
struct Answer {
    tests: BTreeMap<String, AnswerTest>,
    unchecked: Vec<String>,
    notes: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct AnswerTest {
    code: String,
    errors: u32,
    warnings: u32,
    faults: Vec<String>,
}

fn polished(tests: Vec<GeneratedTest>, output: &RunOutput) -> Polished {
    let sandbox_use = sandbox_use("polish", &output.usage);
    let mut warnings = output.warnings.clone();
    let answer = match answer(output) {
        Ok(answer) => answer,
        Err(why) => {
            warnings.push(unchecked("generated tests were neither formatted nor checked", why));
            return Polished { tests, sandbox_use, warnings };
        }
    };
    if !answer.unchecked.is_empty() {
        let why = answer.unchecked.iter().map(|why| bounded(why)).collect::<Vec<_>>().join(", ");
        warnings.push(unchecked("generated tests were not held to every check", why));
    }
    for (what, why) in answer.notes.iter().take(limits::FAULTS) {
        warnings.push(Warning::new("polish", bounded(what), bounded(why), "another tool or other settings were used"));
    }
    let Answer { tests: mut answers, unchecked: missing, .. } = answer;
    let mut foreign = 0;
    let tests = tests.into_iter().map(|test| match answers.remove(test.id.as_str()) {
        Some(answer) if fits(&test, &answer) => with(test, answer, missing.is_empty()),
        _ => {
            foreign += 1;
            test
        }
    });
    let tests = tests.collect();
    if foreign > 0 {
        let what = format!("{foreign} generated tests were neither formatted nor checked");
        warnings.push(unchecked(&what, "what came back is not the test that was asked about".to_owned()));
    }
    Polished { tests, sandbox_use, warnings }
}

/// The answer; else why there is none.
fn answer(output: &RunOutput) -> Result<Answer, String> {
    let result = output.files.iter().find(|(path, _)| path.as_str() == "jittest/result.json");
    let Some((_, bytes)) = result else {
        let failure = failure("the polisher", output);
        return Err(bounded(failure.lines().rev().take(2).collect::<Vec<_>>().join(": ").as_str()));
    };
    serde_json::from_slice(bytes).map_err(|error| format!("the polisher's answer can't be read: {error}"))
}

/// Whether an answer is still the test that was asked about.
fn fits(test: &GeneratedTest, answer: &AnswerTest) -> bool {
    answer.code.len() <= limits::TEST_BYTES && answer.code.contains(&format!("def {}(", test.name))
}

fn with(test: GeneratedTest, answer: AnswerTest, checked: bool) -> GeneratedTest {
    let AnswerTest { code, errors, warnings, faults } = answer;
    let quality = checked.then_some(Quality { passed: errors == 0, errors, warnings });
    let faults = faults.iter().take(limits::FAULTS).map(|fault| bounded(fault)).collect();
    GeneratedTest { code, quality, faults, ..test }
}

fn unchecked(what: &str, why: String) -> Warning {
    Warning::new("polish", what, why, "their quality is not in the report")
}

/// One line of at most [`limits::MESSAGE_CHARS`] characters.
fn bounded(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limits::MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Level, Observation, Purpose, TargetId, TestId};
    use crate::sandbox::{Ending, Usage};

    fn proposed(id: &str) -> GeneratedTest {
        GeneratedTest {
            id: TestId::new(id),
            target: TargetId::new("T001"),
            framework: "pytest".to_owned(),
            path: path(&format!("tests/test_jittest_{id}.py")),
            name: "test_it".to_owned(),
            code: "def test_it(): assert  f()\n".to_owned(),
            command: Vec::new(),
            level: Level::Unit,
            provenance: "offline".to_owned(),
            purpose: Purpose::Regression,
            observation: Observation::default(),
            size: 1,
            quality: None,
            faults: Vec::new(),
        }
    }

    fn said(answer: Option<Value>) -> Polished {
        let files = answer.map(|answer| (path("jittest/result.json"), answer.to_string().into_bytes()));
        let output = RunOutput {
            ending: Ending::Exited(1),
            stdout: Vec::new(),
            stderr: b"Traceback\nOSError: no room\n".to_vec(),
            files: files.into_iter().collect(),
            warnings: Vec::new(),
            usage: Usage::default(),
        };
        polished(vec![proposed("G001"), proposed("G002")], &output)
    }

    fn test(code: &str, errors: u32, faults: &[&str]) -> Value {
        json!({"code": code, "errors": errors, "warnings": 1, "faults": faults})
    }

    const GOOD: &str = "def test_it():\n    assert f()\n";

    #[test]
    fn texts_are_replaced_and_their_quality_is_what_was_counted() {
        let tests = json!({"G001": test(GOOD, 0, &[]), "G002": test(GOOD, 2, &["E501 too long\n"])});
        let polished = said(Some(json!({"tests": tests, "unchecked": [], "notes": []})));
        let [first, second] = polished.tests.as_slice() else { panic!("{:?}", polished.tests) };
        assert_eq!((first.code.as_str(), second.code.as_str()), (GOOD, GOOD));
        assert_eq!(first.quality, Some(Quality { passed: true, errors: 0, warnings: 1 }));
        assert_eq!(second.quality, Some(Quality { passed: false, errors: 2, warnings: 1 }));
        assert_eq!(second.faults, ["E501 too long "]);
        assert_eq!(polished.warnings, []);
    }

    #[test]
    fn quality_is_absent_where_a_check_could_not_be_made_and_that_is_said_once() {
        let tests = json!({"G001": test(GOOD, 0, &[]), "G002": test(GOOD, 0, &[])});
        let polished = said(Some(json!({"tests": tests, "unchecked": ["the linter (none is there)"], "notes": []})));
        assert!(polished.tests.iter().all(|test| test.code == GOOD && test.quality.is_none()));
        let [warning] = polished.warnings.as_slice() else { panic!("{:?}", polished.warnings) };
        assert_eq!(
            warning.to_string(),
            "Warning: polish: generated tests were not held to every check — the linter (none is there) — their \
             quality is not in the report"
        );
    }

    #[test]
    fn another_test_than_the_one_that_was_asked_about_is_not_taken() {
        let tests = json!({
            "G001": test("def test_other(): pass\n", 0, &[]),
            "G002": test(&format!("{GOOD}{}", "#".repeat(limits::TEST_BYTES)), 0, &[]),
            "G009": test(GOOD, 0, &[]),
        });
        let polished = said(Some(json!({"tests": tests, "unchecked": [], "notes": []})));
        assert_eq!(polished.tests, [proposed("G001"), proposed("G002")]);
        let [warning] = polished.warnings.as_slice() else { panic!("{:?}", polished.warnings) };
        assert!(warning.what.starts_with("2 generated tests were neither"), "{warning}");
    }

    #[test]
    fn a_polisher_that_fails_leaves_the_tests_as_they_are_and_is_quoted() {
        for (answer, quoted) in [(None, "OSError: no room"), (Some(json!({"tests": 1})), "can't be read")] {
            let polished = said(answer);
            assert_eq!(polished.tests, [proposed("G001"), proposed("G002")]);
            let [warning] = polished.warnings.as_slice() else { panic!("{:?}", polished.warnings) };
            assert!(warning.why.contains(quoted), "{warning}");
        }
    }

    #[test]
    fn other_settings_than_the_repositorys_are_said() {
        let tests = json!({"G001": test(GOOD, 0, &[]), "G002": test(GOOD, 0, &[])});
        let notes = json!([["mypy with the repository's settings could not be used", "no plugin"]]);
        let polished = said(Some(json!({"tests": tests, "unchecked": [], "notes": notes})));
        assert!(polished.tests.iter().all(|test| test.quality.is_some()));
        assert_eq!(polished.warnings.len(), 1);
    }
}
