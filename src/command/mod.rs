//! One file per `/jittest` comment command.
