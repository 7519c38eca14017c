//! What a batch is called, for people.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::TreePicture;

/// So many of five files of a batch lie in the folder that it is called after.
const OF_FIVE: usize = 4;

/// For each batch, the folder that most of its files lie in, or its only file; where that says too little, the file that
/// has the most imports too.
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
            Some(hub) if folder.is_empty() => format!("around {}", last_two(hub.as_str())),
            Some(hub) if !unique => format!("{folder}/ around {}", hub.file_name()),
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

/// The innermost folder that holds most of these files; empty where only the root does.
fn folder<'p>(picture: &'p TreePicture, files: &[usize]) -> &'p str {
    let mut holds: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        let own = picture.files[*file].path.folder();
        let around = |folder: &&'p str| folder.rsplit_once('/').map(|(above, _)| above);
        for folder in std::iter::successors(Some(own), around) {
            *holds.entry(folder).or_default() += 1;
        }
    }
    let most = holds.into_iter().filter(|(_, held)| held * 5 >= files.len() * OF_FIVE);
    most.map(|(folder, _)| folder).max_by_key(|folder| folder.len()).unwrap_or_default()
}

/// The name of a file with its folder's.
fn last_two(path: &str) -> &str {
    let folder = path.rfind('/').unwrap_or(0);
    path[..folder].rfind('/').map_or(path, |above| &path[above + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_called_by_the_folder_of_most_of_its_files() {
        let mut picture = crate::report::analysis::sample::picture(&[5]);
        let mut named = |paths: &[&str]| {
            for (file, path) in picture.files.iter_mut().zip(paths) {
                file.path = crate::domain::RepoPath::parse(path).unwrap();
            }
            names(&picture)[&1].clone()
        };
        assert_eq!(named(&["shop/a.py", "shop/b.py", "shop/cart/c.py", "shop/cart/d.py", "web/e.py"]), "shop/");
        assert_eq!(named(&["shop/a.py", "shop/b.py", "shops/c.py", "shops/d.py", "e.py"]), "around shop/b.py");
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
        assert_eq!(name(&picture)[2..], ["a/b/part2/ around file0.py", "a/b/part2/ around file0.py"]);
    }
}
