//! Targets that belong together: the same file, then the same folder, about ten in each.

use std::collections::BTreeMap;

use crate::domain::{CodeMap, FileMap, Level, Neighbour, RepoPath, Shard, Target};

/// How many targets a shard is to have.
const TARGETS: usize = 10;

/// Bytes of source text that make a token: the rule of thumb for text in a Latin alphabet, code included.
const BYTES_PER_TOKEN: usize = 4;

/// Tokens that a model may write for one target: a test of about thirty lines and the words around it.
const TOKENS_OUT: usize = 400;

/// Divides the targets. Unit and end-to-end targets never mix; a file's targets stay together as far as they fit;
/// files of one folder share a shard before a shard stays small.
pub fn shard(map: &CodeMap) -> Vec<Shard> {
    let mut groups: Vec<Vec<&Target>> = Vec::new();
    for level in [Level::Unit, Level::E2e] {
        groups.extend(grouped(map.targets.iter().filter(|target| target.level == level)));
    }
    let mut shards: Vec<Shard> = groups.iter().enumerate().map(|(i, group)| of_targets(map, i + 1, group)).collect();
    let maps = neighbour_maps(map, &shards);
    for (shard, neighbours) in shards.iter_mut().zip(maps) {
        shard.neighbour_map = neighbours;
    }
    shards
}

fn grouped<'m>(targets: impl Iterator<Item = &'m Target>) -> Vec<Vec<&'m Target>> {
    let mut folders: BTreeMap<&str, BTreeMap<&RepoPath, Vec<&Target>>> = BTreeMap::new();
    for target in targets {
        folders.entry(target.file.folder()).or_default().entry(&target.file).or_default().push(target);
    }
    let mut groups: Vec<Vec<&Target>> = Vec::new();
    for files in folders.into_values() {
        let start = groups.len();
        for targets in files.into_values() {
            for part in even_parts(targets) {
                match groups.get_mut(start..).and_then(|own| own.last_mut()) {
                    Some(last) if last.len() + part.len() <= TARGETS => last.extend(part),
                    _ => groups.push(part),
                }
            }
        }
    }
    merge_lone(groups)
}

/// Parts of about the same size, so that none is left with one target.
fn even_parts(targets: Vec<&Target>) -> Vec<Vec<&Target>> {
    let parts = targets.len().div_ceil(TARGETS).max(1);
    let size = targets.len().div_ceil(parts).max(1);
    targets.chunks(size).map(<[&Target]>::to_vec).collect()
}

/// A target alone joins the group before or after it that has the most in common, where one has room.
fn merge_lone(mut groups: Vec<Vec<&Target>>) -> Vec<Vec<&Target>> {
    let mut i = 0;
    while i < groups.len() && groups.len() > 1 {
        if groups[i].len() > 1 {
            i += 1;
            continue;
        }
        let near = |other: &usize| common_folders(&groups[i], &groups[*other]);
        let sides = [i.checked_sub(1), (i + 1 < groups.len()).then_some(i + 1)];
        let room = sides.into_iter().flatten().filter(|other| groups[*other].len() < TARGETS + 2);
        let Some(into) = room.max_by_key(near) else {
            i += 1;
            continue;
        };
        let (low, high) = (i.min(into), i.max(into));
        let upper = groups.remove(high);
        groups[low].extend(upper);
        i = low;
    }
    groups
}

fn common_folders(one: &[&Target], other: &[&Target]) -> usize {
    let folder = |group: &[&Target]| group.first().map_or(String::new(), |target| target.file.folder().to_owned());
    let (one, other) = (folder(one), folder(other));
    one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count()
}

fn of_targets(map: &CodeMap, index: usize, targets: &[&Target]) -> Shard {
    let mut files: Vec<RepoPath> = targets.iter().map(|target| target.file.clone()).collect();
    files.dedup();
    let bytes: usize = files.iter().map(|file| bytes_of(map, file, targets)).sum();
    let focus = match files.as_slice() {
        [only] => only.as_str().to_owned(),
        [first, ..] if files.iter().all(|file| file.folder() == first.folder()) && !first.folder().is_empty() => {
            format!("{}/", first.folder())
        }
        _ => format!("{} files", files.len()),
    };
    Shard {
        index,
        level: targets.first().map_or(Level::Unit, |target| target.level),
        focus,
        targets: targets.iter().map(|target| target.id.clone()).collect(),
        files,
        tokens_in: bytes.div_ceil(BYTES_PER_TOKEN),
        tokens_out: targets.len() * TOKENS_OUT,
        neighbour_map: BTreeMap::new(),
    }
}

/// The bytes of a file's targets, and of one line for each other symbol of it.
fn bytes_of(map: &CodeMap, file: &RepoPath, targets: &[&Target]) -> usize {
    const SIGNATURE: usize = 80;
    let own: usize = targets
        .iter()
        .filter(|target| target.file == *file)
        .map(|target| target.symbol.span.end_byte - target.symbol.span.start_byte)
        .sum();
    own + map_of(map, file).map_or(0, |file| file.symbols.len() * SIGNATURE)
}

fn map_of<'m>(map: &'m CodeMap, file: &RepoPath) -> Option<&'m FileMap> {
    map.files.get(file).or_else(|| map.neighbours.get(file))
}

/// For each shard, which files of other shards its files import.
fn neighbour_maps(map: &CodeMap, shards: &[Shard]) -> Vec<BTreeMap<RepoPath, Vec<Neighbour>>> {
    let places: Vec<(&RepoPath, usize)> =
        shards.iter().flat_map(|shard| shard.files.iter().map(|file| (file, shard.index))).collect();
    let neighbours = |file: &RepoPath, own: usize| -> Vec<Neighbour> {
        let Some(importer) = map_of(map, file) else { return Vec::new() };
        let others = places.iter().filter(|(path, shard)| *shard != own && *path != file);
        others
            .filter_map(|(path, shard)| {
                let other = map_of(map, path).filter(|other| imports(importer, &other.module))?;
                let public = other.symbols.iter().filter(|symbol| symbol.public && symbol.parent.is_none());
                let symbols = public.map(|symbol| symbol.name.clone()).collect();
                Some(Neighbour { path: (*path).clone(), shard: *shard, symbols })
            })
            .collect()
    };
    let of_shard = |shard: &Shard| {
        let pairs = shard.files.iter().map(|file| (file.clone(), neighbours(file, shard.index)));
        pairs.filter(|(_, neighbours)| !neighbours.is_empty()).collect()
    };
    shards.iter().map(of_shard).collect()
}

fn imports(importer: &FileMap, module: &str) -> bool {
    let inside =
        |target: &str| target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    !module.is_empty() && importer.bindings.iter().any(|binding| inside(&binding.target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TargetId;
    use crate::language::{Language, python::Python};

    fn map(files: &[(&str, usize)]) -> CodeMap {
        let mut map = CodeMap::default();
        for (path, functions) in files {
            let path = RepoPath::parse(path).unwrap();
            let module = Python.module_name(&path, &[]);
            let text: String = (0..*functions).map(|i| format!("def f{i}():\n    return {i}\n")).collect();
            let text = format!("from shop import cart\n{text}");
            let file = Python.map_file(&path, &module, &text).unwrap();
            for symbol in &file.symbols {
                map.targets.push(Target {
                    id: TargetId::new(format!("T{:03}", map.targets.len() + 1)),
                    level: Level::Unit,
                    file: path.clone(),
                    base_file: None,
                    module: module.clone(),
                    symbol: symbol.clone(),
                    changed: true,
                    in_base: false,
                    route: None,
                });
            }
            map.files.insert(path, file);
        }
        map
    }

    fn sizes(files: &[(&str, usize)]) -> Vec<(String, usize)> {
        shard(&map(files)).into_iter().map(|shard| (shard.focus, shard.targets.len())).collect()
    }

    #[test]
    fn a_file_stays_together_and_a_large_one_is_divided_evenly() {
        assert_eq!(sizes(&[("shop/cart.py", 4)]), [("shop/cart.py".to_owned(), 4)]);
        assert_eq!(
            sizes(&[("shop/cart.py", 21)]),
            [("shop/cart.py".to_owned(), 7), ("shop/cart.py".to_owned(), 7), ("shop/cart.py".to_owned(), 7)]
        );
    }

    #[test]
    fn small_files_of_one_folder_share_a_shard() {
        assert_eq!(
            sizes(&[("shop/a.py", 3), ("shop/b.py", 4), ("web/c.py", 2)]),
            [("shop/".to_owned(), 7), ("web/c.py".to_owned(), 2)]
        );
    }

    #[test]
    fn a_lone_target_joins_its_neighbours() {
        assert_eq!(sizes(&[("shop/a.py", 3), ("web/c.py", 1)]), [("2 files".to_owned(), 4)]);
        assert_eq!(sizes(&[("a.py", 1)]), [("a.py".to_owned(), 1)]);
        assert_eq!(sizes(&[]), []);
    }

    #[test]
    fn every_target_is_in_exactly_one_shard_and_tokens_are_counted() {
        let map = map(&[("a.py", 11), ("b/c.py", 9), ("b/d.py", 2), ("e.py", 1)]);
        let shards = shard(&map);
        let mut ids: Vec<&TargetId> = shards.iter().flat_map(|shard| &shard.targets).collect();
        ids.sort();
        assert_eq!(ids, map.targets.iter().map(|target| &target.id).collect::<Vec<_>>());
        assert!(shards.iter().all(|shard| shard.tokens_in > 0 && shard.tokens_out > 0 && shard.targets.len() > 1));
    }

    #[test]
    fn a_shard_knows_what_the_files_it_imports_offer() {
        let shards = shard(&map(&[("shop/cart.py", 10), ("web/view.py", 2)]));
        let view = RepoPath::parse("web/view.py").unwrap();
        let neighbours = &shards[1].neighbour_map[&view];
        assert_eq!((neighbours[0].path.as_str(), neighbours[0].shard), ("shop/cart.py", 1));
        assert_eq!(neighbours[0].symbols.len(), 10);
        assert!(shards[0].neighbour_map.is_empty());
    }
}
