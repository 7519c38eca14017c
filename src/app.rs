//! The one composition root: builds the `App` that every command and every test uses.
