//! The kill matrix: every test against base, head and every mutant, with the reruns, in one sandbox run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{
    ChangeSet, Checkout, CodeMap, Environment, GeneratedTest, KillMatrix, Mutant, MutantId, OracleStrength, OwnTestId,
    RepositorySettings, SandboxUse, Warning, limits,
};
use crate::framework::{Framework, MatrixPlan};
use crate::pipeline::generate::{argv, failure, inputs, path, sandbox_use};
use crate::sandbox::{RunOutput, RunSpec, Sandbox, SandboxError};

/// Time that is kept for starting and for writing the result.
const MARGIN: Duration = Duration::from_secs(20);

/// What a matrix is run from.
#[derive(Clone, Copy)]
pub struct MatrixInputs<'a> {
    /// Both sides on disk.
    pub checkout: &'a Checkout,
    /// Where to run.
    pub environment: &'a Environment,
    /// The change.
    pub change: &'a ChangeSet,
    /// Its symbols and tests.
    pub map: &'a CodeMap,
    /// The test framework.
    pub framework: &'a dyn Framework,
    /// The generated tests.
    pub tests: &'a [GeneratedTest],
    /// The mutants.
    pub mutants: &'a [Mutant],
    /// The limits.
    pub settings: &'a RepositorySettings,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Execution {
    /// The matrix.
    pub matrix: KillMatrix,
    /// How strong the oracle of each of the repository's own tests is.
    pub own_oracles: BTreeMap<OwnTestId, OracleStrength>,
    /// Every branch of the changed files on head.
    pub all_branches: BTreeMap<String, Vec<(u32, i32)>>,
    /// Mutants that nothing can tell from head.
    pub equivalent: BTreeMap<MutantId, String>,
    /// What the sandbox run used.
    pub sandbox_use: SandboxUse,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
    /// How the driver ended, where it did not give a result.
    pub failure: Option<String>,
}

/// Runs the matrix.
///
/// # Errors
/// [`SandboxError`] where the sandbox failed; a driver that fails is a value.
pub async fn execute(matrix: &MatrixInputs<'_>, sandbox: &dyn Sandbox) -> Result<Execution, SandboxError> {
    let limits = matrix.settings.sandbox.clone();
    let plan = matrix.framework.plan(&MatrixPlan {
        environment: matrix.environment,
        map: matrix.map,
        change: matrix.change,
        head: &matrix.checkout.head,
        tests: matrix.tests,
        mutants: matrix.mutants,
        reruns: limits::RERUNS,
        repeats: 1,
        test_timeout: limits.test_timeout,
        time: limits.timeout.saturating_sub(MARGIN).max(limits.timeout / 2),
        parallel: parallel(limits.cpus),
    });
    let driver = matrix.framework.driver();
    let spec = RunSpec {
        image: matrix.environment.image.clone(),
        inputs: inputs(matrix.checkout, driver, &plan),
        argv: argv(driver),
        env: driver.environment(),
        collect: vec![path("jittest/result.json")],
        limits,
        purpose: "execute".to_owned(),
    };
    let output = sandbox.run(&spec).await?;
    Ok(execution(matrix, &output))
}

/// Cells at a time: one for each core that the sandbox may use, and one that waits while others start.
fn parallel(cpus: f64) -> usize {
    (1..=8).take_while(|cells| f64::from(*cells) < cpus).count() + 1
}

fn execution(matrix: &MatrixInputs<'_>, output: &RunOutput) -> Execution {
    let mut execution = Execution {
        sandbox_use: sandbox_use("execute", &output.usage),
        warnings: output.warnings.clone(),
        ..Execution::default()
    };
    let Some((_, bytes)) = output.files.iter().find(|(path, _)| path.as_str() == "jittest/result.json") else {
        execution.failure = Some(failure("the test runs", output));
        return execution;
    };
    match matrix.framework.read(bytes, matrix.tests, matrix.mutants) {
        Ok(result) => {
            let note = |note: String| {
                Warning::new("execute", note, "the repository's own configuration", "the tests ran all the same")
            };
            execution.warnings.extend(result.notes.into_iter().map(note));
            execution.matrix = result.matrix;
            execution.own_oracles = result.own_oracles;
            execution.all_branches = result.all_branches;
            execution.equivalent = result.equivalent;
        }
        Err(error) => {
            let error = anyhow::Error::new(error);
            execution.failure = Some(format!("the result of the test runs can't be believed\n{error:#}"));
        }
    }
    execution
}
