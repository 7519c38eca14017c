//! A small strict GitHub on loopback, for `jittest demo` and the stories.
