use jittest::domain::{
    Catch, CatchKind, CatchTest, Confidence, Coverage, Critique, Evidence, FindingId, JobId, Level, RepoPath, Report,
    Runs, Verdict,
};
use jittest::store::{HistoryFilter, RunOrigin, Store};

use super::{on_each_database, sha, subject};

fn caught(finding: &str, symbol: &str) -> Report {
    let mut report = Report::empty(Verdict::Caught);
    report.head.sha = Some(sha('b'));
    report.coverage = Some(Coverage { changed_lines: Some(0.75), ..Coverage::default() });
    report.critique = Some(Critique { overall: Some(88), ..Critique::default() });
    report.catches.push(Catch {
        id: FindingId::new(finding),
        kind: CatchKind::Regression,
        file: RepoPath::parse("shop/cart.py").unwrap(),
        line: 41,
        symbol: symbol.to_owned(),
        confidence: Confidence::High,
        before: Some("total([]) returned 0".to_owned()),
        now: Some("total([]) raises IndexError".to_owned()),
        question: Some("Is that intended?".to_owned()),
        effect: "an empty cart can't be shown".to_owned(),
        reasons: Vec::new(),
        judge: None,
        mutant: None,
        test: CatchTest {
            framework: "pytest".to_owned(),
            path: RepoPath::parse("tests/test_jittest_cart.py").unwrap(),
            code: "def test_total(): ...\n".to_owned(),
            command: Vec::new(),
            level: Level::Unit,
            provenance: "offline".to_owned(),
            flaky_risk: 0.0,
            iterations: 2,
            retries: 0,
            quality: None,
        },
        evidence: Evidence {
            base: Runs { passed: 5, failed: 0 },
            head: Runs { passed: 0, failed: 5 },
            mutants_killed: Vec::new(),
        },
    });
    report
}

fn origin(job: Option<&str>) -> RunOrigin {
    RunOrigin { job: job.map(JobId::new), repository: "octo/shop".to_owned(), pull: Some(3) }
}

async fn functions(store: &Store, filter: HistoryFilter) -> Vec<String> {
    let filter = HistoryFilter { limit: 10, ..filter };
    store.history(&filter).await.unwrap().into_iter().map(|row| row.function_name).collect()
}

#[tokio::test]
async fn each_kept_test_of_a_run_is_a_row_of_the_history() {
    on_each_database(async |database| {
        let store = database.open().await;
        store.record_run(&origin(Some("j1")), &caught("f1", "shop.cart.total"), 5_000).await.unwrap();
        let rows = store.history(&HistoryFilter { limit: 10, ..HistoryFilter::default() }).await.unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.source_file.as_str(), row.function_name.as_str()), ("shop/cart.py", "shop.cart.total"));
        assert_eq!((row.coverage, row.score, row.iterations), (Some(0.75), Some(88), 2));
        assert_eq!((row.result.as_str(), row.framework.as_str(), row.created_at), ("regression", "pytest", 5_000));
        let extra: serde_json::Value = serde_json::from_str(&row.extra).unwrap();
        assert_eq!(extra["evidence"]["head"]["failed"], 5);
    })
    .await;
}

#[tokio::test]
async fn the_history_is_narrowed_down_by_each_of_its_filters() {
    on_each_database(async |database| {
        let store = database.open().await;
        store.record_run(&origin(Some("j1")), &caught("f1", "shop.cart.total"), 5_000).await.unwrap();
        store.record_run(&origin(Some("j2")), &caught("f2", "shop.cart.sub_total"), 6_000).await.unwrap();
        let both = vec!["shop.cart.sub_total".to_owned(), "shop.cart.total".to_owned()];
        let all = HistoryFilter::default;
        assert_eq!(functions(&store, all()).await, both);
        assert_eq!(functions(&store, HistoryFilter { function: "total".to_owned(), ..all() }).await, both[1..]);
        assert_eq!(
            functions(&store, HistoryFilter { function: "shop.cart.total".to_owned(), ..all() }).await,
            both[1..]
        );
        assert_eq!(functions(&store, HistoryFilter { repository: "octo/shop".to_owned(), ..all() }).await, both);
        assert_eq!(functions(&store, HistoryFilter { since_ms: 5_500, ..all() }).await, both[..1]);
        assert_eq!(functions(&store, HistoryFilter { min_coverage: 0.75, ..all() }).await, both);
        for none in [
            HistoryFilter { repository: "octo/other".to_owned(), ..all() },
            HistoryFilter { file: "cart.py".to_owned(), ..all() },
            HistoryFilter { function: "%".to_owned(), ..all() },
            HistoryFilter { min_coverage: 0.76, ..all() },
        ] {
            assert_eq!(functions(&store, none.clone()).await, Vec::<String>::new(), "{none:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_has_one_run_and_a_pull_request_a_newest_one() {
    on_each_database(async |database| {
        let store = database.open().await;
        assert_eq!(store.latest_report(&subject("shop"), 3).await.unwrap(), None);
        store.record_run(&origin(Some("j1")), &caught("f1", "a"), 5_000).await.unwrap();
        store.record_run(&origin(Some("j1")), &Report::empty(Verdict::Clear), 6_000).await.unwrap();
        let run = store.latest_report(&subject("shop"), 3).await.unwrap().unwrap();
        assert_eq!((run.report.verdict, run.head), (Verdict::Caught, Some(sha('b'))));
        store.record_run(&origin(Some("j2")), &Report::empty(Verdict::Clear), 7_000).await.unwrap();
        let run = store.latest_report(&subject("shop"), 3).await.unwrap().unwrap();
        assert_eq!(run.report.verdict, Verdict::Clear);
        assert_eq!(store.run_of(&JobId::new("j1")).await.unwrap().unwrap().report, caught("f1", "a"));
        // Runs of the command line have no job, and are all kept.
        store.record_run(&origin(None), &caught("f1", "a"), 8_000).await.unwrap();
        store.record_run(&origin(None), &caught("f1", "a"), 9_000).await.unwrap();
        assert_eq!(functions(&store, HistoryFilter::default()).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_dismissed_finding_stays_dismissed_in_its_repository_alone() {
    on_each_database(async |database| {
        let store = database.open().await;
        let finding = FindingId::new("3f9a1c2e");
        assert!(store.dismiss(&subject("shop"), 3, &finding, "ann", 1_000).await.unwrap());
        assert!(!store.dismiss(&subject("shop"), 4, &finding, "bob", 2_000).await.unwrap());
        assert!(database.open().await.dismissed(&subject("shop")).await.unwrap().contains(&finding));
        assert!(store.dismissed(&subject("other")).await.unwrap().is_empty());
    })
    .await;
}
