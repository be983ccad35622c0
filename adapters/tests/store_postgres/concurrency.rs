//! Many processes on one database: each store has separate connections, as each process does.

use crate::world::*;
use adapters::store::SqlStore;
use futures::future::join_all;
use shared::domain::run::{NextStep, RunId, RunKind, RunState};
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, GuardStore, NewListing, RecordPart, ReportStore,
    RunQueries, RunStore, StartError, StoreError, UpdateResult, UpdateStore,
};
use sqlx::Connection;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Barrier;

const PROCESSES: usize = 16;

/// The results of all processes, which start at the same moment.
async fn at_once<T: Send + 'static, F>(
    stores: &[SqlStore],
    work: impl Fn(usize, SqlStore) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(stores.len()));
    let tasks = stores.iter().enumerate().map(|(no, store)| {
        let (start, work) = (Arc::clone(&start), work(no, store.clone()));
        tokio::spawn(async move {
            start.wait().await;
            work.await
        })
    });
    let answers = join_all(tasks).await;
    answers.into_iter().map(Result::unwrap).collect()
}

async fn processes(home: &Home, count: usize) -> Vec<SqlStore> {
    join_all((0..count).map(|_| home.store())).await
}

/// Records the batch, then takes the next step of its progress; `true` when it got the barrier.
async fn report(store: SqlStore, run: RunId, no: u32, part: RecordPart) -> bool {
    let seen = record(run, part, vec![priced(no, 1000, at(20))]);
    let progress = store.record(&seen).await.expect("it is recorded").progress;
    let barrier = || store.begin_backfill(run);
    progress.next_step() == NextStep::Backfill && barrier().await.expect("it is asked")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_of_many_that_record_the_last_batches_gets_the_barrier() {
    let home = home().await;
    let stores = processes(&home, PROCESSES).await;
    for _ in 0..10 {
        let run = started(&stores[0], 16 * 20).await;

        let barriers = at_once(&stores, |place, store| {
            let no = u32::try_from(place).expect("an answer") + 1;
            report(store, run, no, RecordPart::Batch(no))
        })
        .await;

        assert_eq!(barriers.into_iter().filter(|got| *got).count(), 1);
        let told = stores[0]
            .report(run, at(99))
            .await
            .expect("an answer")
            .expect("an answer");
        assert_eq!((told.requests, told.state), (16, RunState::Backfilling));
        stores[0]
            .fail_run(run, "next", at(99))
            .await
            .expect("an answer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_batch_that_many_record_counts_once() {
    let home = home().await;
    let stores = processes(&home, 8).await;
    let run = started(&stores[0], 1).await;

    let barriers = at_once(&stores, |_, store| {
        report(store, run, 1, RecordPart::Batch(1))
    })
    .await;

    assert_eq!(barriers.into_iter().filter(|got| *got).count(), 1);
    let told = stores[0]
        .report(run, at(99))
        .await
        .expect("an answer")
        .expect("an answer");
    assert_eq!((told.requests, told.outcomes.success), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_second_of_two_starts_of_a_kind_is_refused_with_the_id_of_the_first() {
    let home = home().await;
    let stores = processes(&home, 4).await;

    let started = at_once(&stores, |_, store| async move {
        let run = run_of(RunKind::PriceStock, 200);
        (run.id, store.start_run(&run).await)
    })
    .await;

    let winners: Vec<RunId> = started
        .iter()
        .filter(|(_, answer)| answer.is_ok())
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(winners.len(), 1);
    for (_, answer) in started.iter().filter(|(_, answer)| answer.is_err()) {
        let Err(StartError::AlreadyOpen(open)) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(*open, winners[0]);
    }
    assert_eq!(stores[0].runs(false, 9).await.expect("an answer").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_of_eight_workers_gets_the_lease_of_a_listing() {
    let home = home().await;
    let stores = processes(&home, 8).await;
    shop(&stores[0], "a", 1).await;
    let (_, listing) = run_with_update(&stores[0]).await;

    let answers = at_once(&stores, |_, store| async move {
        store
            .begin_update(listing, at(30), at(90))
            .await
            .expect("an answer")
    })
    .await;

    let got = answers
        .iter()
        .filter(|answer| matches!(answer, Some(Ok(_))));
    assert_eq!(got.count(), 1);
    let told = answers
        .iter()
        .filter(|answer| **answer == Some(Err(at(90))));
    assert_eq!(told.count(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_end_of_the_last_updates_of_a_run_is_never_missed() {
    let home = home().await;
    let stores = processes(&home, 8).await;
    shop(&stores[0], "a", 8).await;
    for round in 0..10 {
        let run = started(&stores[0], 8).await;
        let asins: Vec<_> = (1..=8).map(asin).collect();
        let listings = stores[0].listings(&asins, None).await.expect("an answer");
        let seen_at = at(20 + round);
        let seen = listings.iter().zip(1..).map(|(row, no)| {
            let mut seen = priced(no, 1200, seen_at);
            let price = 2000 + u32::try_from(round).expect("an answer");
            seen.listings = vec![due(row.listing.id, shop_state(price, true), round + 1)];
            seen
        });
        let mut all = record(run, RecordPart::Batch(1), seen.collect());
        all.at = seen_at;
        stores[0].record(&all).await.expect("an answer");
        stores[0].begin_backfill(run).await.expect("an answer");

        // One of them ends the backfill, the others the updates.
        let closed = at_once(&stores, |place, store| {
            let listing = listings[place].listing.id;
            async move {
                let equal = UpdateResult::Equal;
                if place == 0 {
                    store
                        .finish_update(unleased(listing, 99), &equal, seen_at)
                        .await
                        .expect("an answer");
                    let progress = store.end_backfill(run, at(90)).await.expect("an answer");
                    progress.next_step() == NextStep::Close
                        && store.close_run(run, at(90)).await.expect("an answer")
                } else {
                    let ended = store
                        .finish_update(unleased(listing, 99), &equal, seen_at)
                        .await;
                    ended.expect("an answer").contains(&run)
                        && store.close_run(run, at(90)).await.expect("an answer")
                }
            }
        })
        .await;

        assert_eq!(closed.into_iter().filter(|got| *got).count(), 1, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_imports_give_each_listing_its_own_id() {
    let home = home().await;
    let stores = processes(&home, 2).await;
    stores[0]
        .sync_accounts(&[account_row("a", true), account_row("b", true)])
        .await
        .expect("an answer");

    let counts = at_once(&stores, |place, store| async move {
        let shop = ["a", "b"][place];
        // Some are in both, so that the second import finds them known.
        let own = (1..=2000).map(|no| new_listing(shop, no));
        let both = (3001..=3500).map(|no| new_listing("a", no));
        let listings: Vec<NewListing> = own.chain(both).collect();
        store.import(&listings, at(0)).await.expect("an answer")
    })
    .await;

    let new: u64 = counts.iter().map(|counts| counts.new).sum();
    let same: u64 = counts.iter().map(|counts| counts.same).sum();
    assert_eq!((new, same), (4500, 500));
    let asins: Vec<_> = (1..=3500).map(asin).collect();
    let rows = stores[0].listings(&asins, None).await.expect("an answer");
    let numbers: HashSet<_> = rows.iter().map(|row| row.listing.id).collect();
    assert_eq!((rows.len(), numbers.len()), (4500, 4500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn records_that_write_the_same_rows_do_not_deadlock() {
    let home = home().await;
    let stores = processes(&home, 3).await;
    shop(&stores[0], "a", 20).await;
    let listings = stores[0]
        .listings(&(1..=20).map(asin).collect::<Vec<_>>(), None)
        .await
        .expect("an answer");
    let ids: Vec<_> = listings.iter().map(|row| row.listing.id).collect();
    let mut runs = Vec::new();
    for kind in RunKind::ALL {
        let run = run_of(kind, 20 * 20);
        stores[0].start_run(&run).await.expect("an answer");
        runs.push(run.id);
    }

    let failed = at_once(&stores, |place, store| {
        let (run, ids) = (runs[place], ids.clone());
        async move {
            let mut failed = 0;
            for no in 1..=20 {
                let second = i64::from(no);
                let mut seen: Vec<_> = (1..=20)
                    .map(|number| {
                        let mut seen = priced(number, 1000 + no, at(20 + second));
                        let state = shop_state(1300 + no, true);
                        seen.listings = vec![due(ids[number as usize - 1], state, second)];
                        seen
                    })
                    .collect();
                seen.rotate_left(place * 7);
                let answer = store
                    .record(&record(run, RecordPart::Batch(no), seen))
                    .await;
                failed += u32::from(answer.is_err());
            }
            failed
        }
    })
    .await;

    assert_eq!(failed, [0, 0, 0]);
}

#[tokio::test]
async fn a_lock_that_is_not_released_ends_in_an_error_after_the_time_out() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 0).await;
    let mut other = sqlx::AnyConnection::connect(&home.url)
        .await
        .expect("an answer");
    let kept = "BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(kept)
        .execute(&mut other)
        .await
        .expect("an answer");

    let refused = store.sync_accounts(&[account_row("a", false)]).await;

    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut other)
        .await
        .expect("an answer");
    store
        .sync_accounts(&[account_row("a", false)])
        .await
        .expect("an answer");
}

#[tokio::test]
async fn asking_whether_a_run_may_end_waits_for_no_record() {
    let home = home().await;
    let store = home.store().await;
    let run = started(&store, 40).await;
    let mut recording = sqlx::PgConnection::connect(&home.url)
        .await
        .expect("a connection");
    let record = format!("BEGIN; SELECT 1 FROM runs WHERE id = '{run}' FOR SHARE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(record))
        .execute(&mut recording)
        .await
        .expect("the run");

    assert!(!store.hold_run(run).await.expect("no wait"));
    assert!(!store.close_run(run, at(20)).await.expect("no wait"));
}
