//! Source files that nobody should read: another project's, a generator's, a machine's.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, LeftOut, RepoPath, SourceTree, Warning, limits};

use super::super::selection::{is_generated, is_minified};

/// Folders of other projects, anywhere.
const VENDORED: &[&str] = &[
    "vendor",
    "vendored",
    "_vendor",
    "_vendored",
    "third_party",
    "third-party",
    "node_modules",
    "bower_components",
    "site-packages",
    ".venv",
    "venv",
    "Pods",
];

/// Folders of what a build writes: in the root.
const BUILT: &[&str] = &["build", "dist", "target", ".next", "coverage"];

/// Ends of names of what a generator writes.
const GENERATED: &[&str] = &[
    "_pb2.py",
    "_pb2_grpc.py",
    ".pb.go",
    "_gen.go",
    "_generated.go",
    "_string.go",
    ".g.cs",
    ".g.i.cs",
    ".designer.cs",
    ".generated.cs",
    ".generated.ts",
    ".generated.js",
    ".gen.ts",
    "_pb.js",
    "_pb.d.ts",
];

/// How many names a warning shows.
const SHOWN: usize = 3;

/// Why a source file is left out, by its path alone.
pub(super) fn by_path(path: &RepoPath) -> Option<LeftOut> {
    let mut folders = path.folder().split('/');
    if path.folder().split('/').any(|folder| VENDORED.contains(&folder)) {
        return Some(LeftOut::Vendored);
    }
    let name = path.file_name().to_ascii_lowercase();
    let is_built = folders.next().is_some_and(|first| BUILT.contains(&first));
    if is_built || GENERATED.iter().any(|end| name.ends_with(end)) {
        return Some(LeftOut::Generated);
    }
    [".min.js", ".min.mjs", ".bundle.js"].iter().any(|end| name.ends_with(end)).then_some(LeftOut::Minified)
}

/// Why a source file is left out, by its text.
pub(super) fn by_text(text: &str) -> Option<LeftOut> {
    if is_minified(text) {
        Some(LeftOut::Minified)
    } else if is_generated(text) {
        Some(LeftOut::Generated)
    } else {
        None
    }
}

/// Why there is no text of a file.
pub(super) fn unreadable(tree: &SourceTree, path: &RepoPath) -> LeftOut {
    let bytes = std::fs::symlink_metadata(tree.path_of(path)).map_or(0, |metadata| metadata.len());
    if bytes > limits::SOURCE_BYTES as u64 { LeftOut::Huge } else { LeftOut::NotText }
}

/// One warning for each reason, and one for what could be read only in part.
pub(super) fn warnings(files: &BTreeMap<RepoPath, FileFacts>) -> Vec<Warning> {
    let mut by_reason: BTreeMap<LeftOut, Vec<&RepoPath>> = BTreeMap::new();
    for file in files.values() {
        if let Some(why) = file.left_out {
            by_reason.entry(why).or_default().push(&file.path);
        }
    }
    let mut warnings: Vec<Warning> = by_reason
        .into_iter()
        .map(|(why, paths)| {
            let (verb, pronoun) = if paths.len() == 1 { ("was", "it is") } else { ("were", "they are") };
            let what = format!("{} {verb} left out", shown(&paths));
            Warning::new("map", what, format!("{pronoun} {}", why.words()), "nothing in there is a target")
        })
        .collect();
    let broken: Vec<&RepoPath> = files.values().filter(|file| file.broken).map(|file| &file.path).collect();
    if !broken.is_empty() {
        let what = format!("parts of {} could not be parsed", shown(&broken));
        warnings.push(Warning::new("map", what, "they are no valid source text", "symbols there may be missing"));
    }
    warnings
}

/// `a.py`, `a.py, b.py`, `a.py, b.py, c.py and 4 more`.
fn shown(paths: &[&RepoPath]) -> String {
    let names: Vec<&str> = paths.iter().take(SHOWN).map(|path| path.as_str()).collect();
    let names = names.join(", ");
    if paths.len() > SHOWN { format!("{names} and {} more", paths.len() - SHOWN) } else { names }
}
