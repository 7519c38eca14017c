//! Functions, methods and classes of a file.

pub(super) mod body;
mod complexity;
mod parameters;

use crate::domain::{Constant, FileMap, Name, RepoPath, Symbol, SymbolKind, Visibility};

use super::syntax::{Part, Syntax};
use super::{imports, off_limits};
use crate::language::OffLimits;

/// What a file holds.
pub(super) fn file_map(path: &RepoPath, module: &str, syntax: &Syntax<'_>) -> FileMap {
    let symbols = symbols(module, syntax);
    let (imports, bindings) = imports::imports(path, module, syntax);
    FileMap {
        path: path.clone(),
        language: "python".to_owned(),
        module: module.to_owned(),
        symbols,
        imports,
        bindings,
        constants: constants(syntax),
        code_lines: body::code_lines(syntax),
        broken: syntax.root().has_error(),
    }
}

/// Functions, methods and classes, in order of place.
pub(super) fn symbols(module: &str, syntax: &Syntax<'_>) -> Vec<Symbol> {
    let off_limits = off_limits::regions(syntax);
    syntax.root().descendants().filter_map(|part| symbol(part, module, &off_limits)).collect()
}

fn symbol(part: Part<'_>, module: &str, off_limits: &[OffLimits]) -> Option<Symbol> {
    let (name, kind, shape) = match part.kind() {
        "function_definition" if !part.has_error() => (part.field("name")?, SymbolKind::Function, part),
        "class_definition" if !header_is_broken(part) => (part.field("name")?, SymbolKind::Class, part),
        "assignment" => {
            let (name, lambda) = named_lambda(part)?;
            (name, SymbolKind::Function, lambda)
        }
        _ => return None,
    };
    let holder = holder(part);
    let parent = holder.map(local_name);
    let name = name.text().to_owned();
    let local_name = parent.as_ref().map_or_else(|| name.clone(), |parent| format!("{parent}.{name}"));
    let in_class = holder.is_some_and(|holder| holder.is("class_definition"));
    let kind = if kind == SymbolKind::Function && in_class { SymbolKind::Method } else { kind };
    let whole = part.parent().filter(|parent| parent.is("decorated_definition")).unwrap_or(part);
    Some(Symbol {
        kind,
        visibility: visibility(&name, in_class),
        qualified_name: if module.is_empty() { local_name.clone() } else { format!("{module}.{local_name}") },
        local_name: local_name.into(),
        span: whole.span(),
        definition_line: part.line_start(),
        parameters: shape.field("parameters").map(parameters::parameters).unwrap_or_default(),
        returns: part.field("return_type").map(|hint| hint.text().into()),
        decorators: decorators(whole),
        bases: bases(part),
        docstring: part.field("body").and_then(body::docstring),
        is_async: part.children().next().is_some_and(|first| first.is("async")),
        parent: parent.map(Into::into),
        calls: body::calls(part),
        untested_lines: body::untested_lines(whole, off_limits),
        complexity: complexity::complexity(part),
        name: name.into(),
    })
}

/// A class whose methods can't all be parsed is a class still; one with a broken header isn't.
fn header_is_broken(class: Part<'_>) -> bool {
    class.children().any(|child| child.is_error() || (child.has_error() && !child.is("block")))
}

/// `name = lambda …` at module level or in a class.
fn named_lambda(assignment: Part<'_>) -> Option<(Part<'_>, Part<'_>)> {
    let name = assignment.field("left").filter(|left| left.is("identifier"))?;
    let lambda = assignment.field("right").filter(|right| right.is("lambda"))?;
    let inside_function = holder(assignment).is_some_and(|holder| holder.is("function_definition"));
    (!inside_function && !assignment.has_error()).then_some((name, lambda))
}

/// The innermost function or class around a part.
fn holder(part: Part<'_>) -> Option<Part<'_>> {
    part.ancestors().find(|part| part.is_any(&["function_definition", "class_definition"]))
}

fn local_name(definition: Part<'_>) -> String {
    let mut names: Vec<&str> = definition.field("name").map(Part::text).into_iter().collect();
    names.extend(
        definition
            .ancestors()
            .filter(|part| part.is_any(&["function_definition", "class_definition"]))
            .filter_map(|part| part.field("name").map(Part::text)),
    );
    names.reverse();
    names.join(".")
}

/// No leading underscore; special methods belong to everyone.
pub(super) fn is_public(name: &str) -> bool {
    !name.starts_with('_') || (name.starts_with("__") && name.ends_with("__") && name.len() > 4)
}

/// By convention (PEP 8): one underscore for what is not for everyone, two for what a class keeps to itself.
fn visibility(name: &str, in_class: bool) -> Visibility {
    if is_public(name) {
        Visibility::Public
    } else if !in_class {
        Visibility::Internal
    } else if name.starts_with("__") {
        Visibility::Private
    } else {
        Visibility::Protected
    }
}

fn decorators(whole: Part<'_>) -> Vec<Name> {
    whole
        .children()
        .filter(|child| child.is("decorator"))
        .map(|child| child.only().map_or_else(Name::default, |named| named.text().into()))
        .collect()
}

fn bases(part: Part<'_>) -> Vec<Name> {
    let bases = part.field("superclasses");
    bases.map(|bases| bases.named().map(|base| base.text().into()).collect()).unwrap_or_default()
}

/// Names bound at module level: `LIMIT = 3`, `a, b = 1, 2`, in an `if` or a `try` too.
pub(super) fn constants(syntax: &Syntax<'_>) -> Vec<Constant> {
    let mut constants = Vec::new();
    for part in syntax.root().descendants() {
        if !part.is_any(&["assignment", "augmented_assignment"]) || holder(part).is_some() {
            continue;
        }
        let span = part.parent().unwrap_or(part).span();
        if named_lambda(part).is_some() {
            continue;
        }
        let names = part.field("left").into_iter().flat_map(Part::descendants).filter(|name| name.is("identifier"));
        let bound =
            names.filter(|name| !name.parent().is_some_and(|parent| parent.is_any(&["attribute", "subscript"])));
        constants.extend(bound.map(|name| Constant { name: name.text().to_owned(), span }));
    }
    constants
}

#[cfg(test)]
mod tests;
