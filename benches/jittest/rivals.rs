//! The kill matrix beside a fresh `pytest` for each cell and each mutant, mutmut and cosmic-ray: the same project, suite
//! and mutants.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// A line of the script's answer; one of cells has them where others have mutants.
#[derive(Deserialize)]
struct Row {
    tool: String,
    mutants: usize,
    seconds: f64,
    killed: usize,
    /// The seconds that making the mutants takes, where another tool's include it.
    making: Option<f64>,
    /// On how many of them the matrix says the same.
    agree: Option<usize>,
}

impl Row {
    fn rate(&self) -> f64 {
        self.mutants as f64 / self.seconds
    }
}

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ready = Command::new(root.join("deploy/setup/rivals.sh")).status().context("the tools to compare with")?;
    ensure!(ready.success(), "the tools to compare with could not be installed");
    let rows = measured(root)?;
    let row = |name: &str| rows.iter().find(|row| row.tool == name).context("a tool's figure");
    let (ours, on_theirs, cells) = (row("matrix")?, row("matrix on them")?.rate(), row("matrix cells")?.rate());
    let making = ours.making.context("the seconds that making the mutants takes")?;
    writeln!(
        out,
        "\nkill matrix, one suite of quick tests, as many processes as cores (cosmic-ray: one, and the matrix with it)"
    )?;
    for row in &rows {
        let rival = match row.tool.as_str() {
            "matrix" | "matrix on them" | "matrix cells" => String::new(),
            "pytest cells" => format!("; the matrix runs {:.1} times as many", cells / row.rate()),
            "cosmic-ray" => format!("; the matrix runs {:.1} times as many on these", on_theirs / row.rate()),
            "mutmut" => {
                let with_making = ours.mutants as f64 / (ours.seconds + making);
                let times = with_making / row.rate();
                format!("; the matrix runs {times:.1} times as many, with the {making:.1} s that making them takes")
            }
            _ => format!("; the matrix runs {:.1} times as many", ours.rate() / row.rate()),
        };
        let agree = row.agree.map_or_else(String::new, |agree| format!(", the matrix agrees on {agree}"));
        let Row { tool, mutants, seconds, killed, .. } = row;
        let rate = row.rate();
        let outcome = if tool.ends_with("cells") { "failed" } else { "killed" };
        writeln!(out, "  {tool:<15} {killed} of {mutants} {outcome} in {seconds:.1} s: {rate:.1}/s{agree}{rival}")?;
    }
    Ok(())
}

fn measured(root: &Path) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::tempdir()?;
    let output = Command::new(root.join("target/rivals/bin/python"))
        .arg(root.join("benches/jittest/rivals/rivals.py"))
        .arg(root.join("fixtures/suite"))
        .arg(root.join("src/framework/pytest/driver"))
        .arg(scratch.path())
        .output()
        .context("the comparison")?;
    ensure!(output.status.success(), "the comparison failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}
