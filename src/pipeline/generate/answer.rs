//! The explorer's answer: untrusted, as the code under test ran beside it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Exploration, Explored};
use crate::domain::{MutantId, Observation, Purpose, TargetId, Warning, limits};

const TEXT_CHARS: usize = 600;

/// A proposed test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it tests.
    pub target: TargetId,
    /// What it is meant to show.
    pub purpose: Purpose,
    /// Its function's name.
    pub name: String,
    /// The whole file.
    pub code: String,
    /// What was seen.
    pub observation: Observation,
    /// Smaller is better.
    pub size: u32,
}

/// What the explorer says of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutantNote {
    /// `equivalent`, `undistinguished`, `unreached`, `broken`.
    pub status: String,
    /// Why.
    pub why: String,
}

/// A target that could not be explored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which; `None`: all of the shard.
    pub target: Option<TargetId>,
    /// What happened.
    pub what: String,
    /// `base`, `head`, `both`.
    pub side: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    candidates: Vec<AnswerCandidate>,
    #[serde(default)]
    mutants: std::collections::BTreeMap<String, AnswerMutant>,
    #[serde(default)]
    problems: Vec<AnswerProblem>,
    #[serde(default)]
    warnings: Vec<AnswerWarning>,
    failure: Option<String>,
    #[serde(default)]
    stats: AnswerStats,
}

#[derive(Deserialize)]
struct AnswerCandidate {
    target: String,
    purpose: String,
    #[serde(default)]
    mutants: Vec<String>,
    name: String,
    code: String,
    before: Option<String>,
    now: Option<String>,
    #[serde(default)]
    on_mutants: BTreeMap<String, String>,
    #[serde(default)]
    unplanned_exception: bool,
    #[serde(default)]
    endless: bool,
    #[serde(default)]
    differing: u32,
    #[serde(default)]
    tried: u32,
    #[serde(default)]
    size: u32,
}

#[derive(Deserialize)]
struct AnswerMutant {
    status: String,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
struct AnswerProblem {
    target: Option<String>,
    what: String,
    #[serde(default)]
    side: String,
}

#[derive(Deserialize)]
struct AnswerWarning {
    what: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    impact: String,
}

#[derive(Default, Deserialize)]
struct AnswerStats {
    #[serde(default)]
    calls: u64,
}

/// What is said of an explorer that ended by a mistake of its own.
pub const EXPLORER_FAILED: &str = "the explorer made a mistake of its own";

/// Reads an answer into `explored`; what does not fit the plan is dropped and said.
pub(super) fn read(bytes: &[u8], exploration: &Exploration<'_>, explored: &mut Explored) {
    let answer: Answer = match serde_json::from_slice(bytes) {
        Ok(answer) => answer,
        Err(error) => {
            explored.failure = Some(format!("the explorer's answer can't be read: {error}"));
            return;
        }
    };
    explored.calls = answer.stats.calls;
    explored.failure = answer.failure.map(|why| format!("{EXPLORER_FAILED}\n{}", bounded(&why)));
    let mut dropped = 0;
    for candidate in answer.candidates.into_iter().take(limits::CANDIDATE_TESTS) {
        match checked(candidate, exploration) {
            Some(candidate) => explored.candidates.push(candidate),
            None => dropped += 1,
        }
    }
    if dropped > 0 {
        let what = format!("{dropped} proposed tests were dropped");
        let warning = Warning::new("generate", what, "they do not fit what was asked", "they were not run");
        explored.warnings.push(warning);
    }
    let warnings = answer.warnings.iter().take(limits::TARGETS);
    let said =
        |one: &AnswerWarning| Warning::new("generate", bounded(&one.what), bounded(&one.why), bounded(&one.impact));
    explored.warnings.extend(warnings.map(said));
    let known = |id: &String| exploration.mutants.iter().any(|mutant| mutant.id.as_str() == id);
    let notes = answer.mutants.into_iter().filter(|(id, _)| known(id));
    explored.mutants = notes
        .map(|(id, note)| (MutantId::new(id), MutantNote { status: note.status, why: bounded(&note.why) }))
        .collect();
    explored.problems = answer
        .problems
        .into_iter()
        .take(limits::TARGETS)
        .map(|problem| Problem {
            target: problem.target.map(TargetId::new),
            what: bounded(&problem.what),
            side: bounded(&problem.side),
        })
        .collect();
}

fn checked(candidate: AnswerCandidate, exploration: &Exploration<'_>) -> Option<Candidate> {
    let target = TargetId::new(candidate.target);
    let asked = exploration.shard.targets.contains(&target);
    let plain_name = candidate.name.starts_with("test_")
        && candidate.name.len() <= 200
        && candidate.name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let defines = candidate.code.contains(&format!("def {}(", candidate.name));
    if !asked || !plain_name || !defines || candidate.code.len() > limits::TEST_BYTES {
        return None;
    }
    let known = |id: &String| exploration.mutants.iter().any(|mutant| mutant.id.as_str() == id);
    let told = candidate.on_mutants.iter().filter(|(id, _)| known(id));
    let on_mutants = told.map(|(id, seen)| (MutantId::new(id.clone()), bounded(seen))).collect();
    let purpose = match candidate.purpose.as_str() {
        "regression" => Purpose::Regression,
        "hardening" => Purpose::Hardening(candidate.mutants.into_iter().filter(known).map(MutantId::new).collect()),
        _ => return None,
    };
    let observation = Observation {
        before: candidate.before.as_deref().map(bounded),
        now: candidate.now.as_deref().map(bounded),
        on_mutants,
        unplanned_exception: candidate.unplanned_exception,
        endless: candidate.endless,
        differing: candidate.differing,
        tried: candidate.tried,
    };
    Some(Candidate { target, purpose, name: candidate.name, code: candidate.code, observation, size: candidate.size })
}

/// One line of at most [`TEXT_CHARS`] characters.
fn bounded(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_CHARS + 1).collect();
    if line.chars().count() > TEXT_CHARS { line.chars().take(TEXT_CHARS - 1).chain(['…']).collect() } else { line }
}
