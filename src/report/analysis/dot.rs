//! A tree in Graphviz' language: a cluster for each batch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::names;
use super::palette::{colour, pale};
use crate::domain::{PicturedFile, TreePicture, printable};

/// The tree as a directed graph.
pub fn render(picture: &TreePicture) -> String {
    let mut text = String::from("digraph imports {\n  graph [fontname=\"sans-serif\", rankdir=LR];\n");
    text.push_str(
        "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontcolor=white, penwidth=0];\n",
    );
    let mut batches: BTreeMap<usize, Vec<(usize, &PicturedFile)>> = BTreeMap::new();
    for (number, file) in picture.files.iter().enumerate() {
        batches.entry(file.batch).or_default().push((number, file));
    }
    let names = names::names(picture);
    for (batch, files) in batches {
        let name = names.get(&batch).map_or("", String::as_str);
        // Writing to a text can't fail.
        let _ = writeln!(text, "  subgraph cluster_{batch} {{");
        let _ = writeln!(text, "    label={}; style=filled; color={};", quoted(name), quoted(&pale(batch)));
        for (number, file) in files {
            let mark = if file.changed { ", color=\"#d1242f\", penwidth=3" } else { "" };
            let (label, fill) = (quoted(file.path.as_str()), quoted(&colour(batch)));
            let _ = writeln!(text, "    f{number} [label={label}, fillcolor={fill}{mark}];");
        }
        text.push_str("  }\n");
    }
    for (from, to) in &picture.imports {
        let _ = writeln!(text, "  f{from} -> f{to};");
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text, false).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::analysis::sample;

    #[test]
    fn batches_are_clusters_and_imports_are_edges() {
        let mut picture = sample::picture(&[2, 1]);
        picture.files[0].changed = true;
        insta::assert_snapshot!(render(&picture));
    }
}
