//! Many short texts in one piece of memory.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A list of texts that doesn't change: written and read as one, without a piece of memory for each. A large tree has
/// millions of names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// All of them, one after the other.
    joined: Box<str>,
    /// Where each ends in there.
    ends: Box<[u32]>,
}

impl Texts {
    /// The texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        let text = |at: usize| {
            let start = if at == 0 { 0 } else { self.ends[at - 1] };
            &self.joined[start as usize..self.ends[at] as usize]
        };
        (0..self.len()).map(text)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Texts that are put together: past 4 GB they would have no place, and are left out.
#[derive(Default)]
struct Joining {
    joined: String,
    ends: Vec<u32>,
}

impl Joining {
    fn push(&mut self, text: &str) {
        if let Ok(end) = u32::try_from(self.joined.len() + text.len()) {
            self.joined.push_str(text);
            self.ends.push(end);
        }
    }

    fn done(self) -> Texts {
        Texts { joined: self.joined.into(), ends: self.ends.into() }
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
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List)
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
        assert_eq!(texts.iter().rev().collect::<Vec<_>>(), ["a\0b\n", "sëlf.total", "", "a"]);
        assert_ne!(texts, ["a", "", "sëlf.total"]);
        assert_eq!(Texts::default().iter().next(), None);
        assert_eq!(format!("{:?}", ["a", "b"].iter().collect::<Texts>()), r#"["a", "b"]"#);
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
}
