//! An analysis and pictures for the tests of the renderers.

use std::collections::BTreeMap;

use crate::domain::{
    ANALYSIS_SCHEMA_VERSION, Algorithm, AnalysedShard, AnalysedTarget, Analysis, BatchCounts, LanguageCounts, Level,
    MapCounts, PicturedFile, RepoPath, Route, TargetId, TargetKind, TreePicture, Warning,
};

/// Batches of these sizes: each file imports the one before it in its batch, each batch the first one.
pub(super) fn picture(sizes: &[usize]) -> TreePicture {
    let mut picture = TreePicture::default();
    for (nth, size) in sizes.iter().enumerate() {
        let first = picture.files.len();
        for file in 0..*size {
            let path = RepoPath::parse(&format!("part{nth}/file{file}.py")).unwrap();
            picture.files.push(PicturedFile { path, batch: nth + 1, lines: 40, changed: false });
            if file > 0 {
                picture.imports.push((first + file, first + file - 1));
            }
        }
        if nth > 0 {
            picture.imports.push((first, 0));
        }
    }
    picture
}

/// An analysis with a target of each level.
pub(super) fn analysis() -> Analysis {
    let target = |id: &str, kind, level, name: &str, route| AnalysedTarget {
        id: TargetId::new(id),
        kind,
        level,
        qualified_name: name.to_owned(),
        file: RepoPath::parse("shop/cart.py").unwrap(),
        line_start: 10,
        line_end: 31,
        language: "python".to_owned(),
        route,
        focus: if kind == TargetKind::Class { vec!["add".to_owned(), "total".to_owned()] } else { Vec::new() },
        bytes: 100,
    };
    let route = Route { method: "GET".to_owned(), path: "/cart/{id}".to_owned() };
    let shard = |index, level, ids: &[&str]| AnalysedShard {
        index,
        level,
        focus: "shop/cart.py".to_owned(),
        targets: ids.iter().map(|id| TargetId::new(*id)).collect(),
        files: vec![RepoPath::parse("shop/cart.py").unwrap()],
        files_in_part: Vec::new(),
        tokens_in: 3_100,
        tokens_out: 400 * ids.len(),
    };
    let python = LanguageCounts { files: 2, functions: 1, classes: 1, routes: 1 };
    Analysis {
        schema_version: ANALYSIS_SCHEMA_VERSION,
        counts: MapCounts {
            files: 2,
            test_files: 1,
            functions: 1,
            methods: 2,
            classes: 1,
            routes: 1,
            targets: 3,
            by_language: BTreeMap::from([("python".to_owned(), python)]),
        },
        targets: vec![
            target("T001", TargetKind::Class, Level::Unit, "shop.cart.Cart", None),
            target("T002", TargetKind::Function, Level::Unit, "shop.cart.show", None),
            target("T003", TargetKind::Route, Level::E2e, "shop.cart.show", Some(route)),
        ],
        shards: vec![shard(1, Level::Unit, &["T001", "T002"]), shard(2, Level::E2e, &["T003"])],
        batches: BatchCounts {
            algorithm: Algorithm::Louvain,
            total_files: 5,
            total_batches: 3,
            emitted_batches: 1,
            community_sizes: vec![2, 1],
        },
        batches_file: None,
        warnings: vec![Warning::new("map", "a file was left out", "it is generated", "nothing in it is tested")],
    }
}
