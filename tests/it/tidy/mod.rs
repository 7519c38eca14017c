//! The house holds: arrows point down, every room is on the map, files and functions stay readable.

mod arrows;
mod map;
mod size;

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the repository, with their texts, sorted by path.
pub(crate) fn rust_files(below: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root().join(below), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a Rust file is UTF-8");
            into.push((path, text));
        }
    }
}

/// The room of a file: the first part of its path below `src`.
pub(crate) fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).expect("a file of src");
    let first = below.components().next().expect("a file has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}
