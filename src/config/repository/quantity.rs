//! Values of `jittest.toml` that are more than a bare number or text: each one checks itself while it is read,
//! so that a wrong one is reported where it stands.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::limits;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Serialize for Whole<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        u32::try_from(number).ok().filter(|n| (MIN..=MAX).contains(n)).map(Self).ok_or_else(|| {
            de::Error::custom(format_args!("{number} is out of bounds: expected a whole number from {MIN} to {MAX}"))
        })
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for Whole<MIN, MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("WholeNumberFrom{MIN}To{MAX}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// Cores, from 0.1 to 64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cores(pub f64);

impl Serialize for Cores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cores = f64::deserialize(deserializer)?;
        if (0.1..=64.0).contains(&cores) {
            Ok(Self(cores))
        } else {
            Err(de::Error::custom(format_args!("{cores} is out of bounds: expected a number from 0.1 to 64")))
        }
    }
}

impl JsonSchema for Cores {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cores".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0.1, "maximum": 64})
    }
}

/// Bytes, written as `512MB`; at least `MIN`. A unit is a power of 1,024, as container engines read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size<const MIN: u64>(pub u64);

const SIZE_UNITS: [(&str, u64); 4] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1)];

/// The bytes that `text` says; `None` where it isn't a whole number with a unit.
fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase().replace("IB", "B");
    let (number, factor) =
        SIZE_UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?.trim_end(), factor)))?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// `bytes` in the largest unit that shows them exactly.
fn show_size(bytes: u64) -> String {
    let (unit, factor) = SIZE_UNITS.iter().find(|(_, factor)| bytes.is_multiple_of(*factor)).unwrap_or(&("B", 1));
    format!("{}{unit}", bytes / factor)
}

impl<const MIN: u64> Serialize for Size<MIN> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&show_size(self.0))
    }
}

impl<'de, const MIN: u64> Deserialize<'de> for Size<MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor {
            expected: "a size such as \"512MB\"",
            parse: |text| match parse_size(text) {
                Some(bytes) if bytes >= MIN => Ok(Self(bytes)),
                Some(_) => Err(format!("{text:?} is too small: expected at least {}", show_size(MIN))),
                None => Err(format!("{text:?} is not a size: expected something such as \"512MB\" or \"1GB\"")),
            },
        })
    }
}

impl<const MIN: u64> JsonSchema for Size<MIN> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("SizeOfAtLeast{}", show_size(MIN)).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^\\s*[0-9]+\\s*([KkMmGg][Ii]?)?[Bb]\\s*$"})
    }
}

/// A duration of at least a second, written as `30s` or `10m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period(pub Duration);

fn parse_period(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, seconds) = [("s", 1), ("m", 60), ("h", 3_600)]
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?.trim_end(), *seconds)))?;
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = self.0.as_secs();
        let text = if seconds >= 60 && seconds.is_multiple_of(60) {
            format!("{}m", seconds / 60)
        } else {
            format!("{seconds}s")
        };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor {
            expected: "a duration such as \"30s\"",
            parse: |text| match parse_period(text) {
                Some(period) if period >= Duration::from_secs(1) => Ok(Self(period)),
                Some(_) => Err(format!("{text:?} is too short: expected at least \"1s\"")),
                None => Err(format!("{text:?} is not a duration: expected something such as \"30s\" or \"10m\"")),
            },
        })
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^\\s*[0-9]+\\s*[smh]\\s*$"})
    }
}

/// What a text of a list is checked for.
pub(super) trait Rule {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// What is wrong with `text`, if anything.
    fn problem(text: &str) -> Option<String>;
}

/// A short list of texts that obey a [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts<R> {
    /// The texts.
    pub items: Vec<String>,
    rule: std::marker::PhantomData<R>,
}

impl<R> From<Vec<String>> for Texts<R> {
    fn from(items: Vec<String>) -> Self {
        Self { items, rule: std::marker::PhantomData }
    }
}

impl<R> Serialize for Texts<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.items.serialize(serializer)
    }
}

impl<'de, R: Rule> Deserialize<'de> for Texts<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<String>::deserialize(deserializer)?;
        if items.len() > limits::SETTINGS_LIST {
            return Err(de::Error::custom(format_args!(
                "{} entries are too many: expected at most {}",
                items.len(),
                limits::SETTINGS_LIST
            )));
        }
        if let Some(long) = items.iter().find(|item| item.chars().count() > limits::SETTINGS_LINE) {
            return Err(de::Error::custom(format_args!(
                "an entry of {} characters is too long: expected at most {}",
                long.chars().count(),
                limits::SETTINGS_LINE
            )));
        }
        match items.iter().find_map(|item| R::problem(item)) {
            Some(problem) => Err(de::Error::custom(problem)),
            None => Ok(items.into()),
        }
    }
}

impl<R: Rule> JsonSchema for Texts<R> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        R::NAME.into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "maxItems": limits::SETTINGS_LIST,
            "items": {"type": "string", "maxLength": limits::SETTINGS_LINE},
        })
    }
}

/// Globs of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Globs {}

impl Rule for Globs {
    const NAME: &'static str = "Globs";
    fn problem(text: &str) -> Option<String> {
        globset::Glob::new(text).err().map(|error| format!("{text:?} is not a glob: {}", error.kind()))
    }
}

/// Debian packages, `name` or `name=version`: never an option of the package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packages {}

impl Rule for Packages {
    const NAME: &'static str = "Packages";
    fn problem(text: &str) -> Option<String> {
        let (name, version) = text.split_once('=').unwrap_or((text, "0"));
        let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
        let versioned = |c: char| c.is_ascii_alphanumeric() || "+-.:~".contains(c);
        let good = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name.chars().all(named)
            && !version.is_empty()
            && version.chars().all(versioned);
        (!good).then(|| format!("{text:?} is not the name of a Debian package"))
    }
}

/// Lines for a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShellLines {}

impl Rule for ShellLines {
    const NAME: &'static str = "ShellLines";
    fn problem(text: &str) -> Option<String> {
        (text.trim().is_empty() || text.contains('\0')).then(|| "an empty line can't be run".to_owned())
    }
}

/// The name of a container image, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImageName(pub String);

impl Serialize for ImageName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ImageName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor {
            expected: "the name of an image",
            parse: |text| {
                let named = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
                let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
                if text.is_empty() || (starts && text.len() <= 255 && text.chars().all(named)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(format!("{text:?} is not the name of an image"))
                }
            },
        })
    }
}

impl JsonSchema for ImageName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ImageName".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": 255})
    }
}

/// Reads a text, and says what was expected where there is none.
struct TextVisitor<T> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> de::Visitor<'_> for TextVisitor<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_numbers_with_a_unit() {
        assert_eq!(parse_size("512MB"), Some(512 << 20));
        assert_eq!(parse_size("1 gib"), Some(1 << 30));
        assert_eq!(parse_size("7B"), Some(7));
        for bad in ["512", "MB", "-1MB", "1.5GB", "99999999999GB", ""] {
            assert_eq!(parse_size(bad), None, "{bad:?} was taken");
        }
    }

    #[test]
    fn a_size_is_shown_as_it_can_be_written() {
        for bytes in [1, 1_023, 1 << 10, 512 << 20, 1 << 30, (1 << 30) + 1] {
            assert_eq!(parse_size(&show_size(bytes)), Some(bytes));
        }
    }

    #[test]
    fn durations_are_whole_numbers_with_a_unit() {
        assert_eq!(parse_period("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_period("10m"), Some(Duration::from_secs(600)));
        for bad in ["30", "s", "1.5m", "10 minutes", "-1s"] {
            assert_eq!(parse_period(bad), None, "{bad:?} was taken");
        }
    }

    #[test]
    fn a_package_is_never_an_option() {
        assert_eq!(Packages::problem("libpq-dev"), None);
        assert_eq!(Packages::problem("g++=4:12.2.0-3"), None);
        for bad in ["--allow-unauthenticated", "-o", "a b", "", "x=", "Curl", "x;y"] {
            assert!(Packages::problem(bad).is_some(), "{bad:?} was taken");
        }
    }
}
