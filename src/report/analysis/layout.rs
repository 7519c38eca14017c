//! Where everything stands in a picture: each batch a disc, its files in it. Forces push the discs apart and draw
//! those together that import each other; files lie like seeds in a sunflower, those with the most imports inside.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fjadra::{Collide, Link, ManyBody, Node, PositionX, PositionY, SimulationBuilder};

use super::names;
use crate::domain::TreePicture;

/// Between two files of a disc, and between those that all have their names beside them.
const SPACING: f64 = 16.0;
const NAMED_SPACING: f64 = 46.0;
/// Between a disc's last file and its edge.
const RIM: f64 = 16.0;
/// Between two discs, where their names stand.
const GAP: f64 = 15.0;
/// Half of the width of a letter of their names, on average.
const HALF_LETTER: f64 = 3.4;

/// A batch.
#[derive(Clone, Debug)]
pub(super) struct Disc {
    pub(super) batch: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
    /// Half of the width that it takes together with its name, which stands below it.
    pub(super) reach: f64,
    /// Its files, as positions in the picture's.
    pub(super) files: Vec<usize>,
}

/// All discs, and the place of every file.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) discs: Vec<Disc>,
    pub(super) places: Vec<(f64, f64)>,
}

impl Layout {
    /// The same picture gives the same layout. Files lie farther apart where they are to have their names beside them.
    pub(super) fn of(picture: &TreePicture, named: bool) -> Self {
        let spacing = if named { NAMED_SPACING } else { SPACING };
        let mut discs = discs(picture, spacing);
        let links = between(picture);
        let number: BTreeMap<usize, usize> = discs.iter().enumerate().map(|(n, disc)| (disc.batch, n)).collect();
        let links: Vec<(usize, usize)> =
            links.keys().filter_map(|(one, other)| Some((*number.get(one)?, *number.get(other)?))).collect();
        let radii: Vec<f64> = discs.iter().map(|disc| disc.reach).collect();
        for (disc, [x, y]) in discs.iter_mut().zip(centres(&radii, &links)) {
            (disc.x, disc.y) = (x, y);
        }
        let mut places = vec![(0.0, 0.0); picture.files.len()];
        for disc in &discs {
            for (nth, file) in disc.files.iter().enumerate() {
                let (x, y) = seed(nth, disc.files.len(), spacing);
                places[*file] = (disc.x + x, disc.y + y);
            }
        }
        Self { discs, places }
    }

    /// Left, top, width and height of all discs.
    pub(super) fn bounds(&self) -> (f64, f64, f64, f64) {
        let edge = |of: &dyn Fn(&Disc) -> f64, start: f64, pick: fn(f64, f64) -> f64| {
            self.discs.iter().map(of).fold(start, pick)
        };
        let left = edge(&|disc| disc.x - disc.reach, 0.0, f64::min);
        let right = edge(&|disc| disc.x + disc.reach, 0.0, f64::max);
        let top = edge(&|disc| disc.y - disc.radius, 0.0, f64::min);
        let bottom = edge(&|disc| disc.y + disc.radius, 0.0, f64::max);
        (left - GAP, top - GAP, right - left + 2.0 * GAP, bottom - top + 2.0 * GAP)
    }
}

/// How many imports lead between two batches, the lower one first.
pub(super) fn between(picture: &TreePicture) -> BTreeMap<(usize, usize), usize> {
    let mut links = BTreeMap::new();
    for (from, to) in &picture.imports {
        let (Some(from), Some(to)) = (picture.files.get(*from), picture.files.get(*to)) else { continue };
        if from.batch != to.batch {
            *links.entry((from.batch.min(to.batch), from.batch.max(to.batch))).or_default() += 1;
        }
    }
    links
}

fn discs(picture: &TreePicture, spacing: f64) -> Vec<Disc> {
    let mut degree = vec![0_usize; picture.files.len()];
    for (from, to) in &picture.imports {
        degree[*from] += 1;
        degree[*to] += 1;
    }
    let mut batches: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, file) in picture.files.iter().enumerate() {
        batches.entry(file.batch).or_default().push(number);
    }
    let names = names::names(picture);
    let disc = |(batch, mut files): (usize, Vec<usize>)| {
        files.sort_by_key(|file| (Reverse(degree[*file]), *file));
        let radius = radius(files.len(), spacing);
        let letters = names.get(&batch).map_or(0, |name| name.chars().count());
        Disc { batch, x: 0.0, y: 0.0, radius, reach: radius.max(letters as f64 * HALF_LETTER), files }
    };
    batches.into_iter().map(disc).collect()
}

fn radius(files: usize, spacing: f64) -> f64 {
    RIM + if files > 1 { spacing * (files as f64).sqrt() } else { 0.0 }
}

fn centres(radii: &[f64], links: &[(usize, usize)]) -> Vec<[f64; 2]> {
    let own = radii.to_vec();
    let ends: Vec<f64> = links.iter().map(|(one, other)| radii[*one] + radii[*other] + 2.0 * GAP).collect();
    let mut simulation = SimulationBuilder::default()
        .build(radii.iter().map(|_| Node::default()))
        .add_force("links", Link::new(links.iter().copied()).distance(move |_: &_, nth: usize| ends[nth]))
        .add_force("apart", ManyBody::new().strength(-60.0))
        .add_force("x", PositionX::new().strength(0.06))
        .add_force("y", PositionY::new().strength(0.08))
        .add_force("room", Collide::new().radius(move |disc| own[disc] + GAP).iterations(3));
    simulation.step();
    simulation.positions().collect()
}

/// The place of the nth of `count` seeds (Vogel: "A better way to construct the sunflower head", 1979).
fn seed(nth: usize, count: usize, spacing: f64) -> (f64, f64) {
    if count == 1 {
        return (0.0, 0.0);
    }
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    let (angle, away) = (nth as f64 * golden, spacing * (nth as f64 + 0.5).sqrt());
    (away * angle.cos(), away * angle.sin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::analysis::sample;

    #[test]
    fn no_two_discs_overlap_and_every_file_is_in_its_own() {
        let picture = sample::picture(&[30, 12, 1, 1, 5, 20, 3]);
        let layout = Layout::of(&picture, true);
        for (nth, disc) in layout.discs.iter().enumerate() {
            for other in &layout.discs[nth + 1..] {
                let apart = (disc.x - other.x).hypot(disc.y - other.y);
                assert!(apart >= disc.radius + other.radius, "{} and {}", disc.batch, other.batch);
            }
            for file in &disc.files {
                let (x, y) = layout.places[*file];
                assert!((x - disc.x).hypot(y - disc.y) < disc.radius);
                assert_eq!(picture.files[*file].batch, disc.batch);
            }
        }
    }

    #[test]
    fn the_same_picture_has_the_same_layout() {
        let picture = sample::picture(&[10, 4, 7]);
        assert_eq!(Layout::of(&picture, false).places, Layout::of(&picture, false).places);
    }
}
