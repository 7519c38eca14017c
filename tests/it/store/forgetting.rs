use jittest::domain::{JobKind, Report, StopReason, Verdict};
use jittest::store::{Finish, Lane, RunOrigin, Store};

use super::{ask, delivery, on_each_database, sha, subject, to_test};

/// Takes and ends the oldest job, at this time.
async fn end(store: &Store, at_ms: i64) {
    let claimed = store.claim("a", Lane::Light, 10_000, 20_000).await.unwrap().unwrap();
    assert!(store.finish(&claimed.lease, &claimed.record.job, Finish::done(), at_ms).await.unwrap());
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_nothing_else() {
    on_each_database(async |database| {
        let store = database.open().await;
        for (pull, id) in ["old", "new", "waiting"].into_iter().enumerate() {
            ask(&store, id, pull as u64).await;
        }
        end(&store, 20_000).await;
        end(&store, 30_000).await;
        assert_eq!(store.forget_jobs(25_000).await.unwrap(), 1);
        assert_eq!(store.forget_deliveries(25_000).await.unwrap(), 1, "of a delivery whose job is remembered");
        let jobs: u64 = store.job_counts().await.unwrap().iter().map(|count| count.jobs).sum();
        assert_eq!(jobs, 2);
        // What is remembered still makes no second job.
        assert!(!store.accept(&delivery("new"), &to_test("new", 1), false).await.unwrap());
        assert_eq!(store.forget_jobs(i64::MAX).await.unwrap(), 1, "a job that waits was forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_run_is_forgotten_with_its_tests_and_what_was_dismissed_stays_dismissed() {
    on_each_database(async |database| {
        let store = database.open().await;
        let report: Report = serde_json::from_str(include_str!("../../../fixtures/report/rich.json")).unwrap();
        let origin = RunOrigin { job: None, repository: subject("shop").full_name(), pull: Some(3) };
        store.record_run(&origin, &report, 20_000).await.unwrap();
        store.record_run(&origin, &Report::empty(Verdict::Clear), 30_000).await.unwrap();
        store.dismiss(&subject("shop"), 3, &report.catches[0].id, "ann", 20_000).await.unwrap();
        assert_eq!(store.forget_runs(25_000).await.unwrap(), 1);
        let latest = store.latest_report(&subject("shop"), 3).await.unwrap().unwrap();
        assert_eq!(latest.report.verdict, Verdict::Clear);
        assert_eq!(store.forget_runs(i64::MAX).await.unwrap(), 1);
        assert_eq!(store.latest_report(&subject("shop"), 3).await.unwrap(), None);
        assert_eq!(store.dismissed(&subject("shop")).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_test_knows_those_that_it_took_the_place_of_as_long_as_none_of_them_ended() {
    on_each_database(async |database| {
        let store = database.open().await;
        let asked = jittest::domain::Plan::to_test("d1", &subject("shop"), 3, Some(sha('a')), true);
        assert!(store.accept(&delivery("d1"), &asked, true).await.unwrap());
        ask(&store, "d2", 3).await;
        ask(&store, "d3", 3).await;
        ask(&store, "d4", 4).await;
        let claim = async |now| store.claim("a", Lane::Light, now, now + 10_000).await.unwrap().unwrap();
        let first = claim(10_000).await;
        assert_eq!(first.record.stop, Some(StopReason::Superseded));
        assert!(store.reschedule(&first.lease, 90_000, "unsaid", 10_000).await.unwrap());
        let second = claim(10_000).await;
        assert!(store.reschedule(&second.lease, 30_000, "unsaid", 10_000).await.unwrap());
        let third = claim(10_000).await;
        let asks = |kinds: Vec<JobKind>| {
            kinds.iter().map(|kind| matches!(kind, JobKind::Test { asked: true, .. })).collect::<Vec<_>>()
        };
        assert_eq!(asks(store.superseded_by(&third.record.job).await.unwrap()), [false, true]);
        assert_eq!(asks(store.superseded_by(&first.record.job).await.unwrap()), [false; 0]);
        assert!(store.hand_back(&third.lease, 11_000).await.unwrap());
        let second = claim(30_000).await;
        assert!(store.finish(&second.lease, &second.record.job, Finish::done(), 31_000).await.unwrap());
        assert_eq!(asks(store.superseded_by(&third.record.job).await.unwrap()), [false; 0]);
    })
    .await;
}

#[tokio::test]
async fn why_a_job_was_given_up_is_there_when_it_comes_back() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let held = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert_eq!(held.record.given_up, None);
        assert!(store.gives_up(&held.lease, "no").await.unwrap());
        assert!(store.reschedule(&held.lease, 3_000, "unsaid", 1_500).await.unwrap());
        assert!(!store.gives_up(&held.lease, "late").await.unwrap());
        let again = store.claim("b", Lane::Light, 3_000, 4_000).await.unwrap().unwrap();
        assert_eq!(again.record.given_up.as_deref(), Some("no"));
    })
    .await;
}
