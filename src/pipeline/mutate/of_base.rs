//! Mutants of base: what it must not become. Head may have made one of these mistakes, or one beside it, so inputs that
//! tell them from base are where a search for differences begins (after the risks of a change in "Just-in-Time Catching
//! Test Generation", Meta 2025).

use std::collections::BTreeSet;

use super::spread;
use crate::domain::{ChangeSet, CodeMap, FileChange, FileMap, Mutant, MutantId, SymbolKind, Target, limits};
use crate::language::Language;

/// Mutants of what the change replaces, and of the risks in the functions that it changes; most plausible first. A file
/// that can't be mutated has none: that is said where its head is mutated.
pub(super) fn mutants(change: &ChangeSet, map: &CodeMap, language: &dyn Language) -> Vec<Mutant> {
    let mut all = Vec::new();
    for file in &change.files {
        let path = file.old_path.as_ref().unwrap_or(&file.path);
        let (Some(base), Some(text)) = (map.base_files.get(path), file.before.as_deref()) else { continue };
        let functions = functions(file, base, map);
        let risky = language.risks(path, text, &functions).unwrap_or_default();
        let mut lines = file.changed_lines_of_base();
        lines.extend(risky.iter().map(|risk| risk.line));
        lines.retain(|line| functions.contains(line));
        all.extend(language.mutants(base, text, &lines).unwrap_or_default());
    }
    let mut mutants = spread(all);
    mutants.truncate(limits::MUTANTS_OF_BASE);
    for (i, mutant) in mutants.iter_mut().enumerate() {
        mutant.id = MutantId::new(format!("B{:03}", i + 1));
    }
    mutants
}

/// The lines of base's functions that the change touches, as far as head has them still.
fn functions(file: &FileChange, base: &FileMap, map: &CodeMap) -> BTreeSet<u32> {
    let changed = |target: &&Target| target.changed && target.file == file.path;
    let names: BTreeSet<&str> =
        map.targets.iter().filter(changed).map(|target| target.symbol.local_name.as_str()).collect();
    let touched = base.symbols.iter().filter(|symbol| {
        matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method) && names.contains(symbol.local_name.as_str())
    });
    touched.flat_map(|symbol| symbol.span.line_start..=symbol.span.line_end).collect()
}
