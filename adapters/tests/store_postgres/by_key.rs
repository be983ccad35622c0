//! The rows that a batch reads do not grow with the shop or with the run, even without statistics of
//! the tables.

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::run::RunId;
use shared::ports::store::{BatchStore, RecordPart};
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};

const BATCHES: u32 = 100;
const ASINS: u32 = 20 * BATCHES;

#[tokio::test]
async fn a_batch_reads_its_own_listings_and_updates_only() {
    let home = home().await;
    let mut on = PgConnection::connect(&home.url).await.unwrap();
    let store = home.store().await;
    shop(&store, "a", ASINS).await;
    let run = started(&store, ASINS).await;
    let before = left(store, &mut on).await;

    let store = home.store().await;
    for no in 1..=BATCHES {
        record_batch(&store, run, no).await;
    }

    let after = left(store, &mut on).await;
    let (listings, updates) = (after.0 - before.0, after.1 - before.1);
    assert!(listings >= i64::from(ASINS), "the count is not in yet");
    assert!(listings < 3 * i64::from(ASINS), "{listings} listings read");
    assert!(updates < i64::from(ASINS), "{updates} updates read");
}

/// Every tenth listing gets an update.
async fn record_batch(store: &SqlStore, run: RunId, no: u32) {
    let open = store.batch(run, no).await.expect("an answer");
    let open = open.expect("an open batch");
    let rows = store.listings(open.batch.asins(), None).await;
    let rows = rows.expect("the listings");
    let recorded = (1..=20).zip(&rows).map(|(place, row)| {
        let mut verdict = due(row.listing.id, shop_state(1300 + no, true), 1);
        if place % 10 > 0 {
            verdict.update = None;
        }
        let mut seen = priced((no - 1) * 20 + place, 1000, at(20));
        seen.listings = vec![verdict];
        seen
    });
    let record = record(run, RecordPart::Batch(no), recorded.collect());
    store.record(&record).await.expect("recorded");
}

/// The rows of listings and of updates that were read so far. Closes `store`, since a connection adds
/// its counts when it closes.
async fn left(store: SqlStore, on: &mut PgConnection) -> (i64, i64) {
    drop(store);
    let begun = Instant::now();
    let there = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'miseban'";
    while sqlx::query_scalar::<_, i64>(there)
        .fetch_one(&mut *on)
        .await
        .expect("an answer")
        > 0
    {
        assert!(begun.elapsed() < Duration::from_secs(30), "it stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (read_of("listings", on).await, read_of("updates", on).await)
}

async fn read_of(table: &str, on: &mut PgConnection) -> i64 {
    let read = "SELECT CAST(
        (SELECT SUM(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = $1)
        + (SELECT SUM(seq_tup_read) FROM pg_stat_user_tables WHERE relname = $1) AS BIGINT)";
    sqlx::query_scalar(read)
        .bind(table)
        .fetch_one(on)
        .await
        .expect("a count")
}
