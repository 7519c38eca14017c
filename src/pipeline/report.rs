//! From all nouns to the report.
