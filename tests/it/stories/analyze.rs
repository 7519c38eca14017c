//! `jittest analyze`: what other programs rely on, by the real program on real git repositories.

use std::path::PathBuf;

use serde_json::Value;

use super::cli::{Project, Said};

/// Two groups of modules that import each other, a test, and files that are no code.
fn shop() -> Project {
    let project = Project::new();
    for (path, text) in [
        (
            "shop/cart.py",
            "from shop.money import Money, LIMIT\n\n\nclass Cart:\n    def total(self):\n        return Money(LIMIT)\n\n\ndef empty():\n    return Cart()\n",
        ),
        ("shop/money.py", "LIMIT = 9\n\n\nclass Money:\n    def __init__(self, cents):\n        self.cents = cents\n"),
        (
            "shop/tax.py",
            "from shop.money import Money\nfrom shop.cart import Cart\n\n\ndef tax(cart: Cart):\n    return Money(1)\n",
        ),
        ("mail/send.py", "from mail.text import body\n\n\ndef send(to):\n    return body(to)\n"),
        (
            "mail/text.py",
            "from shop.cart import Cart\n\n\ndef body(to):\n    return to\n\n\ndef title():\n    return Cart()\n",
        ),
        (
            "mail/queue.py",
            "from mail.send import send\nfrom mail.text import title\n\n\ndef push(to):\n    return send(to), title()\n",
        ),
        ("tests/test_cart.py", "from shop.cart import empty\n\n\ndef test_empty():\n    assert empty()\n"),
        ("README.md", "# Shop\n"),
        ("Dockerfile", "FROM scratch\n"),
    ] {
        project.write(path, text);
    }
    project.stage();
    project.commit("The shop");
    project
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

fn elsewhere(name: &str) -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    let text = file.display().to_string();
    (folder, file, text)
}

fn read(file: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
}

#[test]
fn the_json_form_has_counts_targets_shards_and_batches() {
    let said = shop().jittest(&["analyze", "--format", "json"]);
    assert_eq!(said.status, 0, "{said:?}");
    let found = json(&said);
    assert_eq!(found["schema_version"], 1);
    let counts = &found["counts"];
    assert_eq!((&counts["functions"], &counts["classes"], &counts["methods"]), (&6.into(), &2.into(), &2.into()));
    assert_eq!(counts["targets"], 8);
    assert_eq!(counts["by_language"]["python"]["files"], counts["files"]);
    let targets = found["targets"].as_array().unwrap();
    let cart = targets.iter().find(|target| target["qualified_name"] == "shop.cart.Cart").unwrap();
    assert_eq!((&cart["kind"], &cart["level"], &cart["language"]), (&"class".into(), &"unit".into(), &"python".into()));
    assert_eq!((&cart["file"], &cart["line_start"], &cart["line_end"]), (&"shop/cart.py".into(), &4.into(), &6.into()));
    let shard = &found["shards"][0];
    assert_eq!((&shard["index"], &shard["level"]), (&1.into(), &"unit".into()));
    assert_eq!(shard["targets"].as_array().unwrap().len(), 8);
    assert!(shard["tokens_in"].as_u64() > Some(0) && shard["tokens_out"].as_u64() <= Some(4_096));
    assert_eq!(found["batches"]["algorithm"], "louvain");
    assert!(found["batches_file"].is_null());
}

#[test]
fn the_table_says_the_same_to_people() {
    let said = shop().jittest(&["analyze"]);
    assert_eq!(said.status, 0, "{said:?}");
    for words in
        ["Functions   6\n", "Classes     2\n", "Targets     8 (8 unit, 0 e2e)\n", "by louvain: ", "shop.cart.Cart"]
    {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert!(said.err.contains("files in ") && said.err.contains(" batches (up to "), "{}", said.err);
}

#[test]
fn batches_of_changed_files_alone_are_emitted_under_the_indices_of_the_whole_tree() {
    let project = shop();
    let (_folder, file, name) = elsewhere("batches.json");
    let said = project.jittest(&["analyze", "--format", "json", "--batches-out", &name]);
    assert_eq!((said.status, &json(&said)["batches_file"]), (0, &name.as_str().into()), "{said:?}");
    let all = read(&file);
    assert_eq!(all["emittedBatches"], all["totalBatches"]);
    let (_changes, list, changes) = elsewhere("changed");
    std::fs::write(&list, "./mail/send.py\n\nmail/gone.py\n").unwrap();
    let said = project.jittest(&["analyze", "--changed-files", &changes, "--batches-out", &name, "--format", "json"]);
    assert_eq!(said.status, 0, "{said:?}");
    let some = read(&file);
    assert_eq!((&some["totalFiles"], &some["totalBatches"]), (&all["totalFiles"], &all["totalBatches"]));
    assert_eq!(some["emittedBatches"], 1);
    let batch = &some["batches"][0];
    let files: Vec<&str> = batch["files"].as_array().unwrap().iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(files, ["mail/queue.py", "mail/send.py", "mail/text.py"]);
    assert_eq!(batch["batchImportData"]["mail/send.py"], serde_json::json!(["mail/text.py"]));
    let neighbour = &batch["neighborMap"]["mail/text.py"][0];
    assert_eq!(
        (&neighbour["path"], &neighbour["symbols"]),
        (&"shop/cart.py".into(), &serde_json::json!(["Cart", "empty"]))
    );
    assert_eq!(json(&said)["counts"]["targets"], 1);
    assert!(said.err.contains("Warning: analyze: mail/gone.py was named as changed — "), "{}", said.err);
}

#[test]
fn with_a_diff_targets_are_those_that_the_change_touches() {
    let project = shop();
    project.write("shop/tax.py", "from shop.money import Money\n\n\ndef tax(cart):\n    return Money(2)\n");
    let said = project.jittest(&["analyze", "--diff", "uncommitted", "--format", "json"]);
    assert_eq!(said.status, 0, "{said:?}");
    let found = json(&said);
    let names: Vec<&str> =
        found["targets"].as_array().unwrap().iter().filter_map(|target| target["qualified_name"].as_str()).collect();
    assert_eq!(names, ["shop.tax.tax"]);
    assert_eq!(found["batches"]["emitted_batches"], 1);
}

#[test]
fn graphs_are_written_in_parts_and_put_together() {
    let project = shop();
    let (_folder, graph, name) = elsewhere("graph");
    let (_second, again, twice) = elsewhere("graph");
    let said = project.jittest(&["analyze", "--graph-out", &name, "--output-cap", "400"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.err.contains("Found ") && said.err.contains(" logical batches, "), "{}", said.err);
    let small = read(&graph.join("assembled-graph.json"));
    assert!(graph.join("batch-1-part-1.json").is_file(), "400 tokens hold 5 nodes");
    std::fs::write(graph.join("batch-99.json"), "left by an earlier run").unwrap();
    let whole = project.jittest(&["analyze", "--graph-out", &name]);
    assert_eq!(whole.status, 0, "what an earlier run left is replaced: {whole:?}");
    assert_eq!(read(&graph.join("assembled-graph.json")), small, "the parts don't change the whole");
    project.jittest(&["analyze", "--graph-out", &twice]);
    assert_eq!(read(&again.join("assembled-graph.json")), small, "the same tree gives the same graph");
    let edge =
        |source: &str, target: &str, kind: &str| serde_json::json!({"source": source, "target": target, "kind": kind});
    let edges = small["edges"].as_array().unwrap();
    assert!(edges.contains(&edge("file:shop/cart.py", "file:shop/money.py", "imports")));
    assert!(edges.contains(&edge("file:tests/test_cart.py", "file:shop/cart.py", "tests")));
    let ids: Vec<&str> = small["nodes"].as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).collect();
    for id in ["class:shop/cart.py:Cart", "function:mail/send.py:send", "test:tests/test_cart.py:test_empty"] {
        assert!(ids.contains(&id), "{id}");
    }
}

#[test]
fn pictures_are_documents_of_their_own() {
    let project = shop();
    for (format, begin, words) in [
        ("svg", "<svg", "shop/cart.py ("),
        ("html", "<!doctype html>", "Batches of code"),
        ("dot", "digraph imports {", "subgraph cluster_1 {"),
    ] {
        let said = project.jittest(&["analyze", "--format", format]);
        assert_eq!(said.status, 0, "{said:?}");
        assert!(said.out.starts_with(begin) && said.out.contains(words), "{format}: {}", said.out);
        assert_eq!(project.jittest(&["analyze", "--format", format]).out, said.out, "{format} is not the same twice");
    }
}

#[test]
fn a_wrong_call_of_analyze_is_said_in_one_line() {
    let project = shop();
    let (_folder, list, changed) = elsewhere("changed");
    std::fs::write(list, "../secret\n").unwrap();
    for (args, words) in [
        (vec!["--diff", "staged", "--changed-files", "x"], "cannot be used with"),
        (vec!["--changed-files", "nosuch.txt"], "nosuch.txt"),
        (vec!["--changed-files", &changed], "not a path inside the repository"),
        (vec!["--batches-out", "nosuch/folder/b.json"], "no such folder"),
        (vec!["--graph-out", "README.md"], "it is no folder"),
        (vec!["--output-cap", "3"], "from 256 to 1000000"),
        (vec!["--diff", "nosuch..HEAD"], "nosuch"),
        (vec!["--repo", "/"], "Not a git repository: /"),
    ] {
        let all: Vec<&str> = ["analyze"].into_iter().chain(args.iter().copied()).collect();
        let said = project.jittest(&all);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{args:?}: {said:?}");
        let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(words), "{args:?}: {said:?}");
    }
}

#[test]
fn analyze_changes_nothing_in_the_repository() {
    let project = shop();
    let before = project.fingerprint();
    project.jittest(&["analyze"]);
    project.jittest(&["analyze", "--diff", "HEAD~1", "--format", "html"]);
    assert!(project.fingerprint() == before, "the repository was changed");
}

#[test]
fn a_shop_of_eight_files_has_forty_three_targets_in_balanced_shards() {
    let tree = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps/fastapi-shop/tree");
    let said = Project::of(&tree, &tree).jittest(&["analyze", "--format", "json"]);
    assert_eq!(said.status, 0, "{said:?}");
    let found = json(&said);
    let count = |name: &str| found["counts"][name].as_u64().unwrap_or(0);
    let counts = ["files", "functions", "methods", "classes", "routes", "targets"].map(count);
    assert_eq!(counts, [8, 20, 0, 14, 9, 43]);
    let shards = found["shards"].as_array().unwrap();
    let sizes: Vec<usize> = shards.iter().map(|shard| shard["targets"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 43);
    assert!(sizes.iter().all(|size| (8..=10).contains(size)), "{sizes:?}");
    let health =
        found["targets"].as_array().unwrap().iter().find(|target| target["route"]["path"] == "/health").unwrap();
    assert_eq!((&health["kind"], &health["level"]), (&"route".into(), &"e2e".into()));
    assert_eq!(health["qualified_name"], "shop.main.health");
}
