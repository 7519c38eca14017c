//! How fast files are put into batches: communities of a large import graph, and all batches of a large tree.

use std::io::Write;
use std::time::Instant;

use anyhow::anyhow;
use jittest::domain::{FileCategory, FileFacts, Import, RepoPath, TreeMap};
use jittest::pipeline::shard::{ImportGraph, SEED, batches, louvain};

const FILES: usize = 10_000;
const EDGES: usize = 50_000;
/// Files of one package: most imports stay in it.
const PACKAGE: usize = 40;
const ROUNDS: usize = 5;

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let edges = edges();
    let graph = ImportGraph::new(FILES, edges.iter().copied());
    let mut seconds = Vec::new();
    let mut communities = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        communities = louvain(&graph, SEED).map_err(|why| anyhow!(why))?.len();
        seconds.push(started.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let tree = tree(&edges)?;
    let started = Instant::now();
    let batched = batches(&tree)?;
    let all = started.elapsed().as_secs_f64();
    writeln!(out, "\ncommunities of {FILES} files and {} imports", graph.edge_count())?;
    writeln!(
        out,
        "  Louvain         {:.2} s median, {:.2} most of {ROUNDS}",
        seconds[ROUNDS / 2],
        seconds[ROUNDS - 1]
    )?;
    writeln!(out, "  communities     {communities}")?;
    writeln!(out, "  all batches     {all:.2} s: {}, neighbours and splits too", batched.batches.total_batches)?;
    Ok(())
}

/// The same edges each time: four of five inside a package.
fn edges() -> Vec<(usize, usize)> {
    let mut state = 1_u64;
    let mut below = move |bound: usize| {
        // Knuth's MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % bound
    };
    let mut edges = std::collections::BTreeSet::new();
    while edges.len() < EDGES {
        let from = below(FILES);
        let to = if below(5) < 4 { from - from % PACKAGE + below(PACKAGE) } else { below(FILES) };
        if from != to {
            edges.insert((from.min(to), from.max(to)));
        }
    }
    edges.into_iter().collect()
}

fn tree(edges: &[(usize, usize)]) -> anyhow::Result<TreeMap> {
    let path = |file: usize| RepoPath::parse(&format!("p{:03}/f{file:05}.py", file / PACKAGE));
    let mut tree = TreeMap::default();
    for file in 0..FILES {
        tree.files.insert(path(file)?, FileFacts::new(path(file)?, "python", FileCategory::Code));
    }
    for (from, to) in edges {
        let import =
            Import { source: "".into(), names: Vec::new(), line: 1, reexported: false, files: vec![path(*to)?] };
        if let Some(file) = tree.files.get_mut(&path(*from)?) {
            file.imports.push(import);
        }
    }
    Ok(tree)
}
