//! The driver's result, read as what it is: text from a place where foreign code ran.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::{
    Cell, GeneratedTest, KillMatrix, Mutant, MutantId, OracleStrength, Outcome, OwnTestId, RepoPath, RevisionKey,
    TestId, limits,
};
use crate::framework::{MatrixError, MatrixResult};

/// The most runs of one test on one revision that are taken.
const MOST_RUNS: u32 = 1_000;
/// The longest node id that is taken, in bytes.
const NODE_BYTES: usize = 2_000;

#[derive(Deserialize)]
struct Raw {
    cells: Vec<RawCell>,
    own_cells: Vec<RawOwnCell>,
    own_oracles: Vec<RawOracle>,
    covered_lines: BTreeMap<String, Vec<u32>>,
    covered_branches: BTreeMap<String, Vec<(i32, i32)>>,
    all_branches: BTreeMap<String, Vec<(i32, i32)>>,
    broken_mutants: BTreeMap<String, String>,
    equivalent_mutants: BTreeMap<String, String>,
    not_run: Vec<String>,
    distrust: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    test_seconds: f64,
    total_seconds: f64,
}

#[derive(Deserialize)]
struct RawCell {
    test: String,
    revision: String,
    run: u32,
    #[serde(flatten)]
    outcome: RawOutcome,
}

#[derive(Deserialize)]
struct RawOwnCell {
    node: String,
    revision: String,
    #[serde(flatten)]
    outcome: RawOutcome,
}

#[derive(Deserialize)]
struct RawOutcome {
    outcome: Word,
    #[serde(default)]
    message: String,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    own_assertion: bool,
    ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Passed,
    Failed,
    Broken,
    TimedOut,
    Skipped,
}

#[derive(Deserialize)]
struct RawOracle {
    node: String,
    oracle: OracleStrength,
}

/// Reads `result.json` of a plan with these tests and mutants.
///
/// # Errors
/// [`MatrixError`] where it is too large, is not of the driver's form, or is about something else.
pub fn parse_matrix(bytes: &[u8], tests: &[GeneratedTest], mutants: &[Mutant]) -> Result<MatrixResult, MatrixError> {
    if bytes.len() > limits::MATRIX_BYTES {
        return Err(too_large(format!("{} bytes", bytes.len())));
    }
    let raw: Raw = serde_json::from_slice(bytes).map_err(MatrixError::Malformed)?;
    if raw.cells.len() > limits::MATRIX_CELLS || raw.own_cells.len() > limits::MATRIX_CELLS {
        return Err(too_large(format!("{} and {} cells", raw.cells.len(), raw.own_cells.len())));
    }
    let known = Known {
        tests: tests.iter().map(|test| test.id.as_str()).collect(),
        mutants: mutants.iter().map(|mutant| mutant.id.as_str()).collect(),
    };
    let matrix = KillMatrix {
        cells: known.cells(raw.cells)?,
        own_cells: known.own_cells(raw.own_cells)?,
        covered_lines: by_file(raw.covered_lines)?,
        covered_branches: branches(raw.covered_branches)?,
        broken_mutants: known.reasons(raw.broken_mutants)?,
        not_run: raw.not_run.iter().map(|id| known.mutant(id)).collect::<Result<_, _>>()?,
        distrust: raw.distrust.iter().map(|text| shortened(text)).collect(),
        test_seconds: seconds(raw.test_seconds),
    };
    Ok(MatrixResult {
        matrix,
        own_oracles: oracles(raw.own_oracles)?,
        all_branches: branches(raw.all_branches)?,
        equivalent: known.reasons(raw.equivalent_mutants)?,
        notes: raw.notes.iter().map(|text| shortened(text)).collect(),
        total_seconds: seconds(raw.total_seconds),
    })
}

/// The ids of the plan.
struct Known<'a> {
    tests: BTreeSet<&'a str>,
    mutants: BTreeSet<&'a str>,
}

impl Known<'_> {
    fn mutant(&self, id: &str) -> Result<MutantId, MatrixError> {
        if self.mutants.contains(id) { Ok(MutantId::new(id)) } else { Err(foreign("mutant", id)) }
    }

    fn revision(&self, name: &str) -> Result<RevisionKey, MatrixError> {
        match name {
            "base" => Ok(RevisionKey::Base),
            "head" => Ok(RevisionKey::Head),
            id => self.mutant(id).map(RevisionKey::Mutant),
        }
    }

    fn cells(&self, raw: Vec<RawCell>) -> Result<BTreeMap<(TestId, RevisionKey), Cell>, MatrixError> {
        let mut runs: BTreeMap<(TestId, RevisionKey), BTreeMap<u32, RawOutcome>> = BTreeMap::new();
        for cell in raw {
            if !self.tests.contains(cell.test.as_str()) {
                return Err(foreign("test", &cell.test));
            }
            let key = (TestId::new(&cell.test), self.revision(&cell.revision)?);
            let again = runs.entry(key).or_default().insert(cell.run, cell.outcome).is_some();
            if again || cell.run >= MOST_RUNS {
                return Err(foreign("run", &format!("{} of {} on {}", cell.run, cell.test, cell.revision)));
            }
        }
        Ok(runs.into_iter().map(|(key, runs)| (key, cell(runs.into_values()))).collect())
    }

    fn own_cells(&self, raw: Vec<RawOwnCell>) -> Result<BTreeMap<(OwnTestId, RevisionKey), Cell>, MatrixError> {
        let mut runs: BTreeMap<(OwnTestId, RevisionKey), Vec<RawOutcome>> = BTreeMap::new();
        for cell in raw {
            let key = (node(cell.node)?, self.revision(&cell.revision)?);
            runs.entry(key).or_default().push(cell.outcome);
        }
        Ok(runs.into_iter().map(|(key, runs)| (key, cell(runs.into_iter()))).collect())
    }

    fn reasons(&self, raw: BTreeMap<String, String>) -> Result<BTreeMap<MutantId, String>, MatrixError> {
        raw.into_iter().map(|(id, why)| Ok((self.mutant(&id)?, shortened(&why)))).collect()
    }
}

fn cell(runs: impl Iterator<Item = RawOutcome>) -> Cell {
    let mut found = Cell::default();
    for run in runs {
        found.slowest_ms = found.slowest_ms.max(run.ms);
        found.runs.push(outcome(run));
    }
    found
}

fn outcome(raw: RawOutcome) -> Outcome {
    let message = shortened(&raw.message);
    match raw.outcome {
        Word::Passed => Outcome::Passed,
        Word::Failed => Outcome::Failed { message, line: raw.line, own_assertion: raw.own_assertion },
        Word::Broken => Outcome::Broken { message },
        Word::TimedOut => Outcome::TimedOut,
        Word::Skipped => Outcome::Skipped { message },
    }
}

fn oracles(raw: Vec<RawOracle>) -> Result<BTreeMap<OwnTestId, OracleStrength>, MatrixError> {
    if raw.len() > limits::MATRIX_CELLS {
        return Err(too_large(format!("{} own tests", raw.len())));
    }
    raw.into_iter().map(|oracle| Ok((node(oracle.node)?, oracle.oracle))).collect()
}

fn node(text: String) -> Result<OwnTestId, MatrixError> {
    if text.len() > NODE_BYTES { Err(too_large("the name of a test".to_owned())) } else { Ok(OwnTestId(text)) }
}

fn by_file<T>(raw: BTreeMap<String, T>) -> Result<BTreeMap<String, T>, MatrixError> {
    match raw.keys().find(|name| RepoPath::parse(name).is_err()) {
        Some(name) => Err(foreign("file", name)),
        None => Ok(raw),
    }
}

fn branches(raw: BTreeMap<String, Vec<(i32, i32)>>) -> Result<BTreeMap<String, Vec<(u32, i32)>>, MatrixError> {
    let from_lines = |arcs: Vec<(i32, i32)>| {
        arcs.into_iter().filter_map(|(from, to)| u32::try_from(from).ok().map(|from| (from, to))).collect()
    };
    Ok(by_file(raw)?.into_iter().map(|(name, arcs)| (name, from_lines(arcs))).collect())
}

fn seconds(raw: f64) -> f64 {
    if raw.is_finite() { raw.clamp(0.0, 86_400.0) } else { 0.0 }
}

fn shortened(text: &str) -> String {
    text.chars().take(limits::MESSAGE_CHARS).collect()
}

fn too_large(what: String) -> MatrixError {
    MatrixError::TooLarge { what }
}

fn foreign(kind: &str, name: &str) -> MatrixError {
    MatrixError::Foreign { what: format!("{kind} {:?}", name.chars().take(80).collect::<String>()) }
}
