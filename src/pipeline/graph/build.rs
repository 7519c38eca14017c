//! The graph of each batch, from the map of the tree.

use std::collections::{BTreeMap, BTreeSet};

use super::BatchGraph;
use crate::domain::{
    Batches, EdgeKind, FileFacts, GraphEdge, GraphNode, MappedRoute, Name, NodeKind, RepoPath, Symbol, SymbolKind,
    SymbolRef, TreeMap,
};

/// The graphs of these batches. An edge to a file of a batch that is not among them is left out.
pub fn graphs(tree: &TreeMap, batches: &Batches) -> Vec<BatchGraph> {
    let places = batches.places();
    let files = || places.keys().filter_map(|path| tree.files.get(*path));
    let nodes: BTreeMap<String, GraphNode> = files().flat_map(nodes_of).map(|node| (node.id.clone(), node)).collect();
    let mut edges: BTreeSet<GraphEdge> = files().flat_map(|file| file_edges(tree, file)).collect();
    edges.extend(tree.calls.iter().filter_map(|call| call_edge(tree, &call.from, &call.to)));
    let mut graphs: BTreeMap<usize, BatchGraph> = BTreeMap::new();
    for batch in &batches.batches {
        graphs.entry(batch.batch_index).or_default().batch_index = batch.batch_index;
    }
    let place = |id: &String| nodes.get(id).and_then(|node| places.get(&node.file)).copied();
    for edge in edges {
        if let Some(graph) = place(&edge.source).and_then(|index| graphs.get_mut(&index))
            && nodes.contains_key(&edge.target)
        {
            graph.edges.push(edge);
        }
    }
    for (id, node) in &nodes {
        if let Some(graph) = place(id).and_then(|index| graphs.get_mut(&index)) {
            graph.nodes.push(node.clone());
        }
    }
    graphs.into_values().collect()
}

fn nodes_of(file: &FileFacts) -> Vec<GraphNode> {
    let mut nodes = vec![GraphNode::new(NodeKind::File, &file.path, "")];
    let own = file.symbols.iter().filter_map(|symbol| Some((kind_of(file, symbol)?, symbol)));
    nodes.extend(own.map(|(kind, symbol)| GraphNode::new(kind, &file.path, &symbol.local_name)));
    nodes.extend(file.routes.iter().map(|route| GraphNode::new(NodeKind::Route, &file.path, &route_name(route))));
    nodes
}

/// The node that a symbol is; `None` for a method and for what stands inside a function.
fn kind_of(file: &FileFacts, symbol: &Symbol) -> Option<NodeKind> {
    if symbol.kind.is_type() {
        return Some(NodeKind::Class);
    }
    if file.is_test && is_test(symbol) {
        return Some(NodeKind::Test);
    }
    (symbol.kind == SymbolKind::Function && symbol.parent.is_none()).then_some(NodeKind::Function)
}

/// By its name, or by what is written above it: `test_total`, `@Test`, `[Fact]`, `#[test]`.
fn is_test(symbol: &Symbol) -> bool {
    let marked = |decorator: &Name| {
        let decorator = decorator.to_ascii_lowercase();
        ["test", "fact", "theory"].iter().any(|word| decorator.contains(word))
    };
    let named = symbol.name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("test"));
    named || symbol.decorators.iter().any(marked)
}

fn route_name(route: &MappedRoute) -> String {
    format!("{} {}", route.route.method, route.route.path)
}

fn file_edges(tree: &TreeMap, file: &FileFacts) -> Vec<GraphEdge> {
    let own = NodeKind::File.id(&file.path, "");
    let imported = file.imports.iter().flat_map(|import| &import.files).filter(|other| **other != file.path);
    let mut edges: Vec<GraphEdge> =
        imported.map(|other| edge(&own, &NodeKind::File.id(other, ""), EdgeKind::Imports)).collect();
    edges.extend(file.test_files.iter().map(|test| edge(&NodeKind::File.id(test, ""), &own, EdgeKind::Tests)));
    edges.extend(file.types().flat_map(|class| base_edges(tree, file, class)));
    for route in &file.routes {
        let handler = SymbolRef {
            file: route.handler_file.clone().unwrap_or_else(|| file.path.clone()),
            name: route.handler.as_str().into(),
        };
        if let Some((_, handler)) = node_of(tree, &handler).filter(|_| !route.handler.is_empty()) {
            let route = NodeKind::Route.id(&file.path, &route_name(route));
            edges.push(edge(&route, &handler, EdgeKind::Related));
        }
    }
    edges
}

fn edge(source: &str, target: &str, kind: EdgeKind) -> GraphEdge {
    GraphEdge { source: source.to_owned(), target: target.to_owned(), kind }
}

/// What a class has as its bases, where they are classes of the repository.
fn base_edges(tree: &TreeMap, file: &FileFacts, class: &Symbol) -> Vec<GraphEdge> {
    let own = NodeKind::Class.id(&file.path, &class.local_name);
    let of_base = |base: &Name| {
        let (path, base) = type_named(tree, file, base)?;
        let implements = base.kind == SymbolKind::Interface && class.kind != SymbolKind::Interface;
        let kind = if implements { EdgeKind::Implements } else { EdgeKind::Inherits };
        Some(edge(&own, &NodeKind::Class.id(path, &base.local_name), kind)).filter(|edge| edge.target != own)
    };
    class.bases.iter().filter_map(of_base).collect()
}

/// The class of this name, as written in a file: of the file itself, or of one that it imports.
fn type_named<'t>(tree: &'t TreeMap, file: &'t FileFacts, written: &str) -> Option<(&'t RepoPath, &'t Symbol)> {
    let plain = written.split(['<', '[', '(']).next().unwrap_or(written).trim();
    let last = plain.rsplit(['.', ':']).next().unwrap_or(plain);
    let in_file = |file: &'t FileFacts, name: &str| {
        let found = file.types().find(|class| class.local_name == name || class.name == name);
        found.map(|class| (&file.path, class))
    };
    in_file(file, plain).or_else(|| {
        let from = |import: &'t crate::domain::Import| {
            let renamed = import.names.iter().find(|name| name.local == last).map(|name| name.name.as_str());
            let name = renamed.unwrap_or(last);
            import.files.iter().filter_map(|path| tree.files.get(path)).find_map(|other| in_file(other, name))
        };
        file.imports.iter().find_map(from)
    })
}

/// A call as an edge; one of a test to what is no test says that it tests it.
fn call_edge(tree: &TreeMap, from: &SymbolRef, to: &SymbolRef) -> Option<GraphEdge> {
    let (caller, source) = node_of(tree, from)?;
    let (_, target) = node_of(tree, to)?;
    let tests = caller == NodeKind::Test && tree.files.get(&to.file).is_some_and(|file| !file.is_test);
    let kind = if tests { EdgeKind::Tests } else { EdgeKind::Calls };
    (source != target).then(|| edge(&source, &target, kind))
}

/// The node that a symbol is in: itself, or the class or function around it, or the file.
fn node_of(tree: &TreeMap, symbol: &SymbolRef) -> Option<(NodeKind, String)> {
    let file = tree.files.get(&symbol.file)?;
    if symbol.name.is_empty() {
        return Some((NodeKind::File, NodeKind::File.id(&file.path, "")));
    }
    let find = |name: &str| file.symbols.iter().find(|other| other.local_name == name);
    let mut around = find(&symbol.name)?;
    for _ in 0..crate::domain::limits::FOLDER_DEPTH {
        if let Some(kind) = kind_of(file, around) {
            return Some((kind, kind.id(&file.path, &around.local_name)));
        }
        around = find(around.parent.as_deref()?)?;
    }
    None
}
