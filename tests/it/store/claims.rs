use std::collections::{BTreeMap, BTreeSet};

use jittest::domain::{Plan, StopReason};
use jittest::store::{Finish, JobState, Lane, Standing, Store};

use super::{ask, command, delivery, on_each_database, to_test};

const JOBS: u64 = 60;

/// A worker that takes jobs until none is left. Of what it takes, it abandons every seventh, as a crash does, and
/// oversleeps on every fifth: then it ends the job although its lease was over. Gives each (job, try) that it was
/// given, and each job that it could end.
async fn work(store: Store, owner: String) -> (Vec<(String, u32)>, Vec<String>) {
    let (mut given, mut ended) = (Vec::new(), Vec::new());
    // A clock of our own: each look is a second later, and a lease lasts ten.
    let mut now = 1_000_000;
    let mut idle = 0;
    while idle < 30 {
        now += 1_000;
        let Some(claimed) = store.claim(&owner, Lane::Light, now, now + 10_000).await.unwrap() else {
            idle += 1;
            continue;
        };
        idle = 0;
        given.push((claimed.record.job.id.0.clone(), claimed.record.attempt));
        let turn = given.len();
        if turn % 7 == 0 {
            continue;
        }
        if turn % 5 == 0 {
            now += 20_000;
            tokio::task::yield_now().await;
        }
        if store.finish(&claimed.lease, &claimed.record.job, Finish::done(), now).await.unwrap() {
            ended.push(claimed.record.job.id.0.clone());
        }
    }
    (given, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_end_each_job_exactly_once_though_some_crash_and_some_oversleep() {
    on_each_database(async |database| {
        let store = database.open().await;
        for pull in 0..JOBS {
            let id = format!("d{pull}");
            assert!(store.accept(&delivery(&id), &command(&id, pull), false).await.unwrap());
        }
        let mut workers = tokio::task::JoinSet::new();
        for process in 0..4 {
            let store = database.open().await;
            for worker in 0..2 {
                workers.spawn(work(store.clone(), format!("p{process}#{worker}")));
            }
        }
        let (mut given, mut ended) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
        for (tries, ends) in workers.join_all().await {
            for one in tries {
                assert!(given.insert(one.clone()), "{one:?} was given twice");
            }
            for job in ends {
                *ended.entry(job).or_default() += 1;
            }
        }
        assert_eq!(ended.len() as u64, JOBS);
        assert!(ended.values().all(|times| *times == 1), "{ended:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_lost_a_lease_changes_nothing_any_more() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let first = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert_eq!(store.claim("b", Lane::Light, 2_000, 3_000).await.unwrap(), None);
        let second = store.claim("b", Lane::Light, 2_001, 3_000).await.unwrap().unwrap();
        assert_eq!((first.record.attempt, second.record.attempt), (1, 2));

        assert_eq!(store.standing(&first.lease).await.unwrap(), Standing::Lost);
        assert!(!store.heartbeat(&first.lease, 9_000).await.unwrap());
        assert!(!store.admit(&first.lease, 2_500).await.unwrap());
        assert!(!store.hand_back(&first.lease, 2_500).await.unwrap());
        assert!(!store.reschedule(&first.lease, 2_500, "x", 2_500).await.unwrap());
        let then = Finish { then: to_test("later", 9), ..Finish::done() };
        assert!(!store.finish(&first.lease, &first.record.job, then, 2_500).await.unwrap());

        assert_eq!(store.standing(&second.lease).await.unwrap(), Standing::Held);
        assert!(store.finish(&second.lease, &second.record.job, Finish::done(), 2_500).await.unwrap());
        assert_eq!(store.claim("a", Lane::Light, 99_000, 99_999).await.unwrap(), None, "a lost end led to a job");
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_keeps_a_job() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let held = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert!(store.heartbeat(&held.lease, 5_000).await.unwrap());
        assert_eq!(store.claim("b", Lane::Light, 4_000, 6_000).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_handed_back_counts_as_not_taken_and_one_that_failed_waits() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let taken = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert!(store.hand_back(&taken.lease, 1_100).await.unwrap());
        let again = store.claim("b", Lane::Light, 1_200, 2_000).await.unwrap().unwrap();
        assert_eq!((again.record.attempt, again.record.failures), (1, 0));
        assert!(store.reschedule(&again.lease, 1_500, "the forge is away", 1_300).await.unwrap());
        assert_eq!(store.claim("b", Lane::Light, 1_499, 2_000).await.unwrap(), None);
        let last = store.claim("b", Lane::Light, 1_500, 2_000).await.unwrap().unwrap();
        assert_eq!((last.record.attempt, last.record.failures), (2, 1));
        // Cut off: it was started, and did not fail.
        let after_a_kill = store.claim("c", Lane::Light, 3_000, 4_000).await.unwrap().unwrap();
        assert_eq!((after_a_kill.record.attempt, after_a_kill.record.failures), (3, 1));
        assert_eq!(last.record.last_error.as_deref(), Some("the forge is away"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_of_one_pull_request_never_run_beside_each_other() {
    on_each_database(async |database| {
        let store = database.open().await;
        // Two jobs without a supersede between them, and one of another pull request.
        for (id, pull) in [("d1", 3), ("d2", 3), ("d3", 4)] {
            let plan = Plan { stops: Vec::new(), ..to_test(id, pull) };
            assert!(store.accept(&delivery(id), &plan, false).await.unwrap());
            let admitted = store.claim("l", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
            assert!(store.admit(&admitted.lease, 1_000).await.unwrap());
        }
        let mut claims = tokio::task::JoinSet::new();
        for worker in 0..8 {
            let store = database.open().await;
            claims.spawn(async move { store.claim(&format!("w{worker}"), Lane::Heavy, 1_000, 2_000).await.unwrap() });
        }
        let mut running: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
        // A claim that met another in the same moment may have gone without: it would ask again.
        running.extend(store.claim("w", Lane::Heavy, 1_000, 2_000).await.unwrap());
        let mut pulls: Vec<_> = running.iter().filter_map(|claimed| claimed.record.job.pull).collect();
        pulls.sort_unstable();
        assert_eq!(pulls, [3, 4]);

        let third = running.iter().find(|claimed| claimed.record.job.pull == Some(3)).unwrap();
        assert!(store.finish(&third.lease, &third.record.job, Finish::done(), 1_500).await.unwrap());
        let next = store.claim("w", Lane::Heavy, 1_500, 2_000).await.unwrap().unwrap();
        assert_eq!(next.record.job.pull, Some(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_of_one_pull_request_are_never_admitted_beside_each_other() {
    on_each_database(async |database| {
        let store = database.open().await;
        for (id, pull) in [("d1", 3), ("d2", 3), ("d3", 4)] {
            assert!(store.accept(&delivery(id), &to_test(id, pull), true).await.unwrap());
        }
        assert!(store.accept(&delivery("d4"), &command("d4", 3), false).await.unwrap());
        let mut claims = tokio::task::JoinSet::new();
        for worker in 0..8 {
            let store = database.open().await;
            claims.spawn(async move { store.claim(&format!("w{worker}"), Lane::Light, 1_000, 9_000).await.unwrap() });
        }
        let mut held: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
        // A claim that met another in the same moment may have gone without: it would ask again.
        while let Some(more) = store.claim("w", Lane::Light, 1_000, 9_000).await.unwrap() {
            held.push(more);
        }
        let mut deliveries: Vec<_> = held.iter().map(|claimed| claimed.record.job.delivery.as_str()).collect();
        deliveries.sort_unstable();
        assert_eq!(deliveries, ["d1", "d3", "d4"], "the older test first, and what is no test beside it");

        let first = held.iter().find(|claimed| claimed.record.job.delivery.as_str() == "d1").unwrap();
        // Its process died: it is taken up again before the younger one, which it may have to make room for.
        let again = store.claim("w", Lane::Light, 9_001, 20_000).await.unwrap().unwrap();
        assert_eq!((&again.record.job.id, again.record.attempt), (&first.record.job.id, 2));
        assert_eq!(store.standing(&again.lease).await.unwrap(), Standing::Stop(StopReason::Superseded));
        let cancelled = Finish { state: JobState::Cancelled, ..Finish::done() };
        assert!(store.finish(&again.lease, &again.record.job, cancelled, 9_100).await.unwrap());
        let younger = store.claim("w", Lane::Light, 9_101, 20_000).await.unwrap().unwrap();
        assert_eq!(younger.record.job.delivery.as_str(), "d2");
    })
    .await;
}

#[tokio::test]
async fn what_a_job_leads_to_is_stored_in_the_moment_that_it_ends() {
    on_each_database(async |database| {
        let store = database.open().await;
        assert!(store.accept(&delivery("d1"), &command("d1", 3), false).await.unwrap());
        let claimed = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        let then = Finish { then: to_test("job:x", 3), ..Finish::done() };
        assert!(store.finish(&claimed.lease, &claimed.record.job, then, 1_500).await.unwrap());
        let next = store.claim("a", Lane::Light, 1_500, 2_000).await.unwrap().unwrap();
        assert_eq!(next.record.job.delivery, claimed.record.job.delivery);
        let ended = store.job(&claimed.record.job.id).await.unwrap().unwrap();
        assert_eq!(ended.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn the_jobs_of_a_dead_process_are_due_at_once() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        store.claim("dead", Lane::Light, 1_000, 99_000).await.unwrap().unwrap();
        assert_eq!(store.owners().await.unwrap(), ["dead"]);
        assert_eq!(store.claim("alive", Lane::Light, 2_000, 3_000).await.unwrap(), None);
        assert_eq!(store.release("dead").await.unwrap(), 1);
        assert!(store.claim("alive", Lane::Light, 2_000, 3_000).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn where_a_check_run_may_stand_is_known_before_it_does() {
    on_each_database(async |database| {
        let store = database.open().await;
        ask(&store, "d1", 3).await;
        let claimed = store.claim("a", Lane::Light, 1_000, 2_000).await.unwrap().unwrap();
        assert_eq!((claimed.record.head, claimed.record.check_run), (None, None));
        assert!(store.will_show(&claimed.lease, 3, &super::sha('b')).await.unwrap());
        let record = store.job(&claimed.record.job.id).await.unwrap().unwrap();
        assert_eq!((record.head, record.check_run), (Some(super::sha('b')), None));
        assert!(store.shows(&claimed.lease, u64::MAX).await.unwrap());
        let record = store.job(&claimed.record.job.id).await.unwrap().unwrap();
        assert_eq!(record.check_run, Some(u64::MAX));
    })
    .await;
}
