//! Facts about pytest that need no Python.
