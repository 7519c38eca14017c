//! The explorer's plan: the contract with the drivers in `language/*/driver`.

use std::time::Duration;

use serde_json::{Value, json};

use super::Exploration;
use crate::domain::{Mutant, SourceTree, SymbolKind, Target, limits};

/// Seconds within which an explorer that was told to stop has written what it found.
const GIVING_BACK: u64 = 30;

/// Seconds of work that exploring a shard may take: sixteen, three more for each target and nine for each route, at most
/// ninety; less where there are many shards, so that a run ends. The explorer counts what it does, not the clock, so that
/// a busy machine finds what an idle one does.
fn seconds(exploration: &Exploration<'_>) -> u64 {
    let wanted_of = |target: &Target| if target.route.is_some() { ROUTE_SECONDS } else { TARGET_SECONDS };
    let targets = exploration.map.targets.iter().filter(|target| exploration.shard.targets.contains(&target.id));
    let wanted = (SHARD_SECONDS + targets.map(wanted_of).sum::<u64>()).min(MOST_SECONDS);
    wanted.min((limits::EXPLORING_SECONDS / exploration.shards.max(1) as u64).max(10))
}

const SHARD_SECONDS: u64 = 16;
const TARGET_SECONDS: u64 = 3;
const ROUTE_SECONDS: u64 = 9;
const MOST_SECONDS: u64 = 90;

/// How many times slower than an idle machine one may be that explores as much: shards and jobs run side by side.
const BUSY: u64 = 8;

/// Seconds on the clock after which the explorer gives back what it has: some before the sandbox would end it.
fn wall_seconds(exploration: &Exploration<'_>) -> u64 {
    let allowed = exploration.settings.sandbox.timeout.as_secs();
    (BUSY * seconds(exploration)).min(allowed - allowed.min(GIVING_BACK) / 2)
}

/// When the sandbox ends an explorer that does not end by itself.
pub(super) fn hard_stop(exploration: &Exploration<'_>) -> Duration {
    Duration::from_secs(wall_seconds(exploration) + GIVING_BACK)
}

/// The plan for one shard.
pub(super) fn plan(exploration: &Exploration<'_>) -> Value {
    let targets: Vec<&Target> =
        exploration.map.targets.iter().filter(|target| exploration.shard.targets.contains(&target.id)).collect();
    let environment = exploration.environment;
    json!({
        "seed": 0,
        "seconds": seconds(exploration),
        "wall_seconds": wall_seconds(exploration),
        "call_seconds": 2,
        "max_candidates": limits::CANDIDATE_TESTS / 2,
        "max_per_target": 6,
        "base": {"root": "base", "python": environment.base_interpreter},
        "head": {"root": "head", "python": environment.head_interpreter},
        "import_roots": environment.import_roots,
        "targets": targets.iter().map(|target| target_plan(exploration, target)).collect::<Vec<_>>(),
        "mutants": mutants_plan(exploration, &targets),
        "base_mutants": base_mutants_plan(exploration, &targets),
        "test_files": exploration.map.related_test_files,
        "reserved_names": [],
    })
}

fn target_plan(exploration: &Exploration<'_>, target: &Target) -> Value {
    let kind = match target.symbol.kind {
        SymbolKind::Function => "function",
        SymbolKind::Method => "method",
        SymbolKind::Class | SymbolKind::Interface | SymbolKind::Enum => "class",
    };
    let span = target.symbol.span;
    let change = exploration.changed_lines(target);
    let changed_lines: Vec<u32> =
        change.into_iter().filter(|l| (span.line_start..=span.line_end).contains(l)).collect();
    let base_file = target.base_file.as_ref();
    let roots = &exploration.environment.import_roots;
    json!({
        "id": target.id,
        "kind": kind,
        "module": target.module,
        "local_name": target.symbol.local_name,
        "file": target.file,
        "base_file": base_file,
        "base_module": base_file.map(|file| exploration.language.module_name(file, roots)),
        "in_base": target.in_base,
        "changed": target.changed,
        "is_async": target.symbol.is_async,
        "changed_lines": changed_lines,
        "level": target.level,
        "route": target.route,
    })
}

/// The mutants of files with a changed target of the shard. Where a file has none anywhere (a constant changed), its
/// unchanged targets show them.
fn mutants_plan(exploration: &Exploration<'_>, targets: &[&Target]) -> Vec<Value> {
    let changed = |mutant: &Mutant| exploration.map.targets.iter().any(|t| t.file == mutant.file && t.changed);
    let of_shard = |mutant: &&Mutant| {
        targets.iter().any(|target| target.file == mutant.file && (target.changed || !changed(mutant)))
    };
    exploration.mutants.iter().filter(of_shard).filter_map(|mutant| mutant_plan(exploration, mutant)).collect()
}

/// The mutants of base in changed targets of the shard.
fn base_mutants_plan(exploration: &Exploration<'_>, targets: &[&Target]) -> Vec<Value> {
    let of_shard = |mutant: &&Mutant| {
        targets.iter().any(|target| target.changed && target.base_file.as_ref() == Some(&mutant.file))
    };
    let base = &exploration.checkout.base;
    exploration.base_mutants.iter().filter(of_shard).filter_map(|mutant| planned(exploration, base, mutant)).collect()
}

/// One mutant as the drivers take it; `None` where its text is not on head.
pub fn mutant_plan(exploration: &Exploration<'_>, mutant: &Mutant) -> Option<Value> {
    planned(exploration, &exploration.checkout.head, mutant)
}

fn planned(exploration: &Exploration<'_>, tree: &SourceTree, mutant: &Mutant) -> Option<Value> {
    let source = mutant.apply(&tree.text(mutant.file.as_str())?)?;
    let roots = &exploration.environment.import_roots;
    Some(json!({
        "id": mutant.id,
        "file": mutant.file,
        "module": exploration.language.module_name(&mutant.file, roots),
        "symbol": mutant.symbol,
        "line": mutant.span.line_start,
        "source": source,
    }))
}
