//! What stands on the pull request in the end, readable in a terminal.

use crate::cli::say;
use crate::domain::printable;
use crate::standin::CheckRun;

use super::shop::Shop;

/// Shows the check run, the review comments and the description; gives whether a regression was posted.
pub(super) fn everything(shop: &Shop, check: &CheckRun) -> anyhow::Result<bool> {
    let output = &check.output;
    let title = output.title.clone().unwrap_or_default();
    section(&format!("Check run: {} ({})", title, check.conclusion.as_deref().unwrap_or("no conclusion")));
    say::out(&readable(output.summary.as_deref().unwrap_or_default(), Folds::Closed));
    for annotation in &check.annotations {
        say::out(&format!("    remark on {} line {}: ", annotation.path, annotation.start_line));
        say::out(&format!("{}\n", annotation.message.lines().next().unwrap_or_default()));
    }
    let buttons: Vec<&str> = check.actions.iter().map(|action| action.label.as_str()).collect();
    say::out(&format!("\n    [{}]\n", buttons.join("]  [")));

    let comments = shop.review_comments()?;
    for comment in &comments {
        section(&format!("Review comment on {} line {}", comment.path, comment.line));
        say::out(&readable(&comment.body, Folds::Open));
    }
    for comment in shop.comments()? {
        section(&format!("Comment by {}", comment.author));
        say::out(&readable(&comment.body, Folds::Open));
    }
    section("The pull request's description");
    say::out(&readable(shop.pull_request()?.body.as_deref().unwrap_or_default(), Folds::Open));
    say::out("\n");
    Ok(title.contains("proven") && !comments.is_empty())
}

fn section(title: &str) {
    let title = printable(title, false);
    let line = "─".repeat(title.chars().count().min(100));
    let (bold, plain) = if say::colours() { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    say::out(&format!("\n{bold}{title}{plain}\n{line}\n"));
}

/// Whether what is folded is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folds {
    Open,
    Closed,
}

/// Markdown as a person reads it, indented: without tags and hidden markers.
fn readable(markdown: &str, folds: Folds) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut fenced, mut folded) = (false, false);
    for line in printable(markdown, true).lines() {
        let line = line.trim_end();
        match line {
            "<details>" => folded = true,
            "</details>" => folded = false,
            _ if line.starts_with("```") => fenced = !fenced,
            _ if line.starts_with("|---") || is_hidden(line) => {}
            _ if folded && folds == Folds::Closed && !line.starts_with("<summary>") => {}
            _ => {
                let shown = if fenced { format!("    │ {line}").trim_end().to_owned() } else { text_line(line) };
                let repeats = shown.is_empty() && lines.last().is_none_or(String::is_empty);
                lines.extend((!repeats).then_some(shown));
            }
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}

fn is_hidden(line: &str) -> bool {
    line.starts_with("<!--") && line.ends_with("-->")
}

fn text_line(line: &str) -> String {
    let line = line.replace("<summary>", "▸ ").replace("<sub>", "");
    let line = line.replace("</summary>", "").replace("</sub>", "").replace("**", "").replace('\u{200B}', "");
    let line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let line = line.trim_start_matches('#').trim_start();
    // A backslash before punctuation is there for the forge.
    let mut shown = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || !chars.peek().is_some_and(char::is_ascii_punctuation) {
            shown.push(c);
        }
    }
    if shown.is_empty() { shown } else { format!("    {shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_shown_as_a_person_reads_it() {
        let markdown = "<!-- jittest:finding=x -->\n### 1. `total`\n\n**Before**, a\\_b &lt; c\n<details>\n<summary>The test</summary>\n\n```python\nassert a_b\n```\n\n</details>\n";
        insta::assert_snapshot!(readable(markdown, Folds::Open), @r#"
        1. `total`

        Before, a_b < c
        ▸ The test

        │ assert a_b
        "#);
        assert!(!readable(markdown, Folds::Closed).contains("assert a_b"));
    }
}
