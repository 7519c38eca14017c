//! The kind of a change: from the diff where that is certain, else from what the author wrote.

use crate::domain::{ChangeKind, ChangeSet, FileChange};
use crate::language::{self, Language};

use super::IntentInputs;

/// Files that only say how a project is built or released.
const MAINTENANCE_FILES: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile",
    "Pipfile.lock",
    "tox.ini",
    "noxfile.py",
    "Makefile",
    "Dockerfile",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    ".pre-commit-config.yaml",
    ".gitignore",
];

/// Prefixes of conventional commits.
const PREFIXES: &[(&str, ChangeKind)] = &[
    ("fix", ChangeKind::Fix),
    ("bugfix", ChangeKind::Fix),
    ("hotfix", ChangeKind::Fix),
    ("revert", ChangeKind::Fix),
    ("security", ChangeKind::Fix),
    ("feat", ChangeKind::Feature),
    ("feature", ChangeKind::Feature),
    ("refactor", ChangeKind::Refactoring),
    ("refact", ChangeKind::Refactoring),
    ("cleanup", ChangeKind::Refactoring),
    ("perf", ChangeKind::Performance),
    ("style", ChangeKind::Cosmetic),
    ("docs", ChangeKind::Cosmetic),
    ("doc", ChangeKind::Cosmetic),
    ("typing", ChangeKind::Cosmetic),
    ("types", ChangeKind::Cosmetic),
    ("lint", ChangeKind::Cosmetic),
    ("chore", ChangeKind::Maintenance),
    ("build", ChangeKind::Maintenance),
    ("ci", ChangeKind::Maintenance),
    ("deps", ChangeKind::Maintenance),
    ("release", ChangeKind::Maintenance),
    ("test", ChangeKind::Tests),
    ("tests", ChangeKind::Tests),
];

/// Words that tell a kind, in order of weight: the first that is found counts.
const WORDS: &[(&str, ChangeKind)] = &[
    ("refactor", ChangeKind::Refactoring),
    ("refactoring", ChangeKind::Refactoring),
    ("refactored", ChangeKind::Refactoring),
    ("refactors", ChangeKind::Refactoring),
    ("no functional change", ChangeKind::Refactoring),
    ("no behaviour change", ChangeKind::Refactoring),
    ("no behavior change", ChangeKind::Refactoring),
    ("no change in behaviour", ChangeKind::Refactoring),
    ("no change in behavior", ChangeKind::Refactoring),
    ("clean up", ChangeKind::Refactoring),
    ("cleanup", ChangeKind::Refactoring),
    ("tidy", ChangeKind::Refactoring),
    ("simplify", ChangeKind::Refactoring),
    ("rename", ChangeKind::Refactoring),
    ("extract", ChangeKind::Refactoring),
    ("deduplicate", ChangeKind::Refactoring),
    ("restructure", ChangeKind::Refactoring),
    ("reorganise", ChangeKind::Refactoring),
    ("reorganize", ChangeKind::Refactoring),
    ("speed up", ChangeKind::Performance),
    ("faster", ChangeKind::Performance),
    ("performance", ChangeKind::Performance),
    ("optimise", ChangeKind::Performance),
    ("optimize", ChangeKind::Performance),
    ("typo", ChangeKind::Cosmetic),
    ("type hints", ChangeKind::Cosmetic),
    ("type annotations", ChangeKind::Cosmetic),
    ("docstring", ChangeKind::Cosmetic),
    ("docstrings", ChangeKind::Cosmetic),
    ("documentation", ChangeKind::Cosmetic),
    ("reformat", ChangeKind::Cosmetic),
    ("formatting", ChangeKind::Cosmetic),
    ("bump", ChangeKind::Maintenance),
    ("upgrade", ChangeKind::Maintenance),
    ("dependency", ChangeKind::Maintenance),
    ("dependencies", ChangeKind::Maintenance),
    ("fix", ChangeKind::Fix),
    ("fixes", ChangeKind::Fix),
    ("fixed", ChangeKind::Fix),
    ("bug", ChangeKind::Fix),
    ("regression", ChangeKind::Fix),
    ("crash", ChangeKind::Fix),
    ("correct", ChangeKind::Fix),
    ("prevent", ChangeKind::Fix),
    ("handle", ChangeKind::Fix),
    ("add", ChangeKind::Feature),
    ("adds", ChangeKind::Feature),
    ("added", ChangeKind::Feature),
    ("implement", ChangeKind::Feature),
    ("introduce", ChangeKind::Feature),
    ("support", ChangeKind::Feature),
    ("allow", ChangeKind::Feature),
    ("new", ChangeKind::Feature),
    ("change", ChangeKind::Feature),
];

/// The kind. What the diff proves comes before what is written: a change of comments alone is cosmetic whatever its
/// title says.
pub(super) fn kind(inputs: IntentInputs<'_>, change: &ChangeSet) -> ChangeKind {
    if let Some(kind) = by_diff(change) {
        return kind;
    }
    let subjects: Vec<&str> =
        std::iter::once(inputs.title).chain(inputs.commit_subjects.iter().map(String::as_str)).collect();
    by_prefix(inputs.title)
        .or_else(|| by_words(inputs.title))
        .or_else(|| {
            agreed(subjects.iter().skip(1).filter_map(|subject| by_prefix(subject).or_else(|| by_words(subject))))
        })
        .or_else(|| by_words(first_paragraph(inputs.body)))
        .unwrap_or(ChangeKind::Unknown)
}

/// The kind that one sentence speaks of.
pub(super) fn of_sentence(text: &str) -> ChangeKind {
    by_prefix(text).or_else(|| by_words(text)).unwrap_or(ChangeKind::Unknown)
}

/// Several commits tell a kind that claims no change of behaviour only where all of them do.
fn agreed(mut kinds: impl Iterator<Item = ChangeKind>) -> Option<ChangeKind> {
    let first = kinds.next()?;
    Some(kinds.fold(first, |kept, kind| if kept.claims_no_behaviour_change() { kind } else { kept }))
}

fn first_paragraph(body: &str) -> &str {
    body.split("\n\n").next().unwrap_or_default()
}

/// `fix(cart)!: …`
fn by_prefix(subject: &str) -> Option<ChangeKind> {
    let (prefix, _) = subject.split_once(':')?;
    let word = prefix.split(['(', '!']).next().unwrap_or_default().trim().to_ascii_lowercase();
    PREFIXES.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
}

fn by_words(text: &str) -> Option<ChangeKind> {
    let lower = text.to_lowercase();
    let words: String = lower.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = format!(" {} ", words.split_whitespace().collect::<Vec<&str>>().join(" "));
    WORDS.iter().find(|(word, _)| words.contains(&format!(" {word} "))).map(|(_, kind)| *kind)
}

fn by_diff(change: &ChangeSet) -> Option<ChangeKind> {
    if change.files.is_empty() {
        return None;
    }
    let mut kinds = change.files.iter().map(kind_of_file);
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

/// The kind of a file's change, where it is certain.
fn kind_of_file(file: &FileChange) -> Option<ChangeKind> {
    let name = file.path.file_name();
    if MAINTENANCE_FILES.contains(&name)
        || file.path.as_str().starts_with(".github/")
        || name.starts_with("requirements")
    {
        return Some(ChangeKind::Maintenance);
    }
    let extension = name.rsplit('.').next().unwrap_or_default();
    if matches!(extension, "md" | "rst" | "adoc") || name == "LICENSE" {
        return Some(ChangeKind::Cosmetic);
    }
    let language = language::owner(&file.path)?;
    if language.is_test_file(&file.path) {
        return Some(ChangeKind::Tests);
    }
    is_cosmetic(file, language).then_some(ChangeKind::Cosmetic)
}

/// Whether both sides have the same tokens.
fn is_cosmetic(file: &FileChange, language: &dyn Language) -> bool {
    let (Some(before), Some(after)) = (file.before.as_deref(), file.after.as_deref()) else { return false };
    let tokens = |text: &str| -> Option<Vec<String>> {
        // A text that can't be read proves nothing.
        let tokens = language.tokens(&file.path, text).ok()?;
        Some(tokens.into_iter().map(|token| token.text).collect())
    };
    let (before, after) = (tokens(before), tokens(after));
    before.is_some() && before == after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FileStatus, RepoPath};

    fn file(path: &str, before: &str, after: &str) -> FileChange {
        FileChange {
            path: RepoPath::parse(path).unwrap(),
            old_path: None,
            status: FileStatus::Modified,
            binary: false,
            hunks: Vec::new(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        }
    }

    fn told(title: &str, commits: &[&str], body: &str) -> ChangeKind {
        let commits: Vec<String> = commits.iter().map(|subject| (*subject).to_owned()).collect();
        let change = ChangeSet { files: vec![file("a.py", "x = 1\n", "x = 2\n")], summary: String::new() };
        kind(IntentInputs { title, body, commit_subjects: &commits }, &change)
    }

    #[test]
    fn a_title_tells_its_kind() {
        assert_eq!(told("fix(cart)!: round half up", &[], ""), ChangeKind::Fix);
        assert_eq!(told("refactor: extract a helper", &[], ""), ChangeKind::Refactoring);
        assert_eq!(told("Speed up parsing", &[], ""), ChangeKind::Performance);
        assert_eq!(told("Bump requests to 2.32", &[], ""), ChangeKind::Maintenance);
        assert_eq!(told("Add discounts", &[], ""), ChangeKind::Feature);
        assert_eq!(told("Prefix all the things", &[], ""), ChangeKind::Unknown);
        assert_eq!(told("", &[], ""), ChangeKind::Unknown);
    }

    #[test]
    fn commits_tell_where_the_title_does_not_and_all_must_claim_that_nothing_changes() {
        assert_eq!(told("Cart", &["refactor: x", "refactor: y"], ""), ChangeKind::Refactoring);
        assert_eq!(told("Cart", &["refactor: x", "fix: y"], ""), ChangeKind::Fix);
        assert_eq!(told("Cart", &[], "This fixes a crash.\n\nRefactor later."), ChangeKind::Fix);
    }

    fn by_files(files: Vec<FileChange>) -> ChangeKind {
        let change = ChangeSet { files, summary: String::new() };
        kind(IntentInputs { title: "Fix things", body: "", commit_subjects: &[] }, &change)
    }

    #[test]
    fn what_the_diff_proves_comes_before_the_title() {
        assert_eq!(by_files(vec![file("a.py", "x = 1\n", "x = 1  # one\n")]), ChangeKind::Cosmetic);
        assert_eq!(by_files(vec![file("tests/test_a.py", "x = 1\n", "x = 2\n")]), ChangeKind::Tests);
        assert_eq!(by_files(vec![file("pyproject.toml", "a", "b")]), ChangeKind::Maintenance);
        assert_eq!(
            by_files(vec![file("README.md", "a", "b"), file("a.py", "x = 1\n", "x: int = 2\n")]),
            ChangeKind::Fix
        );
    }
}
