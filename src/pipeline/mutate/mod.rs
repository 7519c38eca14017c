//! Realistic faults on the changed lines.

mod of_base;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ChangeSet, CodeMap, FileChange, FileMap, Mutant, MutantId, Rejection, SymbolKind, Warning, limits,
};
use crate::language::Language;

pub use rules::rejection;

/// The mutants of a change.
#[derive(Debug, Default)]
pub struct Mutated {
    /// The mutants, `M001` first; no line has its second before every line has its first.
    pub mutants: Vec<Mutant>,
    /// Mutants of base, near what the change risks. They lead the explorer to inputs; nothing of them is reported.
    pub of_base: Vec<Mutant>,
    /// Changed places that are not mutated, by rule.
    pub rejections: Vec<Rejection>,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
}

/// Mutates the changed lines of targets and of module level, and the conditions around them, most plausible first.
pub fn mutate(change: &ChangeSet, map: &CodeMap, language: &dyn Language) -> Mutated {
    let mut mutated = Mutated::default();
    let mut all = Vec::new();
    for file in &change.files {
        rules::configuration(file, map, language, &mut mutated);
        let (Some(file_map), Some(text)) = (map.files.get(&file.path), file.after.as_deref()) else { continue };
        let lines = lines(file, file_map, map);
        match language.mutants(file_map, text, &lines) {
            Ok(mutants) => all.extend(mutants),
            Err(error) => mutated.warnings.push(Warning::new(
                "mutate",
                format!("{} was not mutated", file.path),
                error.to_string(),
                "no test is made against mutants of it",
            )),
        }
        rules::untouched(file, text, &lines, language, &mut mutated);
    }
    mutated.mutants = spread(all);
    mutated.of_base = of_base::mutants(change, map, language);
    if mutated.mutants.len() > limits::MUTANTS {
        let over = mutated.mutants.len() - limits::MUTANTS;
        mutated.mutants.truncate(limits::MUTANTS);
        mutated.warnings.push(Warning::new(
            "mutate",
            format!("{over} mutants were left out"),
            format!("a run has at most {}", limits::MUTANTS),
            "the less plausible mistakes are not tried",
        ));
    }
    for (i, mutant) in mutated.mutants.iter_mut().enumerate() {
        mutant.id = MutantId::new(format!("M{:03}", i + 1));
    }
    mutated
}

/// The changed lines inside changed targets; and those outside of all functions, where a target can show them.
fn lines(file: &FileChange, file_map: &FileMap, map: &CodeMap) -> BTreeSet<u32> {
    let targets = map.targets.iter().filter(|target| target.changed && target.file == file.path);
    let spans: Vec<_> = targets.map(|target| target.symbol.span).collect();
    let functions = file_map.symbols.iter().filter(|symbol| symbol.kind != SymbolKind::Class);
    let in_function: BTreeSet<u32> =
        functions.flat_map(|symbol| symbol.span.line_start..=symbol.span.line_end).collect();
    let in_target = |line: u32| spans.iter().any(|span| (span.line_start..=span.line_end).contains(&line));
    let shown = !spans.is_empty() || is_imported(file_map, map);
    let mut lines = file.changed_lines();
    lines.retain(|line| in_target(*line) || (shown && !in_function.contains(line)));
    lines
}

/// Whether a file with a target imports this one.
fn is_imported(file_map: &FileMap, map: &CodeMap) -> bool {
    let inside = |target: &str| {
        target.strip_prefix(file_map.module.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let files =
        map.targets.iter().filter_map(|target| map.files.get(&target.file).or(map.neighbours.get(&target.file)));
    files.flat_map(|file| &file.bindings).any(|binding| inside(&binding.target))
}

/// Round robin over the lines: first the best of each line, then the second best, …
fn spread(mutants: Vec<Mutant>) -> Vec<Mutant> {
    let mut of_line: BTreeMap<(String, u32), u32> = BTreeMap::new();
    let mut ranked: Vec<(u32, Mutant)> = mutants
        .into_iter()
        .map(|mutant| {
            let round = of_line.entry((mutant.file.as_str().to_owned(), mutant.span.line_start)).or_default();
            *round += 1;
            (*round, mutant)
        })
        .collect();
    ranked.sort_by(|(round, one), (other_round, other)| {
        let place =
            |mutant: &Mutant| (mutant.file.clone(), mutant.span, mutant.operator.clone(), mutant.mutated.clone());
        let by_round = round.cmp(other_round);
        by_round.then(other.plausibility.cmp(&one.plausibility)).then_with(|| place(one).cmp(&place(other)))
    });
    ranked.into_iter().map(|(_, mutant)| mutant).collect()
}

#[cfg(test)]
mod tests;
