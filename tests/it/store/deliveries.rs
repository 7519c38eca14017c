use jittest::domain::{Plan, Stop, StopReason};
use jittest::store::{Finish, JobState, Lane, Store, StoreError};

use super::{ask, command, delivery, on_each_database, subject, to_test};

async fn jobs(store: &Store, state: JobState) -> u64 {
    let counts = store.job_counts().await.unwrap();
    counts.iter().filter(|count| count.state == state).map(|count| count.jobs).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_delivery_many_times_at_once_is_one_job() {
    on_each_database(async |database| {
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = database.open().await;
            for _ in 0..4 {
                let store = store.clone();
                tries.spawn(async move { store.accept(&delivery("d1"), &to_test("d1", 3), true).await.unwrap() });
            }
        }
        let new = tries.join_all().await.into_iter().filter(|new| *new).count();
        assert_eq!(new, 1);
        assert_eq!(jobs(&database.open().await, JobState::Queued).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_stored_with_all_of_its_jobs_or_not_at_all() {
    on_each_database(async |database| {
        let store = database.open().await;
        let mut plan = to_test("d1", 3);
        plan.jobs.extend(to_test("d1", 4).jobs);
        // Stopped at any point, as by a crash: what is there afterwards is all or nothing.
        for yields in 0..40 {
            let (store, plan) = (store.clone(), plan.clone());
            let task = tokio::spawn(async move { store.accept(&delivery("d1"), &plan, true).await });
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            task.abort();
            drop(task.await);
        }
        let seen = jobs(&store, JobState::Queued).await;
        assert!(seen == 0 || seen == 2, "{seen} jobs of 2");
        let new = store.accept(&delivery("d1"), &plan, true).await.unwrap();
        assert_eq!(new, seen == 0);
        assert_eq!(jobs(&store, JobState::Queued).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_head_stops_what_waits_and_what_runs_for_the_same_pull_request_alone() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        ask(&store, "d2", 4).await;
        assert!(store.accept(&delivery("d3"), &command("d3", 3), true).await.unwrap());
        let running = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        ask(&store, "d4", 3).await;
        let standing = store.standing(&running.lease).await.unwrap();
        assert_eq!(standing, jittest::store::Standing::Stop(StopReason::Superseded));
        assert!(!store.admit(&running.lease, 1_000).await.unwrap(), "a stopped job was admitted");
        let mut stopped = Vec::new();
        while let Some(claimed) = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap() {
            stopped.push((claimed.record.job.delivery.0.clone(), claimed.record.stop));
        }
        stopped.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = ["d2", "d3"].map(|id| (id.to_owned(), None));
        assert_eq!(stopped, expected);
        let cancelled = Finish { state: JobState::Cancelled, ..Finish::done() };
        assert!(store.finish(&running.lease, &running.record.job, cancelled, 1_000).await.unwrap());
        let newest = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert_eq!((newest.record.job.delivery.as_str(), newest.record.stop), ("d4", None));
    })
    .await;
}

#[tokio::test]
async fn a_test_that_waits_for_a_worker_is_closed_by_the_light_lane_when_it_is_superseded() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let first = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert!(store.admit(&first.lease, 1_000).await.unwrap());
        ask(&store, "d2", 3).await;
        assert_eq!(store.claim("w", Lane::Heavy, 1_000, 2_000).await.unwrap(), None);
        let closing = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert_eq!(closing.record.job.id, first.record.job.id);
        assert_eq!(closing.record.stop, Some(StopReason::Superseded));
    })
    .await;
}

#[tokio::test]
async fn a_lost_repository_ends_what_waits_and_stops_what_runs() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let running = store.claim("w", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert!(store.accept(&delivery("d2"), &command("d2", 3), true).await.unwrap());
        let stop = Stop::Repository { installation: 7, full_name: subject("shop").full_name() };
        let plan = Plan { stops: vec![stop], jobs: Vec::new() };
        assert!(store.accept(&delivery("d3"), &plan, true).await.unwrap());
        assert_eq!(jobs(&store, JobState::Cancelled).await, 1);
        let standing = store.standing(&running.lease).await.unwrap();
        assert_eq!(standing, jittest::store::Standing::Stop(StopReason::Gone));

        ask(&store, "d4", 3).await;
        let plan = Plan { stops: vec![Stop::Installation(8)], jobs: Vec::new() };
        assert!(store.accept(&delivery("d5"), &plan, true).await.unwrap());
        assert_eq!(jobs(&store, JobState::Queued).await, 1, "another installation's end stopped a job");
    })
    .await;
}

#[tokio::test]
async fn the_bodies_of_old_deliveries_are_forgotten_and_their_ids_are_not() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        assert_eq!(store.forget_bodies(1_000).await.unwrap(), 0);
        assert_eq!(store.forget_bodies(1_001).await.unwrap(), 1);
        assert_eq!(store.forget_bodies(1_001).await.unwrap(), 0);
        assert!(!store.accept(&delivery("d1"), &to_test("d1", 3), true).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_says_so() {
    let error = Store::open("mysql://me:secret@host/db").await.unwrap_err();
    assert!(matches!(&error, StoreError::Url { url } if url == "mysql://…@host/db"), "{error}");
    let error = Store::open("sqlite:///no/such/folder/jittest.db").await.unwrap_err();
    assert!(matches!(error, StoreError::Open(_)), "{error}");
}
