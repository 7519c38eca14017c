//! The intent with no model.

use std::collections::BTreeSet;

use crate::domain::{ChangeKind, ChangeSet, CodeMap, FileStatus, Intent, Name, Symbol, SymbolKind, Target};
use crate::language;

use super::IntentInputs;
use super::claims::claims;
use super::kind::kind;
use super::rewritten::rewritten_tests;
use super::statements::statements;

/// How many risks are named.
const RISKS: usize = 20;

/// How many risks of one kind are named for one file.
const RISKS_OF_A_KIND: usize = 4;

/// Infers all fields by rules.
pub(super) fn infer(inputs: IntentInputs<'_>, change: &ChangeSet, map: &CodeMap) -> Intent {
    let kind = kind(inputs, change);
    let statements = statements(inputs, change);
    let mut behavior_changes = claims(statements.iter());
    behavior_changes.extend(signature_changes(map));
    Intent {
        description: description(inputs, kind, change, map),
        behavior_changes,
        risk_areas: risks(change, map),
        affected_symbols: affected(map),
        inferred_by: "offline".to_owned(),
        kind,
        statements,
        rewritten_tests: rewritten_tests(change),
    }
}

fn description(inputs: IntentInputs<'_>, kind: ChangeKind, change: &ChangeSet, map: &CodeMap) -> String {
    let what = match kind {
        ChangeKind::Fix => "repairs a mistake",
        ChangeKind::Feature => "adds or changes behaviour",
        ChangeKind::Refactoring => "changes structure and claims to keep behaviour",
        ChangeKind::Performance => "makes code faster and claims to keep behaviour",
        ChangeKind::Cosmetic => "changes comments, documentation, types or layout alone",
        ChangeKind::Maintenance => "changes dependencies, build or release",
        ChangeKind::Tests => "changes tests alone",
        ChangeKind::Unknown => "does not say what it is for",
    };
    let changed: Vec<&Target> = map.targets.iter().filter(|target| target.changed).collect();
    let named = match changed.as_slice() {
        [] => change.summary.clone(),
        [one] => format!("it touches `{}`", one.symbol.qualified_name),
        [one, ..] => format!("it touches `{}` and {} more", one.symbol.qualified_name, changed.len() - 1),
    };
    let title = inputs.title.trim();
    let about = if title.is_empty() { String::new() } else { format!("{} ", sentence(title)) };
    if named.is_empty() { format!("{about}The change {what}.") } else { format!("{about}The change {what}; {named}.") }
}

fn sentence(title: &str) -> String {
    let ends = title.ends_with(['.', '!', '?']);
    format!("{title}{}", if ends { "" } else { "." })
}

/// Public symbols that are gone, new parameters, other defaults.
fn signature_changes(map: &CodeMap) -> Vec<String> {
    let mut changes = Vec::new();
    for target in map.targets.iter().filter(|target| target.changed && target.in_base) {
        let Some(base) = target.base_file.as_ref().and_then(|path| map.base_files.get(path)) else { continue };
        let Some(before) = base.symbols.iter().find(|symbol| symbol.local_name == target.symbol.local_name) else {
            continue;
        };
        let name = &target.symbol.local_name;
        for parameter in &target.symbol.parameters {
            match before.parameters.iter().find(|old| old.name == parameter.name) {
                None => changes.push(format!("`{name}` takes a new parameter `{}`", parameter.name)),
                Some(old) if old.default != parameter.default => {
                    let shown = |default: &Option<Name>| default.clone().unwrap_or_else(|| "none".into());
                    let (old, new) = (shown(&old.default), shown(&parameter.default));
                    changes.push(format!("the default of `{}` of `{name}` is `{new}`, it was `{old}`", parameter.name));
                }
                Some(_) => {}
            }
        }
        let gone =
            before.parameters.iter().filter(|old| target.symbol.parameters.iter().all(|new| new.name != old.name));
        changes.extend(gone.map(|old| format!("`{name}` takes no parameter `{}` any more", old.name)));
    }
    for (path, base) in &map.base_files {
        let still =
            |name: &str| map.files.values().any(|file| file.symbols.iter().any(|symbol| symbol.local_name == name));
        // What is defined inside a function is nobody else's: where it goes, no caller notices.
        let inside = |symbol: &Symbol| {
            let outer = |other: &Symbol| symbol.parent.as_deref() == Some(other.local_name.as_str());
            base.symbols.iter().any(|other| outer(other) && other.kind != SymbolKind::Class)
        };
        let shown = |symbol: &&Symbol| symbol.is_public() && !inside(symbol);
        let gone = base.symbols.iter().filter(shown).filter(|symbol| !still(&symbol.local_name));
        changes.extend(gone.map(|symbol| format!("`{}` is no longer in {path}", symbol.local_name)));
    }
    changes
}

/// What could go wrong on the changed lines, in words with their place.
fn risks(change: &ChangeSet, map: &CodeMap) -> Vec<String> {
    let mut risks = Vec::new();
    for file in &change.files {
        let (Some(head), Some(text)) = (map.files.get(&file.path), file.after.as_deref()) else { continue };
        let lines = file.changed_lines();
        // A text that can't be read was said by the map.
        let found = language::by_id(&head.language).and_then(|language| language.risks(&file.path, text, &lines).ok());
        let mut kinds: Vec<&'static str> = Vec::new();
        for risk in found.unwrap_or_default() {
            kinds.push(risk.kind);
            if kinds.iter().filter(|kind| **kind == risk.kind).count() <= RISKS_OF_A_KIND {
                risks.push(format!("{}: {} ({}:{})", risk.kind, risk.words, file.path, risk.line));
            }
        }
        if file.status == FileStatus::Renamed && head_moved(file, map) {
            risks.push(format!("import: the module is imported under another name ({}:1)", file.path));
        }
    }
    risks.truncate(RISKS);
    risks
}

fn head_moved(file: &crate::domain::FileChange, map: &CodeMap) -> bool {
    let base = file.old_path.as_ref().and_then(|path| map.base_files.get(path));
    base.zip(map.files.get(&file.path)).is_some_and(|(base, head)| base.module != head.module)
}

/// What changed first, then what only calls it.
fn affected(map: &CodeMap) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let (changed, callers): (Vec<&Target>, Vec<&Target>) = map.targets.iter().partition(|target| target.changed);
    let names = changed.into_iter().chain(callers).map(|target| target.symbol.qualified_name.clone());
    names.filter(|name| seen.insert(name.clone())).collect()
}
