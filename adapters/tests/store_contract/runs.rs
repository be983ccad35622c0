//! Runs: one open run of a kind, one barrier, one end.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::outcome::MissReason;
use shared::domain::run::{NextStep, RunId, RunKind, RunState};
use shared::ports::store::{
    BatchStore, NewRun, RecordPart, ReportStore, RequestCost, RunQueries, RunStore, StartError,
    StoreError,
};
use uuid::Uuid;

#[tokio::test]
async fn a_second_run_of_a_kind_is_refused_with_the_id_of_the_open_one() {
    let store = open().await;
    let first = started(&store, 40).await;
    let second = run_of(RunKind::PriceStock, 40);

    let refused = store.start_run(&second).await;

    assert!(matches!(refused, Err(StartError::AlreadyOpen(id)) if id == first));
    assert_eq!(store.run(second.id).await.unwrap(), None);
    assert_eq!(store.batch(second.id, 1).await.unwrap(), None);
    store
        .start_run(&run_of(RunKind::Visibility, 40))
        .await
        .unwrap();
    store.fail_run(first, "stopped", at(30)).await.unwrap();
    store.start_run(&second).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_of_many_concurrent_starts_succeeds() {
    let home = home().await;
    let store = home.store().await;
    let starts = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.start_run(&run_of(RunKind::Stale, 60)).await.is_ok() })
    });

    let started = futures::future::join_all(starts).await;

    assert_eq!(
        started
            .into_iter()
            .filter(|one| *one.as_ref().unwrap())
            .count(),
        1
    );
    assert_eq!(store.runs(true, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_is_read_with_all_fields_it_was_started_with() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let mut run = run_of(RunKind::Stale, 45);
    run.account = Some(account("a"));
    run.dry_run = true;
    store.start_run(&run).await.unwrap();

    let row = store.run(run.id).await.unwrap().unwrap();

    assert_eq!((row.kind, row.state), (RunKind::Stale, RunState::Running));
    assert_eq!((row.account, row.dry_run), (Some(account("a")), true));
    assert_eq!((row.started_at, row.ended_at), (at(10), None));
    let last = store.batch(run.id, 3).await.unwrap().unwrap();
    assert_eq!(
        last.batch.asins(),
        [asin(41), asin(42), asin(43), asin(44), asin(45)]
    );
    assert_eq!(
        (last.kind, last.account),
        (RunKind::Stale, Some(account("a")))
    );
    assert_eq!(store.batch(run.id, 4).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_of_sixteen_passes_the_barrier() {
    let home = home().await;
    let store = home.store().await;
    let run = started(&store, 1).await;
    assert!(!store.begin_backfill(run).await.unwrap(), "a batch is open");
    store
        .record(&record(run, RecordPart::GivenUp(1), Vec::new()))
        .await
        .unwrap();
    let callers = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.begin_backfill(run).await.unwrap() })
    });

    let answers = futures::future::join_all(callers).await;

    assert_eq!(
        answers
            .into_iter()
            .filter(|one| *one.as_ref().unwrap())
            .count(),
        1
    );
}

#[tokio::test]
async fn progress_asks_for_one_step_after_the_other() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 21).await;
    let part = |no| record(run, RecordPart::Batch(no), vec![priced(no, 1000, at(20))]);

    let first = store.record(&part(1)).await.unwrap().progress;
    let last = store.record(&part(2)).await.unwrap().progress;

    assert_eq!(first.next_step(), NextStep::Nothing);
    assert_eq!(last.next_step(), NextStep::Backfill);
    assert!(store.begin_backfill(run).await.unwrap());
    assert!(
        !store.close_run(run, at(50)).await.unwrap(),
        "the backfill is open"
    );
    assert_eq!(
        store.end_backfill(run, at(50)).await.unwrap().next_step(),
        NextStep::Close
    );
    assert_eq!(
        store.end_backfill(run, at(50)).await.unwrap().next_step(),
        NextStep::Close
    );
    assert!(store.close_run(run, at(50)).await.unwrap());
    let row = store.run(run).await.unwrap().unwrap();
    assert_eq!((row.state, row.ended_at), (RunState::Done, Some(at(50))));
}

#[tokio::test]
async fn open_work_names_every_open_row() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started(&store, 41).await;
    let mut seen = priced(1, 1200, at(20));
    seen.listings = vec![due(listing_of(&store, 1).await, shop_state(1560, true), 1)];
    store
        .record(&record(run, RecordPart::Batch(2), vec![seen]))
        .await
        .unwrap();

    let work = store.open_work(run).await.unwrap();

    assert_eq!(work.batches, [1, 3]);
    assert_eq!(work.updates.len(), 1);
    assert!(work.progress.batches_open && work.progress.updates_open);
    let view = store.run_view(run).await.unwrap();
    assert_eq!((view.batches, view.batches_done), (3, 1));
    assert_eq!((view.updates, view.updates_done), (1, 0));
}

#[tokio::test]
async fn open_parts_are_a_window_of_the_open_batches() {
    let store = open().await;
    let run = started(&store, 101).await;
    for no in [2, 4] {
        let part = RecordPart::Batch(no);
        store.record(&record(run, part, Vec::new())).await.unwrap();
    }
    let window = async |after, limit| {
        let parts = store.open_parts(run, at(30), after, limit).await.unwrap();
        assert!(parts.updates.is_empty() && parts.progress.batches_open);
        parts.batches
    };

    assert_eq!(window(0, 2).await, [1, 3]);
    assert_eq!(window(3, 2).await, [5, 6]);
    assert_eq!(window(6, 2).await, [0_u32; 0]);
}

#[tokio::test]
async fn a_failed_run_accepts_no_more_batches() {
    let store = open().await;
    let run = started(&store, 1).await;

    assert!(
        store
            .fail_run(run, "the credentials are refused", at(30))
            .await
            .unwrap()
    );
    assert!(!store.fail_run(run, "again", at(31)).await.unwrap());

    assert_eq!(store.batch(run, 1).await.unwrap(), None);
    let late = record(run, RecordPart::Batch(1), vec![priced(1, 1000, at(20))]);
    let progress = store.record(&late).await.unwrap().progress;
    assert_eq!(progress.state, RunState::Failed);
    assert!(store.products(&[asin(1)]).await.unwrap().is_empty());
    let report = store.report(run, at(99)).await.unwrap().unwrap();
    assert_eq!(report.error.as_deref(), Some("the credentials are refused"));
    assert_eq!((report.requests, report.seconds), (0, 20.0));
}

#[tokio::test]
async fn unfetched_misses_fail_when_the_backfill_ends() {
    let store = open().await;
    let run = started(&store, 2).await;
    let given_up = vec![
        missed(1, MissReason::GivenUp),
        missed(2, MissReason::GivenUp),
    ];
    store
        .record(&record(run, RecordPart::GivenUp(1), given_up))
        .await
        .unwrap();
    assert_eq!(store.open_misses(run, 10).await.unwrap().len(), 2);

    backfilled(&store, run).await;

    assert_eq!(store.open_misses(run, 10).await.unwrap(), []);
    let report = store.report(run, at(99)).await.unwrap().unwrap();
    assert_eq!((report.backfill.asins, report.backfill.failed), (2, 2));
    assert_eq!(report.still_missing, [asin(1), asin(2)]);
}

#[tokio::test]
async fn costs_add_up() {
    let store = open().await;
    let run = started(&store, 1).await;
    let cost = RequestCost {
        requests: 1,
        backfill_requests: 1,
        refused: 2,
        waited_ms: 2500,
        lane_us: 30_000_000,
    };

    let request = Uuid::now_v7();
    store.count(run, request, cost).await.unwrap();
    store.count(run, request, cost).await.unwrap();
    store.count(run, Uuid::now_v7(), cost).await.unwrap();

    let report = store.report(run, at(110)).await.unwrap().unwrap();
    assert_eq!(
        (report.requests, report.backfill.requests, report.refused),
        (2, 2, 4)
    );
    assert!((report.permit_wait_seconds - 5.0).abs() < 1e-9);
    assert!((report.quota_used - 0.6).abs() < 1e-9, "60 of 100 seconds");
}

#[tokio::test]
async fn an_unknown_run_is_none() {
    let store = open().await;
    let unknown = RunId(Uuid::now_v7());

    assert_eq!(store.run(unknown).await.unwrap(), None);
    assert_eq!(store.report(unknown, at(1)).await.unwrap(), None);
    assert!(!store.begin_backfill(unknown).await.unwrap());
    let part = record(unknown, RecordPart::Batch(1), Vec::new());
    assert!(matches!(
        store.record(&part).await,
        Err(StoreError::Damaged(_))
    ));
}

/// Starts a run and ends it as done.
async fn done(store: &SqlStore, run: NewRun) {
    store.start_run(&run).await.unwrap();
    if !run.batches.is_empty() {
        let answer = vec![priced(1, 1_200, at(20))];
        let record = record(run.id, RecordPart::Batch(1), answer);
        store.record(&record).await.unwrap();
    }
    backfilled(store, run.id).await;
    assert!(store.close_run(run.id, at(90)).await.unwrap());
}

#[tokio::test]
async fn the_schedule_finds_the_newest_run_over_all_that_there_is() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let whole = run_of(RunKind::PriceStock, 1);
    let (id, none) = (whole.id, store.last_whole_run(RunKind::PriceStock));
    assert_eq!(none.await.unwrap(), None);
    done(&store, whole).await;
    for part in [
        NewRun {
            max_items: Some(5),
            ..run_of(RunKind::PriceStock, 1)
        },
        NewRun {
            account: Some(account("a")),
            ..run_of(RunKind::PriceStock, 1)
        },
        NewRun {
            dry_run: true,
            ..run_of(RunKind::PriceStock, 1)
        },
        run_of(RunKind::Stale, 1),
        run_of(RunKind::PriceStock, 0),
    ] {
        done(&store, part).await;
    }

    let last = store.last_whole_run(RunKind::PriceStock).await.unwrap();

    assert_eq!(last.map(|run| run.id), Some(id));
}

#[tokio::test]
async fn a_run_over_the_cache_knows_since_when_values_count_as_fresh() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let fresh_since = async |new: NewRun| {
        let id = new.id;
        store.start_run(&new).await.unwrap();
        let batch = store.batch(id, 1).await.unwrap().unwrap();
        store
            .fail_run(id, "the end of its part", at(99))
            .await
            .unwrap();
        batch.fresh_since
    };
    let visibility = || run_of(RunKind::Visibility, 20);
    let price = |minute| NewRun {
        started_at: at(minute),
        ..run_of(RunKind::PriceStock, 1)
    };
    assert_eq!(fresh_since(visibility()).await, None);
    done(&store, price(20)).await;
    let shops = NewRun {
        account: Some(account("a")),
        ..price(30)
    };
    done(&store, shops).await;
    let capped = NewRun {
        max_items: Some(1),
        ..price(40)
    };
    done(&store, capped).await;
    let nothing_listed = NewRun {
        batches: Vec::new(),
        ..price(45)
    };
    done(&store, nothing_listed).await;
    store.start_run(&price(50)).await.unwrap();

    // One that is open has not seen everything yet.
    let of_all = fresh_since(visibility()).await;
    let of_shop = NewRun {
        account: Some(account("a")),
        ..visibility()
    };
    let of_shop = fresh_since(of_shop).await;
    let asked = fresh_since(run_of(RunKind::Stale, 20)).await;

    assert_eq!((of_all, of_shop), (Some(at(20)), Some(at(30))));
    assert_eq!(asked, None);
}

#[tokio::test]
async fn runs_are_found_by_a_beginning_of_their_id() {
    let store = open().await;
    let ids = [
        "01939c1e-7c00-7000-8000-000000000001",
        "01939c1e-7c01-7000-8000-000000000002",
    ];
    for (id, kind) in ids.into_iter().zip([RunKind::PriceStock, RunKind::Stale]) {
        let run = NewRun {
            id: RunId::parse(id).unwrap(),
            ..run_of(kind, 1)
        };
        store.start_run(&run).await.unwrap();
    }

    let found = async |prefix: &str| store.runs_like(prefix, 10).await.unwrap().len();

    assert_eq!(found("01939c1e").await, 2);
    assert_eq!(found("01939c1e-7c00").await, 1);
    assert_eq!(found("01939c1e-7c00-7000-8000-000000000001").await, 1);
    assert_eq!(found("02").await, 0);
    assert_eq!(store.runs_like("0", 1).await.unwrap().len(), 1);
}
