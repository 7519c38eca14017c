//! The change, from git: files, hunks with 20 lines of context, both whole texts, renames. Later stages never ask
//! git again.

use std::collections::BTreeMap;

use anyhow::Context;
use git2::{Delta, Diff, DiffFile, DiffFindOptions, DiffOptions, Odb, Patch, Repository, Tree};

use crate::domain::{ChangeSet, Checkout, DiffLine, FileChange, FileStatus, Hunk, RepoPath, Revision, Warning, limits};
use crate::language;

const CONTEXT_LINES: u32 = 20;

/// A change, and what is to be said about it.
#[derive(Debug, Default)]
pub struct Diffed {
    /// The change.
    pub change: ChangeSet,
    /// Changed files that are not in it, as a bound was hit or their name is not safe.
    pub left_out: Vec<RepoPath>,
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
    let odb = repository.odb().context("opening the objects")?;
    let mut diff = raw_diff(&repository, &checkout.base.revision, &checkout.head.revision)?;
    let mut diffed = Diffed::default();
    find_renames(&mut diff, &odb, &mut diffed.warnings)?;
    let mut budget = Budget::default();
    for index in source_first(&diff) {
        let Some(file) = changed_file(&diff, index, &odb, &mut diffed)? else { continue };
        if budget.files == limits::CHANGED_FILES {
            if !std::mem::replace(&mut budget.said, true) {
                let (all, bound) = (diff.deltas().len(), limits::CHANGED_FILES);
                diffed.limits_hit.push(format!("changed files: {all} changed, the first {bound} were looked at"));
            }
            diffed.left_out.push(file.path);
            continue;
        }
        budget.files += 1;
        match read(&diff, index, checkout, file, &mut budget)? {
            Read::Whole(change) => diffed.change.files.push(change),
            // A large file of data is no reason not to look at the code beside it.
            Read::Over { path, bound } => {
                diffed.limits_hit.push(format!("{bound}; {path} was not looked at"));
                diffed.left_out.push(path);
            }
        }
    }
    diffed.change.files.sort_by(|a, b| a.path.cmp(&b.path));
    diffed.change.summary = summary(&diffed.change.files);
    Ok(diffed)
}

/// How much of the change was taken up.
#[derive(Default)]
struct Budget {
    files: usize,
    lines: usize,
    bytes: u64,
    said: bool,
}

/// A changed file before anything of it was read.
struct ChangedFile {
    path: RepoPath,
    old_path: Option<RepoPath>,
    status: FileStatus,
    /// Bytes in base and in head.
    bytes: [u64; 2],
}

enum Read {
    Whole(FileChange),
    Over { path: RepoPath, bound: String },
}

/// All changed files, those that could hold targets first: a heap of others must not use up the bounds.
fn source_first(diff: &Diff<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..diff.deltas().len()).collect();
    order.sort_by_cached_key(|index| {
        let delta = diff.get_delta(*index);
        let paths = delta.iter().flat_map(|delta| [path_of(&delta.new_file()), path_of(&delta.old_file())]);
        !paths.flatten().any(|path| language::owner(&path).is_some())
    });
    order
}

/// Renames are found by content, which git reads whole: where that is too much, only files that stayed the same.
fn find_renames(diff: &mut Diff<'_>, odb: &Odb<'_>, warnings: &mut Vec<Warning>) -> anyhow::Result<()> {
    let bytes = diff.deltas().map(|delta| size(&delta.old_file(), odb).saturating_add(size(&delta.new_file(), odb)));
    let all = bytes.fold(0u64, u64::saturating_add);
    let mut renames = DiffFindOptions::new();
    renames.renames(true).renames_from_rewrites(false);
    if all > limits::RENAME_BYTES {
        renames.exact_match_only(true);
        let why = format!("the changed files have {all} bytes, the bound is {}", limits::RENAME_BYTES);
        let impact = "a file that was moved and changed is taken for a removed and a new one";
        warnings.push(Warning::new("diff", "renames were looked for among unchanged files only", why, impact));
    }
    diff.find_similar(Some(&mut renames)).context("finding renames")
}

/// The bytes of one side of a file, without reading it.
fn size(file: &DiffFile<'_>, odb: &Odb<'_>) -> u64 {
    let stored = if file.id().is_zero() { None } else { odb.read_header(file.id()).ok() };
    stored.map_or(0, |(bytes, _)| bytes as u64).max(file.size())
}

fn path_of(file: &DiffFile<'_>) -> Option<RepoPath> {
    RepoPath::parse(std::str::from_utf8(file.path_bytes()?).ok()?).ok()
}

/// The path in a form that can be said, where its own form is not safe.
fn safe_form(file: &DiffFile<'_>) -> Option<RepoPath> {
    RepoPath::parse(&String::from_utf8_lossy(file.path_bytes()?).replace('\\', "_")).ok()
}

fn raw_diff<'r>(repository: &'r Repository, base: &Revision, head: &Revision) -> anyhow::Result<Diff<'r>> {
    let mut options = DiffOptions::new();
    options.context_lines(CONTEXT_LINES).interhunk_lines(0);
    // Past this, neither side's text is kept: git is not asked for the lines of such a file.
    options.max_size(i64::try_from(limits::SOURCE_BYTES).unwrap_or(i64::MAX));
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

fn changed_file(
    diff: &Diff<'_>,
    index: usize,
    odb: &Odb<'_>,
    diffed: &mut Diffed,
) -> anyhow::Result<Option<ChangedFile>> {
    let delta = diff.get_delta(index).context("reading a changed file")?;
    let (old, new) = (delta.old_file(), delta.new_file());
    let status = match delta.status() {
        Delta::Added | Delta::Untracked | Delta::Copied => FileStatus::Added,
        Delta::Deleted => FileStatus::Deleted,
        Delta::Renamed => FileStatus::Renamed,
        Delta::Modified | Delta::Typechange => FileStatus::Modified,
        _ => return Ok(None),
    };
    let bytes = [size(&old, odb), size(&new, odb)];
    let named = if status == FileStatus::Deleted { &old } else { &new };
    let Some(path) = path_of(named) else {
        diffed.left_out.extend(safe_form(named));
        let warning = Warning::new("diff", "a changed file was left out", "its name is not safe", "it was not tested");
        diffed.warnings.push(warning);
        return Ok(None);
    };
    let old_path = if status == FileStatus::Renamed { path_of(&old) } else { None };
    Ok(Some(ChangedFile { path, old_path, status, bytes }))
}

/// One file with its lines and texts; or which bound it is over. Nothing is read of what is over a bound.
fn read(
    diff: &Diff<'_>,
    index: usize,
    checkout: &Checkout,
    file: ChangedFile,
    budget: &mut Budget,
) -> anyhow::Result<Read> {
    let ChangedFile { path, old_path, status, bytes } = file;
    let binary = |path, old_path| {
        let (before, after) = (None, None);
        Read::Whole(FileChange { path, old_path, status, binary: true, hunks: Vec::new(), before, after })
    };
    if bytes.iter().any(|bytes| *bytes > limits::SOURCE_BYTES as u64) {
        return Ok(binary(path, old_path));
    }
    let bytes = bytes[0] + bytes[1];
    if budget.bytes + bytes > limits::CHANGED_BYTES {
        return Ok(Read::Over { path, bound: format!("changed files: over {} bytes", limits::CHANGED_BYTES) });
    }
    let Some(patch) = patch(diff, index)? else { return Ok(binary(path, old_path)) };
    let (_, added, removed) = patch.line_stats().context("counting a file's changed lines")?;
    if budget.lines + added + removed > limits::CHANGED_LINES {
        return Ok(Read::Over { path, bound: format!("changed lines: over {}", limits::CHANGED_LINES) });
    }
    let before_path = old_path.as_ref().unwrap_or(&path);
    let before = (status != FileStatus::Added).then(|| checkout.base.text(before_path.as_str())).flatten();
    let after = (status != FileStatus::Deleted).then(|| checkout.head.text(path.as_str())).flatten();
    let expected = [(status != FileStatus::Added, &before), (status != FileStatus::Deleted, &after)];
    if expected.iter().any(|(wanted, text)| *wanted && text.is_none()) {
        return Ok(binary(path, old_path));
    }
    budget.lines += added + removed;
    budget.bytes += bytes;
    let hunks = hunks(&patch)?;
    Ok(Read::Whole(FileChange { path, old_path, status, binary: false, hunks, before, after }))
}

/// The lines of one file; `None` where git takes it for binary.
fn patch<'d>(diff: &Diff<'d>, index: usize) -> anyhow::Result<Option<Patch<'d>>> {
    let patch = Patch::from_diff(diff, index).context("reading a changed file's lines")?;
    Ok(patch.filter(|patch| !patch.delta().flags().contains(git2::DiffFlags::BINARY)))
}

/// The hunks of one file.
fn hunks(patch: &Patch<'_>) -> anyhow::Result<Vec<Hunk>> {
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
    Ok(hunks)
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
    use crate::domain::limits;
    use crate::pipeline::fixture::Fixture;

    fn paths(files: &[crate::domain::FileChange]) -> Vec<&str> {
        files.iter().map(|file| file.path.as_str()).collect()
    }

    #[test]
    fn no_line_is_read_of_a_file_that_is_larger_than_a_source_file_may_be() {
        // Within the bound of changed lines: only its size can have told.
        let line = format!("{}\n", "x".repeat(999));
        let text = line.repeat(limits::SOURCE_BYTES / 1_000 + 10);
        let fixture = Fixture::new(&[("a.py", "x = 1\n")], &[("a.py", "x = 2\n"), ("data.txt", &text)]);
        let diffed = diff(&fixture.checkout).unwrap();
        let [code, data] = diffed.change.files.as_slice() else { panic!("{:?}", paths(&diffed.change.files)) };
        assert!(data.binary && data.hunks.is_empty() && data.after.is_none(), "{}", data.path);
        assert_eq!((code.binary, code.hunks.len()), (false, 1));
    }

    #[test]
    fn a_heap_of_lines_is_counted_before_it_is_read_and_the_code_beside_it_is_looked_at() {
        let many = "\n".repeat(limits::CHANGED_LINES + 1);
        let fixture = Fixture::new(&[("a.py", "x = 1\n")], &[("a.py", "x = 2\n"), ("0.txt", &many), ("0.py", &many)]);
        let diffed = diff(&fixture.checkout).unwrap();
        assert_eq!(paths(&diffed.change.files), ["a.py"]);
        let left_out: Vec<&str> = diffed.left_out.iter().map(crate::domain::RepoPath::as_str).collect();
        assert_eq!(left_out, ["0.py", "0.txt"]);
        assert_eq!(diffed.limits_hit[0], "changed lines: over 20000; 0.py was not looked at");
    }

    #[test]
    fn all_texts_together_are_bounded() {
        let half = "x".repeat(limits::SOURCE_BYTES / 2);
        let names: Vec<String> = (0..2 * limits::CHANGED_BYTES / limits::SOURCE_BYTES as u64 + 3)
            .map(|number| format!("{number:03}.txt"))
            .collect();
        let head: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), half.as_str())).collect();
        let diffed = diff(&Fixture::new(&[], &head).checkout).unwrap();
        assert_eq!((diffed.change.files.len(), diffed.left_out.len()), (names.len() - 3, 3));
        assert!(diffed.warnings[0].to_string().contains("renames"), "{:?}", diffed.warnings);
    }

    #[test]
    fn a_heap_of_other_files_does_not_hide_the_code() {
        let names: Vec<String> = (0..limits::CHANGED_FILES + 1).map(|number| format!("{number:04}.txt")).collect();
        let mut head: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x\n")).collect();
        head.push(("shop.py", "x = 2\n"));
        let diffed = diff(&Fixture::new(&[("shop.py", "x = 1\n")], &head).checkout).unwrap();
        assert!(paths(&diffed.change.files).contains(&"shop.py"));
        assert_eq!(diffed.limits_hit, ["changed files: 502 changed, the first 500 were looked at"]);
        assert_eq!(diffed.left_out.len(), 2);
    }

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
