//! The change, from git: files, hunks with 20 lines of context, both whole texts, renames. Later stages never ask
//! git again.

use std::collections::BTreeMap;

use anyhow::Context;
use git2::{Delta, Diff, DiffFindOptions, DiffOptions, Patch, Repository, Tree};

use crate::domain::{ChangeSet, Checkout, DiffLine, FileChange, FileStatus, Hunk, RepoPath, Revision, Warning, limits};

const CONTEXT_LINES: u32 = 20;

/// A change, and what is to be said about it.
#[derive(Debug, Default)]
pub struct Diffed {
    /// The change.
    pub change: ChangeSet,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
    /// Which bounds were hit, in words.
    pub limits_hit: Vec<String>,
}

/// The difference between base and head. Blocks.
///
/// # Errors
/// Where git can't read either side. That is never an empty change.
pub fn diff(checkout: &Checkout) -> anyhow::Result<Diffed> {
    let repository = Repository::open(&checkout.repository).context("opening the repository")?;
    let mut diff = raw_diff(&repository, &checkout.base.revision, &checkout.head.revision)?;
    let mut renames = DiffFindOptions::new();
    renames.renames(true).renames_from_rewrites(false);
    diff.find_similar(Some(&mut renames)).context("finding renames")?;

    let mut diffed = Diffed::default();
    let mut lines = 0usize;
    for index in 0..diff.deltas().len() {
        if diffed.change.files.len() >= limits::CHANGED_FILES {
            let (all, bound) = (diff.deltas().len(), limits::CHANGED_FILES);
            diffed.limits_hit.push(format!("changed files: {all} changed, the first {bound} were looked at"));
            break;
        }
        let Some(file) = file_change(&diff, index, checkout, &mut diffed.warnings)? else { continue };
        let of_file = file.hunks.iter().map(|hunk| changed_lines(hunk).0 + changed_lines(hunk).1).sum::<usize>();
        // A large file of data is no reason not to look at the code beside it.
        if lines + of_file > limits::CHANGED_LINES {
            let bound = limits::CHANGED_LINES;
            diffed.limits_hit.push(format!("changed lines: over {bound}; {} was not looked at", file.path));
            continue;
        }
        lines += of_file;
        diffed.change.files.push(file);
    }
    diffed.change.files.sort_by(|a, b| a.path.cmp(&b.path));
    diffed.change.summary = summary(&diffed.change.files);
    Ok(diffed)
}

fn raw_diff<'r>(repository: &'r Repository, base: &Revision, head: &Revision) -> anyhow::Result<Diff<'r>> {
    let mut options = DiffOptions::new();
    options.context_lines(CONTEXT_LINES).interhunk_lines(0);
    options.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(true);
    let base = tree(repository, base)?;
    let diff = match head {
        Revision::Commit(_) | Revision::Empty => {
            let head = tree(repository, head)?;
            repository.diff_tree_to_tree(base.as_ref(), head.as_ref(), Some(&mut options))
        }
        Revision::Index => repository.diff_tree_to_index(base.as_ref(), None, Some(&mut options)),
        Revision::WorkTree => repository.diff_tree_to_workdir_with_index(base.as_ref(), Some(&mut options)),
    };
    diff.context("comparing base and head")
}

fn tree<'r>(repository: &'r Repository, revision: &Revision) -> anyhow::Result<Option<Tree<'r>>> {
    let Some(sha) = revision.sha() else { return Ok(None) };
    let id = git2::Oid::from_str(sha.as_str()).context("reading a commit's id")?;
    let tree = repository.find_commit(id).and_then(|commit| commit.tree()).context("finding a commit's tree")?;
    Ok(Some(tree))
}

fn file_change(
    diff: &Diff<'_>,
    index: usize,
    checkout: &Checkout,
    warnings: &mut Vec<Warning>,
) -> anyhow::Result<Option<FileChange>> {
    let delta = diff.get_delta(index).context("reading a changed file")?;
    let path_of = |file: git2::DiffFile<'_>| {
        file.path_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| RepoPath::parse(text).ok())
    };
    let (old, new) = (path_of(delta.old_file()), path_of(delta.new_file()));
    let status = match delta.status() {
        Delta::Added | Delta::Untracked | Delta::Copied => FileStatus::Added,
        Delta::Deleted => FileStatus::Deleted,
        Delta::Renamed => FileStatus::Renamed,
        Delta::Modified | Delta::Typechange => FileStatus::Modified,
        _ => return Ok(None),
    };
    let path = if status == FileStatus::Deleted { old.clone() } else { new };
    let Some(path) = path else {
        warnings.push(Warning::new("diff", "a changed file was left out", "its name is not safe", "it was not tested"));
        return Ok(None);
    };
    let old_path = (status == FileStatus::Renamed).then_some(old).flatten();
    let before_path = old_path.as_ref().unwrap_or(&path);
    let before = (status != FileStatus::Added).then(|| checkout.base.text(before_path.as_str())).flatten();
    let after = (status != FileStatus::Deleted).then(|| checkout.head.text(path.as_str())).flatten();
    let hunks = hunks(diff, index)?;
    let expected = [(status != FileStatus::Added, &before), (status != FileStatus::Deleted, &after)];
    let binary = hunks.is_none() || expected.iter().any(|(wanted, text)| *wanted && text.is_none());
    if binary {
        let (before, after) = (None, None);
        return Ok(Some(FileChange { path, old_path, status, binary, hunks: Vec::new(), before, after }));
    }
    let hunks = hunks.unwrap_or_default();
    Ok(Some(FileChange { path, old_path, status, binary, hunks, before, after }))
}

/// The hunks of one file; `None` where git takes it for binary.
fn hunks(diff: &Diff<'_>, index: usize) -> anyhow::Result<Option<Vec<Hunk>>> {
    let Some(patch) = Patch::from_diff(diff, index).context("reading a changed file's lines")? else {
        return Ok(None);
    };
    if patch.delta().flags().contains(git2::DiffFlags::BINARY) {
        return Ok(None);
    }
    let mut hunks = Vec::new();
    for hunk_index in 0..patch.num_hunks() {
        let (hunk, count) = patch.hunk(hunk_index).context("reading a hunk")?;
        let mut lines = Vec::with_capacity(count);
        for line_index in 0..count {
            let line = patch.line_in_hunk(hunk_index, line_index).context("reading a line")?;
            let text = String::from_utf8_lossy(line.content()).trim_end_matches(['\n', '\r']).to_owned();
            match line.origin() {
                '+' => lines.push(DiffLine::Added(text)),
                '-' => lines.push(DiffLine::Removed(text)),
                ' ' => lines.push(DiffLine::Context(text)),
                _ => {}
            }
        }
        hunks.push(Hunk {
            old_start: hunk.old_start(),
            old_lines: hunk.old_lines(),
            new_start: hunk.new_start(),
            new_lines: hunk.new_lines(),
            lines,
        });
    }
    Ok(Some(hunks))
}

/// Added and removed lines.
fn changed_lines(hunk: &Hunk) -> (usize, usize) {
    let added = hunk.lines.iter().filter(|line| matches!(line, DiffLine::Added(_))).count();
    let removed = hunk.lines.iter().filter(|line| matches!(line, DiffLine::Removed(_))).count();
    (added, removed)
}

fn summary(files: &[FileChange]) -> String {
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut added, mut removed) = (0, 0);
    for file in files {
        let word = match file.status {
            FileStatus::Added => "added",
            FileStatus::Modified => "modified",
            FileStatus::Deleted => "deleted",
            FileStatus::Renamed => "renamed",
        };
        *by_status.entry(word).or_default() += 1;
        for hunk in &file.hunks {
            let (plus, minus) = changed_lines(hunk);
            added += plus;
            removed += minus;
        }
    }
    let parts: Vec<String> = by_status.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let noun = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    if files.is_empty() {
        return "no files changed".to_owned();
    }
    let files = noun(files.len(), "file");
    format!("{files} changed ({}), {} added, {} removed", parts.join(", "), noun(added, "line"), noun(removed, "line"))
}

#[cfg(test)]
mod tests {
    use super::diff;
    use crate::pipeline::fixture::Fixture;

    #[test]
    fn a_repository_that_git_can_not_read_is_an_error_and_never_an_empty_change() {
        for lost in ["tree", "blob"] {
            let fixture = Fixture::of_file("a.py", "x = 1\n", "x = 2\n");
            let git = git2::Repository::open(&fixture.checkout.repository).unwrap();
            let base = git2::Oid::from_str(fixture.checkout.base.revision.sha().unwrap().as_str()).unwrap();
            let tree = git.find_commit(base).unwrap().tree().unwrap();
            let id = if lost == "tree" { tree.id() } else { tree.get_name("a.py").unwrap().id() }.to_string();
            std::fs::remove_file(git.path().join("objects").join(&id[..2]).join(&id[2..])).unwrap();
            assert!(diff(&fixture.checkout).is_err(), "{lost}");
        }
    }
}
