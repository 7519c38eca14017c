//! What the kill matrix proves.
