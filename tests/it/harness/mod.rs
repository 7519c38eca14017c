//! The same App as main, with a real database and the stand-in.
