//! Paths and queries of GitHub's API: whatever a name contains, it stays the part of the address that it is.

use std::fmt::Write;

/// One part of a path, or a value of a query.
pub(super) fn part(text: &str) -> String {
    encoded(text, "")
}

/// Several parts of a path, with the `/` between them kept.
pub(super) fn parts(text: &str) -> String {
    encoded(text, "/")
}

fn encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A part of only dots would be taken for "here" or "above".
    let dots = text.chars().all(|c| c == '.');
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !dots);
        if plain || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_becomes_more_than_one_part() {
        assert_eq!(part("dependabot[bot]"), "dependabot%5Bbot%5D");
        assert_eq!(part("a/../b?c#d e%"), "a%2F..%2Fb%3Fc%23d%20e%25");
        assert_eq!(part(".."), "%2E%2E");
        assert_eq!(part("ü"), "%C3%BC");
    }

    #[test]
    fn a_path_keeps_its_slashes() {
        assert_eq!(parts("src/a b/c.py"), "src/a%20b/c.py");
    }
}
