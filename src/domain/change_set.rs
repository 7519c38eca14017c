//! The change: computed once, later stages never ask git.

use std::collections::BTreeSet;

use super::RepoPath;

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another path, and perhaps another content.
    Renamed,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// On both sides.
    Context(String),
    /// Only in head.
    Added(String),
    /// Only in base.
    Removed(String),
}

/// A run of changed lines with 20 lines of context around them. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First line in base.
    pub old_start: u32,
    /// Lines in base.
    pub old_lines: u32,
    /// First line in head.
    pub new_start: u32,
    /// Lines in head.
    pub new_lines: u32,
    /// The lines, without their line ends.
    pub lines: Vec<DiffLine>,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path: in head, or in base where it is deleted.
    pub path: RepoPath,
    /// Its path in base, where it was renamed.
    pub old_path: Option<RepoPath>,
    /// What happened.
    pub status: FileStatus,
    /// Whether git takes it for binary, or it isn't UTF-8; then there are no hunks and no texts.
    pub binary: bool,
    /// The hunks, in order.
    pub hunks: Vec<Hunk>,
    /// The whole text in base.
    pub before: Option<String>,
    /// The whole text in head.
    pub after: Option<String>,
}

impl FileChange {
    /// The changed lines of head: added ones; where lines were only removed, the lines on both sides of the gap.
    pub fn changed_lines(&self) -> BTreeSet<u32> {
        let mut lines = BTreeSet::new();
        for hunk in &self.hunks {
            collect_changed(hunk, hunk.new_start, true, &mut lines);
        }
        lines
    }

    /// The changed lines of base, in the same way.
    pub fn changed_lines_of_base(&self) -> BTreeSet<u32> {
        let mut lines = BTreeSet::new();
        for hunk in &self.hunks {
            collect_changed(hunk, hunk.old_start, false, &mut lines);
        }
        lines
    }

    /// Lines of head that GitHub's own diff shows, with 3 lines of context: where a review comment may stand.
    pub fn commentable_lines(&self) -> BTreeSet<u32> {
        let mut shown = BTreeSet::new();
        for hunk in &self.hunks {
            let mut line = hunk.new_start;
            let kinds: Vec<(bool, u32)> = hunk
                .lines
                .iter()
                .map(|l| {
                    let at = line;
                    let changed = !matches!(l, DiffLine::Context(_));
                    if !matches!(l, DiffLine::Removed(_)) {
                        line += 1;
                    }
                    (changed, at)
                })
                .collect();
            for (i, (_, at)) in kinds.iter().enumerate() {
                let near = kinds[i.saturating_sub(3)..(i + 4).min(kinds.len())].iter().any(|(changed, _)| *changed);
                if near && !matches!(hunk.lines[i], DiffLine::Removed(_)) {
                    shown.insert(*at);
                }
            }
        }
        shown
    }
}

fn collect_changed(hunk: &Hunk, start: u32, of_head: bool, into: &mut BTreeSet<u32>) {
    let mut line = start;
    let mut gap = false;
    for diff_line in &hunk.lines {
        let (on_this_side, on_other_side) = match diff_line {
            DiffLine::Context(_) => (true, true),
            DiffLine::Added(_) => (of_head, !of_head),
            DiffLine::Removed(_) => (!of_head, of_head),
        };
        match (on_this_side, on_other_side) {
            (true, true) => {
                if std::mem::take(&mut gap) {
                    into.extend([line.saturating_sub(1).max(1), line]);
                }
                line += 1;
            }
            (true, false) => {
                gap = false;
                into.insert(line);
                line += 1;
            }
            (false, _) => gap = true,
        }
    }
    if gap {
        into.insert(line.saturating_sub(1).max(1));
    }
}

/// All of the change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The changed files, sorted by path.
    pub files: Vec<FileChange>,
    /// A summary in words: `2 files changed (1 modified, 1 added), 12 lines added, 3 removed`.
    pub summary: String,
}
