//! What there is to test in a tree: functions, classes and routes of the files that are tested.

use std::collections::BTreeSet;

use super::{Scope, Tested};
use crate::domain::{AnalysedTarget, FileFacts, Level, Span, TargetId, TargetKind, TreeMap};
use crate::pipeline::map;

/// The targets in a scope, in order of file and place.
pub(super) fn targets(tree: &TreeMap, tested: &Tested<'_>, scope: &Scope) -> Vec<AnalysedTarget> {
    let mut targets = Vec::new();
    for file in &tested.files {
        let lines = match scope {
            Scope::Tree => None,
            Scope::Files(files) if files.contains(&file.path) => None,
            Scope::Lines(lines) => Some(lines.get(&file.path)),
            Scope::Files(_) => continue,
        };
        match lines {
            None => targets.extend(of_file(tree, file, &|_| true)),
            Some(None) => {}
            Some(Some(lines)) => targets.extend(touched(tree, file, lines)),
        }
    }
    for (number, target) in targets.iter_mut().enumerate() {
        target.id = TargetId::new(format!("T{:03}", number + 1));
    }
    targets
}

fn touched(tree: &TreeMap, file: &FileFacts, lines: &BTreeSet<u32>) -> Vec<AnalysedTarget> {
    let touches = |span: Span| lines.range(span.line_start..=span.line_end).next().is_some();
    let mut targets = of_file(tree, file, &touches);
    for target in targets.iter_mut().filter(|target| target.kind == TargetKind::Class) {
        let own = file.types().find(|class| class.span.line_start == target.line_start);
        let methods = file.methods().filter(|method| touches(method.span));
        let of_class = methods.filter(|method| own.is_some_and(|own| method.parent.as_ref() == Some(&own.local_name)));
        target.focus = of_class.map(|method| method.name.to_string()).collect();
    }
    targets
}

fn of_file(tree: &TreeMap, file: &FileFacts, takes: &dyn Fn(Span) -> bool) -> Vec<AnalysedTarget> {
    let functions = file.functions().map(|symbol| (TargetKind::Function, symbol));
    let classes = file.types().map(|symbol| (TargetKind::Class, symbol));
    let symbols = functions.chain(classes).filter(|(_, symbol)| takes(symbol.span));
    let mut targets: Vec<AnalysedTarget> =
        symbols.map(|(kind, symbol)| target(file, kind, &symbol.qualified_name, symbol.span)).collect();
    for route in &file.routes {
        let handler = map::handler(tree, file, route);
        let is_taken =
            takes(route.span) || handler.is_some_and(|(own, symbol)| own.path == file.path && takes(symbol.span));
        if is_taken {
            let unnamed = format!("{} {}", route.route.method, route.route.path);
            let name = handler.map_or(unnamed, |(_, symbol)| symbol.qualified_name.clone());
            let mut target = target(file, TargetKind::Route, &name, route.span);
            target.route = Some(route.route.clone());
            target.bytes = handler.map_or(target.bytes, |(_, symbol)| bytes(symbol.span));
            targets.push(target);
        }
    }
    targets.sort_by_key(|target| (target.line_start, target.line_end, target.kind));
    targets
}

fn target(file: &FileFacts, kind: TargetKind, name: &str, span: Span) -> AnalysedTarget {
    AnalysedTarget {
        id: TargetId::new("T000"),
        kind,
        level: if kind == TargetKind::Route { Level::E2e } else { Level::Unit },
        qualified_name: name.to_owned(),
        file: file.path.clone(),
        line_start: span.line_start,
        line_end: span.line_end,
        language: file.language.clone(),
        route: None,
        focus: Vec::new(),
        bytes: bytes(span),
    }
}

fn bytes(span: Span) -> usize {
    span.end_byte.saturating_sub(span.start_byte)
}
