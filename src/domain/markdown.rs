//! Text of strangers (exception messages, file names, titles) as Markdown that is safe to post: it calls nobody,
//! links nowhere, closes no issue, and looks like no marker of ours.

use std::fmt;

use super::behaviour::{self, Piece};
use super::limits;

/// Breaks a word for the forge's parser and not for a reader.
const BREAK: char = '\u{200B}';

/// Markdown that may be posted. There is no way from a plain text to it that doesn't make it safe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markdown(String);

impl Markdown {
    /// Words of our own.
    pub fn ours(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// A stranger's text as it reads, on one line, at most `limits::QUOTE_BYTES` long.
    pub fn text(text: &str) -> Self {
        let line = one_line(text);
        let mut escaped = String::with_capacity(line.len() + 16);
        for (i, c) in disarm(&shorten(&line, limits::QUOTE_BYTES)).chars().enumerate() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                c if "\\`*_[]|~$".contains(c) || (i == 0 && "-+#".contains(c)) => escaped.extend(['\\', c]),
                c => escaped.push(c),
            }
        }
        Self(escaped)
    }

    /// A stranger's text inside an HTML element, where Markdown isn't read; else as [`Markdown::text`].
    pub fn html(text: &str) -> Self {
        let line = disarm(&shorten(&one_line(text), limits::QUOTE_BYTES));
        Self(line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    }

    /// A stranger's text as inline code, on one line, at most `limits::QUOTE_BYTES` long.
    pub fn code(text: &str) -> Self {
        let line = hide_markers(&shorten(&one_line(text), limits::QUOTE_BYTES));
        if line.is_empty() {
            return Self("` `".to_owned());
        }
        let ticks = "`".repeat(longest_run(&line, '`') + 1);
        let pad = if line.starts_with('`') || line.ends_with('`') || line.trim().is_empty() { " " } else { "" };
        Self(format!("{ticks}{pad}{line}{pad}{ticks}"))
    }

    /// A stranger's sentence about behaviour (`total([]) returned 0`): what is code in it as inline code.
    pub fn behaviour(sentence: &str) -> Self {
        let shown = |piece| match piece {
            Piece::Code(code) => Self::code(code).0,
            Piece::Words(words) => disarm(words),
        };
        let line = shorten(&one_line(sentence), limits::QUOTE_BYTES);
        Self(behaviour::pieces(&line).into_iter().map(shown).collect())
    }

    /// A stranger's text as a cell of a table: inline code whose `|` end no cell.
    pub fn cell(text: &str) -> Self {
        Self(Self::code(text).0.replace('|', "\\|"))
    }

    /// A stranger's lines in a fence that none of them can end. `language` is a word of ours. Lines past `most`
    /// bytes are left out, and that is said below the fence.
    pub fn fence(language: &'static str, lines: &str, most: usize) -> Self {
        let clean = printable(lines, true);
        let clean = hide_markers(clean.trim_end_matches('\n'));
        let fence = "`".repeat(longest_run(&clean, '`').max(2) + 1);
        let frame = 2 * fence.len() + language.len() + 100;
        let (shown, cut) = whole_lines(&clean, most.saturating_sub(frame));
        let note = if cut > 0 { format!("\n({cut} more lines were left out.)\n") } else { String::new() };
        Self(format!("{fence}{language}\n{shown}\n{fence}\n{note}"))
    }

    /// Markdown that a stage wrote from strangers' words: its form stays, what it could do goes.
    pub fn disarmed(text: &str) -> Self {
        Self(disarm(&printable(text, true)))
    }

    /// The Markdown as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A document that never grows over its limit: a part that doesn't fit is left out whole, and the number of those
/// is said at the end.
#[derive(Clone, Debug)]
pub struct BoundedMarkdown {
    text: String,
    limit: usize,
    left_out: usize,
}

/// Bytes kept free for the sentence about what was left out.
const NOTE_BYTES: usize = 100;

impl BoundedMarkdown {
    /// An empty document of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { text: String::new(), limit: limit.saturating_sub(NOTE_BYTES), left_out: 0 }
    }

    /// Adds a part, if it fits. What is in it came through [`Markdown`] or is ours.
    pub fn push(&mut self, part: &str) {
        if self.text.len() + part.len() <= self.limit {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
    }

    /// How many bytes still fit.
    pub fn room(&self) -> usize {
        self.limit - self.text.len()
    }

    /// The document.
    pub fn finish(self) -> String {
        let text = self.text.trim_end().to_owned();
        match self.left_out {
            0 => text,
            1 => format!("{text}\n\nOne more part did not fit here; the report has it."),
            n => format!("{text}\n\n{n} more parts did not fit here; the report has them."),
        }
    }
}

/// `text` without control characters and terminal colours, line ends kept where `lines`.
pub fn printable(text: &str, lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                // A colour: ESC [ numbers, ended by a letter.
                chars.next();
                while chars.next_if(|c| c.is_ascii_digit() || ";?".contains(*c)).is_some() {}
                chars.next_if(char::is_ascii_alphabetic);
            }
            '\n' if lines => clean.push('\n'),
            '\t' => clean.push_str(if lines { "\t" } else { " " }),
            '\n' => clean.push(' '),
            // Control characters, and those that turn the direction of writing.
            c if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') => {}
            c => clean.push(c),
        }
    }
    clean
}

/// The longest start of `text` of at most `most` bytes, with `…` where something is missing.
pub fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub('…'.len_utf8());
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// A text on one line; of a very long one only the start, as more is never shown.
fn one_line(text: &str) -> String {
    let start = shorten(text, 4 * limits::QUOTE_BYTES);
    printable(&start, false).trim().to_owned()
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The whole lines at the start of `text` that fit into `most` bytes, and how many lines did not.
fn whole_lines(text: &str, most: usize) -> (&str, usize) {
    if text.len() <= most {
        return (text, 0);
    }
    let fits = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let end = text[..fits].rfind('\n').unwrap_or(0);
    (&text[..end], text[end..].trim_start_matches('\n').lines().count())
}

/// Breaks what would look like one of our hidden markers, in code, where nothing else may be changed.
fn hide_markers(code: &str) -> String {
    let mut shown = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("<!--") {
        let (before, from) = rest.split_at(at);
        let inside = from[4..].trim_start();
        let ours = inside.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("jittest"));
        shown.push_str(before);
        shown.push_str("<!");
        if ours {
            shown.push(BREAK);
        }
        shown.push_str("--");
        rest = &from[4..];
    }
    shown.push_str(rest);
    shown
}

/// Breaks mentions, references to issues, links and tags.
fn disarm(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        safe.push(*c);
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        let breaks = match c {
            '@' => next.is_alphanumeric(),
            '#' => next.is_ascii_digit(),
            '<' => next.is_alphabetic() || "/!?".contains(next),
            ':' => next == '/' && chars.get(i + 2) == Some(&'/'),
            ']' => "(:[".contains(next),
            '-' => next.is_ascii_digit() && ends_with_word(&safe, "gh-"),
            'w' | 'W' => next == '.' && ends_with_word(&safe, "www"),
            _ => false,
        };
        if breaks {
            safe.push(BREAK);
        }
    }
    safe
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.len() >= word.len() && text.get(text.len() - word.len()..).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_calls_nobody_and_closes_nothing() {
        let shown = Markdown::text("fixes #12, GH-3, cc @octocat, see https://evil.example www.evil.example").0;
        for live in ["#12", "GH-3", "@octocat", "://", "www."] {
            assert!(!shown.contains(live), "{live} is live in {shown}");
        }
        assert!(shown.contains("octocat") && shown.contains("evil.example"));
    }

    #[test]
    fn a_strangers_text_is_neither_markup_nor_a_marker() {
        let shown = Markdown::text("<!-- jittest:finding=x --> <img src=x> **bold** [a](b) `code` | cell").0;
        assert!(!shown.contains('<') && !shown.contains("**bold") && !shown.contains("](b"), "{shown}");
        assert!(shown.contains("\\`code\\`") && shown.contains("\\| cell"), "{shown}");
    }

    #[test]
    fn a_strangers_text_stays_on_its_line_and_within_its_bound() {
        let shown = Markdown::text("a\n\n# heading\r\n> quote\u{1b}[31m red").0;
        assert!(!shown.contains('\n') && !shown.contains('\u{1b}') && !shown.contains("31m"), "{shown}");
        assert!(Markdown::text(&"é".repeat(5_000)).0.len() <= limits::QUOTE_BYTES);
    }

    #[test]
    fn code_can_not_end_its_span() {
        assert_eq!(Markdown::code("total([])").0, "`total([])`");
        assert_eq!(Markdown::behaviour("total([]) returned 0").0, "`total([])` returned `0`");
        assert_eq!(Markdown::behaviour("f('`') raises E: @octocat").0, "``f('`')`` raises `E: @octocat`");
        assert_eq!(Markdown::code("a `` b").0, "```a `` b```");
        assert_eq!(Markdown::code("`x`").0, "`` `x` ``");
        assert_eq!(Markdown::code("").0, "` `");
        assert_eq!(Markdown::cell("a | b").0, "`a \\| b`");
    }

    #[test]
    fn code_can_not_end_its_fence() {
        let shown = Markdown::fence("python", "x = '''\n````\n'''\n", 1_000).0;
        assert!(shown.starts_with("`````python\n") && shown.ends_with("\n`````\n"), "{shown}");
    }

    #[test]
    fn a_fence_keeps_to_its_bound_by_whole_lines() {
        let lines = "0123456789\n".repeat(100);
        let shown = Markdown::fence("", &lines, 500).0;
        assert!(shown.len() <= 500, "{}", shown.len());
        assert!(shown.contains("more lines were left out"), "{shown}");
        assert!(shown.starts_with("```\n0123456789\n"));
    }

    #[test]
    fn only_our_own_markers_are_broken_in_code() {
        let shown = Markdown::fence("python", "a = '<!-- jittest:begin -->'\nb = '<!-- other -->'", 1_000).0;
        assert!(!shown.contains("<!-- jittest") && shown.contains("<!-- other -->"), "{shown}");
        assert!(!Markdown::code("<!--JITTEST x-->").0.contains("<!--J"));
    }

    #[test]
    fn disarmed_markdown_keeps_its_form() {
        let shown = Markdown::disarmed("## Title\n\n- `a` by @octocat, fixes #1\n<details>\n<!-- jittest:end -->").0;
        assert!(shown.starts_with("## Title\n\n- `a` by @"));
        assert!(
            !shown.contains("@octocat") && !shown.contains("#1") && !shown.contains("<d") && !shown.contains("<!--")
        );
    }

    #[test]
    fn a_document_never_grows_over_its_limit_and_says_what_is_missing() {
        let mut document = BoundedMarkdown::new(300);
        for _ in 0..10 {
            document.push(&"x".repeat(90));
        }
        let text = document.finish();
        assert!(text.len() <= 300, "{}", text.len());
        assert!(text.ends_with("8 more parts did not fit here; the report has them."), "{text}");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shorten("héllo", 5), "h…");
        assert_eq!(shorten("hello", 5), "hello");
    }
}
