//! What a batch is called, for people.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::TreePicture;

/// For each batch, the folder that all its files lie in, or its only file; where that says too little, the file that
/// has the most imports, and how many others.
pub(super) fn names(picture: &TreePicture) -> BTreeMap<usize, String> {
    let mut batches: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, file) in picture.files.iter().enumerate() {
        batches.entry(file.batch).or_default().push(number);
    }
    let folders: BTreeMap<usize, &str> =
        batches.iter().map(|(batch, files)| (*batch, folder(picture, files))).collect();
    let degree = degrees(picture);
    let name = |(batch, files): (usize, Vec<usize>)| {
        let folder = folders.get(&batch).copied().unwrap_or_default();
        let unique = folders.values().filter(|other| **other == folder).count() == 1;
        let hub =
            files.iter().max_by_key(|file| (degree[**file], Reverse(**file))).map(|file| &picture.files[*file].path);
        let name = match hub {
            Some(only) if files.len() == 1 => only.as_str().to_owned(),
            Some(hub) if folder.is_empty() || !unique => {
                format!("{} and {} more", last_two(hub.as_str()), files.len() - 1)
            }
            _ => format!("{folder}/"),
        };
        (batch, name)
    };
    batches.into_iter().map(name).collect()
}

fn degrees(picture: &TreePicture) -> Vec<usize> {
    let mut degrees = vec![0; picture.files.len()];
    for end in picture.imports.iter().flat_map(|(from, to)| [*from, *to]) {
        degrees[end] += 1;
    }
    degrees
}

fn folder<'p>(picture: &'p TreePicture, files: &[usize]) -> &'p str {
    let mut folders = files.iter().map(|file| picture.files[*file].path.folder());
    let first = folders.next().unwrap_or_default();
    folders.fold(first, common)
}

/// The name of a file with its folder's.
fn last_two(path: &str) -> &str {
    let folder = path.rfind('/').unwrap_or(0);
    path[..folder].rfind('/').map_or(path, |above| &path[above + 1..])
}

/// The innermost folder that holds both.
fn common<'f>(one: &'f str, other: &str) -> &'f str {
    let mut folder = one;
    let holds = |folder: &str| {
        folder.is_empty() || other.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    while !holds(folder) {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_folder_is_a_whole_one() {
        assert_eq!(common("shop/cart", "shop/cart/lines"), "shop/cart");
        assert_eq!(common("shop/cart", "shop/carts"), "shop");
        assert_eq!(common("shop", "web"), "");
    }

    #[test]
    fn a_batch_is_called_by_its_folder_or_by_its_centre() {
        let mut picture = crate::report::analysis::sample::picture(&[3, 1, 2, 2]);
        let name = |picture: &TreePicture| names(picture).into_values().collect::<Vec<_>>();
        assert_eq!(name(&picture), ["part0/", "part1/file0.py", "part2/", "part3/"]);
        for file in &mut picture.files {
            file.path =
                crate::domain::RepoPath::parse(&format!("a/b/{}", file.path).replace("part3", "part2")).unwrap();
        }
        assert_eq!(name(&picture)[2..], ["part2/file0.py and 1 more", "part2/file0.py and 1 more"]);
    }
}
