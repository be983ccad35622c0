//! An update that failed and is sent again: its history and the counts of its run follow the last result.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::desired::HoldReason;
use shared::domain::listing::ListingId;
use shared::domain::report::Report;
use shared::domain::retention::Retention;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{
    AccountStore, BatchStore, HistoryStore, RecordPart, ReportStore, RetentionCursor,
    RetentionStore, RunStore, UpdateClaim, UpdateResult, UpdateStore,
};

const PRICE: u32 = 1560;

/// A run that is done, the only update of which failed; its report is kept.
async fn failed(store: &SqlStore) -> (RunId, ListingId) {
    shop(store, "a", 1).await;
    let (run, listing) = run_with_update(store).await;
    backfilled(store, run).await;
    finish(
        store,
        unleased(listing, i64::MAX),
        failure("unavailable"),
        41,
    )
    .await;
    assert!(store.close_run(run, at(42)).await.unwrap());
    let report = report(store, run).await;
    store.keep_report(&report).await.unwrap();
    (run, listing)
}

fn failure(code: &str) -> UpdateResult {
    UpdateResult::Failed(code.to_owned())
}

async fn finish(store: &SqlStore, claim: UpdateClaim, result: UpdateResult, second: i64) {
    let done = store.finish_update(claim, &result, at(second));
    done.await.unwrap();
}

/// The claim of a worker that has the message again.
async fn retried(store: &SqlStore, listing: ListingId, second: i64) -> UpdateClaim {
    let begun = store.begin_update(listing, at(second), at(second + 12));
    begun.await.unwrap().unwrap().unwrap().claim()
}

async fn report(store: &SqlStore, run: RunId) -> Report {
    store.report(run, at(400)).await.unwrap().unwrap()
}

/// State and code of the updates, newest first.
async fn history(store: &SqlStore) -> Vec<(String, Option<String>)> {
    let history = store.asin_history(asin(1)).await.unwrap();
    let updates = history.updates.into_iter();
    updates.map(|update| (update.state, update.code)).collect()
}

fn in_state(state: &str) -> (String, Option<String>) {
    (state.to_owned(), None)
}

#[tokio::test]
async fn a_retry_that_succeeds_is_in_history_and_report() {
    let store = open().await;
    let (run, listing) = failed(&store).await;
    let before = report(&store, run).await;
    assert_eq!(
        (before.state, before.updates.failed),
        (RunState::Incomplete, 1)
    );

    let claim = retried(&store, listing, 60).await;
    finish(
        &store,
        claim,
        UpdateResult::Applied(shop_state(PRICE, true)),
        61,
    )
    .await;

    assert_eq!(history(&store).await, [in_state("applied")]);
    let after = report(&store, run).await;
    assert_eq!(after.state, RunState::Done);
    assert_eq!((after.updates.applied, after.updates.failed), (1, 0));
    assert_eq!(after.failures, []);
    assert_eq!(after.ended_at, before.ended_at);
}

#[tokio::test]
async fn a_retry_that_fails_again_shows_its_own_failure() {
    let store = open().await;
    let (run, listing) = failed(&store).await;

    let claim = retried(&store, listing, 60).await;
    store.release_update(claim, at(61)).await.unwrap();
    finish(
        &store,
        unleased(listing, i64::MAX),
        failure("bad_price"),
        62,
    )
    .await;

    let code = Some("bad_price".to_owned());
    assert_eq!(history(&store).await, [("failed".to_owned(), code)]);
    let after = report(&store, run).await;
    assert_eq!((after.updates.failed, after.updates.applied), (1, 0));
    assert_eq!(after.failures[0].code, "bad_price");
    assert_eq!(after.state, RunState::Incomplete);
}

#[tokio::test]
async fn a_retry_that_runs_twice_counts_once() {
    let store = open().await;
    let (run, listing) = failed(&store).await;

    for second in [60, 80] {
        let claim = retried(&store, listing, second).await;
        let result = if second == 60 {
            UpdateResult::Applied(shop_state(PRICE, true))
        } else {
            UpdateResult::Equal
        };
        finish(&store, claim, result, second + 1).await;
    }

    assert_eq!(history(&store).await, [in_state("applied")]);
    let updates = report(&store, run).await.updates;
    assert_eq!((updates.applied, updates.equal, updates.failed), (1, 0, 0));
}

#[tokio::test]
async fn a_retry_finds_that_the_shop_shows_the_state_already() {
    let store = open().await;
    let (run, listing) = failed(&store).await;

    let claim = retried(&store, listing, 60).await;
    finish(&store, claim, UpdateResult::Equal, 61).await;

    assert_eq!(history(&store).await, [in_state("equal")]);
    let after = report(&store, run).await;
    assert_eq!((after.updates.equal, after.updates.failed), (1, 0));
    assert_eq!(after.state, RunState::Done);
}

#[tokio::test]
async fn a_retry_after_a_newer_run_leaves_what_the_newer_run_did() {
    let store = open().await;
    let (run, listing) = failed(&store).await;
    let newer = run_of(RunKind::PriceStock, 1);
    store.start_run(&newer).await.unwrap();
    let mut seen = priced(1, 1400, at(50));
    seen.listings = vec![due(listing, shop_state(1820, true), 2)];
    let batch = record(newer.id, RecordPart::Batch(1), vec![seen]);
    store.record(&batch).await.unwrap();
    let claim = retried(&store, listing, 52).await;
    finish(
        &store,
        claim,
        UpdateResult::Applied(shop_state(1820, true)),
        53,
    )
    .await;

    let claim = retried(&store, listing, 60).await;
    finish(&store, claim, UpdateResult::Equal, 61).await;

    let code = Some("unavailable".to_owned());
    assert_eq!(
        history(&store).await,
        [in_state("applied"), ("failed".to_owned(), code)]
    );
    assert_eq!(report(&store, run).await.updates.failed, 1);
    assert_eq!(report(&store, newer.id).await.updates.applied, 1);
}

#[tokio::test]
async fn a_retry_that_is_held_or_parked_says_so() {
    let store = open().await;
    let (_, listing) = failed(&store).await;

    let claim = retried(&store, listing, 60).await;
    finish(&store, claim, UpdateResult::Parked, 61).await;
    assert_eq!(history(&store).await, [in_state("parked")]);
    assert_eq!(
        unsettled(&store).await.len(),
        1,
        "it is sent after the reset"
    );
    let claim = retried(&store, listing, 70).await;
    finish(
        &store,
        claim,
        UpdateResult::Held(HoldReason::NotEditable),
        71,
    )
    .await;

    assert_eq!(history(&store).await[0].0, "held");
}

#[tokio::test]
async fn a_retry_for_a_shop_that_is_inactive_leaves_the_failure() {
    let store = open().await;
    let (run, listing) = failed(&store).await;
    let inactive = [account_row("a", false)];
    store.sync_accounts(&inactive).await.unwrap();

    let begun = store.begin_update(listing, at(60), at(72)).await.unwrap();
    assert_eq!(begun, None);
    finish(&store, unleased(listing, 1), UpdateResult::Equal, 61).await;

    assert_eq!(report(&store, run).await.updates.failed, 1);
}

#[tokio::test]
async fn what_a_retry_did_outlives_the_rows_of_its_run() {
    let store = open().await;
    let (run, listing) = failed(&store).await;
    let claim = retried(&store, listing, 60).await;
    finish(
        &store,
        claim,
        UpdateResult::Applied(shop_state(PRICE, true)),
        61,
    )
    .await;
    let before = report(&store, run).await;

    let cutoffs = Retention::default().cutoffs(at(90 * 86_400));
    let mut place = Some(RetentionCursor::default());
    while let Some(here) = place {
        place = store.delete_expired(&cutoffs, &here).await.unwrap().next;
    }

    assert_eq!(history(&store).await, []);
    assert_eq!(report(&store, run).await, before);
}
