//! `jittest history`: generated tests of past runs, from the store.

use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Ending, Failure, memory, say};
use crate::domain::printable;
use crate::store::{HistoryFilter, HistoryRow, now_ms};

/// The flags of `jittest history`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct HistoryArgs {
    /// Only this repository: `owner/name`, or the path of a local one.
    #[arg(long, value_name = "R", default_value = "")]
    repo: String,
    /// Only this source file.
    #[arg(long, value_name = "F", default_value = "")]
    file: String,
    /// Only this function: its qualified name, or the last part of it.
    #[arg(long, value_name = "N", default_value = "")]
    function: String,
    /// Only runs that reached at least so much of the change, in percent.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = percent)]
    min_coverage: f64,
    /// How many days back.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t)]
    format: HistoryFormat,
}

const EXAMPLES: &str = "\
Examples:
  jittest history
  jittest history --repo . --file shop/cart.py --days 7
  jittest history --function total --min-coverage 80 --format json";

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
    /// For people.
    #[default]
    Table,
    /// For programs: each row with the test's code and all that is known of it.
    Json,
}

/// At most so many rows are read.
const ROWS: u32 = 1_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse::<f64>().ok().filter(|p| (0.0..=100.0).contains(p));
    percent.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

/// Shows past runs.
///
/// # Errors
/// Where the store can't be read.
pub(super) async fn history(args: HistoryArgs) -> Result<Ending, Failure> {
    let store = memory::open().await.map_err(Failure::ours)?;
    let filter = HistoryFilter {
        repository: repository_name(&args.repo),
        file: args.file,
        function: args.function,
        min_coverage: args.min_coverage / 100.0,
        since_ms: now_ms().saturating_sub(i64::from(args.days).saturating_mul(DAY_MS)),
        limit: ROWS,
    };
    let rows = store.history(&filter).await.map_err(Failure::ours)?;
    store.close().await;
    let text = match args.format {
        HistoryFormat::Table => table(&rows, args.days),
        HistoryFormat::Json => json(&rows).map_err(Failure::ours)?,
    };
    say::out(&text);
    if rows.len() == ROWS as usize {
        say::err_line(&format!(
            "Warning: history: only the newest {ROWS} rows are shown — there are more — narrow it down"
        ));
    }
    Ok(Ending::Ran)
}

/// The name by which `jittest run` remembers a repository: `owner/name` as it is, a local folder by its whole path.
pub(super) fn repository_name(asked: &str) -> String {
    let folder = Path::new(asked);
    if asked.is_empty() || !folder.is_dir() {
        return asked.to_owned();
    }
    let root = super::run::root_of(folder);
    root.canonicalize().unwrap_or(root).display().to_string()
}

fn table(rows: &[HistoryRow], days: u32) -> String {
    if rows.is_empty() {
        return format!("No generated tests in the last {days} days.\n");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["When", "Result", "Function", "File", "Test", "Coverage", "Score", "Seconds", "Repository"]);
    for row in rows {
        table.add_row([
            when(row.created_at),
            row.result.clone(),
            printable(&row.function_name, false),
            printable(&row.source_file, false),
            printable(&row.path, false),
            row.coverage.map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0)),
            row.score.map_or_else(|| "–".to_owned(), |score| score.to_string()),
            format!("{:.1}", row.seconds),
            printable(&row.repository, false),
        ]);
    }
    for column in table.column_iter_mut().skip(5).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n"))
}

/// The rows as JSON; what the store keeps as JSON in a text is JSON here too.
fn json(rows: &[HistoryRow]) -> serde_json::Result<String> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let mut value = serde_json::to_value(row)?;
        for (key, text) in [("scores", &row.scores), ("extra", &row.extra)] {
            value[key] = serde_json::from_str(text)?;
        }
        value["created_at"] = when(row.created_at).into();
        values.push(value);
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&values)?))
}

fn when(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| "–".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> HistoryRow {
        HistoryRow {
            run: "r".to_owned(),
            finding: "3f9a1c2e".to_owned(),
            repository: "octo/shop".to_owned(),
            source_file: "shop/cart.py".to_owned(),
            function_name: "shop.cart.total".to_owned(),
            path: "tests/test_jittest_cart.py".to_owned(),
            code: "def test(): ...".to_owned(),
            framework: "pytest".to_owned(),
            coverage: Some(0.9),
            score: None,
            scores: "null".to_owned(),
            result: "regression".to_owned(),
            seconds: 2.5,
            iterations: 1,
            extra: "{\"line\": 41}".to_owned(),
            created_at: 0,
        }
    }

    #[test]
    fn rows_are_a_table_for_people() {
        insta::assert_snapshot!(table(&[row()], 30), @r#"
        When                  Result      Function         File          Test                        Coverage  Score  Seconds  Repository
        1970-01-01T00:00:00Z  regression  shop.cart.total  shop/cart.py  tests/test_jittest_cart.py       90%      –      2.5  octo/shop
        "#);
        assert_eq!(table(&[], 7), "No generated tests in the last 7 days.\n");
    }

    #[test]
    fn rows_are_json_for_programs() {
        let value: serde_json::Value = serde_json::from_str(&json(&[row()]).unwrap()).unwrap();
        assert_eq!(value[0]["extra"]["line"], 41);
        assert_eq!(value[0]["code"], "def test(): ...");
        assert!(value[0]["score"].is_null());
        assert_eq!(value[0]["created_at"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_coverage_is_a_percentage() {
        assert_eq!(percent("80"), Ok(80.0));
        assert_eq!(percent("80%"), Ok(80.0));
        assert!(percent("101").is_err() && percent("x").is_err() && percent("NaN").is_err());
    }
}
