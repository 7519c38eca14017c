//! What a comment asks for: lines that begin with `/jittest`, outside of code and of quotes.

use crate::domain::limits;

/// Bytes of one line that is read as a command.
const LINE_BYTES: usize = 400;
/// Words of one command, its name included.
const WORDS: usize = 8;

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The command's name, in lower case, or a button's identifier.
    pub name: String,
    /// What follows it.
    pub words: Vec<String>,
}

impl Request {
    /// A pressed button.
    pub(super) fn of_button(identifier: &str) -> Self {
        Self { name: identifier.to_owned(), words: Vec::new() }
    }
}

/// The commands of a comment, in order, the same one once; at most `limits::COMMENT_COMMANDS`.
pub(super) fn requests(body: &str) -> Vec<Request> {
    let end = (0..=body.len().min(limits::COMMENT_BYTES)).rev().find(|end| body.is_char_boundary(*end)).unwrap_or(0);
    let mut requests: Vec<Request> = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    for line in body[..end].lines() {
        if let Some(this) = fence_of(line) {
            fence = match fence {
                None => Some(this),
                // A fence is ended by one of the same kind that is at least as long and says nothing more.
                Some(open) if this.0 == open.0 && this.1 >= open.1 && ends_a_fence(line) => None,
                open => open,
            };
            continue;
        }
        if fence.is_some() || is_indented_code(line) {
            continue;
        }
        let Some(request) = request(line) else { continue };
        if !requests.contains(&request) {
            requests.push(request);
        }
        if requests.len() == limits::COMMENT_COMMANDS {
            break;
        }
    }
    requests
}

fn request(line: &str) -> Option<Request> {
    if line.len() > LINE_BYTES {
        return None;
    }
    let mut words = line.split_whitespace();
    if words.next() != Some("/jittest") {
        return None;
    }
    let name = words.next().unwrap_or("help").to_lowercase();
    Some(Request { name, words: words.take(WORDS).map(str::to_owned).collect() })
}

/// The fence's character and length, where the line is one.
fn fence_of(line: &str) -> Option<(char, usize)> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return None;
    }
    let first = text.chars().next().filter(|c| "`~".contains(*c))?;
    let length = text.chars().take_while(|c| *c == first).count();
    (length >= 3).then_some((first, length))
}

fn ends_a_fence(line: &str) -> bool {
    line.trim().chars().all(|c| "`~".contains(c))
}

fn is_indented_code(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str) -> Vec<String> {
        requests(body).into_iter().map(|request| request.name).collect()
    }

    #[test]
    fn only_a_line_that_begins_with_our_name_speaks_to_us() {
        for yes in ["/jittest help", "Thanks!\n  /jittest HELP\r\n", "/jittest\thelp", "/jittest"] {
            assert_eq!(names(yes), ["help"], "{yes:?}");
        }
        for no in ["", "see /jittest run", "/jittester run", "> /jittest run", "jittest run", "`/jittest run`"] {
            assert!(names(no).is_empty(), "{no:?}");
        }
    }

    #[test]
    fn code_does_not_speak_to_us() {
        assert!(names("```\n/jittest run\n```").is_empty());
        assert!(names("~~~text\n/jittest run\n```\n/jittest run\n~~~").is_empty());
        assert!(names("````\n```\n/jittest run\n````").is_empty());
        assert!(names("    /jittest run").is_empty());
        assert!(names("```\n/jittest run").is_empty());
        assert_eq!(names("```\nx\n```\n/jittest run"), ["run"]);
    }

    #[test]
    fn what_follows_the_name_is_kept() {
        let request = Request { name: "dismiss".to_owned(), words: vec!["3f9a1c2e".to_owned()] };
        assert_eq!(requests("/jittest dismiss 3f9a1c2e"), [request]);
    }

    #[test]
    fn a_comment_holds_a_few_commands_each_once() {
        assert_eq!(names("/jittest run\n/jittest run\n/jittest help"), ["run", "help"]);
        let many: String = (0..100).map(|i| format!("/jittest dismiss {i}\n")).collect();
        assert_eq!(requests(&many).len(), limits::COMMENT_COMMANDS);
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(requests(&format!("/jittest dismiss {}", "x".repeat(1_000))).is_empty());
        assert!(requests(&format!("{}\n/jittest run", "é".repeat(limits::COMMENT_BYTES))).is_empty());
        assert!(requests(&format!("/jittest run {}", "x ".repeat(100)))[0].words.len() <= WORDS);
    }
}
