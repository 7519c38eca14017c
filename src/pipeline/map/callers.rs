//! The unchanged functions of a changed file that call what changed in it, or what is gone.

use std::collections::BTreeSet;

use crate::domain::{CodeMap, FileMap, Span, Symbol, SymbolKind, limits};

use super::mention::{mentions, mentions_member, outermost, slice};
use super::{Pick, Survey};

/// Callers, from the nearest to the farthest, `limits::CALLER_DEPTH` calls away at most.
pub(super) fn callers(survey: &Survey<'_>, picks: &[Pick], map: &CodeMap) -> Vec<Pick> {
    let mut found = Vec::new();
    for file in &survey.change.files {
        let (Some(head), Some(text)) = (map.files.get(&file.path), file.after.as_deref()) else { continue };
        let changed = picks.iter().filter(|pick| pick.file == file.path).map(|pick| &pick.symbol);
        let gone = survey.base_map(file, map).map(|base| gone(base, head)).unwrap_or_default();
        let helpers: Vec<&Symbol> = changed.chain(gone).collect();
        let callers = callers_in_file(head, text, &helpers);
        found.extend(callers.into_iter().map(|symbol| Pick {
            file: file.path.clone(),
            symbol: symbol.clone(),
            changed: false,
        }));
    }
    found.truncate(limits::CALLERS);
    found
}

/// Symbols of base that head doesn't have any more.
pub(super) fn gone<'m>(base: &'m FileMap, head: &FileMap) -> Vec<&'m Symbol> {
    let has = |name: &str| head.symbols.iter().any(|symbol| symbol.local_name == name);
    base.symbols.iter().filter(|symbol| !has(&symbol.local_name)).collect()
}

fn callers_in_file<'m>(head: &'m FileMap, text: &str, helpers: &[&Symbol]) -> Vec<&'m Symbol> {
    let mut taken: BTreeSet<Span> = helpers.iter().map(|symbol| symbol.span).collect();
    let mut nearest: Vec<&Symbol> = helpers.to_vec();
    let mut found = Vec::new();
    for _ in 0..limits::CALLER_DEPTH {
        let mut next = Vec::new();
        for symbol in head.symbols.iter().filter(|symbol| symbol.kind != SymbolKind::Class) {
            let is_whole = std::ptr::eq(outermost(&head.symbols, symbol), symbol);
            if !is_whole || taken.contains(&symbol.span) {
                continue;
            }
            if nearest.iter().any(|helper| uses(head, slice(text, symbol.span), symbol, helper)) {
                taken.insert(symbol.span);
                next.push(symbol);
            }
        }
        found.extend(next.iter().copied());
        nearest = next;
    }
    found
}

/// Whether a function uses a helper of the same file.
fn uses(head: &FileMap, text: &str, user: &Symbol, helper: &Symbol) -> bool {
    let Some(class) = helper.parent.as_deref().filter(|_| helper.kind == SymbolKind::Method) else {
        return mentions(text, &helper.name);
    };
    let class_name = class.rsplit('.').next().unwrap_or(class);
    let is_special = helper.name.starts_with("__") && helper.name.ends_with("__");
    if is_special && mentions(text, class_name) {
        return true;
    }
    let is_relative = user.parent.as_deref().is_some_and(|own| own == class || inherits(head, own, class_name));
    mentions_member(text, &helper.name) && (is_relative || mentions(text, class_name))
}

fn inherits(head: &FileMap, class: &str, from: &str) -> bool {
    let own = head.symbols.iter().find(|symbol| symbol.local_name == class);
    own.is_some_and(|own| own.bases.iter().any(|base| mentions(base, from)))
}
