//! Retention: after simulated years the database contains only what is kept.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use chrono::{DateTime, Utc};
use shared::domain::retention::Retention;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    BatchStore, HistoryStore, RecordPart, ReportStore, RetentionCursor, RetentionStore, RunQueries,
    RunStore, UpdateResult, UpdateStore,
};
use sqlx::{Connection, Row};

const PRODUCTS: u32 = 40;
const DAY: i64 = 86_400;

/// A day's run: every product gets a new price, and every update is settled except those that are
/// parked.
async fn day(store: &SqlStore, day: i64, parked: usize) -> RunId {
    let start = at(day * DAY);
    let mut run = run_of(RunKind::PriceStock, PRODUCTS);
    run.started_at = start;
    store.start_run(&run).await.unwrap();
    let asins: Vec<_> = (1..=PRODUCTS).map(asin).collect();
    let rows = store.listings(&asins, None).await.unwrap();
    let price = 1300 + 10 * u32::try_from(day % 100).unwrap();
    for no in 1..=PRODUCTS.div_ceil(20) {
        let seen = (no * 20 - 19..=no * 20).map(|number| {
            let row = &rows[number as usize - 1];
            let mut seen = priced(number, price, start);
            seen.listings = vec![due(row.listing.id, shop_state(price, true), day + 1)];
            seen
        });
        let mut answer = record(run.id, RecordPart::Batch(no), seen.collect());
        answer.at = start;
        store.record(&answer).await.unwrap();
    }
    backfilled(store, run.id).await;
    for (place, row) in rows.iter().enumerate() {
        let result = if place < parked {
            UpdateResult::Parked
        } else {
            UpdateResult::Applied(shop_state(price, true))
        };
        store
            .finish_update(unleased(row.listing.id, day + 1), &result, start)
            .await
            .unwrap();
    }
    assert!(store.close_run(run.id, start).await.unwrap());
    run.id
}

/// A whole retention pass; returns the most rows that one step deleted.
async fn thin(store: &SqlStore, now: DateTime<Utc>) -> u64 {
    let cutoffs = Retention::default().cutoffs(now);
    let mut place = Some(RetentionCursor::default());
    let mut most = 0;
    while let Some(here) = place {
        let step = store.delete_expired(&cutoffs, &here).await.unwrap();
        most = most.max(step.rows);
        place = step.next;
    }
    most
}

async fn counted(home: &Home, table: &str) -> i64 {
    let mut on = sqlx::AnyConnection::connect(&home.url).await.unwrap();
    let count = format!("SELECT COUNT(*) FROM {table}");
    let row = sqlx::query(sqlx::AssertSqlSafe(count))
        .fetch_one(&mut on)
        .await
        .unwrap();
    on.close().await.unwrap();
    row.get(0)
}

const TABLES: [&str; 6] = [
    "outcomes",
    "updates",
    "batches",
    "misses",
    "guards",
    "observations",
];

#[tokio::test]
async fn retention_keeps_no_more_rows_after_many_months_than_after_one() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", PRODUCTS).await;
    let mut after_forty = Vec::new();
    for no in 0..160 {
        day(&store, no, 0).await;
        thin(&store, at(no * DAY + 60)).await;
        if no == 40 {
            for table in TABLES {
                after_forty.push(counted(&home, table).await);
            }
        }
    }

    for (table, before) in TABLES.into_iter().zip(after_forty) {
        assert_eq!(counted(&home, table).await, before, "{table}");
    }
    // Kept: every run with its report, and the newest observation of every product.
    assert_eq!(counted(&home, "runs").await, 160);
    let runs = store.runs(false, 1_000).await.unwrap();
    let oldest = store.report(runs[159].id, at(999)).await.unwrap().unwrap();
    assert_eq!(oldest.outcomes.success, u64::from(PRODUCTS));
    assert_eq!(oldest.updates.applied, u64::from(PRODUCTS));
}

#[tokio::test]
async fn a_large_backlog_is_deleted_in_small_chunks() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", PRODUCTS).await;
    for no in 0..30 {
        day(&store, no, 0).await;
    }

    let most = thin(&store, at(400 * DAY)).await;

    assert!((1..=540).contains(&most), "{most} rows at once");
    for table in ["outcomes", "updates", "batches", "misses", "guards"] {
        assert_eq!(counted(&home, table).await, 0, "{table}");
    }
    let kept = counted(&home, "observations").await;
    assert_eq!(kept, i64::from(PRODUCTS), "the newest of each");
    let told = store.asin_history(asin(1)).await.unwrap();
    assert_eq!(told.seen[0].last_at, at(29 * DAY));
}

#[tokio::test]
async fn rows_that_are_not_expired_are_kept() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", PRODUCTS).await;
    day(&store, 0, 0).await;
    day(&store, 1, 0).await;
    let open = run_of(RunKind::Stale, PRODUCTS);
    store.start_run(&open).await.unwrap();
    let mut before = Vec::new();
    for table in TABLES {
        before.push(counted(&home, table).await);
    }

    assert_eq!(thin(&store, at(30 * DAY)).await, 0);
    let after = thin(&store, at(500 * DAY)).await;

    assert!(after > 0);
    assert_eq!(counted(&home, "batches").await, 2, "the open run's");
    assert!(before.iter().sum::<i64>() > 2);
}

#[tokio::test]
async fn an_update_of_a_parked_account_outlives_its_run() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", PRODUCTS).await;
    let run = day(&store, 5, 3).await;

    thin(&store, at(100 * DAY)).await;

    assert_eq!(counted(&home, "updates").await, 3);
    assert_eq!(unsettled(&store).await.len(), 3);
    let report = store.report(run, at(100 * DAY)).await.unwrap().unwrap();
    assert_eq!((report.updates.parked, report.updates.applied), (3, 37));
    for (listing, version, _) in unsettled(&store).await {
        store
            .finish_update(
                unleased(listing, version),
                &UpdateResult::Equal,
                at(101 * DAY),
            )
            .await
            .unwrap();
    }
    thin(&store, at(101 * DAY)).await;
    assert_eq!(counted(&home, "updates").await, 0);
}
