//! A tree as a page of its own: the picture, and a table of its batches. It needs nothing else, and runs no script.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::palette::colour;
use super::{names, svg};
use crate::domain::{Analysis, PicturedFile, TreePicture, printable};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn render(analysis: &Analysis, picture: &TreePicture) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let counts = &analysis.counts;
    // Writing to a text can't fail.
    let _ = writeln!(page, "<title>{}</title>\n<style>\n{STYLE}</style>", escaped(&svg::headline(picture)));
    let _ = writeln!(page, "<h1>Code map</h1>\n<ul class=\"counts\">");
    for (count, what) in [
        (counts.files, "source files"),
        (counts.functions, "functions"),
        (counts.classes, "classes"),
        (counts.routes, "routes"),
        (counts.targets, "targets"),
        (analysis.shards.len(), "shards"),
        (analysis.batches.total_batches, "batches"),
    ] {
        let _ = writeln!(page, "<li><b>{count}</b> {what}</li>");
    }
    let _ = writeln!(page, "</ul>\n<figure>{}</figure>", svg::render(picture));
    batches(&mut page, picture);
    if !analysis.warnings.is_empty() {
        page.push_str("<h2>Warnings</h2>\n<ul>\n");
        for warning in &analysis.warnings {
            let _ = writeln!(page, "<li>{}</li>", escaped(&warning.to_string()));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</html>\n");
    page
}

fn batches(page: &mut String, picture: &TreePicture) {
    let mut batches: BTreeMap<usize, Vec<&PicturedFile>> = BTreeMap::new();
    for file in &picture.files {
        batches.entry(file.batch).or_default().push(file);
    }
    let names = names::names(picture);
    page.push_str("<h2>Batches of code</h2>\n");
    for (batch, files) in batches {
        let changed = files.iter().filter(|file| file.changed).count();
        let name = escaped(names.get(&batch).map_or("", String::as_str));
        let changed = if changed > 0 { format!(", <em>{changed} changed</em>") } else { String::new() };
        let count = files.len();
        let noun = if count == 1 { "file" } else { "files" };
        let _ = writeln!(
            page,
            "<details><summary><i style=\"background:{}\"></i>{batch}. {name} <small>{count} {noun}{changed}</small></summary><ul>",
            colour(batch)
        );
        for file in files {
            let path = escaped(file.path.as_str());
            let line = if file.changed { format!("<em>{path}</em>") } else { path };
            let _ = writeln!(page, "<li>{line} <small>{} lines</small></li>", file.lines);
        }
        page.push_str("</ul></details>\n");
    }
    if picture.others > 0 {
        let _ = writeln!(page, "<p>{} other files are in batches of their own and not drawn.</p>", picture.others);
    }
}

fn escaped(text: &str) -> String {
    printable(text, false).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::analysis::sample;

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_runs_no_script() {
        let mut picture = sample::picture(&[3, 2]);
        picture.files[1].changed = true;
        picture.files[0].path = crate::domain::RepoPath::parse("a/<script src=x>.py").unwrap();
        let page = render(&sample::analysis(), &picture);
        assert!(!page.contains("<script") && !page.contains("src=\"") && !page.contains("href"));
        assert!(page.contains("5 code files in 2 batches, 1 changed") && page.contains("<em>1 changed</em>"));
        assert_eq!(page.matches("<details>").count(), 2);
    }
}
