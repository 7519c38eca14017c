//! A parsed text as a flat list of nodes: every step between nodes is cheap, and nothing recurses, however deep
//! a hostile text is nested.

use std::num::NonZeroU16;
use std::ops::ControlFlow;
use std::time::Instant;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::domain::{RepoPath, Span, limits};

use super::LanguageError;

/// How far up is looked: a hostile text is nested deeper, and must not cost the square of its depth.
const ANCESTORS: usize = 400;

/// A grammar, loaded.
pub(crate) struct Grammar {
    parser: Parser,
}

impl Grammar {
    /// Loads a grammar.
    pub(crate) fn load(language: &tree_sitter::Language) -> Result<Self, LanguageError> {
        let mut parser = Parser::new();
        parser.set_language(language).map_err(|error| LanguageError::Grammar(error.into()))?;
        Ok(Self { parser })
    }

    /// Parses a text within `limits::PARSE_TIME`; `old` is the edited tree of a text that differs little.
    pub(crate) fn parse(&mut self, path: &RepoPath, text: &str, old: Option<&Tree>) -> Result<Tree, LanguageError> {
        let started = Instant::now();
        let mut over_time = |_: &ParseState| {
            if started.elapsed() > limits::PARSE_TIME { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut over_time);
        let bytes = text.as_bytes();
        let tree = self.parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), old, Some(options));
        tree.ok_or_else(|| {
            // A parser that broke off would go on with this text when it is given the next one.
            self.parser.reset();
            LanguageError::TooSlow(path.clone())
        })
    }
}

/// The place of a node that isn't there.
const NONE: u32 = u32::MAX;

/// Small: a text has about one node for every four bytes.
struct Item<'t> {
    node: Node<'t>,
    parent: u32,
    past: u32,
    previous: u32,
    kind: u16,
    /// 0 for none.
    field: u16,
}

/// The names of kinds or fields by number, as they are met: to ask for the name of each node costs more than parsing.
#[derive(Default)]
struct Names<'t>(Vec<Option<&'t str>>);

impl<'t> Names<'t> {
    fn learn(&mut self, id: u16, name: impl FnOnce() -> &'t str) {
        let at = usize::from(id);
        if at >= self.0.len() {
            self.0.resize(at + 1, None);
        }
        self.0[at].get_or_insert_with(name);
    }

    fn get(&self, id: u16) -> Option<&'t str> {
        self.0.get(usize::from(id)).copied().flatten()
    }
}

/// All nodes of a text, parents before their children.
pub(crate) struct Syntax<'t> {
    text: &'t str,
    items: Vec<Item<'t>>,
    kinds: Names<'t>,
    fields: Names<'t>,
}

impl<'t> Syntax<'t> {
    /// The nodes of a tree that was parsed from `text`.
    pub(crate) fn new(tree: &'t Tree, text: &'t str) -> Self {
        let mut items: Vec<Item<'t>> = Vec::with_capacity(tree.root_node().descendant_count());
        let (mut kinds, mut fields) = (Names::default(), Names::default());
        let mut open: Vec<u32> = Vec::new();
        let mut previous = NONE;
        let mut cursor = tree.walk();
        loop {
            let at = place(items.len());
            let (node, field) = (cursor.node(), cursor.field_id().map_or(0, NonZeroU16::get));
            let kind = node.kind_id();
            kinds.learn(kind, || node.kind());
            if field != 0 {
                fields.learn(field, || cursor.field_name().unwrap_or_default());
            }
            let parent = open.last().copied().unwrap_or(0);
            items.push(Item { node, parent, past: at + 1, previous, kind, field });
            open.push(at);
            previous = NONE;
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                if let Some(done) = open.pop() {
                    items[done as usize].past = place(items.len());
                    previous = done;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return Self { text, items, kinds, fields };
                }
            }
        }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The module.
    pub(crate) fn root(&self) -> Part<'_> {
        Part { syntax: self, at: 0 }
    }

    /// Those of these kinds that the text has.
    pub(crate) fn kinds(&self, names: &[impl AsRef<str>]) -> Kinds {
        let is_one = |kind: &str| names.iter().any(|name| name.as_ref() == kind);
        Kinds(self.kinds.0.iter().map(|kind| kind.is_some_and(is_one)).collect())
    }
}

/// Kinds by number: to compare names for each node of a text takes long.
pub(crate) struct Kinds(Vec<bool>);

impl Kinds {
    /// Whether a part of the text is of one of these kinds.
    pub(crate) fn has(&self, part: Part<'_>) -> bool {
        self.0.get(usize::from(part.item().kind)).copied().unwrap_or_default()
    }
}

/// One node.
#[derive(Clone, Copy)]
pub(crate) struct Part<'s> {
    syntax: &'s Syntax<'s>,
    at: usize,
}

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<'s> Part<'s> {
    fn item(self) -> &'s Item<'s> {
        &self.syntax.items[self.at]
    }

    /// The tree's own node.
    pub(crate) fn node(self) -> Node<'s> {
        self.item().node
    }

    /// The part that is this node of the tree, where it is this one or below it.
    pub(crate) fn part_of(self, node: Node<'_>) -> Option<Part<'s>> {
        let inside = self.syntax.items.get(self.at..self.after())?;
        // Nodes begin in the order of their places.
        let first = inside.partition_point(|item| item.node.start_byte() < node.start_byte());
        let below = inside.get(first..)?.iter().position(|item| item.node.id() == node.id())?;
        Some(Part { syntax: self.syntax, at: self.at + first + below })
    }

    /// The grammar's name for it.
    pub(crate) fn kind(self) -> &'s str {
        self.syntax.kinds.get(self.item().kind).unwrap_or_default()
    }

    /// Whether it is of this kind.
    pub(crate) fn is(self, kind: &str) -> bool {
        self.kind() == kind
    }

    /// Whether it is of one of these kinds.
    pub(crate) fn is_any(self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind())
    }

    /// Its text.
    pub(crate) fn text(self) -> &'s str {
        self.syntax.text.get(self.start()..self.end()).unwrap_or_default()
    }

    /// The whole text before it.
    pub(crate) fn text_before(self) -> &'s str {
        self.syntax.text.get(..self.start()).unwrap_or_default()
    }

    /// Its first byte.
    pub(crate) fn start(self) -> usize {
        self.item().node.start_byte()
    }

    /// The byte after its last.
    pub(crate) fn end(self) -> usize {
        self.item().node.end_byte()
    }

    /// Its first line, from 1.
    pub(crate) fn line_start(self) -> u32 {
        line(self.item().node.start_position().row)
    }

    /// Its last line, from 1.
    pub(crate) fn line_end(self) -> u32 {
        let end = self.item().node.end_position();
        if end.column == 0 && self.end() > self.start() { line(end.row.saturating_sub(1)) } else { line(end.row) }
    }

    /// Where it is.
    pub(crate) fn span(self) -> Span {
        Span {
            start_byte: self.start(),
            end_byte: self.end(),
            line_start: self.line_start(),
            line_end: self.line_end(),
        }
    }

    /// Whether it, or something in it, could not be parsed.
    pub(crate) fn has_error(self) -> bool {
        self.item().node.has_error()
    }

    /// Whether it stands for a text that could not be parsed.
    pub(crate) fn is_error(self) -> bool {
        self.item().node.is_error() || self.item().node.is_missing()
    }

    /// Its name in its parent.
    pub(crate) fn field_name(self) -> Option<&'s str> {
        self.syntax.fields.get(self.item().field)
    }

    /// What it stands in.
    pub(crate) fn parent(self) -> Option<Part<'s>> {
        (self.at > 0).then(|| Part { syntax: self.syntax, at: self.item().parent as usize })
    }

    /// What it stands in, from the inside out, as far as people nest code.
    pub(crate) fn ancestors(self) -> impl Iterator<Item = Part<'s>> {
        std::iter::successors(self.parent(), |part| part.parent()).take(ANCESTORS)
    }

    /// The innermost part of this kind that it stands in.
    pub(crate) fn inside(self, kind: &str) -> Option<Part<'s>> {
        self.ancestors().find(|part| part.is(kind))
    }

    /// What stands before it in its parent, tokens and comments included.
    pub(crate) fn previous(self) -> Option<Part<'s>> {
        (self.item().previous != NONE).then(|| Part { syntax: self.syntax, at: self.item().previous as usize })
    }

    /// Its children, tokens and comments included.
    pub(crate) fn children(self) -> impl Iterator<Item = Part<'s>> {
        let past = self.after();
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < past).then_some(Part { syntax: self.syntax, at })?;
            at = child.after();
            Some(child)
        })
    }

    /// Whether it has a child of this kind.
    pub(crate) fn has(self, kind: &str) -> bool {
        self.children().any(|child| child.is(kind))
    }

    /// Its first child of this kind.
    pub(crate) fn child(self, kind: &str) -> Option<Part<'s>> {
        self.children().find(|child| child.is(kind))
    }

    /// Its children without tokens and comments.
    pub(crate) fn named(self) -> impl Iterator<Item = Part<'s>> {
        self.children().filter(|child| child.item().node.is_named() && !child.item().node.is_extra())
    }

    /// Its only child without tokens and comments.
    pub(crate) fn only(self) -> Option<Part<'s>> {
        let mut named = self.named();
        let first = named.next()?;
        named.next().is_none().then_some(first)
    }

    /// Its first child with this name.
    pub(crate) fn field(self, name: &str) -> Option<Part<'s>> {
        self.fields(name).next()
    }

    /// Its children with this name.
    pub(crate) fn fields(self, name: &str) -> impl Iterator<Item = Part<'s>> {
        self.children().filter(move |child| child.field_name() == Some(name))
    }

    /// It and all below it, parents first.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Part<'s>> {
        (self.at..self.after()).map(move |at| Part { syntax: self.syntax, at })
    }

    /// Whether it has no children.
    pub(crate) fn is_leaf(self) -> bool {
        self.after() == self.at + 1
    }

    /// The node after all below it.
    pub(crate) fn after(self) -> usize {
        self.item().past as usize
    }

    /// Its place in the order of all nodes.
    pub(crate) fn index(self) -> usize {
        self.at
    }
}

/// A text within its bound has far fewer nodes than this can count.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

fn line(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> RepoPath {
        RepoPath::parse("a.py").unwrap()
    }

    #[test]
    fn nodes_know_their_parents_children_and_fields() {
        let text = "def f(a):\n    return a + 1\n";
        let tree = Grammar::load(&tree_sitter_python::LANGUAGE.into()).unwrap().parse(&path(), text, None).unwrap();
        let syntax = Syntax::new(&tree, text);
        let function = syntax.root().named().next().unwrap();
        assert_eq!(function.field("name").unwrap().text(), "f");
        let sum = function.descendants().find(|part| part.is("binary_operator")).unwrap();
        assert_eq!(sum.field("right").unwrap().text(), "1");
        assert_eq!(sum.inside("function_definition").unwrap().text(), function.text());
        assert_eq!(sum.previous().map(|part| part.kind()), Some("return"));
        assert!(syntax.root().previous().is_none());
        assert_eq!((sum.line_start(), sum.line_end()), (2, 2));
    }

    #[test]
    fn a_text_nested_a_hundred_thousand_deep_is_walked() {
        let text = format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
        let tree = Grammar::load(&tree_sitter_python::LANGUAGE.into()).unwrap().parse(&path(), &text, None).unwrap();
        assert!(Syntax::new(&tree, &text).root().descendants().count() > 1);
    }
}
