//! The laws of batches and shards.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::{
    Algorithm, Batches, Export, FileCategory, FileFacts, Global, Import, LeftOut, Level, Name, RepoPath, Shard, Span,
    TargetId, TreeMap, limits,
};

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn import(files: &[&str]) -> Import {
    let files = files.iter().map(|file| path(file)).collect();
    Import { source: Name::default(), names: Vec::new(), line: 1, reexported: false, files }
}

/// A tree of code files with their imports; a path without `.py` is another file.
fn tree(files: &[(&str, &[&str])]) -> TreeMap {
    let mut tree = TreeMap::default();
    for (name, imports) in files {
        let (language, category) =
            if name.ends_with(".py") { ("python", FileCategory::Code) } else { ("text", FileCategory::Docs) };
        let mut facts = FileFacts::new(path(name), language, category);
        facts.imports = vec![import(imports)];
        tree.files.insert(path(name), facts);
    }
    tree
}

fn sizes(batches: &Batches) -> Vec<usize> {
    batches.batches.iter().map(|batch| batch.files.len()).collect()
}

fn said(batched: &Batched) -> Vec<String> {
    batched.warnings.iter().map(ToString::to_string).collect()
}

/// One file that `users` others import, which are spread over so many communities that most are in other batches.
fn hub(users: usize) -> TreeMap {
    let mut tree = tree(&[("hub.py", &[])]);
    for user in 0..users {
        let community: Vec<String> = (0..4).map(|nth| format!("c{user:03}/f{nth}.py")).collect();
        for own in &community {
            let mut facts = FileFacts::new(path(own), "python", FileCategory::Code);
            let others: Vec<&str> = community.iter().filter(|other| *other != own).map(String::as_str).collect();
            facts.imports.push(import(&others));
            if own == &community[0] {
                facts.imports.push(import(&["hub.py"]));
            }
            tree.files.insert(path(own), facts);
        }
    }
    tree
}

#[test]
fn code_comes_first_and_every_file_has_its_batch() {
    let tree = tree(&[
        ("README.md", &[]),
        ("a/one.py", &["a/two.py"]),
        ("a/two.py", &[]),
        ("b/one.py", &["b/two.py", "nosuch.py"]),
        ("b/two.py", &[]),
    ]);
    let batches = batches(&tree).unwrap().batches;
    assert_eq!((batches.algorithm, batches.total_files, batches.total_batches), (Algorithm::Louvain, 5, 3));
    let files = |index: usize| batches.batches[index].files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>();
    assert_eq!((files(0), files(1)), (vec!["a/one.py", "a/two.py"], vec!["b/one.py", "b/two.py"]));
    assert_eq!(files(2), ["README.md"]);
    assert_eq!(batches.batches[1].batch_import_data[&path("b/one.py")], [path("b/two.py")]);
    assert_eq!(batches.community_sizes(), [2, 2]);
}

#[test]
fn the_json_form_is_the_contract() {
    let tree = tree(&[("a.py", &["b.py"]), ("b.py", &[])]);
    let value = serde_json::to_value(batches(&tree).unwrap().batches).unwrap();
    let expected = serde_json::json!({
        "schemaVersion": 1, "algorithm": "louvain", "totalFiles": 2, "totalBatches": 1, "emittedBatches": 1,
        "batches": [{
            "batchIndex": 1,
            "files": [
                {"path": "a.py", "language": "python", "sizeLines": 0, "fileCategory": "code"},
                {"path": "b.py", "language": "python", "sizeLines": 0, "fileCategory": "code"},
            ],
            "batchImportData": {"a.py": ["b.py"], "b.py": []},
            "neighborMap": {},
        }],
    });
    assert_eq!(value, expected);
}

#[test]
fn a_neighbour_says_its_batch_and_what_it_exports_constants_too() {
    let mut tree = hub(6);
    let hub = tree.files.get_mut(&path("hub.py")).unwrap();
    hub.exports = vec![Export { name: "total".into(), local: "total".into(), reexported: false }];
    let span = Span { start_byte: 0, end_byte: 0, line_start: 1, line_end: 1 };
    let limit = |name: &str, public| Global { name: name.into(), span, constant: true, public };
    hub.globals = vec![limit("LIMIT", true), limit("_OWN", false)];
    let batches = batches(&tree).unwrap().batches;
    let places = batches.places();
    let outside =
        (0..6).map(|user| path(&format!("c{user:03}/f0.py"))).find(|user| places[user] != places[&path("hub.py")]);
    let user = outside.unwrap();
    let batch = &batches.batches[places[&user] - 1];
    let neighbour = &batch.neighbor_map[&user][0];
    assert_eq!((neighbour.path.as_str(), neighbour.batch_index), ("hub.py", places[&path("hub.py")]));
    assert_eq!(*neighbour.symbols, ["LIMIT", "total"]);
}

#[test]
fn neighbours_over_fifty_are_cut_and_that_is_said() {
    let batched = batches(&hub(90)).unwrap();
    let places = batched.batches.places();
    let of_hub = &batched.batches.batches[places[&path("hub.py")] - 1].neighbor_map[&path("hub.py")];
    assert_eq!(of_hub.len(), limits::NEIGHBOURS);
    let outside = (0..90).filter(|user| places[&path(&format!("c{user:03}/f0.py"))] != places[&path("hub.py")]).count();
    let line = format!(
        "Warning: compute-batches: neighborMap for hub.py truncated from {outside} to top 50 (by neighbor degree)"
    );
    assert_eq!(said(&batched), [line]);
}

#[test]
fn a_file_that_could_not_be_read_has_no_symbols_and_that_is_said() {
    let mut tree = hub(6);
    tree.files.get_mut(&path("hub.py")).unwrap().left_out = Some(LeftOut::Minified);
    let line = "Warning: compute-batches: exports extraction failed for hub.py (minified) — symbols=[] in neighborMap — \
                cross-batch edges to this file limited to file-level";
    assert_eq!(said(&batches(&tree).unwrap()), [line]);
}

#[test]
fn only_batches_with_changed_files_are_emitted_but_counts_are_of_the_whole_tree() {
    let tree = tree(&[("a.py", &["b.py"]), ("b.py", &[]), ("c.py", &["d.py"]), ("d.py", &[]), ("x.txt", &[])]);
    let all = batches(&tree).unwrap().batches;
    let some = all.with(&BTreeSet::from([path("d.py"), path("gone.py")]));
    assert_eq!((some.total_files, some.total_batches, some.emitted_batches), (5, 3, 1));
    assert_eq!(some.batches, [all.batches[1].clone()]);
    assert_eq!(all.with(&BTreeSet::new()).emitted_batches, 0);
}

#[test]
fn detection_that_fails_changes_the_groups_and_nothing_else() {
    let tree = hub(5);
    let failing = batches_by(&tree, &|_| Err("no luck".to_owned())).unwrap();
    assert_eq!(sizes(&failing.batches), [12, 9]);
    assert_eq!(failing.batches.algorithm, Algorithm::CountFallback);
    let line = "Warning: compute-batches: Louvain failed (no luck) — falling back to count-based grouping (12 \
                files/batch) — module semantic boundaries lost";
    assert_eq!(said(&failing), [line]);
    assert!(failing.batches.batches.iter().any(|batch| !batch.neighbor_map.is_empty()));
}

fn pieces(files: &[(&str, usize, Level)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (file, count, level) in files {
        for _ in 0..*count {
            let id = TargetId::new(format!("T{:03}", pieces.len() + 1));
            pieces.push(Piece { id, level: *level, file: path(file), bytes: 400 });
        }
    }
    pieces
}

fn divided(files: &[(&str, usize, Level)]) -> Vec<Shard> {
    let names: BTreeSet<&str> = files.iter().map(|(name, ..)| *name).collect();
    let files_alone: Vec<(&str, &[&str])> = names.into_iter().map(|name| (name, [].as_slice())).collect();
    let batches = batches(&tree(&files_alone)).unwrap().batches;
    divide(pieces(files), &BTreeMap::new(), &batches, limits::OUTPUT_TOKENS)
}

fn shape(shards: &[Shard]) -> Vec<(&str, usize)> {
    shards.iter().map(|shard| (shard.focus.as_str(), shard.targets.len())).collect()
}

#[test]
fn a_shop_of_forty_three_targets_has_balanced_shards_of_eight_to_ten() {
    let (unit, e2e) = (Level::Unit, Level::E2e);
    let shards = divided(&[
        ("shop/cart.py", 5, unit),
        ("shop/models.py", 14, unit),
        ("shop/routes/cart.py", 6, unit),
        ("shop/routes/orders.py", 9, unit),
        ("shop/routes/cart.py", 4, e2e),
        ("shop/routes/orders.py", 5, e2e),
    ]);
    assert_eq!(shards.len(), 5);
    assert!(shards.iter().all(|shard| (8..=10).contains(&shard.targets.len())), "{:?}", shape(&shards));
    assert_eq!(shape(&shards)[4], ("shop/routes/", 9));
}

#[test]
fn a_file_stays_together_and_a_large_one_is_divided_evenly() {
    assert_eq!(shape(&divided(&[("shop/cart.py", 4, Level::Unit)])), [("shop/cart.py", 4)]);
    assert_eq!(shape(&divided(&[("shop/cart.py", 21, Level::Unit)])), [("shop/cart.py", 7); 3]);
}

#[test]
fn small_files_share_a_shard_and_no_target_is_left_alone() {
    let files = [("shop/a.py", 3, Level::Unit), ("shop/b.py", 4, Level::Unit), ("web/c.py", 1, Level::Unit)];
    assert_eq!(shape(&divided(&files)), [("3 files", 8)]);
    assert_eq!(shape(&divided(&files[..2])), [("shop/", 7)]);
    assert_eq!(shape(&divided(&[("a.py", 1, Level::Unit)])), [("a.py", 1)]);
    assert_eq!(divided(&[]), []);
    assert!(divided(&[("a.py", 11, Level::Unit)]).iter().all(|shard| shard.targets.len() > 1));
}

#[test]
fn answers_have_room_in_the_output_that_a_model_has() {
    let batches = batches(&tree(&[("a.py", &[])])).unwrap().batches;
    for output in [4_096, 2_048, 400, 100] {
        let shards = divide(pieces(&[("a.py", 23, Level::Unit)]), &BTreeMap::new(), &batches, output);
        assert!(shards.iter().all(|shard| shard.tokens_out <= output.max(400)), "{output}");
        assert_eq!(shards.iter().map(|shard| shard.targets.len()).sum::<usize>(), 23);
    }
}

#[test]
fn a_file_that_does_not_fit_is_read_in_part() {
    let batches = batches(&tree(&[("a.py", &[]), ("b.py", &[])])).unwrap().batches;
    let pieces = pieces(&[("a.py", 2, Level::Unit), ("b.py", 2, Level::Unit)]);
    let size = |bytes| FileSize { bytes, symbols: 3 };
    let sizes = BTreeMap::from([(path("a.py"), size(4_000)), (path("b.py"), size(400_000))]);
    let shard = &divide(pieces, &sizes, &batches, limits::OUTPUT_TOKENS)[0];
    assert_eq!(shard.files, [path("a.py"), path("b.py")]);
    assert_eq!(shard.in_part, [path("b.py")]);
    // All of the small file; of the large one two targets and three signatures.
    assert_eq!(shard.tokens_in, (4_000 + 2 * 400 + 3 * 80) / 4);
}

/// Any tree: `edges` between `files` code files, and `others` of another kind.
fn any_tree() -> impl Strategy<Value = TreeMap> {
    let edges = proptest::collection::vec((0_usize..80, 0_usize..80), 0..200);
    (0_usize..80, 0_usize..30, edges).prop_map(|(files, others, edges)| {
        let name = |file: usize| format!("p{}/f{file:02}.py", file % 7);
        let mut map = TreeMap::default();
        for file in 0..files {
            let mut facts = FileFacts::new(path(&name(file)), "python", FileCategory::Code);
            let own = edges.iter().filter(|(from, _)| *from == file).map(|(_, to)| name(*to));
            facts.imports = own.map(|to| import(&[&to])).collect();
            map.files.insert(facts.path.clone(), facts);
        }
        for other in 0..others {
            let facts = FileFacts::new(path(&format!("d{}/{other}.md", other % 2)), "markdown", FileCategory::Docs);
            map.files.insert(facts.path.clone(), facts);
        }
        map
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_file_is_in_two_batches_or_in_none(tree in any_tree()) {
        let batched = batches(&tree).unwrap();
        prop_assert_eq!(&batched, &batches(&tree).unwrap());
        let mut files: Vec<&RepoPath> =
            batched.batches.batches.iter().flat_map(|batch| batch.files.iter().map(|file| &file.path)).collect();
        files.sort();
        prop_assert_eq!(files, tree.files.keys().collect::<Vec<_>>());
        for (number, batch) in batched.batches.batches.iter().enumerate() {
            prop_assert_eq!(batch.batch_index, number + 1);
            let code = batch.files.iter().filter(|file| file.file_category == FileCategory::Code).count();
            prop_assert!(code == 0 || code == batch.files.len());
            prop_assert!(batch.files.len() <= limits::BATCH_CODE_FILES);
        }
    }

    #[test]
    fn neighbours_are_never_in_the_same_batch(tree in any_tree()) {
        let batches = batches(&tree).unwrap().batches;
        let places = batches.places();
        for batch in &batches.batches {
            for (file, neighbours) in &batch.neighbor_map {
                prop_assert_eq!(places[file], batch.batch_index);
                for neighbour in neighbours {
                    prop_assert_ne!(neighbour.batch_index, batch.batch_index);
                    prop_assert_eq!(places[&neighbour.path], neighbour.batch_index);
                }
            }
        }
    }
}
