//! The queries of a language, run over a parsed text.

use std::ops::ControlFlow;
use std::time::Instant;

use tree_sitter::{Query, QueryCapture, QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator as _};

use crate::domain::limits;

use super::LanguageError;
use super::syntax::{Part, Syntax};

/// How many matches may be open at once: a hostile text opens more.
const OPEN_MATCHES: u32 = 4_096;

/// The queries of one grammar, compiled.
pub(crate) struct Queries {
    query: Query,
    /// The kinds of the nodes that the patterns begin with.
    roots: Vec<String>,
}

/// One place that a pattern fits.
pub(crate) struct Match<'s> {
    captures: Vec<(&'s str, Part<'s>)>,
}

impl Queries {
    /// Compiles the text of the `.scm` files, of which each pattern begins with one node of a kind that it names.
    pub(crate) fn compile(grammar: &tree_sitter::Language, text: &str) -> Result<Self, LanguageError> {
        let query = Query::new(grammar, text).map_err(|error| LanguageError::Grammar(error.into()))?;
        let roots: Option<Vec<String>> = (0..query.pattern_count()).map(|at| root(grammar, &query, text, at)).collect();
        let roots =
            roots.ok_or_else(|| LanguageError::Grammar(anyhow::anyhow!("a pattern without a kind to begin with")))?;
        Ok(Self { query, roots })
    }

    /// All matches, in order of the last node that each holds: of calls in a chain, the one that is written first. None
    /// where that takes longer than `limits::PARSE_TIME`.
    ///
    /// The nodes are known already, so the query is asked only where a pattern can begin: to have its cursor walk all of
    /// them takes as long as parsing.
    pub(crate) fn matches<'s>(&'s self, syntax: &'s Syntax<'s>) -> Option<Vec<Match<'s>>> {
        let started = Instant::now();
        let is_late = || started.elapsed() > limits::PARSE_TIME;
        let roots = syntax.kinds(&self.roots);
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(OPEN_MATCHES);
        cursor.set_max_start_depth(Some(0));
        let mut matches = Vec::new();
        for root in syntax.root().descendants().filter(|part| roots.has(*part)) {
            if is_late() {
                return None;
            }
            let mut over_time =
                |_: &QueryCursorState| if is_late() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let options = QueryCursorOptions::new().progress_callback(&mut over_time);
            let text = syntax.text().as_bytes();
            let mut found = cursor.matches_with_options(&self.query, root.node(), text, options);
            while let Some(one) = found.next() {
                matches.push(self.named(root, one.captures()));
            }
        }
        if is_late() {
            return None;
        }
        matches.sort_by_key(|found: &Match<'_>| found.captures.iter().map(|(_, part)| part.index()).max());
        Some(matches)
    }

    fn named<'s>(&'s self, root: Part<'s>, captures: &[QueryCapture<'s>]) -> Match<'s> {
        let names = self.query.capture_names();
        let named = captures.iter().filter_map(|capture| {
            let name = names.get(usize::try_from(capture.index).ok()?)?;
            Some((*name, root.part_of(capture.node)?))
        });
        Match { captures: named.collect() }
    }
}

/// The kind of the node that a pattern begins with; `None` where it can begin with others too.
fn root(grammar: &tree_sitter::Language, query: &Query, text: &str, at: usize) -> Option<String> {
    let pattern = text.get(query.start_byte_for_pattern(at)..query.end_byte_for_pattern(at))?;
    let inside = pattern.trim_start_matches(|sign: char| sign == '(' || sign.is_whitespace());
    let kind = inside.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).next()?;
    let id = grammar.id_for_node_kind(kind, true);
    let is_one = query.is_pattern_rooted(at) && id != 0 && !grammar.node_kind_is_supertype(id);
    is_one.then(|| kind.to_owned())
}

impl<'s> Match<'s> {
    /// What this capture holds first.
    pub(crate) fn get(&self, name: &str) -> Option<Part<'s>> {
        self.all(name).next()
    }

    /// All that this capture holds.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = Part<'s>> {
        self.captures.iter().filter(move |(own, _)| *own == name).map(|(_, part)| *part)
    }

    /// The text of what this capture holds.
    pub(crate) fn text(&self, name: &str) -> Option<&'s str> {
        self.get(name).map(Part::text)
    }
}
