//! How many regressions are caught, how many harmless changes raise a false alarm: `jittest run` on the catch set.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::reruns::{self, Kept};

/// Cores of the sandbox: base and head answer side by side then.
const CORES: f64 = 2.0;

#[derive(Deserialize)]
struct Case {
    title: String,
    expect: String,
}

/// What one case gave.
struct Outcome {
    name: String,
    expect: String,
    verdict: String,
    seconds: f64,
    test_seconds: f64,
    cpu_seconds: f64,
    findings: String,
    mutants: BTreeMap<String, usize>,
    kept: Kept,
}

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    if let Ok(reports) = std::env::var("KEPT_FROM") {
        return reruns::run(out, &earlier(Path::new(&reports))?);
    }
    let (mut outcomes, mut twice, mut same) = (Vec::new(), 0, 0);
    for (name, folder) in cases()? {
        let other = other(out, &name, &folder).with_context(|| format!("the case {name}, another time"))?;
        let outcome = one(&name, &folder, &name).with_context(|| format!("the case {name}"))?;
        if let Some(other) = other {
            twice += 1;
            match first_difference(&other, &outcome.findings) {
                None => same += 1,
                Some((first, second)) => writeln!(out, "DIFFERS {name}: two runs found {first} and {second}")?,
            }
        }
        let right = outcome.expect == "caught" && outcome.verdict == "caught"
            || outcome.expect == "silent" && outcome.verdict != "caught" && outcome.verdict != "inconclusive";
        let mark = if right { "ok  " } else { "MISS" };
        writeln!(out, "{mark} {name}: expected {}, {} in {:.1} s", outcome.expect, outcome.verdict, outcome.seconds)?;
        outcomes.push(outcome);
    }
    summary(out, &outcomes)?;
    if twice > 0 {
        writeln!(out, "  deterministic   {same} of {twice} changes gave the same findings twice")?;
    }
    let kept: Vec<Kept> = outcomes.into_iter().map(|outcome| outcome.kept).collect();
    reruns::run(out, &kept)
}

/// What another run of the case finds, where that is asked for: one whose report `BENCH_REPORTS` had written to the
/// folder `SAME_AS`, or else one of now (`TWICE`).
fn other(out: &mut dyn Write, name: &str, folder: &Path) -> anyhow::Result<Option<String>> {
    if let Ok(reports) = std::env::var("SAME_AS") {
        return match saved(Path::new(&reports), name) {
            Ok(report) => Ok(Some(findings(&report))),
            Err(why) => {
                writeln!(out, "{name} is held against nothing: {why:#}")?;
                Ok(None)
            }
        };
    }
    let twice = std::env::var_os("TWICE").is_some();
    twice.then(|| Ok(one(name, folder, &format!("{name}.again"))?.findings)).transpose()
}

/// What was found, which has to be the same each time.
fn findings(report: &serde_json::Value) -> String {
    format!("{:#} {:#} {:#}", report["verdict"], report["catches"], report["mutants"])
}

/// What earlier runs kept, from the reports that `BENCH_REPORTS` had them write.
fn earlier(reports: &Path) -> anyhow::Result<Vec<Kept>> {
    cases()?.into_iter().map(|(name, folder)| kept(&saved(reports, &name)?, &folder)).collect()
}

fn saved(reports: &Path, name: &str) -> anyhow::Result<serde_json::Value> {
    let path = reports.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn kept(report: &serde_json::Value, folder: &Path) -> anyhow::Result<Kept> {
    let catches = serde_json::from_value(report["catches"].clone()).context("the catches")?;
    Ok(Kept { folder: folder.to_owned(), catches })
}

fn cases() -> anyhow::Result<Vec<(String, PathBuf)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catches");
    let only = std::env::var("CASE").ok();
    let mut cases = Vec::new();
    for group in std::fs::read_dir(&root).context("the catch set")? {
        for case in std::fs::read_dir(group?.path())? {
            let case = case?;
            let name = case.file_name().to_string_lossy().into_owned();
            if only.as_ref().is_none_or(|only| name.contains(only.as_str())) {
                cases.push((name, case.path()));
            }
        }
    }
    cases.sort();
    // Reports are kept by name.
    if let Some(pair) = cases.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        bail!("two cases are called {}: give one another name", pair[0].0);
    }
    Ok(cases)
}

/// The first lines in which two texts differ.
fn first_difference<'t>(one: &'t str, other: &'t str) -> Option<(&'t str, &'t str)> {
    let pairs = one.lines().zip(other.lines());
    let differs = pairs.map(|(one, other)| (one.trim(), other.trim())).find(|(one, other)| one != other);
    differs.or_else(|| (one != other).then_some(("more", "less")))
}

fn one(name: &str, folder: &Path, report_name: &str) -> anyhow::Result<Outcome> {
    let case: Case = toml::from_str(&std::fs::read_to_string(folder.join("case.toml"))?)?;
    let repository = tempfile::tempdir()?;
    commit(repository.path(), &folder.join("base"), "Start")?;
    commit(repository.path(), &folder.join("head"), &case.title)?;
    let sandbox = std::env::var("BENCH_SANDBOX").unwrap_or_else(|_| "auto".to_owned());
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_jittest"))
        .args(["run", "--diff", "HEAD~1", "--report", "json", "--engine", "offline", "--title", &case.title])
        .args(["--sandbox", &sandbox, "--repo"])
        .arg(repository.path())
        .env("JITTEST_DATABASE_URL", format!("sqlite://{}", repository.path().join(".git/bench.db").display()))
        .output()?;
    let seconds = started.elapsed().as_secs_f64();
    let report: serde_json::Value = match serde_json::from_slice(&output.stdout) {
        Ok(report) => report,
        Err(_) => bail!("no report: {}", String::from_utf8_lossy(&output.stderr)),
    };
    if let Ok(folder) = std::env::var("BENCH_REPORTS") {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(Path::new(&folder).join(format!("{report_name}.json")), &output.stdout)?;
    }
    let mut mutants = BTreeMap::new();
    for mutant in report["mutants"].as_array().into_iter().flatten() {
        *mutants.entry(mutant["status"].as_str().unwrap_or("?").to_owned()).or_default() += 1;
    }
    let used = |what: &str| -> f64 {
        let runs = report["sandbox_runs"].as_array().into_iter().flatten();
        runs.filter_map(|run| run[what].as_f64()).sum()
    };
    Ok(Outcome {
        name: name.to_owned(),
        expect: case.expect,
        verdict: report["verdict"].as_str().unwrap_or("?").to_owned(),
        seconds,
        test_seconds: used("seconds"),
        cpu_seconds: used("cpu_seconds"),
        findings: findings(&report),
        mutants,
        kept: kept(&report, folder)?,
    })
}

/// Commits all files of a folder as the repository's next commit.
fn commit(repository: &Path, files: &Path, message: &str) -> anyhow::Result<()> {
    let git = git2::Repository::open(repository).or_else(|_| git2::Repository::init(repository))?;
    for entry in std::fs::read_dir(repository)?.flatten().filter(|entry| entry.file_name() != ".git") {
        if entry.path().is_dir() { std::fs::remove_dir_all(entry.path())? } else { std::fs::remove_file(entry.path())? }
    }
    copy(files, repository)?;
    std::fs::write(repository.join("jittest.toml"), format!("[sandbox]\ncpus = {CORES:.1}\n"))?;
    let mut index = git.index()?;
    index.clear()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = git.find_tree(index.write_tree()?)?;
    let who = git2::Signature::new("Bench", "bench@example.com", &git2::Time::new(1_700_000_000, 0))?;
    let parent = git.head().ok().and_then(|head| head.peel_to_commit().ok());
    git.commit(Some("HEAD"), &who, &who, message, &tree, &parent.iter().collect::<Vec<_>>())?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn summary(out: &mut dyn Write, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let of = |expect: &'static str| outcomes.iter().filter(move |outcome| outcome.expect == expect);
    let caught = of("caught").filter(|outcome| outcome.verdict == "caught").count();
    let alarms = of("silent").filter(|outcome| outcome.verdict == "caught").count();
    let undecided = outcomes.iter().filter(|outcome| outcome.verdict == "inconclusive").count();
    let mut seconds: Vec<f64> = outcomes.iter().map(|outcome| outcome.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or(0.0);
    let total = |status: &str| outcomes.iter().filter_map(|o| o.mutants.get(status)).sum::<usize>();
    let (killed, survived) = (total("killed"), total("survived"));
    let overhead: f64 = outcomes.iter().map(|outcome| outcome.seconds - outcome.test_seconds).sum::<f64>();
    let all: f64 = seconds.iter().sum();
    writeln!(out, "\ncatch set")?;
    writeln!(out, "  caught          {caught} of {} regressions", of("caught").count())?;
    writeln!(out, "  false alarms    {alarms} of {} harmless changes", of("silent").count())?;
    writeln!(out, "  precision       {} of {} alarms are right", caught, caught + alarms)?;
    writeln!(out, "  inconclusive    {undecided} of {}", outcomes.len())?;
    writeln!(
        out,
        "  mutants         {killed} of {} that differ were killed, {} equivalent",
        killed + survived,
        total("equivalent")
    )?;
    let most = seconds.last().copied().unwrap_or(0.0);
    writeln!(out, "  seconds         {median:.1} median, {most:.1} most, in a sandbox of {CORES:.0} cores")?;
    let mut cpu: Vec<f64> = outcomes.iter().map(|outcome| outcome.cpu_seconds).collect();
    cpu.sort_by(f64::total_cmp);
    let median = cpu.get(cpu.len() / 2).copied().unwrap_or(0.0);
    writeln!(out, "  processor time  {median:.1} s median, in the sandbox")?;
    writeln!(out, "  own overhead    {:.0} % of the time is outside the sandbox", 100.0 * overhead / all.max(0.001))?;
    let misses: Vec<&str> = of("caught").filter(|o| o.verdict != "caught").map(|o| o.name.as_str()).collect();
    writeln!(out, "  missed          {}", if misses.is_empty() { "none".to_owned() } else { misses.join(", ") })?;
    Ok(())
}
