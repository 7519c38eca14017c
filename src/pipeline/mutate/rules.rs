//! Where a mutant is rejected: in comments, attributes, imports and configuration, and where nobody tests on purpose.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSetBuilder};

use crate::domain::{ChangeSet, CodeMap, FileChange, Mutant, Rejection};
use crate::language::{Language, OffLimits};

use super::Mutated;

/// Why a mutant, from whomever, is rejected by its place; `None` where it may stay.
pub fn rejection(mutant: &Mutant, change: &ChangeSet, language: &dyn Language) -> Option<Rejection> {
    let text = change.files.iter().find(|file| file.path == mutant.file)?.after.as_deref()?;
    // A text that can't be read has no mutants of operators; others are found out when they are run.
    let off_limits = language.off_limits(&mutant.file, text).ok()?;
    let inside = |region: &&OffLimits| {
        region.span.start_byte <= mutant.span.start_byte && mutant.span.end_byte <= region.span.end_byte
    };
    let region = off_limits.iter().find(inside)?;
    Some(rejected(region.rule, format!("{}:{}: {}", mutant.file, mutant.span.line_start, region.reason)))
}

fn rejected(rule: &str, reason: String) -> Rejection {
    Rejection { what: "mutant".to_owned(), rule: format!("mutant-in-{rule}"), reason }
}

/// Says which changed lines of a file are not mutated, and by which rule.
pub(super) fn untouched(
    file: &FileChange,
    text: &str,
    lines: &BTreeSet<u32>,
    language: &dyn Language,
    mutated: &mut Mutated,
) {
    // `mutants` has said already where the text can't be read.
    let off_limits = language.off_limits(&file.path, text).unwrap_or_default();
    let mut by_rule: BTreeMap<&str, (&OffLimits, BTreeSet<u32>)> = BTreeMap::new();
    for region in &off_limits {
        let changed = lines.range(region.span.line_start..=region.span.line_end.max(region.span.line_start));
        by_rule.entry(region.rule).or_insert_with(|| (region, BTreeSet::new())).1.extend(changed);
    }
    for (rule, (region, lines)) in by_rule.into_iter().filter(|(_, (_, lines))| !lines.is_empty()) {
        let reason = format!("{}:{}: {}", file.path, listed(&lines), region.reason);
        mutated.rejections.push(rejected(rule, reason));
    }
}

/// `3, 5-8`
fn listed(lines: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    let shown =
        runs.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    shown.collect::<Vec<String>>().join(", ")
}

/// Says that a changed file of entry points or configuration is not mutated.
pub(super) fn configuration(file: &FileChange, map: &CodeMap, language: &dyn Language, mutated: &mut Mutated) {
    if !language.owns(&file.path) || file.after.is_none() || map.files.contains_key(&file.path) {
        return;
    }
    let mut globs = GlobSetBuilder::new();
    for glob in language.excluded() {
        // The conformance suite holds that all of them can be read.
        if let Ok(glob) = Glob::new(glob) {
            globs.add(glob);
        }
    }
    if globs.build().is_ok_and(|globs| globs.is_match(file.path.as_str())) {
        let reason = format!("{}: entry points, configuration and generated files are left out", file.path);
        mutated.rejections.push(rejected("configuration", reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_listed_in_runs() {
        assert_eq!(listed(&BTreeSet::from([3, 5, 6, 7, 8])), "3, 5-8");
    }
}
