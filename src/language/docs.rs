//! Comments that say what the definition after them is for.

use super::syntax::Part;

/// Whether a node is a comment.
pub(crate) fn is_comment(part: Part<'_>) -> bool {
    part.is_any(&["comment", "line_comment", "block_comment"])
}

/// The comments directly before a definition that `is_doc`, without their marks; `None` where there are none.
pub(crate) fn before(definition: Part<'_>, is_doc: impl Fn(&str) -> bool) -> Option<String> {
    let mut below = definition.line_start();
    let mut comments: Vec<&str> = Vec::new();
    for part in std::iter::successors(definition.previous(), |part| part.previous()) {
        let ends = part.line_end();
        if !is_comment(part) || ends + 1 < below || !is_doc(part.text()) || is_beside_code(part) {
            break;
        }
        comments.push(part.text());
        below = part.line_start();
    }
    comments.reverse();
    let text = comments.iter().flat_map(|comment| comment.lines()).map(unmarked).collect::<Vec<_>>().join("\n");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A comment after code on the same line is about that code.
fn is_beside_code(comment: Part<'_>) -> bool {
    comment.previous().is_some_and(|before| !is_comment(before) && before.line_end() == comment.line_start())
}

fn unmarked(line: &str) -> &str {
    let line = line.trim().trim_end_matches("*/").trim_end();
    let line =
        ["/**", "/*!", "/*", "///", "//!", "//", "*"].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    line.trim()
}
