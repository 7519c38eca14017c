//! All that the author says: in the title, the body, the commits, the changelog, the documentation.

use crate::domain::{ChangeKind, ChangeSet, DiffLine, FileChange, Hunk, Statement, StatementSource};

use super::IntentInputs;
use super::claims::{sentences, without_blocks};
use super::kind::of_sentence;

/// How many sentences of one source are kept.
const KEPT: usize = 60;

/// Names of changelogs, without what comes after the dot.
const CHANGELOGS: &[&str] = &["changelog", "changes", "news", "history", "releases", "release_notes", "release-notes"];

/// Folders of one file for each change.
const FRAGMENTS: &[&str] = &["newsfragments", "changelog.d", "changes", "news", "releasenotes", ".changeset"];

/// Statements in order: title, body, commits, changelog, documentation.
pub(super) fn statements(inputs: IntentInputs<'_>, change: &ChangeSet) -> Vec<Statement> {
    let mut statements = said(StatementSource::Title, inputs.title);
    statements.extend(said(StatementSource::Body, &without_blocks(inputs.body)));
    let subjects = inputs.commit_subjects.iter().filter(|subject| subject.as_str() != inputs.title);
    statements.extend(subjects.flat_map(|subject| said(StatementSource::Commit, subject)).take(KEPT));
    for source in [StatementSource::Changelog, StatementSource::Docs] {
        let files = change.files.iter().filter(|file| source_of(file) == Some(source));
        let sentences = files.flat_map(|file| &file.hunks).flat_map(|hunk| {
            let is_instead = source == StatementSource::Docs && takes_away(hunk);
            said(if is_instead { StatementSource::DocsInstead } else { source }, &without_blocks(&added(hunk)))
        });
        statements.extend(sentences.take(KEPT));
    }
    statements
}

/// Whether a place in a text says something no more.
fn takes_away(hunk: &Hunk) -> bool {
    hunk.lines.iter().any(|line| matches!(line, DiffLine::Removed(text) if !text.trim().is_empty()))
}

fn said(source: StatementSource, prose: &str) -> Vec<Statement> {
    let whole = of_sentence(prose);
    let statement = |text: String| {
        // A commit's subject is about one thing, whatever its second sentence says.
        let one_thing = matches!(source, StatementSource::Title | StatementSource::Commit);
        let kind = if one_thing { whole } else { kind_of(&text) };
        Statement { source, text, kind }
    };
    sentences(prose).into_iter().take(KEPT).map(statement).collect()
}

/// Sentences that deny a change speak of none.
fn kind_of(text: &str) -> ChangeKind {
    const DENIALS: &[&str] = &[
        "not change",
        "n't change",
        "unchanged",
        "without changing",
        "same behaviour",
        "same behavior",
        "as before",
        "backwards compatible",
        "backward compatible",
    ];
    let lower = text.to_lowercase();
    if DENIALS.iter().any(|denial| lower.contains(denial)) { ChangeKind::Refactoring } else { of_sentence(text) }
}

/// Whether a file is a changelog, or documentation.
fn source_of(file: &FileChange) -> Option<StatementSource> {
    let path = file.path.as_str();
    let mut folders: Vec<&str> = path.split('/').collect();
    let name = folders.pop()?.to_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((name.as_str(), ""));
    let is_prose = matches!(extension.rsplit('.').next(), Some("" | "md" | "rst" | "txt" | "adoc"));
    if is_prose && CHANGELOGS.contains(&stem) || folders.iter().any(|folder| FRAGMENTS.contains(folder)) {
        return Some(StatementSource::Changelog);
    }
    (is_prose && !extension.is_empty()).then_some(StatementSource::Docs)
}

/// The lines that head adds in one place; entries of lists are paragraphs of their own.
fn added(hunk: &Hunk) -> String {
    let lines = hunk.lines.iter().filter_map(|line| match line {
        DiffLine::Added(text) => Some(text.as_str()),
        DiffLine::Context(_) | DiffLine::Removed(_) => None,
    });
    lines.collect::<Vec<&str>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::fixture::Fixture;

    fn told(title: &str, body: &str, commits: &[&str], files: &[(&str, &str)]) -> Vec<Statement> {
        let commits: Vec<String> = commits.iter().map(|subject| (*subject).to_owned()).collect();
        let base: Vec<(&str, &str)> = files.iter().map(|(path, _)| (*path, "")).collect();
        let fixture = Fixture::new(&base, files);
        statements(IntentInputs { title, body, commit_subjects: &commits }, &fixture.change)
    }

    #[test]
    fn every_place_in_which_an_author_speaks_is_read() {
        let files =
            [("CHANGELOG.md", "## 2.0\n\n- total rounds half up\n"), ("docs/cart.rst", "``total`` needs a list.\n")];
        let found = told("Round", "It raises. See #1.", &["Round", "Use decimals"], &files);
        let found: Vec<(StatementSource, &str)> = found.iter().map(|said| (said.source, said.text.as_str())).collect();
        let expected = [
            (StatementSource::Title, "Round"),
            (StatementSource::Body, "It raises."),
            (StatementSource::Body, "See #1."),
            (StatementSource::Commit, "Use decimals"),
            (StatementSource::Changelog, "total rounds half up"),
            (StatementSource::Docs, "``total`` needs a list."),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn documentation_in_the_place_of_other_words_is_told_from_new_one() {
        let base = [("README.md", "Open on all days.\n"), ("docs/a.md", "")];
        let head = [("README.md", "Closed on Sundays.\n"), ("docs/a.md", "Closed, too.\n")];
        let fixture = Fixture::new(&base, &head);
        let found = statements(IntentInputs { title: "", body: "", commit_subjects: &[] }, &fixture.change);
        let sources: Vec<StatementSource> = found.iter().map(|said| said.source).collect();
        assert_eq!(sources, [StatementSource::DocsInstead, StatementSource::Docs]);
    }

    #[test]
    fn a_file_for_each_change_is_a_changelog_and_code_is_none() {
        let found = told("", "", &[], &[("newsfragments/12.bugfix", "total raises"), ("shop/changes.py", "x = 1\n")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].source, StatementSource::Changelog);
    }

    #[test]
    fn a_sentence_that_denies_a_change_speaks_of_none() {
        for text in ["The result of total does not change.", "total is unchanged.", "refactor: total returns early"] {
            assert!(told("", text, &[], &[])[0].kind.claims_no_behaviour_change(), "{text}");
        }
        assert!(!told("", "total now returns 0.", &[], &[])[0].kind.claims_no_behaviour_change());
    }
}
