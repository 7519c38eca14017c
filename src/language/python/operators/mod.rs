//! Realistic faults: operators over the syntax tree, a file for each family.

mod arguments;
mod arithmetic;
mod asynchronous;
mod builtins;
mod collections;
mod comparison;
mod comprehensions;
mod constants;
mod decorators;
mod edit;
mod exceptions;
mod indentation;
mod logic;
mod parse_check;
mod reach;
mod returns;
mod slices;
mod statements;
mod strings;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::domain::{FileMap, Mutant, MutantId, MutantSource, Span, limits};
use crate::language::{LanguageError, OffLimits};

use super::off_limits;
use super::syntax::{Part, Syntax, grammar};
use edit::Edit;
use parse_check::ParseCheck;
use reach::Reach;

/// A kind of mistake.
pub(super) struct Operator {
    /// Its name, in kebab case.
    name: &'static str,
    /// The kinds of nodes that it looks at.
    kinds: &'static [&'static str],
    /// The mistakes that can be made at such a node.
    edits: fn(Part<'_>) -> Vec<Edit>,
}

/// Every family of operators.
pub(super) const ALL: &[&[Operator]] = &[
    comparison::OPERATORS,
    logic::OPERATORS,
    arithmetic::OPERATORS,
    constants::OPERATORS,
    slices::OPERATORS,
    returns::OPERATORS,
    statements::OPERATORS,
    arguments::OPERATORS,
    builtins::OPERATORS,
    strings::OPERATORS,
    exceptions::OPERATORS,
    comprehensions::OPERATORS,
    asynchronous::OPERATORS,
    decorators::OPERATORS,
    collections::OPERATORS,
    indentation::OPERATORS,
];

/// How much less a mistake is likely in an unchanged condition around a changed line.
const AROUND: u8 = 10;

struct Candidate {
    operator: &'static str,
    edit: Edit,
    span: Span,
}

/// Mutants of `lines` and of the conditions around them, most plausible first. Each parses, and no two give the
/// same file.
pub(super) fn mutants(map: &FileMap, text: &str, lines: &BTreeSet<u32>) -> Result<Vec<Mutant>, LanguageError> {
    let mut grammar = grammar()?;
    let tree = grammar.parse(&map.path, text, None)?;
    let syntax = Syntax::new(&tree, text);
    let candidates = best_of_each_line(candidates(&syntax, lines));
    let mut check = ParseCheck::new(grammar, &map.path, text, &tree);
    let mut seen = HashSet::new();
    let mut mutants = Vec::new();
    for candidate in candidates {
        let Some(mutated) = check.mutated(&candidate.edit)? else { continue };
        if seen.insert(mutated) {
            mutants.push(mutant(map, text, candidate));
        }
    }
    Ok(mutants)
}

fn candidates(syntax: &Syntax<'_>, lines: &BTreeSet<u32>) -> Vec<Candidate> {
    let reach = Reach::new(syntax, lines);
    let off_limits = off_limits::regions(syntax);
    let mut candidates = Vec::new();
    for part in syntax.root().descendants().filter(|part| reach.may_hold(*part)) {
        if is_off_limits(part.start(), part.end(), &off_limits) {
            continue;
        }
        for operator in ALL.iter().copied().flatten().filter(|operator| part.is_any(operator.kinds)) {
            for mut edit in (operator.edits)(part) {
                let Some(distance) = reach.of(&edit) else { continue };
                if !is_off_limits(edit.start, edit.end, &off_limits) {
                    edit.plausibility = edit.plausibility.saturating_sub(distance * AROUND);
                    candidates.push(Candidate { operator: operator.name, span: reach.span(&edit), edit });
                }
            }
        }
    }
    candidates.sort_by(|one, other| {
        let place = |c: &Candidate| (c.edit.start, c.edit.end, c.operator, c.edit.mutated.clone());
        other.edit.plausibility.cmp(&one.edit.plausibility).then_with(|| place(one).cmp(&place(other)))
    });
    candidates
}

fn is_off_limits(start: usize, end: usize, off_limits: &[OffLimits]) -> bool {
    off_limits.iter().any(|region| region.span.start_byte <= start && end <= region.span.end_byte)
}

/// The best of each line, and of a large file the first ones of every line, in the order that they came in.
fn best_of_each_line(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut taken: BTreeMap<u32, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize, Candidate)> = Vec::new();
    for (order, candidate) in candidates.into_iter().enumerate() {
        let round = taken.entry(candidate.span.line_start).or_default();
        *round += 1;
        if *round <= limits::MUTANTS_PER_LINE {
            ranked.push((*round, order, candidate));
        }
    }
    ranked.sort_by_key(|(round, order, _)| (*round, *order));
    ranked.truncate(limits::MUTANTS_PER_FILE);
    ranked.sort_by_key(|(_, order, _)| *order);
    ranked.into_iter().map(|(_, _, candidate)| candidate).collect()
}

fn mutant(map: &FileMap, text: &str, candidate: Candidate) -> Mutant {
    let Candidate { operator, edit, span } = candidate;
    let around = map
        .symbols
        .iter()
        .rev()
        .find(|symbol| symbol.span.start_byte <= span.start_byte && span.end_byte <= symbol.span.end_byte);
    Mutant {
        id: MutantId::new(""),
        file: map.path.clone(),
        symbol: around.map_or_else(|| map.module.clone(), |symbol| symbol.qualified_name.clone()),
        span,
        original: text.get(span.start_byte..span.end_byte).unwrap_or_default().to_owned(),
        mutated: edit.mutated,
        operator: operator.to_owned(),
        description: edit.description,
        rationale: edit.rationale.to_owned(),
        source: MutantSource::Operator,
        plausibility: edit.plausibility,
    }
}

#[cfg(test)]
mod tests;
