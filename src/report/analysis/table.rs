//! An analysis for a person at a terminal.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::domain::{AnalysedTarget, Analysis, Level, printable};
use crate::report::count;

/// Rows of one table.
const ROWS: usize = 60;

/// The analysis as text, with a line end.
pub fn render(analysis: &Analysis) -> String {
    let mut text = String::new();
    text.push_str(&counts(analysis));
    text.push_str(&section("Targets", &targets(analysis), analysis.targets.len()));
    text.push_str(&section("Shards", &shards(analysis), analysis.shards.len()));
    if !analysis.warnings.is_empty() {
        text.push_str("\nWarnings\n");
        for warning in &analysis.warnings {
            // Writing to a text can't fail.
            let _ = writeln!(text, "  {}", printable(&warning.to_string(), false));
        }
    }
    text
}

fn counts(analysis: &Analysis) -> String {
    let counts = &analysis.counts;
    let languages: Vec<String> =
        counts.by_language.iter().map(|(language, own)| format!("{language} {}", own.files)).collect();
    let languages = if languages.is_empty() { String::new() } else { format!(" ({})", languages.join(", ")) };
    let of_level = |level| analysis.targets.iter().filter(|target| target.level == level).count();
    let batches = &analysis.batches;
    let sizes: Vec<String> = batches.community_sizes.iter().take(ROWS).map(usize::to_string).collect();
    let more = if batches.community_sizes.len() > ROWS { ", …" } else { "" };
    let emitted = match batches.emitted_batches == batches.total_batches {
        true => String::new(),
        false => format!(", {} with changes", batches.emitted_batches),
    };
    let rows = [
        ("Files", format!("{}{languages}, and {}", counts.files, count(counts.test_files, "test file", "test files"))),
        ("Functions", counts.functions.to_string()),
        ("Methods", counts.methods.to_string()),
        ("Classes", counts.classes.to_string()),
        ("Routes", counts.routes.to_string()),
        ("Targets", format!("{} ({} unit, {} e2e)", counts.targets, of_level(Level::Unit), of_level(Level::E2e))),
        ("Shards", analysis.shards.len().to_string()),
        ("Batches", format!("{} of {}{emitted}", batches.total_batches, count(batches.total_files, "file", "files"))),
        (
            "Communities",
            format!("{} by {}: {}{more}", batches.community_sizes.len(), batches.algorithm.name(), sizes.join(", ")),
        ),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<12}{}", printable(&value, false));
    }
    text
}

/// A table under its title; `of` is how many rows there would be.
fn section(title: &str, table: &Table, of: usize) -> String {
    if of == 0 {
        return String::new();
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    let more = of.saturating_sub(ROWS);
    let more = if more > 0 { format!("  … and {more} more: --format json shows all\n") } else { String::new() };
    format!("\n{title}\n{}\n{more}", lines.join("\n"))
}

fn empty<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

fn targets(analysis: &Analysis) -> Table {
    let mut table = empty(["Id", "Kind", "Name", "Place"]);
    for target in analysis.targets.iter().take(ROWS) {
        let place = format!("{}:{}", target.file, target.line_start);
        table.add_row([
            target.id.to_string(),
            target.kind.name().to_owned(),
            printable(&name(target), false),
            printable(&place, false),
        ]);
    }
    table
}

fn name(target: &AnalysedTarget) -> String {
    let route = target.route.as_ref().map(|route| format!("{} {} ", route.method, route.path)).unwrap_or_default();
    let focus = if target.focus.is_empty() { String::new() } else { format!(" ({})", target.focus.join(", ")) };
    format!("{route}{}{focus}", target.qualified_name)
}

fn shards(analysis: &Analysis) -> Table {
    let mut table = empty(["Shard", "Level", "Targets", "Focus", "Files", "Tokens in", "Tokens out"]);
    for shard in analysis.shards.iter().take(ROWS) {
        table.add_row([
            shard.index.to_string(),
            match shard.level {
                Level::Unit => "unit".to_owned(),
                Level::E2e => "e2e".to_owned(),
            },
            shard.targets.len().to_string(),
            printable(&shard.focus, false),
            shard.files.len().to_string(),
            shard.tokens_in.to_string(),
            shard.tokens_out.to_string(),
        ]);
    }
    for column in [0, 2, 4, 5, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::analysis::sample;

    #[test]
    fn an_analysis_is_a_table_for_people() {
        insta::assert_snapshot!(render(&sample::analysis()));
    }
}
