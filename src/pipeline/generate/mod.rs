//! Tests, by exploring: the language's explorer runs in the sandbox, calls the targets of one shard on base, head and
//! every mutant, and proposes tests. What it proposes is untrusted: it is bounded and checked here, and the kill
//! matrix decides later, in another sandbox run.

mod answer;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ChangeSet, Checkout, CodeMap, Environment, FileChange, GeneratedTest, Mutant, MutantId, RepoPath,
    RepositorySettings, SandboxUse, Shard, SourceTree, Target, TestId, Warning, limits,
};
use crate::framework::Framework;
use crate::language::{Driver, Language};
use crate::sandbox::{Ending, Input, RunOutput, RunSpec, Sandbox, SandboxError, Usage};

pub use answer::{Candidate, EXPLORER_FAILED, MutantNote, Problem};

/// What is said of base and head where a sandbox has no room for both.
pub const DOES_NOT_FIT: &str = "the repository does not fit into its sandbox";

/// What exploring looks at.
#[derive(Clone, Copy)]
pub struct Exploration<'a> {
    /// Both sides on disk.
    pub checkout: &'a Checkout,
    /// Where to run.
    pub environment: &'a Environment,
    /// All symbols.
    pub map: &'a CodeMap,
    /// The targets of this one.
    pub shard: &'a Shard,
    /// How many shards there are.
    pub shards: usize,
    /// All mutants; those of the shard's files are used.
    pub mutants: &'a [Mutant],
    /// Mutants of base, which lead to inputs.
    pub base_mutants: &'a [Mutant],
    /// The change.
    pub change: &'a ChangeSet,
    /// The language.
    pub language: &'a dyn Language,
    /// The limits.
    pub settings: &'a RepositorySettings,
}

impl Exploration<'_> {
    /// The changed lines of a target's file.
    fn changed_lines(&self, target: &Target) -> BTreeSet<u32> {
        let file = self.change.files.iter().find(|file| file.path == target.file);
        file.map(FileChange::changed_lines).unwrap_or_default()
    }
}

/// What exploring one shard found.
#[derive(Debug, Default)]
pub struct Explored {
    /// Proposed tests, best first.
    pub candidates: Vec<Candidate>,
    /// Mutants that could not be told from head, or don't import.
    pub mutants: BTreeMap<MutantId, MutantNote>,
    /// Targets that could not be explored.
    pub problems: Vec<Problem>,
    /// Calls that were made.
    pub calls: u64,
    /// What the sandbox run used.
    pub sandbox_use: SandboxUse,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
    /// The last lines, where the explorer itself did not end well.
    pub failure: Option<String>,
}

/// Explores one shard.
///
/// # Errors
/// [`SandboxError`] where the sandbox failed; an explorer that fails is a value.
pub async fn explore(exploration: &Exploration<'_>, sandbox: &dyn Sandbox) -> Result<Explored, SandboxError> {
    let plan = plan::plan(exploration);
    let mut limits = exploration.settings.sandbox.clone();
    // The controller and its workers each hold an interpreter; the repository's own limit is for one test.
    limits.timeout = limits.timeout.min(plan::hard_stop(exploration));
    let spec = RunSpec {
        image: exploration.environment.image.clone(),
        inputs: inputs(exploration.checkout, exploration.language.explorer(), &plan),
        argv: argv(exploration.language.explorer()),
        env: exploration.language.explorer().environment(),
        collect: vec![path("jittest/result.json")],
        limits,
        purpose: "generate".to_owned(),
    };
    let output = sandbox.run(&spec).await?;
    Ok(explored(exploration, output))
}

fn explored(exploration: &Exploration<'_>, output: RunOutput) -> Explored {
    let mut explored = Explored {
        sandbox_use: sandbox_use("generate", &output.usage),
        warnings: output.warnings.clone(),
        ..Explored::default()
    };
    match output.files.iter().find(|(path, _)| path.as_str() == "jittest/result.json") {
        Some((_, bytes)) => answer::read(bytes, exploration, &mut explored),
        None => explored.failure = Some(failure("the explorer", &output)),
    }
    explored
}

/// How a driver of ours ended that did not write its result, with its last lines.
pub fn failure(who: &str, output: &RunOutput) -> String {
    let ending = match output.ending {
        Ending::Exited(status) => format!("ended with status {status}"),
        Ending::Signalled(signal) => format!("was ended by signal {signal}"),
        Ending::TimedOut => "did not end within its time".to_owned(),
        Ending::OutOfMemory => "needed more memory than it may have".to_owned(),
        Ending::OutputLimit => "wrote more output than it may".to_owned(),
        Ending::DoesNotFit { bytes, room } => return does_not_fit(bytes, room),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().rev().take(limits::TAIL_LINES).collect();
    let tail: Vec<&str> = lines.into_iter().rev().collect();
    format!("{who} {ending}\n{}", tail.join("\n")).trim_end().to_owned()
}

fn does_not_fit(bytes: u64, room: u64) -> String {
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    format!(
        "{DOES_NOT_FIT}\nbase and head have {} MB together, the working folder {} MB (at most five eighths of the memory)",
        megabytes(bytes),
        megabytes(room)
    )
}

/// Base, head, a driver's files and its plan, as they lie in the working folder.
pub fn inputs(checkout: &Checkout, driver: Driver, plan: &serde_json::Value) -> Vec<Input> {
    let mut inputs = vec![
        Input::Folder { from: checkout.base.folder.clone(), to: path("base") },
        Input::Folder { from: checkout.head.folder.clone(), to: path("head") },
    ];
    inputs.extend(plan_inputs(driver, plan));
    inputs
}

/// A driver's files and its plan, as they lie in the working folder.
pub fn plan_inputs(driver: Driver, plan: &serde_json::Value) -> Vec<Input> {
    let file = |name: &str, content: Vec<u8>| Input::File {
        path: path(&format!("jittest/{name}")),
        content,
        executable: false,
    };
    let mut inputs: Vec<Input> = driver.files.iter().map(|(name, text)| file(name, text.as_bytes().to_vec())).collect();
    inputs.push(file("plan.json", plan.to_string().into_bytes()));
    inputs
}

/// The command that starts a driver on its plan.
pub fn argv(driver: Driver) -> Vec<String> {
    driver.argv.iter().copied().chain(["jittest/plan.json"]).map(str::to_owned).collect()
}

/// What a sandbox run used, for the report.
pub fn sandbox_use(purpose: &str, usage: &Usage) -> SandboxUse {
    SandboxUse {
        purpose: purpose.to_owned(),
        seconds: usage.wall.as_secs_f64(),
        cpu_seconds: usage.cpu.map(|cpu| cpu.as_secs_f64()),
        peak_memory_bytes: usage.peak_memory,
        bytes_in: usage.bytes_in,
        bytes_out: usage.bytes_out,
    }
}

/// A path of ours inside the working folder.
#[expect(clippy::expect_used, reason = "only our own literals come here")]
pub fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path of ours is safe")
}

/// Gives the candidates of all shards their ids and places: new files, no two alike.
pub fn place(
    candidates: Vec<Candidate>,
    framework: &dyn Framework,
    map: &CodeMap,
    trees: &[&SourceTree],
    import_roots: &[String],
) -> Vec<GeneratedTest> {
    let mut tests: Vec<GeneratedTest> = Vec::new();
    for candidate in candidates.into_iter().take(limits::CANDIDATE_TESTS) {
        let Some(target) = map.targets.iter().find(|target| target.id == candidate.target) else { continue };
        let taken = |path: &RepoPath| tests.iter().any(|test| test.path == *path);
        let path = framework.place(trees, target, &taken);
        tests.push(GeneratedTest {
            id: TestId::new(format!("G{:03}", tests.len() + 1)),
            target: candidate.target,
            framework: framework.id().to_owned(),
            command: framework.command(trees, import_roots, &path),
            path,
            name: candidate.name,
            code: candidate.code,
            level: target.level,
            provenance: "offline".to_owned(),
            purpose: candidate.purpose,
            observation: candidate.observation,
            size: candidate.size,
            quality: None,
            faults: Vec::new(),
        });
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_with_its_size_and_the_room() {
        let ending = Ending::DoesNotFit { bytes: 400 << 20, room: 320 << 20 };
        let (stdout, stderr, files, warnings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let output = RunOutput { ending, stdout, stderr, files, warnings, usage: Usage::default() };
        let said = failure("the test runs", &output);
        assert!(said.starts_with(&format!("{DOES_NOT_FIT}\n")), "{said}");
        assert!(said.contains("400 MB together, the working folder 320 MB"), "{said}");
    }
}
