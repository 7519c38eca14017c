//! Many short texts in one piece of memory.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq as _, Serializer};

/// A short text, such as a name: it lies where it is used up to 23 bytes, so that reading a tree's names takes little
/// memory; copies of a longer one share it.
pub type Name = smol_str::SmolStr;

/// A list of texts that doesn't change: written and read as one, without a piece of memory for each. A large tree has
/// millions of names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Before each text its length in bytes, as a character: a byte for most.
    joined: Box<str>,
}

impl Texts {
    /// The texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut rest: &str = &self.joined;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let (text, others) = rest[first.len_utf8()..].split_at(length(first));
            rest = others;
            Some(text)
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }
}

/// Numbers past which there are so many that are no characters: surrogates.
const GAP: (u32, u32) = (0xd800, 0x800);

/// The character that stands for a length; `None` past a million.
fn mark(length: usize) -> Option<char> {
    let length = u32::try_from(length).ok()?;
    char::from_u32(if length < GAP.0 { length } else { length.checked_add(GAP.1)? })
}

/// The length that a character stands for.
fn length(mark: char) -> usize {
    let mark = u32::from(mark);
    (if mark < GAP.0 { mark } else { mark - GAP.1 }) as usize
}

/// Texts that are put together. One of more than a million bytes is no name, and is left out.
#[derive(Default)]
struct Joining(String);

impl Joining {
    fn push(&mut self, text: &str) {
        if let Some(mark) = mark(text.len()) {
            self.0.push(mark);
            self.0.push_str(text);
        }
    }

    fn done(self) -> Texts {
        Texts { joined: self.0.into() }
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut joining = Joining::default();
        texts.into_iter().for_each(|text| joining.push(text.as_ref()));
        joining.done()
    }
}

impl<T: AsRef<str>, const N: usize> PartialEq<[T; N]> for Texts {
    fn eq(&self, others: &[T; N]) -> bool {
        self.iter().eq(others.iter().map(AsRef::as_ref))
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // As it lies in memory where nobody reads it, which is many times faster than one by one.
        if !serializer.is_human_readable() {
            return serializer.serialize_str(&self.joined);
        }
        // Told beforehand, as not every form can do without.
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|text| list.serialize_element(text))?;
        list.end()
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_seq(List)
        } else {
            deserializer.deserialize_str(Whole)
        }
    }
}

/// Whether these are texts, each with its length before it.
fn are_texts(joined: &str) -> bool {
    let mut rest = joined;
    while let Some(first) = rest.chars().next() {
        let Some(others) = rest.get(first.len_utf8() + length(first)..) else { return false };
        rest = others;
    }
    true
}

/// Texts that are read as they lie in memory.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts with their lengths")
    }

    fn visit_str<E: serde::de::Error>(self, joined: &str) -> Result<Texts, E> {
        if !are_texts(joined) {
            return Err(E::custom("a length leads out of the texts"));
        }
        Ok(Texts { joined: joined.into() })
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Texts, A::Error> {
        let mut joining = Joining::default();
        while texts.next_element_seed(Next(&mut joining))?.is_some() {}
        Ok(joining.done())
    }
}

struct Next<'j>(&'j mut Joining);

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_come_out_as_they_went_in() {
        let all = ["a", "", "sëlf.total", "a\0b\n"];
        let texts: Texts = all.iter().collect();
        assert_eq!((texts.len(), texts.is_empty()), (4, false));
        assert_eq!(texts, all);
        assert_ne!(texts, ["a", "", "sëlf.total"]);
        assert_eq!(Texts::default().iter().next(), None);
        assert_eq!(format!("{:?}", ["a", "b"].iter().collect::<Texts>()), r#"["a", "b"]"#);
    }

    #[test]
    fn a_text_may_be_of_any_length_that_a_source_file_has() {
        for length in [127, 128, 0x7ff, 0xd7ff, 0xd800, 0xdfff, 0xe000, 0xffff, 1 << 20] {
            let all = ["x".repeat(length), "y".to_owned()];
            assert_eq!(all.iter().collect::<Texts>(), all, "{length}");
        }
    }

    #[test]
    fn they_are_written_as_a_list() {
        let texts: Texts = ["a", "", "b\"\n"].iter().collect();
        let json = serde_json::to_string(&texts).unwrap();
        assert_eq!(json, r#"["a","","b\"\n"]"#);
        assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), texts);
        let bytes = postcard::to_allocvec(&texts).unwrap();
        assert_eq!(postcard::from_bytes::<Texts>(&bytes).unwrap(), texts);
        assert!(serde_json::from_str::<Texts>("[1]").is_err());
    }

    #[test]
    fn lengths_that_lead_out_of_the_texts_are_refused() {
        let read = |joined: &str| postcard::from_bytes::<Texts>(&postcard::to_allocvec(joined).unwrap());
        assert_eq!(read("\u{1}a\u{0}\u{2}bc").unwrap(), ["a", "", "bc"]);
        // Past the end, into the middle of a character, and the longest.
        for joined in ["\u{2}a", "\u{1}ë", "\u{10ffff}"] {
            assert!(read(joined).is_err(), "{joined:?}");
        }
    }
}
