//! Our part of a pull request's body, between two marks on lines of their own. The rest is the author's, byte for byte.

use super::client::{Call, Failure};
use super::repo::Repo;
use super::text;
use crate::domain::limits;
use crate::forge::ForgeError;

const START: &str = "<!-- jittest:description:start -->";
const END: &str = "<!-- jittest:description:end -->";
/// How often the body is written before we leave it to an author who keeps editing.
const WRITES: u32 = 5;
/// Less room than this is not worth a cut description.
const LEAST_ROOM: usize = 500;

/// What a body becomes.
#[derive(Debug, PartialEq, Eq)]
enum Spliced {
    /// It is already so.
    Unchanged,
    /// The new body.
    Body(String),
    /// The author's text leaves no room.
    NoRoom,
}

impl Repo<'_> {
    /// Puts `ours` into the pull request's body. GitHub's API can't write on a condition, so the body is read right
    /// before it is written and read again after: where the author's save came in between, it is done again on theirs.
    /// Gives what could not be done, in words.
    pub(super) async fn describe(&self, pull: u64, ours: &str) -> Result<Option<String>, ForgeError> {
        let path = self.at(&format!("pulls/{pull}"));
        let mut tries = self.tries("write the description");
        for _ in 0..WRITES {
            let body = self.pull(pull).await?.body.unwrap_or_default();
            let body = match splice(&body, ours) {
                Spliced::Unchanged => return Ok(None),
                Spliced::NoRoom => {
                    return Ok(Some("the description: the pull request's own text leaves no room for it".to_owned()));
                }
                Spliced::Body(body) => body,
            };
            let call = Call::patch("write the description", path.as_str(), &serde_json::json!({ "body": body }));
            match self.once(&call).await {
                Ok(_) => {}
                // Not sent again as it is: the body may be another one after the wait.
                Err(failure @ (Failure::Unsure { .. } | Failure::Limited(_))) => tries.after(failure).await?,
                Err(failure) => return Err(failure.named(call.what)),
            }
        }
        Ok(Some("the description: the pull request's text kept changing while it was written".to_owned()))
    }
}

/// `body` with `ours` between the marks.
fn splice(body: &str, ours: &str) -> Spliced {
    let eol = if body.contains("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = match own_part(body) {
        Some((start, end)) => (body[..start].to_owned(), &body[end..]),
        None => (format!("{body}{}", gap(body, eol)), ""),
    };
    let frame = before.len() + after.len() + START.len() + END.len() + 2 * eol.len();
    let room = limits::GITHUB_TEXT.saturating_sub(frame);
    // What we quote must not end our part; and each line end may take a byte more in this body.
    let ours = ours.replace("\r\n", "\n").replace("<!-- jittest:description:", "&lt;!-- jittest:description:");
    let ours = ours.trim_end();
    if ours.len() > room && room < LEAST_ROOM {
        return Spliced::NoRoom;
    }
    let cost = if eol.len() == 2 { ours.matches('\n').count() + 4 } else { 0 };
    let ours = text::bounded_to(ours, room.saturating_sub(cost)).replace('\n', eol);
    let new = format!("{before}{START}{eol}{ours}{eol}{END}{after}");
    if new == body { Spliced::Unchanged } else { Spliced::Body(new) }
}

/// `body` without our part.
pub(super) fn without_ours(body: &str) -> String {
    match own_part(body) {
        Some((start, end)) => format!("{}{}", &body[..start], &body[end..]),
        None => body.to_owned(),
    }
}

/// What stands between the author's text and our part where there was none yet.
fn gap(body: &str, eol: &str) -> String {
    if body.is_empty() || body.ends_with(&eol.repeat(2)) {
        String::new()
    } else if body.ends_with(eol) {
        eol.to_owned()
    } else {
        eol.repeat(2)
    }
}

/// From our start mark to the end of our end mark: the last start mark that an end mark follows, and the first end
/// mark after it. Marks count only alone on their line: a broken pair, or one that is quoted, is the author's text.
fn own_part(body: &str) -> Option<(usize, usize)> {
    let mut starts = None;
    let mut part = None;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        match line.trim_end_matches(['\r', '\n']) {
            START => starts = Some(at),
            END => {
                if let Some(start) = starts.take() {
                    part = Some((start, at + END.len()));
                }
            }
            _ => {}
        }
        at += line.len();
    }
    part
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(body: &str, ours: &str) -> String {
        match splice(body, ours) {
            Spliced::Body(new) => new,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn our_part_follows_the_authors_text() {
        assert_eq!(body("Hello", "ours"), format!("Hello\n\n{START}\nours\n{END}"));
        assert_eq!(body("", "ours"), format!("{START}\nours\n{END}"));
    }

    #[test]
    fn our_part_is_replaced_where_it_stands() {
        let old = format!("Hello  \n\n{START}\nold\n{END}\n\nbelow\t\n");
        assert_eq!(body(&old, "new"), format!("Hello  \n\n{START}\nnew\n{END}\n\nbelow\t\n"));
        assert_eq!(splice(&old, "old"), Spliced::Unchanged);
    }

    #[test]
    fn line_ends_stay_as_the_author_has_them() {
        let new = body("a\r\nb", "x\ny");
        assert_eq!(new, format!("a\r\nb\r\n\r\n{START}\r\nx\r\ny\r\n{END}"));
        assert_eq!(splice(&new, "x\ny"), Spliced::Unchanged);
    }

    #[test]
    fn a_mark_that_has_no_partner_is_the_authors_text() {
        for own in [
            format!("a\n{START}\nb"),
            format!("a\n{END}\nb"),
            format!("{END}\nx\n{START}\ny"),
            format!("`{START}` x\n{END}"),
        ] {
            let new = body(&own, "ours");
            assert!(new.starts_with(&own), "{new}");
            let again = body(&new, "other");
            assert!(again.starts_with(&own) && again.contains("other") && !again.contains("ours"), "{again}");
        }
    }

    #[test]
    fn of_two_pairs_the_last_is_ours() {
        let old = format!("{START}\nquoted\n{END}\n{START}\nold\n{END}");
        assert_eq!(body(&old, "new"), format!("{START}\nquoted\n{END}\n{START}\nnew\n{END}"));
    }

    #[test]
    fn what_we_quote_does_not_end_our_part() {
        let new = body("a", &format!("title\n{END}\nrest"));
        assert_eq!(new.matches(END).count(), 1);
        assert!(matches!(splice(&new, "other"), Spliced::Body(b) if !b.contains("rest")));
    }

    #[test]
    fn the_bodys_bound_is_kept_at_the_cost_of_our_part() {
        let author = "ä".repeat(30_000);
        let new = body(&author, &"line\n".repeat(5_000));
        assert!(new.len() <= limits::GITHUB_TEXT && new.starts_with(&author));
        let author = format!("{}\r\n", "x".repeat(60_000));
        let new = body(&author, &"l\n".repeat(5_000));
        assert!(new.len() <= limits::GITHUB_TEXT && new.starts_with(&author));
        assert_eq!(splice(&"x".repeat(limits::GITHUB_TEXT - 100), &"y".repeat(200)), Spliced::NoRoom);
    }

    proptest! {
        #[test]
        fn the_authors_text_is_kept_byte_for_byte(author in "[a-z<>!\r\n -]{0,200}", first in ".{0,80}", second in ".{0,80}") {
            let once = match splice(&author, &first) { Spliced::Body(b) => b, other => panic!("{other:?}") };
            prop_assert!(once.starts_with(&author));
            let twice = match splice(&once, &second) { Spliced::Body(b) => b, _ => once };
            prop_assert!(twice.starts_with(&author));
            prop_assert_eq!(twice.matches(START).count(), 1);
            prop_assert_eq!(splice(&twice, &second), Spliced::Unchanged);
        }
    }
}
