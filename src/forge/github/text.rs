//! Texts within GitHub's bounds, and the hidden marks by which ours are found again.

use crate::domain::limits;

/// What is said where a text was cut.
const CUT: &str = "\n\n*(The rest was left out: GitHub takes no longer text.)*";

/// `text` in at most `limits::GITHUB_TEXT` bytes, and so characters; it says so where something was cut.
pub(super) fn bounded(text: &str) -> String {
    bounded_to(text, limits::GITHUB_TEXT)
}

/// `text` in at most `most` bytes; it says so where something was cut.
pub(super) fn bounded_to(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    // Room for the end of a code block and of a foldable one, which would swallow all that comes after them.
    let fence = "\n```";
    let fold = "\n\n</details>";
    let kept = prefix(text, most.saturating_sub(CUT.len() + fence.len() + fold.len()));
    let mut out = kept.to_owned();
    if kept.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1 {
        out.push_str(fence);
    }
    if kept.matches("<details").count() > kept.matches("</details>").count() {
        out.push_str(fold);
    }
    out.push_str(CUT);
    out
}

/// The longest beginning of `text` with at most `most` bytes that ends between two characters.
pub(super) fn prefix(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The first `most` characters.
pub(super) fn first_chars(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The hidden mark of `kind` for `id`. Whatever the id contains, the mark stays one comment on one line.
pub(super) fn mark(kind: &str, id: &str) -> String {
    let mut plain = String::with_capacity(id.len());
    for c in id.chars() {
        let c = if c.is_ascii_graphic() && c != '<' && c != '>' { c } else { '-' };
        // Two hyphens would end the comment.
        if c != '-' || !plain.ends_with('-') {
            plain.push(c);
        }
    }
    format!("<!-- jittest:{kind}:{plain} -->")
}

/// `text` below its mark, within GitHub's bounds.
pub(super) fn marked(mark: &str, text: &str) -> String {
    let room = limits::GITHUB_TEXT.saturating_sub(mark.len() + 1);
    format!("{mark}\n{}", bounded_to(text, room))
}

/// Whether `body` begins with `mark`. Only there: what a comment quotes below may look like a mark, too.
pub(super) fn bears(body: &str, mark: &str) -> bool {
    body.lines().next().is_some_and(|line| line.trim_end() == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        let long = "ä".repeat(limits::GITHUB_TEXT);
        let cut = bounded(&long);
        assert!(cut.len() <= limits::GITHUB_TEXT);
        assert!(cut.ends_with("GitHub takes no longer text.)*"));
        let fits = "x".repeat(limits::GITHUB_TEXT);
        assert_eq!(bounded(&fits), fits);
    }

    #[test]
    fn a_cut_closes_what_it_cut_through() {
        let long = format!("<details>\n```python\n{}\n```\n</details>", "x\n".repeat(limits::GITHUB_TEXT));
        let cut = bounded(&long);
        assert!(cut.len() <= limits::GITHUB_TEXT);
        assert!(cut.contains("\n```\n\n</details>\n\n*(The rest"));
    }

    #[test]
    fn a_mark_stays_one_comment() {
        assert_eq!(mark("reply", "a1:b"), "<!-- jittest:reply:a1:b -->");
        assert_eq!(mark("reply", "a-->\nb"), "<!-- jittest:reply:a-b -->");
    }

    #[test]
    fn only_the_first_line_is_a_mark() {
        let mark = mark("finding", "f1");
        assert!(bears(&marked(&mark, "text"), &mark));
        assert!(bears(&format!("{mark}\r\ntext"), &mark));
        assert!(!bears(&format!("text\n{mark}"), &mark));
    }
}
