//! A parsed text as a flat list of nodes: every step between nodes is cheap, and nothing recurses, however deep
//! a hostile text is nested.

use std::ops::ControlFlow;
use std::time::Instant;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::domain::{RepoPath, Span, limits};
use crate::language::LanguageError;

/// How far up is looked: a hostile text is nested deeper, and must not cost the square of its depth.
const ANCESTORS: usize = 400;

/// The grammar, loaded.
pub(super) struct Grammar {
    parser: Parser,
}

impl Grammar {
    /// Loads the grammar.
    pub(super) fn load() -> Result<Self, LanguageError> {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_python::LANGUAGE.into())
            .map_err(|error| LanguageError::Grammar(error.into()))?;
        Ok(Self { parser })
    }

    /// Parses a text within `limits::PARSE_TIME`; `old` is the edited tree of a text that differs little.
    pub(super) fn parse(&mut self, path: &RepoPath, text: &str, old: Option<&Tree>) -> Result<Tree, LanguageError> {
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

struct Item<'t> {
    node: Node<'t>,
    parent: usize,
    past: usize,
    field: Option<&'t str>,
}

/// All nodes of a text, parents before their children.
pub(super) struct Syntax<'t> {
    text: &'t str,
    items: Vec<Item<'t>>,
}

impl<'t> Syntax<'t> {
    /// The nodes of a tree that was parsed from `text`.
    pub(super) fn new(tree: &'t Tree, text: &'t str) -> Self {
        let mut items: Vec<Item<'t>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut cursor = tree.walk();
        loop {
            let at = items.len();
            let parent = open.last().copied().unwrap_or(0);
            items.push(Item { node: cursor.node(), parent, past: at + 1, field: cursor.field_name() });
            open.push(at);
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                if let Some(done) = open.pop() {
                    items[done].past = items.len();
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return Self { text, items };
                }
            }
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The module.
    pub(super) fn root(&self) -> Part<'_> {
        Part { syntax: self, at: 0 }
    }
}

/// One node.
#[derive(Clone, Copy)]
pub(super) struct Part<'s> {
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

    /// The grammar's name for it.
    pub(super) fn kind(self) -> &'s str {
        self.item().node.kind()
    }

    /// Whether it is of this kind.
    pub(super) fn is(self, kind: &str) -> bool {
        self.kind() == kind
    }

    /// Whether it is of one of these kinds.
    pub(super) fn is_any(self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind())
    }

    /// Its text.
    pub(super) fn text(self) -> &'s str {
        self.syntax.text.get(self.start()..self.end()).unwrap_or_default()
    }

    /// The whole text before it.
    pub(super) fn text_before(self) -> &'s str {
        self.syntax.text.get(..self.start()).unwrap_or_default()
    }

    /// Its first byte.
    pub(super) fn start(self) -> usize {
        self.item().node.start_byte()
    }

    /// The byte after its last.
    pub(super) fn end(self) -> usize {
        self.item().node.end_byte()
    }

    /// Its first line, from 1.
    pub(super) fn line_start(self) -> u32 {
        line(self.item().node.start_position().row)
    }

    /// Its last line, from 1.
    pub(super) fn line_end(self) -> u32 {
        let end = self.item().node.end_position();
        if end.column == 0 && self.end() > self.start() { line(end.row.saturating_sub(1)) } else { line(end.row) }
    }

    /// Where it is.
    pub(super) fn span(self) -> Span {
        Span {
            start_byte: self.start(),
            end_byte: self.end(),
            line_start: self.line_start(),
            line_end: self.line_end(),
        }
    }

    /// Whether it, or something in it, could not be parsed.
    pub(super) fn has_error(self) -> bool {
        self.item().node.has_error()
    }

    /// Whether it stands for a text that could not be parsed.
    pub(super) fn is_error(self) -> bool {
        self.item().node.is_error() || self.item().node.is_missing()
    }

    /// Its name in its parent.
    pub(super) fn field_name(self) -> Option<&'s str> {
        self.item().field
    }

    /// What it stands in.
    pub(super) fn parent(self) -> Option<Part<'s>> {
        (self.at > 0).then(|| Part { syntax: self.syntax, at: self.item().parent })
    }

    /// What it stands in, from the inside out, as far as people nest code.
    pub(super) fn ancestors(self) -> impl Iterator<Item = Part<'s>> {
        std::iter::successors(self.parent(), |part| part.parent()).take(ANCESTORS)
    }

    /// The innermost function that it stands in.
    pub(super) fn function(self) -> Option<Part<'s>> {
        self.ancestors().find(|part| part.is("function_definition"))
    }

    /// Its children, tokens and comments included.
    pub(super) fn children(self) -> impl Iterator<Item = Part<'s>> {
        let past = self.item().past;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < past).then_some(Part { syntax: self.syntax, at })?;
            at = child.item().past;
            Some(child)
        })
    }

    /// Its children without tokens and comments.
    pub(super) fn named(self) -> impl Iterator<Item = Part<'s>> {
        self.children().filter(|child| child.item().node.is_named() && !child.item().node.is_extra())
    }

    /// Its only child without tokens and comments.
    pub(super) fn only(self) -> Option<Part<'s>> {
        let mut named = self.named();
        let first = named.next()?;
        named.next().is_none().then_some(first)
    }

    /// Its first child with this name.
    pub(super) fn field(self, name: &str) -> Option<Part<'s>> {
        self.fields(name).next()
    }

    /// Its children with this name.
    pub(super) fn fields(self, name: &str) -> impl Iterator<Item = Part<'s>> {
        self.children().filter(move |child| child.field_name() == Some(name))
    }

    /// It and all below it, parents first.
    pub(super) fn descendants(self) -> impl Iterator<Item = Part<'s>> {
        (self.at..self.item().past).map(move |at| Part { syntax: self.syntax, at })
    }

    /// Whether it has no children.
    pub(super) fn is_leaf(self) -> bool {
        self.item().past == self.at + 1
    }

    /// The node after all below it.
    pub(super) fn after(self) -> usize {
        self.item().past
    }

    /// Its place in the order of all nodes.
    pub(super) fn index(self) -> usize {
        self.at
    }
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
        let tree = Grammar::load().unwrap().parse(&path(), text, None).unwrap();
        let syntax = Syntax::new(&tree, text);
        let function = syntax.root().named().next().unwrap();
        assert_eq!(function.field("name").unwrap().text(), "f");
        let sum = function.descendants().find(|part| part.is("binary_operator")).unwrap();
        assert_eq!(sum.field("right").unwrap().text(), "1");
        assert_eq!(sum.function().unwrap().text(), function.text());
        assert_eq!((sum.line_start(), sum.line_end()), (2, 2));
    }

    #[test]
    fn a_text_nested_a_hundred_thousand_deep_is_walked() {
        let text = format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
        let tree = Grammar::load().unwrap().parse(&path(), &text, None).unwrap();
        assert!(Syntax::new(&tree, &text).root().descendants().count() > 1);
    }
}
