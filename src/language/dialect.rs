//! What a file holds, found by the queries of its language. What is the same for all languages stands here: nesting,
//! names, docs, calls, complexity; a language says what is different, by [`Dialect`].
//!
//! Captures of the `.scm` files: `@function`, `@class`, `@interface`, `@enum` are symbols; `@module` and `@type` give
//! what is inside of them a longer name (`mod x`, `impl X`) and are none; each with a `@name`. A function may have an
//! `@owner` (its receiver's type) and a `@value` (what holds its parameters, where that is another node). `@import`,
//! `@export`, `@global` (with `@name`s), `@call` (with a `@callee`), `@route` and `@mount` are handed to the language.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ExternalCall, FileCategory, FileFacts, Global, Import, RepoPath, Symbol, SymbolKind, Texts, Visibility,
};

use super::external::{self, Known};
use super::query::{Match, Queries};
use super::syntax::{Grammar, Part, Syntax};
use super::{LanguageError, docs, names};

/// What is different from language to language.
pub(crate) trait Dialect: Sync {
    /// The id of the language.
    fn id(&self) -> &'static str;

    /// The grammar of a path, and its queries.
    fn grammar(&self, path: &RepoPath) -> (tree_sitter::Language, &'static Result<Queries, LanguageError>);

    /// What stands between the parts of a name.
    fn separator(&self) -> &'static str {
        "."
    }

    /// Kinds around a definition that belong to it: `export_statement`.
    fn wrappers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Kinds before a definition that belong to it: attributes.
    fn leading(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a comment says what the definition after it is for.
    fn is_doc(&self, comment: &str) -> bool {
        comment.starts_with("/**") || comment.starts_with("///")
    }

    /// Kinds of nodes at which the way through a function divides, and operators that divide it.
    fn decisions(&self) -> (&'static [&'static str], &'static [&'static str]);

    /// Whether a definition only serves tests that stand in the same file.
    fn is_inline_test(&self, _whole: Part<'_>) -> bool {
        false
    }

    /// Fills in parameters, return type, bases, decorators, visibility and the like.
    fn describe(&self, definition: &Definition<'_>, symbol: &mut Symbol);

    /// The imports of one statement.
    fn imports(&self, found: &Match<'_>) -> Vec<Import>;

    /// Whether a global is meant to stay as it is, and whether it is meant for others.
    fn global(&self, statement: Part<'_>, name: &str) -> (bool, bool);

    /// Calls that leave the program.
    fn external(&self) -> &'static [Known];

    /// What a name of an import stands for, for [`Self::external`].
    fn target(&self, import: &Import, name: &str) -> String {
        if matches!(name, "*" | "default") {
            import.source.as_str().into()
        } else {
            format!("{}{}{name}", import.source, self.separator())
        }
    }

    /// Exports, routes, and whatever needs the whole file.
    fn finish(&self, facts: &mut FileFacts, syntax: &Syntax<'_>, matches: &[Match<'_>]);
}

/// A definition, as it was found.
pub(crate) struct Definition<'s> {
    /// The node that the query names.
    pub(crate) part: Part<'s>,
    /// With what belongs to it around it.
    pub(crate) whole: Part<'s>,
    /// The node that holds its parameters and its body.
    pub(crate) shape: Part<'s>,
    /// What stands before it and belongs to it, in order of place.
    pub(crate) leading: Vec<Part<'s>>,
    /// The node of what it is inside of, where that has a name.
    pub(crate) holder: Option<Part<'s>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Symbol(SymbolKind),
    /// Gives a longer name, and is a type.
    Type,
    /// Gives a longer name, and is none.
    Module,
}

const ROLES: &[(&str, Role)] = &[
    ("function", Role::Symbol(SymbolKind::Function)),
    ("class", Role::Symbol(SymbolKind::Class)),
    ("interface", Role::Symbol(SymbolKind::Interface)),
    ("enum", Role::Symbol(SymbolKind::Enum)),
    ("type", Role::Type),
    ("module", Role::Module),
];

/// A definition that is placed among the others.
struct Place<'s> {
    definition: Definition<'s>,
    role: Role,
    name: String,
    owner: Option<String>,
    /// The place of what it is directly inside of.
    holder: Option<usize>,
    skipped: bool,
}

/// What one file holds, before files are related to each other.
pub(crate) fn facts(dialect: &dyn Dialect, path: &RepoPath, text: &str) -> Result<FileFacts, LanguageError> {
    let (grammar, queries) = dialect.grammar(path);
    let queries = queries.as_ref().map_err(|error| LanguageError::Grammar(anyhow::anyhow!("{error:#}")))?;
    let tree = Grammar::load(&grammar)?.parse(path, text, None)?;
    let syntax = Syntax::new(&tree, text);
    let matches = queries.matches(&syntax).ok_or_else(|| LanguageError::TooSlow(path.clone()))?;
    let mut facts = FileFacts::new(path.clone(), dialect.id(), FileCategory::Code);
    let places = places(dialect, &matches);
    facts.broken = syntax.root().has_error();
    facts.imports =
        matches.iter().filter(|found| found.get("import").is_some()).flat_map(|found| dialect.imports(found)).collect();
    facts.globals = globals(dialect, &matches, &places);
    facts.symbols = symbols(dialect, &places, &Decisions::of(dialect, &syntax));
    retain_values(&mut facts);
    let calls = calls(&matches, &places);
    attach(&mut facts, dialect, &places, &calls);
    // What leads a definition can hold another one, as a decorator's arguments can, that was met first.
    facts.symbols.sort_by_key(|symbol| (symbol.span.start_byte, Reverse(symbol.span.end_byte)));
    dialect.finish(&mut facts, &syntax, &matches);
    Ok(facts)
}

/// All definitions in order of place, each with what it is inside of.
fn places<'s>(dialect: &dyn Dialect, matches: &[Match<'s>]) -> Vec<Place<'s>> {
    let mut found: Vec<Place<'s>> = matches.iter().filter_map(|found| place(dialect, found)).collect();
    found.sort_by_key(|place| place.definition.part.index());
    found.dedup_by_key(|place| place.definition.part.index());
    let mut open: Vec<usize> = Vec::new();
    for at in 0..found.len() {
        let index = found[at].definition.part.index();
        while open.last().is_some_and(|holder| found[*holder].definition.part.after() <= index) {
            open.pop();
        }
        found[at].holder = open.last().copied();
        if let Some(holder) = open.last().copied() {
            found[at].definition.holder = Some(found[holder].definition.part);
            found[at].skipped |= found[holder].skipped;
        }
        open.push(at);
    }
    found
}

fn place<'s>(dialect: &dyn Dialect, found: &Match<'s>) -> Option<Place<'s>> {
    let (part, role) = ROLES.iter().find_map(|(capture, role)| Some((found.get(capture)?, *role)))?;
    let name = found.text("name").map_or_else(|| "default".to_owned(), names::plain);
    if name.is_empty() || part.is_error() {
        return None;
    }
    let whole = part
        .ancestors()
        .take_while(|around| dialect.wrappers().contains(&around.kind()) && is_alone(part, *around))
        .last()
        .unwrap_or(part);
    let leading = leading(dialect, whole);
    let skipped = dialect.is_inline_test(whole);
    let definition = Definition { part, whole, shape: found.get("value").unwrap_or(part), leading, holder: None };
    Some(Place { definition, role, name, owner: found.text("owner").map(names::plain), holder: None, skipped })
}

/// Whether a definition is the only one in what stands around it: `export const a = …, b = …` belongs to neither.
fn is_alone(part: Part<'_>, around: Part<'_>) -> bool {
    around.named().filter(|child| child.kind() == part.kind()).count() <= 1
}

fn leading<'s>(dialect: &dyn Dialect, whole: Part<'s>) -> Vec<Part<'s>> {
    let is_before = |part: &Part<'_>| dialect.leading().contains(&part.kind()) || docs::is_comment(*part);
    let mut before: Vec<Part<'s>> = std::iter::successors(whole.previous(), |part| part.previous())
        .take_while(is_before)
        .filter(|part| !docs::is_comment(*part))
        .collect();
    before.reverse();
    before
}

/// Whether something is at the top level: in nothing but modules.
fn is_top(places: &[Place<'_>], holder: Option<usize>) -> bool {
    std::iter::successors(holder, |at| places[*at].holder).all(|at| places[at].role == Role::Module)
}

fn local_name(dialect: &dyn Dialect, places: &[Place<'_>], at: usize) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for at in std::iter::successors(Some(at), |at| places[*at].holder).take(names::NESTED) {
        parts.push(&places[at].name);
        parts.extend(places[at].owner.as_deref());
    }
    parts.reverse();
    parts.join(dialect.separator())
}

fn symbols(dialect: &dyn Dialect, places: &[Place<'_>], decisions: &Decisions) -> Vec<Symbol> {
    (0..places.len()).filter_map(|at| symbol(dialect, places, decisions, at)).collect()
}

fn symbol(dialect: &dyn Dialect, places: &[Place<'_>], decisions: &Decisions, at: usize) -> Option<Symbol> {
    let place = &places[at];
    let Role::Symbol(kind) = place.role else { return None };
    if place.skipped {
        return None;
    }
    let definition = &place.definition;
    let local_name = local_name(dialect, places, at);
    let parent = match (&place.owner, place.holder) {
        (Some(owner), _) => Some(owner.clone()),
        (None, holder) if is_top(places, holder) => None,
        (None, holder) => holder.map(|holder| self::local_name(dialect, places, holder)),
    };
    let in_type = place.owner.is_some()
        || place.holder.is_some_and(|holder| match places[holder].role {
            Role::Symbol(kind) => kind.is_type(),
            Role::Type => true,
            Role::Module => false,
        });
    let mut span = definition.whole.span();
    if let Some(first) = definition.leading.first() {
        span.start_byte = first.start();
        span.line_start = first.line_start();
    }
    let mut symbol = Symbol {
        kind: if kind == SymbolKind::Function && in_type { SymbolKind::Method } else { kind },
        name: place.name.as_str().into(),
        qualified_name: local_name.clone(),
        local_name: local_name.into(),
        span,
        definition_line: definition.part.line_start(),
        parameters: Vec::new(),
        returns: None,
        decorators: Vec::new(),
        bases: Vec::new(),
        docstring: docs::before(definition.leading.first().copied().unwrap_or(definition.whole), |text| {
            dialect.is_doc(text)
        }),
        is_async: false,
        visibility: Visibility::Public,
        parent: parent.map(Into::into),
        calls: Texts::default(),
        untested_lines: Vec::new(),
        complexity: decisions.complexity(definition.part),
    };
    dialect.describe(definition, &mut symbol);
    Some(symbol)
}

/// How many nodes decide before each place, so that a part that stands inside of others is not walked once for each.
struct Decisions(Vec<u32>);

impl Decisions {
    fn of(dialect: &dyn Dialect, syntax: &Syntax<'_>) -> Self {
        let (kinds, operators) = dialect.decisions();
        let (kinds, operators) = (syntax.kinds(kinds), syntax.kinds(operators));
        let decides = |part: Part<'_>| {
            (kinds.has(part) && !is_otherwise(part))
                || (operators.has(part) && part.is_leaf() && part.field_name() == Some("operator"))
        };
        let mut before = 0;
        let all = syntax.root().descendants().map(|part| {
            let own = before;
            before += u32::from(decides(part));
            own
        });
        let mut all: Vec<u32> = all.collect();
        all.push(before);
        Self(all)
    }

    /// Decisions + 1 (McCabe 1976); 1 for what can't decide.
    fn complexity(&self, part: Part<'_>) -> u32 {
        (self.0[part.after()] - self.0[part.index()]).saturating_add(1)
    }
}

/// Whether a case is what is left when no other fits.
fn is_otherwise(case: Part<'_>) -> bool {
    let text = case.text();
    text.starts_with("default") || text.starts_with("_ ")
}

fn globals(dialect: &dyn Dialect, matches: &[Match<'_>], places: &[Place<'_>]) -> Vec<Global> {
    let mut globals = Vec::new();
    let found: Vec<(Part<'_>, &Match<'_>)> =
        matches.iter().filter_map(|found| Some((found.get("global")?, found))).collect();
    let holders = holders(places, found.iter().map(|(part, _)| part.index()));
    for ((statement, found), holder) in found.into_iter().zip(holders) {
        let is_skipped = holder.is_some_and(|holder| places[holder].skipped);
        if !is_top(places, holder) || is_skipped {
            continue;
        }
        for name in found.all("name") {
            let (constant, public) = dialect.global(statement, name.text());
            globals.push(Global { name: name.text().into(), span: statement.span(), constant, public });
        }
    }
    globals
}

/// Leaves out of the globals what is a function, a class or an import.
fn retain_values(facts: &mut FileFacts) {
    let symbols = facts.symbols.iter().filter(|symbol| symbol.parent.is_none()).map(|symbol| symbol.name.as_str());
    let imported = facts.imports.iter().flat_map(|import| &import.names).map(|name| name.local.as_str());
    let others: BTreeSet<&str> = symbols.chain(imported).collect();
    facts.globals.retain(|global| !others.contains(global.name.as_str()));
}

/// One call, by name.
struct Called {
    name: String,
    line: u32,
    holder: Option<usize>,
}

fn calls(matches: &[Match<'_>], places: &[Place<'_>]) -> Vec<Called> {
    let mut found: Vec<(Part<'_>, &str)> =
        matches.iter().filter_map(|found| Some((found.get("call")?, callee(found.get("callee")?)))).collect();
    found.sort_by_key(|(part, _)| part.index());
    let holders = holders(places, found.iter().map(|(part, _)| part.index()));
    let named = found.into_iter().zip(holders).filter_map(|((part, callee), holder)| {
        Some(Called { name: names::callee(callee)?, line: part.line_start(), holder })
    });
    named.collect()
}

/// What is called: for a node that holds its arguments too, what stands before them.
fn callee(part: Part<'_>) -> &str {
    let end = part.field("arguments").map_or(part.end(), Part::start);
    part.text().get(..end - part.start()).unwrap_or_default()
}

/// The innermost definition around each of these nodes, which are in order of place.
fn holders(places: &[Place<'_>], nodes: impl Iterator<Item = usize>) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    let mut holders = Vec::new();
    for node in nodes {
        while next < places.len() && places[next].definition.part.index() <= node {
            close(&mut open, places, places[next].definition.part.index());
            open.push(next);
            next += 1;
        }
        close(&mut open, places, node);
        holders.push(open.last().copied());
    }
    holders
}

fn close(open: &mut Vec<usize>, places: &[Place<'_>], index: usize) {
    while open.last().is_some_and(|holder| places[*holder].definition.part.after() <= index) {
        open.pop();
    }
}

/// Gives each symbol its calls (a function those of functions inside of it too), and finds those that leave the
/// program.
fn attach(facts: &mut FileFacts, dialect: &dyn Dialect, places: &[Place<'_>], calls: &[Called]) {
    let mut of_place: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); places.len()];
    let bound = bound(dialect, &facts.imports);
    let own: BTreeSet<&str> =
        facts.symbols.iter().filter(|symbol| symbol.parent.is_none()).map(|symbol| symbol.name.as_str()).collect();
    let mut external = Vec::new();
    for call in calls {
        if call.holder.is_some_and(|holder| places[holder].skipped) {
            continue;
        }
        for at in std::iter::successors(call.holder, |at| places[*at].holder) {
            of_place[at].insert(&call.name);
            if places[at].role != Role::Symbol(SymbolKind::Function) {
                break;
            }
        }
        let callee = resolved(dialect, &bound, &own, &call.name);
        if let Some((callee, kind)) = callee.and_then(|callee| {
            let kind = external::kind(dialect.external(), &callee, dialect.separator())?;
            Some((callee, kind))
        }) {
            let symbol = call.holder.map(|holder| local_name(dialect, places, holder));
            external.push(ExternalCall { kind, callee, line: call.line, symbol });
        }
    }
    let kept = of_place.into_iter().zip(places);
    let kept = kept.filter(|(_, place)| matches!(place.role, Role::Symbol(_)) && !place.skipped);
    for (symbol, (names, _)) in facts.symbols.iter_mut().zip(kept) {
        symbol.calls = names.into_iter().collect();
    }
    facts.external = external;
}

/// What each imported name stands for.
fn bound(dialect: &dyn Dialect, imports: &[Import]) -> BTreeMap<String, String> {
    let of_import = |import: &Import| {
        let targets = import.names.iter().map(|name| (name.local.to_string(), dialect.target(import, &name.name)));
        targets.collect::<Vec<_>>()
    };
    imports.iter().flat_map(of_import).collect()
}

/// A callee with what its first part stands for; `None` for one of the file's own.
fn resolved(
    dialect: &dyn Dialect,
    bound: &BTreeMap<String, String>,
    own: &BTreeSet<&str>,
    callee: &str,
) -> Option<String> {
    let separator = dialect.separator();
    let end = [callee.find(separator), callee.find('.')].into_iter().flatten().min().unwrap_or(callee.len());
    let (first, rest) = callee.split_at(end);
    match bound.get(first) {
        Some(target) => Some(format!("{target}{rest}")),
        None if own.contains(first) => None,
        None => Some(callee.to_owned()),
    }
}
