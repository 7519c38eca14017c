//! From a signed webhook to a verdict on the pull request: real repositories, real containers, the whole journey.

use jittest::sandbox::{Ending, Input};
use jittest::standin::{Entry, PullSpec};

use crate::harness::{BREAKS, Files, KEEPS, PRICES, Posted, Stage, commit, conclusion, summary, title};
use crate::sandbox::{Docker, file, stdout};

const START: &str = "<!-- jittest:description:start -->";
const END: &str = "<!-- jittest:description:end -->";

/// Runs a posted test as its comment says, in a clean tree: whether it passes.
async fn passes(tree: &[&Files<'_>], posted: &Posted) -> bool {
    let files = tree.concat();
    // The last one of a path holds.
    let mut inputs: Vec<Input> = Vec::new();
    for (index, (path, text)) in files.iter().enumerate() {
        if !files[index + 1..].iter().any(|(later, _)| later == path) {
            inputs.push(file(path, text));
        }
    }
    inputs.push(file(&posted.path, &posted.code));
    let line = format!("export PATH=/opt/jittest/tools/bin:$PATH; {}", posted.command);
    let output = Docker::connect()
        .await
        .run(|spec| {
            spec.inputs = inputs;
            spec.argv = ["sh", "-c", &line].map(str::to_owned).to_vec();
        })
        .await;
    let said = stdout(&output);
    assert!(said.contains("1 passed") || said.contains("1 failed"), "{said}");
    output.ending == Ending::Exited(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regression_is_posted_with_a_test_that_passes_on_base_and_fails_on_head() {
    let stage = Stage::with(PRICES).await;
    let words = "One line less.  \r\n\r\nNo change in *behaviour*.\t";
    let spec = PullSpec { body: Some(words.to_owned()), ..PullSpec::new("Shorten the mean", "change") };
    let (pull, head) = stage.propose_as(spec, BREAKS);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;

    assert_eq!((conclusion(&check), title(&check)), ("neutral", "1 regression proven in prices.py"));
    let said = summary(&check);
    assert!(said.contains("The change breaks what worked before") && said.contains("Is that intended?"), "{said}");
    let [remark] = check.annotations.as_slice() else { panic!("{:?}", check.annotations) };
    assert_eq!((remark.path.as_str(), remark.title.as_deref()), ("prices.py", Some("Regression in prices.average")));
    assert!(remark.message.contains("Before this change, ") && remark.message.contains("Now, "), "{}", remark.message);
    let buttons: Vec<&str> = check.actions.iter().map(|button| button.label.as_str()).collect();
    assert_eq!(buttons, ["Re-run", "Add tests", "Dismiss"]);

    let [review] = stage.shop.reviews(pull).unwrap().try_into().unwrap();
    assert_eq!((review.author, review.commit_id.as_str()), (stage.github.bot(), head.as_str()));
    let [comment] = stage.findings(pull).try_into().unwrap();
    assert_eq!(
        (comment.path.as_str(), comment.side.as_str(), comment.commit_id.as_str()),
        ("prices.py", "RIGHT", head.as_str())
    );
    let mut lines = comment.body.lines();
    assert!(lines.next().unwrap().starts_with("<!-- jittest:finding:"), "{}", comment.body);
    let sentence = lines.next().unwrap();
    assert!(sentence.starts_with("Before this change, ") && sentence.contains(". Now, "), "{sentence}");
    assert!(sentence.contains("ZeroDivisionError") && sentence.ends_with("Is that intended?"), "{sentence}");
    assert!(comment.body.contains("5 of 5 runs on the merge base passed, 5 of 5 runs on the head failed"));
    let posted = Posted::of(&comment.body);
    assert!(said.contains(&posted.code), "the check run shows another test: {said}");
    assert!(passes(&[PRICES], &posted).await, "{posted:?}");
    assert!(!passes(&[PRICES, BREAKS], &posted).await, "{posted:?}");

    let body = stage.body(pull);
    let ours = body.strip_prefix(words).unwrap_or_else(|| panic!("the author's text was changed: {body:?}"));
    assert!(ours.trim_start().starts_with(START) && ours.ends_with(END), "{ours}");
    assert!(ours.contains("prices.average"), "{ours}");

    // The same again, with another commit: updated, never twice.
    let newer = stage.push("change", &[("README.md", "# The shop\n")]);
    stage.tell(pull, "synchronize").await;
    assert_eq!(title(&stage.completed(&newer).await), "1 regression proven in prices.py");
    let [same] = stage.findings(pull).try_into().unwrap();
    assert_eq!((same.id, Posted::of(&same.body)), (comment.id, posted));
    assert_eq!(stage.shop.reviews(pull).unwrap().len(), 1);
    let body = stage.body(pull);
    assert!(body.starts_with(words) && body.matches(START).count() == 1 && body.ends_with(END), "{body}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refactoring_stays_silent_though_others_went_on_with_its_base() {
    let stock = [("stock.py", "def left(stock, sold):\n    return stock - sold\n")];
    let stage = Stage::with(&[PRICES, &stock].concat()).await;
    let (pull, head) = stage.propose(KEEPS);
    // If the tip of `main` were its base, these would be taken back by it.
    for (at, text) in [("stock.py", "def left(stock, sold):\n    return max(stock - sold, 0)\n"), ("new.py", "A = 1\n")]
    {
        commit(&stage.shop, "main", None, &[(at, text)], "Somebody else's");
    }
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(conclusion(&check), "success", "{check:?}");
    assert!(title(&check).starts_with("No regression found: 1 function, "), "{}", title(&check));
    assert_eq!(check.annotations, []);
    assert_eq!((stage.shop.reviews(pull).unwrap(), stage.findings(pull)), (Vec::new(), Vec::new()));
    assert_eq!(stage.shop.issue_comments(pull).unwrap(), []);
    let body = stage.body(pull);
    assert!(body.contains("prices.average"), "{body}");
    for text in [&body, summary(&check), check.output.text.as_deref().unwrap_or_default()] {
        assert!(!text.contains("stock") && !text.contains("new.py"), "others' changes are shown as its own: {text}");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_with_nothing_to_test_says_so_and_no_more() {
    let stage = Stage::with(PRICES).await;
    let (pull, head) =
        stage.propose(&[("README.md", "# Words\n"), ("tests/test_more.py", "def test_more():\n    pass\n")]);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("skipped", "Nothing to test"));
    assert_eq!(stage.shop.reviews(pull).unwrap(), []);
    assert_eq!(stage.shop.issue_comments(pull).unwrap(), []);
    assert_eq!(stage.shop.pull(pull).unwrap().body, None);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_adds_a_dependency_is_tested_with_it() {
    let stage = Stage::with(&[PRICES, &[("requirements.txt", "pytest\n")]].concat()).await;
    let broken = BREAKS[0].1.replace("\n\n\ndef", "\n\nimport iniconfig\n\nNAME = iniconfig.__name__\n\n\ndef");
    let (pull, head) = stage.propose(&[("prices.py", &broken), ("requirements.txt", "pytest\niniconfig==2.0.0\n")]);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!((conclusion(&check), title(&check)), ("neutral", "1 regression proven in prices.py"), "{check:?}");
    let [comment] = stage.findings(pull).try_into().unwrap();
    assert!(comment.body.contains("ZeroDivisionError"), "{}", comment.body);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_environment_is_inconclusive_and_says_what_to_do() {
    let stage = Stage::with(&[PRICES, &[("requirements.txt", "iniconfig==999.0\n")]].concat()).await;
    let (pull, head) = stage.propose(BREAKS);
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(conclusion(&check), "neutral");
    assert!(title(&check).starts_with("Could not be tested: the environment could not be made"), "{}", title(&check));
    let said = summary(&check);
    assert!(said.contains("This is not a success."), "{said}");
    assert!(said.contains("No matching distribution found for iniconfig==999.0"), "{said}");
    assert!(said.contains("**Fix:** correct the dependency"), "{said}");
    assert_eq!(stage.shop.reviews(pull).unwrap(), []);
    assert_eq!(stage.shop.pull(pull).unwrap().body, None, "a description of a run that found out nothing");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_tested_without_its_own_dependencies() {
    let stage = Stage::with(PRICES).await;
    let fork = stage.shop.fork("ann").unwrap();
    // If it were installed, the environment could not be made.
    let files = [BREAKS, &[("requirements.txt", "iniconfig==999.0\n")]].concat();
    let head = commit(&fork, "change", Some("main"), &files, "Change");
    let spec = PullSpec {
        fork: Some("ann/shop".to_owned()),
        author: "ann".to_owned(),
        ..PullSpec::new("Shorten the mean", "change")
    };
    let pull = stage.shop.open_pull_request(spec).unwrap();
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(title(&check), "1 regression proven in prices.py", "{check:?}");
    assert_eq!(stage.findings(pull).len(), 1);
    let text = check.output.text.unwrap_or_default();
    assert!(text.contains("the change's own dependencies were not installed"), "{text}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_can_not_be_loaded_is_no_success_though_the_rest_of_it_is_harmless() {
    let rates = "def rate(country):\n    return 19 if country == 'de' else 20\n";
    let stage = Stage::with(&[PRICES, &[("rates.py", rates)]].concat()).await;
    let unloadable = format!("import no_such_module\n\n\n{}", rates.replace("country ==", "country.lower() =="));
    let (pull, head) = stage.propose(&[KEEPS, &[("rates.py", &unloadable)]].concat());
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(conclusion(&check), "neutral", "{check:?}");
    let said = summary(&check);
    assert!(said.contains("rates.rate") && said.contains("no_such_module"), "{said}");
    assert_eq!(stage.body(pull), "", "a description of a run that found out too little");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_of_data_hides_no_code() {
    let stage = Stage::with(PRICES).await;
    let rows = "1,2,3\n".repeat(30_000);
    let (pull, head) = stage.propose(&[BREAKS, &[("a.csv", &rows)]].concat());
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(title(&check), "1 regression proven in prices.py", "{check:?}");
    let text = check.output.text.unwrap_or_default();
    assert!(text.contains("a.csv was not looked at"), "{text}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_out_of_the_tree_submodules_and_lfs_pointers_are_not_followed_and_said() {
    let stage = Stage::with(PRICES).await;
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    let entries = [
        ("prices.py", Entry::File(BREAKS[0].1.into())),
        ("passwords", Entry::Symlink("/etc/passwd".to_owned())),
        ("above", Entry::Symlink("../../..".to_owned())),
        ("module", Entry::Submodule("1".repeat(40))),
        ("model.bin", Entry::File(pointer.into())),
    ];
    let head = stage.shop.commit_entries("change", Some("main"), &entries, "Change").unwrap();
    let pull = stage.shop.open_pull_request(PullSpec::new("Shorten the mean", "change")).unwrap();
    stage.tell(pull, "opened").await;
    let check = stage.completed(&head).await;
    assert_eq!(title(&check), "1 regression proven in prices.py", "{check:?}");
    let text = check.output.text.unwrap_or_default();
    for said in ["2 symlinks were left out", "1 submodules were left out (module)", "(model.bin)"] {
        assert!(text.contains(said), "nothing is said of {said}: {text}");
    }
    assert!(!text.contains("root:"), "{text}");
    stage.end().await;
}
