//! A tree as a picture: batches as coloured discs, files as dots in them, changed ones marked.

use svg::Document;
use svg::node::element::{Circle, Group, Line, Rectangle, Text, Title};

use super::layout::{Layout, between};
use super::names;
use super::palette::{colour, pale};
use crate::domain::{PicturedFile, TreePicture, printable};

/// Files that are drawn one by one; of a larger tree, only its batches.
const FILES: usize = 1_500;
/// Imports between batches that are drawn one by one; more of them become one line for each two batches.
const BETWEEN: usize = 60;
/// Files that all have their names beside them.
const NAMED: usize = 30;
/// The height of the title and of what the signs mean.
const HEAD: f64 = 64.0;
/// The least width, so that the title fits.
const WIDTH: f64 = 560.0;

const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const INK: &str = "#24292f";
const FAINT: &str = "#57606a";
const CHANGED: &str = "#d1242f";

/// The picture as an SVG document.
pub fn render(picture: &TreePicture) -> String {
    document(picture).to_string()
}

fn document(picture: &TreePicture) -> Document {
    let layout = Layout::of(picture, picture.files.len() <= NAMED);
    let (left, top, width, height) = layout.bounds();
    let (width, left) = if width < WIDTH { (WIDTH, left - (WIDTH - width) / 2.0) } else { (width, left) };
    let top = top - HEAD;
    let height = height + HEAD + 16.0;
    let view = format!("{left:.1} {top:.1} {width:.1} {height:.1}");
    let back = Rectangle::new().set("x", round(left)).set("y", round(top)).set("width", round(width));
    let mut document = Document::new()
        .set("viewBox", view)
        .set("width", width.ceil())
        .set("height", height.ceil())
        .set("font-family", FONT)
        .add(Title::new(headline(picture)))
        .add(back.set("height", round(height)).set("fill", "#ffffff"))
        .add(head(picture, left + 16.0, top + 28.0))
        .add(bundles(picture, &layout))
        .add(discs(picture, &layout));
    if picture.files.len() <= FILES {
        document = document.add(imports(picture, &layout)).add(dots(picture, &layout));
    }
    document.add(labels(picture, &layout))
}

/// What the picture shows, in words.
pub(super) fn headline(picture: &TreePicture) -> String {
    let mut batches: Vec<usize> = picture.files.iter().map(|file| file.batch).collect();
    batches.sort_unstable();
    batches.dedup();
    let changed = picture.files.iter().filter(|file| file.changed).count();
    let changed = if changed > 0 { format!(", {changed} changed") } else { String::new() };
    let noun = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    format!(
        "{} in {}{changed}",
        noun(picture.files.len(), "code file", "code files"),
        noun(batches.len(), "batch", "batches")
    )
}

fn head(picture: &TreePicture, x: f64, y: f64) -> Group {
    let sign = |at: f64| Circle::new().set("cx", round(x + at)).set("cy", round(y + 18.0)).set("r", 5);
    let word = |at: f64, text: &str| {
        Text::new(text).set("x", round(x + at)).set("y", round(y + 22.0)).set("font-size", 12).set("fill", FAINT)
    };
    let mut group = Group::new()
        .add(
            Text::new(headline(picture))
                .set("x", round(x))
                .set("y", round(y))
                .set("font-size", 18)
                .set("fill", INK)
                .set("font-weight", 600),
        )
        .add(sign(5.0).set("fill", colour(1)))
        .add(word(16.0, "a file, larger with its lines"))
        .add(
            Line::new()
                .set("x1", round(x + 182.0))
                .set("x2", round(x + 204.0))
                .set("y1", round(y + 18.0))
                .set("y2", round(y + 18.0))
                .set("stroke", FAINT),
        )
        .add(word(210.0, "imports"));
    if picture.files.iter().any(|file| file.changed) {
        group = group
            .add(sign(275.0).set("fill", colour(1)).set("stroke", CHANGED).set("stroke-width", 3))
            .add(word(287.0, "changed"));
    }
    group
}

fn discs(picture: &TreePicture, layout: &Layout) -> Group {
    let names = names::names(picture);
    let disc = |disc: &super::layout::Disc| {
        let name = names.get(&disc.batch).map_or("", String::as_str);
        let title = format!("batch {}: {name}, {} files", disc.batch, disc.files.len());
        let changed = disc.files.iter().any(|file| picture.files[*file].changed);
        Circle::new()
            .set("cx", round(disc.x))
            .set("cy", round(disc.y))
            .set("r", round(disc.radius))
            .set("fill", pale(disc.batch))
            .set("stroke", if changed { CHANGED.to_owned() } else { colour(disc.batch) })
            .set("stroke-width", if changed { 2 } else { 1 })
            .add(Title::new(printable(&title, false)))
    };
    layout.discs.iter().map(disc).fold(Group::new(), Group::add)
}

/// Each import inside a batch a line; those between two batches too, where they are few.
fn imports(picture: &TreePicture, layout: &Layout) -> Group {
    let few = imports_between(picture) <= BETWEEN;
    let mut group = Group::new();
    for (from, to) in &picture.imports {
        let ((x1, y1), (x2, y2)) = (layout.places[*from], layout.places[*to]);
        let (one, other) = (picture.files[*from].batch, picture.files[*to].batch);
        let line = Line::new().set("x1", round(x1)).set("y1", round(y1)).set("x2", round(x2)).set("y2", round(y2));
        if one == other {
            group = group.add(line.set("stroke", colour(one)).set("stroke-opacity", 0.45));
        } else if few {
            group = group.add(line.set("stroke", FAINT).set("stroke-opacity", 0.4));
        }
    }
    group
}

fn imports_between(picture: &TreePicture) -> usize {
    between(picture).values().sum()
}

/// Between two batches one line for all imports, thicker with their number: below the discs.
fn bundles(picture: &TreePicture, layout: &Layout) -> Group {
    let mut group = Group::new().set("stroke", FAINT).set("stroke-opacity", 0.22);
    if picture.files.len() <= FILES && imports_between(picture) <= BETWEEN {
        return group;
    }
    let disc = |batch: usize| layout.discs.iter().find(|disc| disc.batch == batch);
    for ((one, other), count) in between(picture) {
        let (Some(one), Some(other)) = (disc(one), disc(other)) else { continue };
        let width = (1.0 + 1.4 * (count as f64).ln()).min(9.0);
        let line = Line::new().set("x1", round(one.x)).set("y1", round(one.y)).set("x2", round(other.x));
        group = group.add(line.set("y2", round(other.y)).set("stroke-width", round(width)));
    }
    group
}

fn dots(picture: &TreePicture, layout: &Layout) -> Group {
    let dot = |(file, (x, y)): (&PicturedFile, &(f64, f64))| {
        let dot = Circle::new().set("cx", round(*x)).set("cy", round(*y)).set("r", round(size(file)));
        let dot = dot.set("fill", colour(file.batch)).add(Title::new(title(file)));
        match file.changed {
            true => dot.set("stroke", CHANGED).set("stroke-width", 3),
            false => dot.set("stroke", "#ffffff").set("stroke-width", 1),
        }
    };
    picture.files.iter().zip(&layout.places).map(dot).fold(Group::new(), Group::add)
}

fn size(file: &PicturedFile) -> f64 {
    (3.0 + f64::from(file.lines).sqrt() / 7.0).min(7.5)
}

fn title(file: &PicturedFile) -> String {
    let changed = if file.changed { ", changed" } else { "" };
    printable(&format!("{} ({} lines, batch {}{changed})", file.path, file.lines, file.batch), false)
}

/// The name of each disc, and of files where there are few or where they changed.
fn labels(picture: &TreePicture, layout: &Layout) -> Group {
    let names = names::names(picture);
    let mut group = Group::new().set("text-anchor", "middle").set("paint-order", "stroke").set("stroke", "#ffffff");
    group = group.set("stroke-width", 3).set("stroke-linejoin", "round");
    let all = picture.files.len() <= NAMED;
    let drawn = picture.files.len() <= FILES;
    for (file, (x, y)) in picture.files.iter().zip(&layout.places).filter(|(file, _)| drawn && (all || file.changed)) {
        let text = Text::new(printable(file.path.file_name(), false)).set("x", round(*x)).set("y", round(y - 9.0));
        group = group.add(text.set("font-size", 9).set("fill", if file.changed { CHANGED } else { INK }));
    }
    for disc in &layout.discs {
        let large = disc.files.len() > 1 || layout.discs.len() <= NAMED;
        let Some(name) = names.get(&disc.batch).filter(|_| large && !(all && disc.files.len() == 1)) else { continue };
        let text =
            Text::new(printable(name, false)).set("x", round(disc.x)).set("y", round(disc.y + disc.radius + 11.0));
        group = group.add(text.set("font-size", 11).set("font-weight", 600).set("fill", INK));
    }
    group
}

/// Tenths are enough, and keep the document small.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::analysis::sample;

    #[test]
    fn every_file_is_a_dot_and_the_changed_ones_are_marked() {
        let mut picture = sample::picture(&[4, 3]);
        picture.files[2].changed = true;
        let text = render(&picture);
        for file in &picture.files {
            assert!(text.contains(&format!("{} (", file.path)), "{}", file.path);
        }
        assert_eq!(text.matches(", changed)").count(), 1);
        assert!(text.starts_with("<svg") && text.contains("7 code files in 2 batches, 1 changed"));
    }

    #[test]
    fn what_strangers_call_their_files_is_text_and_nothing_else() {
        let mut picture = sample::picture(&[2]);
        picture.files[0].path = crate::domain::RepoPath::parse("a/<script>alert('&')<.py").unwrap();
        let text = render(&picture);
        assert!(text.contains("&lt;script&gt;alert('&amp;')&lt;.py") && !text.contains("<script"));
    }

    #[test]
    fn a_very_large_tree_is_drawn_by_its_batches() {
        let text = render(&sample::picture(&[30; 60]));
        assert!(text.matches("<circle").count() < 70, "{}", text.matches("<circle").count());
    }

    #[test]
    fn a_tree_without_code_is_a_picture_too() {
        assert!(render(&TreePicture::default()).contains("0 code files in 0 batches"));
    }
}
