//! What went less well than it should have: said once, in one form, everywhere.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A degrade, fallback or drop. Shown as
/// `Warning: <component>: <what happened> — <why> — <impact>`; serialised as that line. What is empty is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// The part that speaks: `checkout`, `sandbox`, `compute-batches`, …
    pub component: String,
    /// What happened.
    pub what: String,
    /// Why it happened.
    pub why: String,
    /// What that means for the reader.
    pub impact: String,
}

impl Warning {
    /// A warning of `component`.
    pub fn new(
        component: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
        impact: impl Into<String>,
    ) -> Self {
        Self { component: component.into(), what: what.into(), why: why.into(), impact: impact.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Warning: {}: {}", self.component, self.what)?;
        for part in [&self.why, &self.impact].into_iter().filter(|part| !part.is_empty()) {
            write!(f, " — {part}")?;
        }
        Ok(())
    }
}

impl Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Warning {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = String::deserialize(deserializer)?;
        let rest = line.strip_prefix("Warning: ").unwrap_or(&line);
        let (component, rest) = rest.split_once(": ").unwrap_or(("", rest));
        let mut parts = rest.splitn(3, " — ");
        let mut next = || parts.next().unwrap_or("").to_owned();
        Ok(Self { component: component.to_owned(), what: next(), why: next(), impact: next() })
    }
}

impl JsonSchema for Warning {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Warning".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^Warning: "})
    }
}
