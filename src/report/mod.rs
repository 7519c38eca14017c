//! A report rendered: console, Markdown, JSON, SARIF, JUnit.
