//! A file fits a sitting, a function fits a screen (the latter is clippy's `too_many_lines`).

use super::rust_files;

const LINES: usize = 600;

#[test]
fn no_product_file_is_longer_than_a_sitting() {
    let long: Vec<String> = rust_files("src")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over {LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_called_utils() {
    let vague: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|(path, _)| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            ["utils", "util", "common", "helpers", "misc"].contains(&stem.as_str())
        })
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(vague.is_empty(), "{}", vague.join("\n"));
}
