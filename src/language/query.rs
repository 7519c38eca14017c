//! The queries of a language, run over a parsed text.

use std::ops::ControlFlow;
use std::time::Instant;

use tree_sitter::{Query, QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator as _};

use crate::domain::limits;

use super::LanguageError;
use super::syntax::{Part, Places, Syntax};

/// How many matches may be open at once: a hostile text opens more.
const OPEN_MATCHES: u32 = 4_096;

/// The queries of one grammar, compiled.
pub(crate) struct Queries {
    query: Query,
}

/// One place that a pattern fits.
pub(crate) struct Match<'s> {
    captures: Vec<(&'s str, Part<'s>)>,
}

impl Queries {
    /// Compiles the text of the `.scm` files.
    pub(crate) fn compile(grammar: &tree_sitter::Language, text: &str) -> Result<Self, LanguageError> {
        let query = Query::new(grammar, text).map_err(|error| LanguageError::Grammar(error.into()))?;
        Ok(Self { query })
    }

    /// All matches, in order of place. Those that are not found within `limits::PARSE_TIME` are left out.
    pub(crate) fn matches<'s>(&'s self, syntax: &'s Syntax<'s>) -> Vec<Match<'s>> {
        let started = Instant::now();
        let mut over_time = |_: &QueryCursorState| {
            if started.elapsed() > limits::PARSE_TIME { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(OPEN_MATCHES);
        let options = QueryCursorOptions::new().progress_callback(&mut over_time);
        let text = syntax.text().as_bytes();
        let mut found = cursor.matches_with_options(&self.query, syntax.node(), text, options);
        let mut raw: Vec<Vec<(u32, usize)>> = Vec::new();
        while let Some(one) = found.next() {
            raw.push(one.captures().iter().map(|capture| (capture.index, capture.node.id())).collect());
        }
        let places = syntax.places(raw.iter().flatten().map(|(_, id)| *id));
        raw.iter().map(|captures| self.name(syntax, captures, &places)).collect()
    }

    fn name<'s>(&'s self, syntax: &'s Syntax<'s>, captures: &[(u32, usize)], places: &Places) -> Match<'s> {
        let names = self.query.capture_names();
        let named = captures.iter().filter_map(|(index, id)| {
            let name = names.get(usize::try_from(*index).ok()?)?;
            Some((*name, syntax.part(*places.get(id)?)))
        });
        Match { captures: named.collect() }
    }
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
