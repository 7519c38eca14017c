//! Parts, and what they become.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::{
    AssembledGraph, EdgeKind, FileCategory, FileFacts, GraphEdge, GraphNode, GraphPart, Import, Name, NodeKind,
    RepoPath, TreeMap, limits,
};
use crate::pipeline::shard;

const WHOLE: Bounds = Bounds { nodes: usize::MAX, edges: usize::MAX };

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn edge(source: &GraphNode, target: &GraphNode, kind: EdgeKind) -> GraphEdge {
    GraphEdge { source: source.id.clone(), target: target.id.clone(), kind }
}

/// A batch of files with so many functions each; every function calls the first of the next file, every file imports
/// the next.
fn batch(batch_index: usize, functions: &[usize]) -> BatchGraph {
    let mut graph = BatchGraph { batch_index, ..BatchGraph::default() };
    let file = |nth: usize| path(&format!("b{batch_index}/f{nth:03}.py"));
    for (nth, count) in functions.iter().enumerate() {
        let own = GraphNode::new(NodeKind::File, &file(nth), "");
        let next = (nth + 1) % functions.len();
        graph.edges.push(edge(&own, &GraphNode::new(NodeKind::File, &file(next), ""), EdgeKind::Imports));
        graph.nodes.push(own);
        for function in 0..*count {
            let node = GraphNode::new(NodeKind::Function, &file(nth), &format!("f{function}"));
            if functions[next] > 0 {
                graph.edges.push(edge(&node, &GraphNode::new(NodeKind::Function, &file(next), "f0"), EdgeKind::Calls));
            }
            graph.nodes.push(node);
        }
    }
    graph.nodes.sort();
    graph.edges.sort();
    graph
}

fn files(parts: &[GraphPart]) -> Vec<PartFile> {
    let file = |part: &GraphPart| PartFile { name: part.file_name(), text: serde_json::to_string(part).unwrap() };
    parts.iter().map(file).collect()
}

fn merged(parts: &[PartFile]) -> Merged {
    merge(parts, &Links::default(), None)
}

/// The graph of all batches, had each been written in one piece.
fn whole(batches: &[BatchGraph]) -> AssembledGraph {
    let whole: Vec<GraphPart> = batches.iter().flat_map(|batch| parts(batch, WHOLE)).collect();
    merged(&files(&whole)).graph
}

fn default_bounds() -> Bounds {
    Bounds::of(limits::OUTPUT_TOKENS)
}

#[test]
fn bounds_follow_from_the_output_cap() {
    assert_eq!(Bounds::of(4_096), Bounds { nodes: 60, edges: 120 });
    assert_eq!(Bounds::of(8_192), Bounds { nodes: 120, edges: 240 });
    assert_eq!(Bounds::of(1), Bounds { nodes: 1, edges: 1 });
}

#[test]
fn a_batch_within_bounds_is_one_file() {
    let parts = parts(&batch(3, &[9; 5]), default_bounds());
    assert_eq!(parts.iter().map(GraphPart::file_name).collect::<Vec<_>>(), ["batch-3.json"]);
    assert!(!serde_json::to_string(&parts[0]).unwrap().contains("\"part"));
}

#[test]
fn a_large_batch_is_in_alphabetical_groups_of_files() {
    // 15 files of 10 nodes: 150 nodes are three parts, so five files each.
    let parts = parts(&batch(2, &[9; 15]), default_bounds());
    let names: Vec<String> = parts.iter().map(GraphPart::file_name).collect();
    assert_eq!(names, ["batch-2-part-1.json", "batch-2-part-2.json", "batch-2-part-3.json"]);
    for (nth, part) in parts.iter().enumerate() {
        assert_eq!((part.nodes.len(), part.parts), (50, Some(3)));
        let files: BTreeSet<&RepoPath> = part.nodes.iter().map(|node| &node.file).collect();
        let expected: Vec<RepoPath> = (nth * 5..nth * 5 + 5).map(|file| path(&format!("b2/f{file:03}.py"))).collect();
        assert_eq!(files, expected.iter().collect());
        let ids: BTreeSet<&String> = part.nodes.iter().map(|node| &node.id).collect();
        assert!(part.edges.iter().all(|edge| ids.contains(&edge.source)), "an edge is not with its source");
    }
}

#[test]
fn two_and_three_parts_mixed_with_whole_batches_become_what_one_file_would() {
    let batches = [batch(1, &[9; 10]), batch(2, &[3; 4]), batch(3, &[9; 15])];
    let parts: Vec<GraphPart> = batches.iter().flat_map(|batch| parts(batch, default_bounds())).collect();
    assert_eq!(parts.len(), 2 + 1 + 3);
    let merged = merged(&files(&parts));
    assert_eq!(merged.found, "Found 6 batch files (3 logical batches, 2 multi-part)");
    assert_eq!((&merged.warnings, &merged.errors), (&Vec::new(), &Vec::new()));
    assert_eq!(merged.graph, whole(&batches));
    assert_eq!(merged.graph.dropped_edges, 0);
}

#[test]
fn a_missing_part_is_said_and_edges_to_it_are_dropped_and_counted() {
    let parts = parts(&batch(3, &[9; 15]), default_bounds());
    let left = [parts[0].clone(), parts[2].clone()];
    let merged = merged(&files(&left));
    let said: Vec<String> = merged.warnings.iter().map(ToString::to_string).collect();
    let line = "Warning: merge: batch 3 has parts {1, 3} but missing part {2} — possible truncated write — affected \
                nodes/edges may be lost";
    assert_eq!(said, [line]);
    // The last file of the first part imports the first of the second, and nine functions call it.
    assert_eq!((merged.graph.nodes.len(), merged.graph.dropped_edges), (100, 10));
    let only_first = self::merged(&files(&parts[..1]));
    assert!(only_first.warnings[0].to_string().contains("has parts {1} but missing part {2, 3}"));
}

#[test]
fn a_broken_part_is_left_out_with_its_name_its_edges_and_why() {
    let parts = parts(&batch(1, &[9; 10]), default_bounds());
    let mut files = files(&parts);
    let half = files[0].text.len() / 2;
    files[0].text.truncate(half);
    let merged = merged(&files);
    assert_eq!(merged.graph.nodes.len(), 50, "nothing of it is rebuilt");
    let [error] = merged.errors.as_slice() else { panic!("{:?}", merged.errors) };
    assert_eq!(
        (error.part.as_str(), error.edges),
        ("batch-1-part-1.json", files[0].text.matches("\"source\"").count())
    );
    let line = error.to_string();
    assert!(line.starts_with("merge: batch-1-part-1.json was left out — EOF while parsing"), "{line}");
    assert_eq!(merged.warnings, [], "the part is there, it is not missing");
}

#[test]
fn a_broken_first_answer_with_a_good_second_is_as_if_the_first_had_been_good() {
    let parts = parts(&batch(1, &[9; 10]), default_bounds());
    let mut broken = files(&parts);
    let good = std::mem::replace(&mut broken[1].text, "{".to_owned());
    let mut asked = Vec::new();
    let mut ask = |name: &str| {
        asked.push(name.to_owned());
        Some(good.clone())
    };
    let merged = merge(&broken, &Links::default(), Some(&mut ask));
    assert_eq!((merged.errors.len(), asked), (0, vec!["batch-1-part-2.json".to_owned()]));
    assert_eq!(merged.graph, whole(&[batch(1, &[9; 10])]));
}

#[test]
fn what_is_broken_twice_is_asked_for_once_only() {
    let mut asked = 0;
    let mut ask = |_: &str| {
        asked += 1;
        Some("no".to_owned())
    };
    let file = PartFile { name: "batch-1.json".to_owned(), text: "{".to_owned() };
    let merged = merge(&[file], &Links::default(), Some(&mut ask));
    assert_eq!((asked, merged.errors.len()), (1, 1));
    assert!(merged.errors[0].why.contains("asked again: "), "{}", merged.errors[0]);
}

#[test]
fn a_part_that_breaks_the_schema_is_refused() {
    let name = |text: &str| PartName::parse(text).unwrap();
    let good = r#"{"schemaVersion":1,"batchIndex":1,"nodes":[{"id":"file:a.py","kind":"file","file":"a.py","name":""}],"edges":[]}"#;
    assert!(check(name("batch-1.json"), good).is_ok());
    for (from, to) in [
        ("\"schemaVersion\":1", "\"schemaVersion\":2"),
        ("\"batchIndex\":1", "\"batchIndex\":2"),
        ("\"batchIndex\":1", "\"batchIndex\":1,\"part\":1,\"parts\":1"),
        ("file:a.py", "function:a.py"),
        ("\"kind\":\"file\"", "\"kind\":\"module\""),
        ("\"file\":\"a.py\"", "\"file\":\"../a.py\""),
        ("\"edges\":[]", "\"edges\":[{}]"),
        ("\"edges\":[]", "\"edges\":[],\"note\":1"),
        ("\"edges\":[]", "\"edge\":[]"),
    ] {
        assert!(check(name("batch-1.json"), &good.replace(from, to)).is_err(), "{to} was taken");
    }
    let third = good.replace("\"batchIndex\":1", "\"batchIndex\":1,\"part\":3,\"parts\":2");
    assert!(check(name("batch-1-part-3.json"), &third).is_err());
    for wrong in [
        "batch-0.json",
        "batch-01.json",
        "batch-.json",
        "batch-1-part-0.json",
        "batch-1.json.bak",
        "batch-+1.json",
        "x.json",
    ] {
        assert_eq!(PartName::parse(wrong), None, "{wrong} was taken");
    }
}

#[test]
fn duplicates_are_joined_and_lost_imports_and_tests_are_put_back() {
    let (a, b, test) = (path("a.py"), path("b.py"), path("test_a.py"));
    let file = |path: &RepoPath| GraphNode::new(NodeKind::File, path, "");
    let part = |index: usize, nodes: Vec<GraphNode>| GraphPart {
        schema_version: 1,
        batch_index: index,
        part: None,
        parts: None,
        nodes,
        edges: Vec::new(),
    };
    let parts = [part(1, vec![file(&a), file(&b)]), part(2, vec![file(&a), file(&test)])];
    let links = Links {
        imports: BTreeSet::from([(a.clone(), b.clone()), (a.clone(), path("gone.py"))]),
        tests: BTreeSet::from([(test.clone(), a.clone())]),
    };
    let graph = merge(&files(&parts), &links, None).graph;
    assert_eq!(graph.nodes.len(), 3);
    let expected = [edge(&file(&a), &file(&b), EdgeKind::Imports), edge(&file(&test), &file(&a), EdgeKind::Tests)];
    assert_eq!(graph.edges, expected);
    assert_eq!((graph.restored_edges, graph.linked_tests, graph.dropped_edges), (1, 1, 0));
}

#[test]
fn of_a_tree_of_five_hundred_files_every_target_is_in_exactly_one_part_and_no_part_is_over_its_bound() {
    let (tree, functions) = large_tree();
    let batches = shard::batches(&tree).unwrap().batches;
    let graphs = graphs(&tree, &batches);
    let bounds = Bounds::of(4_096);
    let parts: Vec<GraphPart> = graphs.iter().flat_map(|graph| parts(graph, bounds)).collect();
    assert!(parts.iter().all(|part| part.nodes.len() <= 60 && part.edges.len() <= 120));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    parts.iter().flat_map(|part| &part.nodes).for_each(|node| *seen.entry(&node.id).or_default() += 1);
    assert!(seen.values().all(|count| *count == 1));
    assert_eq!(seen.keys().filter(|id| id.starts_with("function:")).count(), functions);
    let merged = merge(&files(&parts), &Links::of(&tree), None);
    assert_eq!((merged.graph.dropped_edges, merged.graph.restored_edges, merged.errors.len()), (0, 0, 0));
    assert_eq!(merged.graph.nodes.len(), functions + tree.files.len());
}

/// Five hundred files, some of them far larger than a part.
fn large_tree() -> (TreeMap, usize) {
    let (mut tree, mut functions) = (TreeMap::default(), 0);
    for nth in 0..500 {
        let name = |nth: usize| path(&format!("p{:02}/f{:03}.py", nth % 25, nth % 500));
        let mut facts = FileFacts::new(name(nth), "python", FileCategory::Code);
        let count = if nth % 50 == 0 { 150 } else { nth % 9 };
        let text: String = (0..count).map(|n| format!("def f{n}():\n    return {n}\n")).collect();
        let map = crate::language::Language::map_file(&crate::language::python::Python, &facts.path, "m", &text);
        facts.symbols = map.unwrap().symbols;
        functions += count;
        let files = BTreeSet::from([name(nth + 25), name(nth + 50), name(nth * 7)]);
        facts.imports.push(Import {
            source: Name::default(),
            names: Vec::new(),
            line: 1,
            reexported: false,
            files: files.into_iter().filter(|file| *file != facts.path).collect(),
        });
        tree.files.insert(facts.path.clone(), facts);
    }
    (tree, functions)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn in_any_parts_and_any_order_the_graph_is_that_of_one_file(
        sizes in proptest::collection::vec(proptest::collection::vec(0_usize..40, 1..12), 1..4),
        nodes in 1_usize..80, edges in 1_usize..160, seed: u64,
    ) {
        let batches: Vec<BatchGraph> = sizes.iter().enumerate().map(|(nth, sizes)| batch(nth + 1, sizes)).collect();
        let bounds = Bounds { nodes, edges };
        let parts: Vec<GraphPart> = batches.iter().flat_map(|batch| parts(batch, bounds)).collect();
        prop_assert!(parts.iter().all(|part| part.nodes.len() <= nodes && part.edges.len() <= edges));
        let mut files = files(&parts);
        let key = |file: &PartFile| file.name.bytes().fold(seed, |sum, byte| sum.rotate_left(5) ^ u64::from(byte));
        files.sort_by_key(key);
        let merged = merged(&files);
        prop_assert_eq!(&merged.graph, &whole(&batches));
        prop_assert!(merged.warnings.is_empty() && merged.errors.is_empty());
    }

    #[test]
    fn any_text_at_all_is_a_part_or_an_error(text: String, name in "batch-[0-9]{1,3}(-part-[0-9]{1,2})?\\.json") {
        let merged = merged(&[PartFile { name: name.clone(), text }]);
        prop_assert!(PartName::parse(&name).is_none() || merged.errors.len() == 1);
    }
}
