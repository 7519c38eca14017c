//! Our part of a pull request's body, between two marks on lines of their own. The rest is the author's, byte for byte.
//!
//! GitHub can't write on a condition: a save that falls between our reading and our writing is overwritten, and no
//! later reading tells. So our part carries a print of the author's text that was read for it, and GitHub's own event of
//! our edit names the text that it replaced: where the two differ, an author's save was lost, and is given back. What
//! remains: where that event never reaches us, the save stands in GitHub's edit history alone.

use sha2::{Digest, Sha256};

use super::client::{Call, Failure};
use super::repo::Repo;
use super::text;
use crate::domain::limits;
use crate::forge::ForgeError;

const START: &str = "<!-- jittest:description:start -->";
const END: &str = "<!-- jittest:description:end -->";
/// Before the print of the author's text that our part was written next to.
const OVER: &str = "<!-- jittest:description:over:";
const CLOSE: &str = " -->";
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
    /// Puts `ours` into the pull request's body, which is read right before it is written, and read again after: where
    /// the author saved a text without our part, it is done again on theirs. Gives what could not be done, in words.
    pub(super) async fn describe(&self, pull: u64, ours: &str) -> Result<Option<String>, ForgeError> {
        let path = self.at(&format!("pulls/{pull}"));
        let mut tries = self.tries("write the description");
        for _ in 0..WRITES {
            let body = self.pull(pull).await?.body.unwrap_or_default();
            let body = match splice(&body, ours, &print(&body)) {
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

    /// Puts the author's text of `lost` back where `by`, written by `sender`, overwrote it, and keeps our part. Where
    /// the author's text is another one than that of `by` by now, it is left as it is.
    pub(super) async fn restore(&self, pull: u64, sender: &str, lost: &str, by: &str) -> Result<(), ForgeError> {
        if !self.identity().await?.is_author(sender) {
            return Ok(());
        }
        let path = self.at(&format!("pulls/{pull}"));
        let mut tries = self.tries("give the author's text back");
        loop {
            let body = self.pull(pull).await?.body.unwrap_or_default();
            let read = print(&body);
            let Some(ours) = inner(&body).filter(|_| read == print(by)) else { return Ok(()) };
            let Spliced::Body(body) = splice(lost, &ours, &read) else { return Ok(()) };
            let call = Call::patch("give the author's text back", path.as_str(), &serde_json::json!({ "body": body }));
            match self.once(&call).await {
                Ok(_) => return Ok(()),
                Err(failure) => tries.after(failure).await?,
            }
        }
    }
}

/// Whether the body `by` that one of us wrote replaced an author's text that was not read for it.
pub(super) fn overwrote(lost: &str, by: &str) -> bool {
    over(by).is_some_and(|read| read != print(lost))
}

/// A print of the author's text of a body: the same where only line ends, our part, or the gap before it differ.
fn print(body: &str) -> String {
    let text = without_ours(body).replace("\r\n", "\n");
    hex::encode(&Sha256::digest(text.trim_end().as_bytes())[..8])
}

/// The print that our part of a body carries.
fn over(body: &str) -> Option<&str> {
    let (start, end) = own_part(body)?;
    body[start..end].lines().find_map(|line| line.strip_prefix(OVER)?.strip_suffix(CLOSE))
}

/// What our part of a body says.
fn inner(body: &str) -> Option<String> {
    let (start, end) = own_part(body)?;
    let lines = body[start..end].lines().filter(|line| *line != START && *line != END && !line.starts_with(OVER));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// `body` with `ours` between the marks, next to the print `read`.
fn splice(body: &str, ours: &str, read: &str) -> Spliced {
    let eol = if body.contains("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = match own_part(body) {
        Some((start, end)) => (body[..start].to_owned(), &body[end..]),
        None => (format!("{body}{}", gap(body, eol)), ""),
    };
    let over = format!("{OVER}{read}{CLOSE}");
    let frame = before.len() + after.len() + START.len() + over.len() + END.len() + 3 * eol.len();
    let room = limits::GITHUB_TEXT.saturating_sub(frame);
    // What we quote must not end our part; and each line end may take a byte more in this body.
    let ours = ours.replace("\r\n", "\n").replace("<!-- jittest:description:", "&lt;!-- jittest:description:");
    let ours = ours.trim_end();
    if ours.len() > room && room < LEAST_ROOM {
        return Spliced::NoRoom;
    }
    let cost = if eol.len() == 2 { ours.matches('\n').count() + 4 } else { 0 };
    let ours = text::bounded_to(ours, room.saturating_sub(cost)).replace('\n', eol);
    let new = format!("{before}{START}{eol}{ours}{eol}{over}{eol}{END}{after}");
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

    /// As it is written after the body was read.
    fn splice_(body: &str, ours: &str) -> Spliced {
        splice(body, ours, &print(body))
    }

    /// Our part next to an author's text.
    fn part(author: &str, ours: &str) -> String {
        format!("{START}\n{ours}\n{OVER}{}{CLOSE}\n{END}", print(author))
    }

    fn body(body: &str, ours: &str) -> String {
        match splice_(body, ours) {
            Spliced::Body(new) => new,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn our_part_follows_the_authors_text() {
        assert_eq!(body("Hello", "ours"), format!("Hello\n\n{}", part("Hello", "ours")));
        assert_eq!(body("", "ours"), part("", "ours"));
    }

    #[test]
    fn our_part_is_replaced_where_it_stands() {
        let old = format!("Hello  \n\n{}\n\nbelow\t\n", part("Hello  \n\n\n\nbelow", "old"));
        assert_eq!(body(&old, "new"), format!("Hello  \n\n{}\n\nbelow\t\n", part("Hello  \n\n\n\nbelow", "new")));
        assert_eq!(splice_(&old, "old"), Spliced::Unchanged);
    }

    #[test]
    fn line_ends_stay_as_the_author_has_them() {
        let new = body("a\r\nb", "x\ny");
        assert_eq!(new, format!("a\r\nb\r\n\r\n{}", part("a\nb", "x\ny").replace('\n', "\r\n")));
        assert_eq!(splice_(&new, "x\ny"), Spliced::Unchanged);
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
        let quoted = format!("{START}\nquoted\n{END}\n");
        assert_eq!(body(&old, "new"), format!("{quoted}{}", part(&format!("{quoted}{START}\n{END}"), "new")));
    }

    #[test]
    fn what_we_quote_does_not_end_our_part() {
        let new = body("a", &format!("title\n{END}\nrest"));
        assert_eq!(new.matches(END).count(), 1);
        assert!(matches!(splice_(&new, "other"), Spliced::Body(b) if !b.contains("rest")));
    }

    #[test]
    fn the_bodys_bound_is_kept_at_the_cost_of_our_part() {
        let author = "ä".repeat(30_000);
        let new = body(&author, &"line\n".repeat(5_000));
        assert!(new.len() <= limits::GITHUB_TEXT && new.starts_with(&author));
        let author = format!("{}\r\n", "x".repeat(60_000));
        let new = body(&author, &"l\n".repeat(5_000));
        assert!(new.len() <= limits::GITHUB_TEXT && new.starts_with(&author));
        assert_eq!(splice_(&"x".repeat(limits::GITHUB_TEXT - 100), &"y".repeat(200)), Spliced::NoRoom);
    }

    #[test]
    fn a_save_that_was_overwritten_is_told_from_one_that_was_read() {
        let (first, saved) = ("First.", "Second, saved meanwhile.");
        let ours = body(first, "ours");
        assert!(overwrote(saved, &ours) && !overwrote(first, &ours));
        // The author saved over an older part of ours, and that save was read.
        assert!(!overwrote(&format!("{first}\r\n\n"), &ours) && !overwrote(&ours, &body(&ours, "newer")));
        // A body without our part says nothing.
        assert!(!overwrote(saved, first));
        // Given back, it is not taken for another loss, and neither is what is written after it.
        let Spliced::Body(back) = splice(saved, &inner(&ours).unwrap(), &print(&ours)) else { panic!() };
        assert_eq!(without_ours(&back).trim_end(), saved);
        assert_eq!(inner(&back).as_deref(), Some("ours"));
        assert!(!overwrote(&ours, &back) && !overwrote(&back, &body(&back, "ours")));
    }

    proptest! {
        #[test]
        fn the_authors_text_is_kept_byte_for_byte(author in "[a-z<>!\r\n -]{0,200}", first in ".{0,80}", second in ".{0,80}") {
            let once = match splice_(&author, &first) { Spliced::Body(b) => b, other => panic!("{other:?}") };
            prop_assert!(once.starts_with(&author));
            let twice = match splice_(&once, &second) { Spliced::Body(b) => b, _ => once };
            prop_assert!(twice.starts_with(&author));
            prop_assert_eq!(twice.matches(START).count(), 1);
            prop_assert_eq!(splice_(&twice, &second), Spliced::Unchanged);
        }
    }
}
