//! The symbols of head that the change touches.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FileChange, FileMap, Span, Symbol, SymbolKind, limits};
use crate::language::{LanguageError, Token};

use super::mention::{mentions, outermost, slice};
use super::{Mapped, Pick, Survey};

/// Head and base of one changed file.
struct Sides<'a> {
    file: &'a FileChange,
    text: &'a str,
    head: &'a FileMap,
    base: Option<&'a FileMap>,
    head_tokens: Vec<Token>,
    base_tokens: Vec<Token>,
    /// Lines of head that nobody tests on purpose: imports, among others.
    quiet: BTreeSet<u32>,
}

/// What of one file the change touches.
#[derive(Default)]
pub(super) struct Touched {
    /// The symbols that differ from base in more than comments, layout and type hints.
    pub(super) picks: Vec<Pick>,
    /// The names at module level that are bound to something else.
    pub(super) names: BTreeSet<String>,
}

/// What of `file` the change touches.
pub(super) fn touched(survey: &Survey<'_>, file: &FileChange, mapped: &mut Mapped) -> Touched {
    let (Some(head), Some(text)) = (mapped.map.files.get(&file.path), file.after.as_deref()) else {
        return Touched::default();
    };
    let base = survey.base_map(file, &mapped.map);
    let sides = match sides(survey, file, text, head, base) {
        Ok(sides) => sides,
        Err(error) => {
            mapped.warn(format!("{} was left out", file.path), &error.to_string(), "nothing in it is tested");
            return Touched::default();
        }
    };
    if base.is_some() && same(sides.head_tokens.iter(), sides.base_tokens.iter()) {
        mapped.drop_one("changed only in comments, layout or type hints");
        return Touched::default();
    }
    let mut picked: BTreeMap<Span, &Symbol> = BTreeMap::new();
    let lines = file.changed_lines();
    for symbol in head.symbols.iter().filter(|symbol| sides.differs(symbol, &lines)) {
        let outer = outermost(&head.symbols, symbol);
        picked.insert(outer.span, outer);
    }
    let (names, bound_lines) = sides.changed_names(&lines);
    for symbol in sides.of_module_level(&lines, &names, &bound_lines) {
        picked.insert(symbol.span, symbol);
    }
    for symbol in sides.moved(&lines).into_iter().chain(sides.without_a_method()) {
        picked.insert(symbol.span, symbol);
    }
    let pick = |symbol: &Symbol| Pick { file: file.path.clone(), symbol: symbol.clone(), changed: true };
    let picks = picked.into_values().map(pick).collect();
    Touched { picks, names: names.into_iter().map(str::to_owned).collect() }
}

fn sides<'a>(
    survey: &Survey<'_>,
    file: &'a FileChange,
    text: &'a str,
    head: &'a FileMap,
    base: Option<&'a FileMap>,
) -> Result<Sides<'a>, LanguageError> {
    let head_tokens = survey.language.tokens(&file.path, text)?;
    let base_tokens = survey.language.tokens(&file.path, file.before.as_deref().unwrap_or_default())?;
    let off_limits = survey.language.off_limits(&file.path, text)?;
    let untested = off_limits.iter().filter(|region| region.untested);
    let quiet = untested.flat_map(|region| region.span.line_start..=region.span.line_end).collect();
    Ok(Sides { file, text, head, base, head_tokens, base_tokens, quiet })
}

fn same<'t>(one: impl Iterator<Item = &'t Token>, other: impl Iterator<Item = &'t Token>) -> bool {
    one.map(|token| &token.text).eq(other.map(|token| &token.text))
}

impl Sides<'_> {
    /// Whether the own lines of a symbol hold a change that matters.
    fn differs(&self, symbol: &Symbol, lines: &BTreeSet<u32>) -> bool {
        let own = own_lines(self.head, symbol);
        if lines.is_disjoint(&own) {
            return false;
        }
        let Some(before) = self.lines_in_base(symbol) else { return true };
        let of = |lines: BTreeSet<u32>, tokens: &'_ [Token]| -> Vec<String> {
            tokens.iter().filter(|token| lines.contains(&token.line)).map(|token| token.text.clone()).collect()
        };
        of(own, &self.head_tokens) != of(before, &self.base_tokens)
    }

    /// The own lines of the same symbol in base; `None` where there is none or more than one.
    fn lines_in_base(&self, symbol: &Symbol) -> Option<BTreeSet<u32>> {
        let base = self.base?;
        let mut named = base.symbols.iter().filter(|other| other.local_name == symbol.local_name);
        let (Some(only), None) = (named.next(), named.next()) else { return None };
        Some(own_lines(base, only))
    }

    /// The names at module level that are bound to something else, and the lines of head that bind names.
    fn changed_names(&self, lines: &BTreeSet<u32>) -> (BTreeSet<&str>, BTreeSet<u32>) {
        let changed_in_base = self.file.changed_lines_of_base();
        let mut names = self.rebound();
        let mut bound_lines = BTreeSet::new();
        for (map, lines) in [(Some(self.head), lines), (self.base, &changed_in_base)] {
            for constant in map.iter().flat_map(|map| &map.constants) {
                let of_constant = constant.span.line_start..=constant.span.line_end;
                if lines.range(of_constant.clone()).next().is_some() && self.constant_differs(&constant.name) {
                    names.insert(constant.name.as_str());
                }
                if map.is_some_and(|map| std::ptr::eq(map, self.head)) {
                    bound_lines.extend(of_constant);
                }
            }
        }
        (names, bound_lines)
    }

    /// The symbols that a change outside of symbols shows through: those that mention the names it binds, else
    /// the public ones of the file.
    fn of_module_level(&self, lines: &BTreeSet<u32>, names: &BTreeSet<&str>, bound: &BTreeSet<u32>) -> Vec<&Symbol> {
        let callable = |symbol: &&Symbol| symbol.kind != SymbolKind::Class && self.is_outermost(symbol);
        if self.changes_other_statements(lines, bound) {
            return self.head.symbols.iter().filter(callable).filter(|symbol| symbol.is_public()).collect();
        }
        let mentioned = |symbol: &&Symbol| {
            let text = slice(self.text, symbol.span);
            names.iter().any(|name| mentions(text, name))
        };
        self.head.symbols.iter().filter(callable).filter(mentioned).collect()
    }

    /// The symbols that a decorator enters somewhere (`@router.get("/latest")`) and that changed places: of two routes
    /// that fit a request, some frameworks take the first.
    fn moved(&self, lines: &BTreeSet<u32>) -> Vec<&Symbol> {
        let Some(base) = self.base else { return Vec::new() };
        let entered = |symbol: &Symbol| symbol.decorators.iter().any(|text| enters(text));
        let place = |symbol: &Symbol| {
            let same = |other: &Symbol| other.local_name == symbol.local_name && entered(other);
            base.symbols.iter().position(same)
        };
        let own = self.head.symbols.iter().filter(|symbol| self.is_outermost(symbol) && entered(symbol));
        let placed: Vec<(usize, &Symbol)> = own.filter_map(|symbol| Some((place(symbol)?, symbol))).collect();
        let changes_places = |at: usize| {
            let (before, after) = (&placed[..at], &placed[at..]);
            let place = placed[at].0;
            before.iter().any(|(other, _)| *other > place) || after.iter().any(|(other, _)| *other < place)
        };
        let moved: Vec<&Symbol> = (0..placed.len()).filter(|at| changes_places(*at)).map(|at| placed[at].1).collect();
        if moved.len() <= limits::ROUTES {
            return moved;
        }
        // One that passes many others: the diff says which.
        let is_in_diff = |symbol: &&Symbol| lines.contains(&symbol.definition_line);
        moved.into_iter().filter(is_in_diff).collect()
    }

    /// Classes with bases that have lost a method of their own: what they inherit takes its place.
    fn without_a_method(&self) -> Vec<&Symbol> {
        let lost = |symbol: &Symbol| {
            let is_there = |name: &str| self.head.symbols.iter().any(|other| other.local_name == *name);
            let own =
                self.base.iter().flat_map(|base| &base.symbols).filter(|other| {
                    other.parent.as_ref() == Some(&symbol.local_name) && other.kind == SymbolKind::Method
                });
            own.into_iter().any(|method| !is_there(&method.local_name))
        };
        let classes = self.head.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Class);
        classes.filter(|class| !class.bases.is_empty() && self.is_outermost(class) && lost(class)).collect()
    }

    fn is_outermost(&self, symbol: &Symbol) -> bool {
        std::ptr::eq(outermost(&self.head.symbols, symbol), symbol)
    }

    /// Names that base imports from somewhere else.
    fn rebound(&self) -> BTreeSet<&str> {
        let Some(base) = self.base else { return BTreeSet::new() };
        let moved = self.head.bindings.iter().filter(|binding| {
            let mut same_name = base.bindings.iter().filter(|other| other.name == binding.name).peekable();
            same_name.peek().is_some() && same_name.all(|other| other.target != binding.target)
        });
        moved.map(|binding| binding.name.as_str()).collect()
    }

    fn constant_differs(&self, name: &str) -> bool {
        let of = |map: &FileMap, tokens: &[Token]| -> Vec<String> {
            let spans = map.constants.iter().filter(|constant| constant.name == name).map(|constant| constant.span);
            let lines: BTreeSet<u32> = spans.flat_map(|span| span.line_start..=span.line_end).collect();
            tokens.iter().filter(|token| lines.contains(&token.line)).map(|token| token.text.clone()).collect()
        };
        self.base.is_none_or(|base| of(self.head, &self.head_tokens) != of(base, &self.base_tokens))
    }

    /// Whether a changed line holds code at module level that binds no name and imports nothing.
    fn changes_other_statements(&self, lines: &BTreeSet<u32>, bound: &BTreeSet<u32>) -> bool {
        let Some(base) = self.base else { return false };
        let statements = |map: &FileMap, tokens: &[Token]| -> Vec<(u32, String)> {
            let inside: BTreeSet<u32> =
                map.symbols.iter().flat_map(|symbol| symbol.span.line_start..=symbol.span.line_end).collect();
            let mut by_line: BTreeMap<u32, String> = BTreeMap::new();
            for token in tokens.iter().filter(|token| !inside.contains(&token.line)) {
                let line = by_line.entry(token.line).or_default();
                line.push_str(&token.text);
                line.push(' ');
            }
            by_line.into_iter().collect()
        };
        let before: BTreeSet<String> = statements(base, &self.base_tokens).into_iter().map(|(_, text)| text).collect();
        let is_edge = |text: &str| text.split(' ').all(|word| word.is_empty() || word.starts_with('<'));
        statements(self.head, &self.head_tokens).into_iter().any(|(line, text)| {
            let is_new = lines.contains(&line) && !before.contains(&text);
            is_new && !bound.contains(&line) && !self.quiet.contains(&line) && !is_edge(&text)
        })
    }
}

/// Whether a decorator is a call of something's method: `router.get("/latest")`.
fn enters(decorator: &str) -> bool {
    decorator.split_once('(').is_some_and(|(called, _)| called.contains('.'))
}

/// The lines of a symbol without those of the symbols inside a class; a function has its inner ones as its own.
fn own_lines(map: &FileMap, symbol: &Symbol) -> BTreeSet<u32> {
    let mut lines: BTreeSet<u32> = map
        .code_lines
        .iter()
        .copied()
        .filter(|line| (symbol.span.line_start..=symbol.span.line_end).contains(line))
        .collect();
    if symbol.kind == SymbolKind::Class {
        let inner = map.symbols.iter().filter(|inner| {
            inner.span != symbol.span
                && inner.span.start_byte >= symbol.span.start_byte
                && inner.span.end_byte <= symbol.span.end_byte
        });
        for inner in inner {
            lines.retain(|line| !(inner.span.line_start..=inner.span.line_end).contains(line));
        }
    }
    lines
}
