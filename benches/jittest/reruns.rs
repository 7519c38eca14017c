//! How often a kept test changes its mind: the tests that the catch set kept, run again by the kill matrix's driver,
//! with hash seed, order, time zone, language, temporary folder and, now and then, the date varied.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use jittest::domain::{
    Catch, CatchKind, ChangeSet, Checkout, CodeMap, Environment, GeneratedTest, Observation, Outcome, Purpose,
    RepoPath, RepositorySettings, Revision, RevisionKey, SandboxLimits, SourceTree, TargetId, TestId,
};
use jittest::framework::{Framework, MatrixPlan, MatrixResult, pytest::Pytest};
use jittest::language::python::Python;
use jittest::pipeline::generate;
use jittest::pipeline::prepare::{PrepareOutcome, prepare};
use jittest::sandbox::docker::{DockerConfig, DockerSandbox};
use jittest::sandbox::{RunSpec, Sandbox as _};

/// Reruns of each test, unless `RERUNS` says otherwise.
const USUAL: u32 = 20;
/// Reruns under one setting, each in a copy of the session that collects by itself.
const REPEATS: u32 = 25;
/// Tests that are rerun.
const MOST_TESTS: usize = 300;

/// The tests that a case kept.
pub(crate) struct Kept {
    /// The case's folder, with `base/` and `head/`.
    pub(crate) folder: PathBuf,
    /// What was found.
    pub(crate) catches: Vec<Catch>,
}

/// Runs that were made, and those that did not go as every other.
#[derive(Default)]
struct Counts {
    tests: usize,
    runs: usize,
    flaky_runs: usize,
    flaky: Vec<String>,
}

/// Reruns kept tests and says how many were flaky.
pub(crate) fn run(out: &mut dyn Write, kept: &[Kept]) -> anyhow::Result<()> {
    let reruns = match std::env::var("RERUNS") {
        Ok(number) => number.parse().context("RERUNS is a number")?,
        Err(_) => USUAL,
    };
    let counts = tokio::runtime::Runtime::new()?.block_on(measured(kept, reruns))?;
    let share = 100.0 * counts.flaky_runs as f64 / counts.runs.max(1) as f64;
    writeln!(out, "\nkept tests, run again {reruns} times (RERUNS)")?;
    writeln!(out, "  flaky           {} of {} tests", counts.flaky.len(), counts.tests)?;
    writeln!(out, "  flaky runs      {} of {} runs: {share:.3} %", counts.flaky_runs, counts.runs)?;
    for name in &counts.flaky {
        writeln!(out, "                  {name}")?;
    }
    Ok(())
}

async fn measured(kept: &[Kept], reruns: u32) -> anyhow::Result<Counts> {
    let bundle = std::env::var("SSL_CERT_FILE").unwrap_or_else(|_| "/etc/ssl/certs/ca-certificates.crt".to_owned());
    let config = DockerConfig {
        base_image: std::env::var("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|_| "jittest-sandbox".to_owned()),
        owner: "bench".to_owned(),
        ca_bundle: Some(PathBuf::from(bundle)).filter(|path| path.is_file()),
        proxies: Vec::new(),
    };
    let sandbox = DockerSandbox::connect(config).await?;
    let mut counts = Counts::default();
    for case in kept.iter().filter(|case| !case.catches.is_empty()) {
        let room = MOST_TESTS - counts.tests.min(MOST_TESTS);
        let tests: Vec<GeneratedTest> = case.catches.iter().take(room).enumerate().map(test).collect();
        counts.tests += tests.len();
        again(case, &tests, reruns, &sandbox, &mut counts)
            .await
            .with_context(|| format!("the case {}", case.folder.display()))?;
    }
    Ok(counts)
}

/// Reruns the tests of one case.
async fn again(
    case: &Kept,
    tests: &[GeneratedTest],
    reruns: u32,
    sandbox: &DockerSandbox,
    counts: &mut Counts,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (base, head) = (tree(&case.folder.join("base"))?, tree(&case.folder.join("head"))?);
    let checkout = Checkout::new(folder, base, head, PathBuf::new(), Vec::new());
    let settings = RepositorySettings::default();
    let environment = match prepare(&checkout, &Python, &settings, true, sandbox).await? {
        PrepareOutcome::Ready { environment, .. } => environment,
        PrepareOutcome::Failed { step, .. } => bail!("no environment: {}", step.tail),
    };
    let result = once(&checkout, &environment, tests, reruns, sandbox).await?;
    if let Some(why) = result.matrix.distrust.first() {
        bail!("the runs can't be believed: {why}");
    }
    for test in tests {
        let (runs, odd) = judged(test, &result);
        counts.runs += runs;
        counts.flaky_runs += odd;
        if odd > 0 {
            counts.flaky.push(format!("{}: {} ({odd} runs)", case.folder.display(), test.path));
        }
    }
    Ok(())
}

async fn once(
    checkout: &Checkout,
    environment: &Environment,
    tests: &[GeneratedTest],
    reruns: u32,
    sandbox: &DockerSandbox,
) -> anyhow::Result<MatrixResult> {
    let limits = SandboxLimits { timeout: Duration::from_secs(20 * 60), ..SandboxLimits::default() };
    let plan = Pytest.plan(&MatrixPlan {
        environment,
        map: &CodeMap::default(),
        change: &ChangeSet::default(),
        head: &checkout.head,
        tests,
        mutants: &[],
        // The first run is none of them.
        reruns: reruns.div_ceil(REPEATS) + 1,
        repeats: REPEATS,
        test_timeout: limits.test_timeout,
        time: limits.timeout - Duration::from_secs(20),
        parallel: 2,
    });
    let spec = RunSpec {
        image: environment.image.clone(),
        inputs: generate::inputs(checkout, Pytest.driver(), &plan),
        argv: generate::argv(Pytest.driver()),
        env: Vec::new(),
        collect: vec![generate::path("jittest/result.json")],
        limits,
        purpose: "bench".to_owned(),
    };
    let output = sandbox.run(&spec).await?;
    let Some((_, bytes)) = output.files.first() else { bail!(generate::failure("the test runs", &output)) };
    Ok(Pytest.read(bytes, tests, &[])?)
}

/// Runs of a test where it must be sure, and those that did not go as they should.
fn judged(test: &GeneratedTest, result: &MatrixResult) -> (usize, usize) {
    let cell = |key| result.matrix.cells.get(&(test.id.clone(), key)).map_or(&[][..], |cell| &cell.runs);
    let odd = |runs: &[Outcome], right: fn(&Outcome) -> bool| runs.iter().filter(|run| !right(run)).count();
    let passed: fn(&Outcome) -> bool = |run| matches!(run, Outcome::Passed);
    let failed: fn(&Outcome) -> bool = |run| matches!(run, Outcome::Failed { .. });
    let (base, head) = (cell(RevisionKey::Base), cell(RevisionKey::Head));
    if test.purpose == Purpose::Regression {
        (base.len() + head.len(), odd(base, passed) + odd(head, failed))
    } else {
        (head.len(), odd(head, passed))
    }
}

fn test((index, found): (usize, &Catch)) -> GeneratedTest {
    let regression = found.kind == CatchKind::Regression;
    GeneratedTest {
        id: TestId::new(format!("G{:03}", index + 1)),
        target: TargetId::new("T001"),
        framework: found.test.framework.clone(),
        path: found.test.path.clone(),
        name: String::new(),
        code: found.test.code.clone(),
        command: found.test.command.clone(),
        level: found.test.level,
        provenance: found.test.provenance.clone(),
        purpose: if regression { Purpose::Regression } else { Purpose::Hardening(Vec::new()) },
        observation: Observation::default(),
        size: 0,
        quality: found.test.quality.clone(),
        faults: Vec::new(),
    }
}

/// A folder of the catch set as a tree.
fn tree(folder: &Path) -> anyhow::Result<SourceTree> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(RepoPath::parse(&path.strip_prefix(folder)?.to_string_lossy())?);
            }
        }
    }
    files.sort();
    Ok(SourceTree::new(Revision::WorkTree, folder.to_owned(), files))
}
