//! A run that a person cancels while it works: what was begun is finished, and nothing else is done.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::listing::ListingId;
use shared::domain::outcome::MissReason;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{
    BatchStore, GuardStore, HistoryStore, ListingDecision, RecordPart, ReportStore, RunStore,
    UpdateClaim, UpdateResult, UpdateStore,
};

/// A run over `count` listings, the first batch of which is recorded: each listing is due.
async fn half_done(store: &SqlStore, count: u32) -> (RunId, Vec<ListingId>) {
    shop(store, "a", count).await;
    let run = started(store, count).await;
    let mut listings = Vec::new();
    let mut seen = Vec::new();
    for number in 1..=20.min(count) {
        let listing = listing_of(store, number).await;
        let mut one = priced(number, 1200, at(20));
        one.listings = vec![due(listing, shop_state(1560, true), 1)];
        seen.push(one);
        listings.push(listing);
    }
    let batch = record(run, RecordPart::Batch(1), seen);
    store.record(&batch).await.unwrap();
    (run, listings)
}

async fn begun(store: &SqlStore, listing: ListingId) -> Option<UpdateClaim> {
    let begun = store.begin_update(listing, at(30), at(42)).await.unwrap();
    begun.map(|task| task.unwrap().claim())
}

async fn states(store: &SqlStore, number: u32) -> Vec<String> {
    let history = store.asin_history(asin(number)).await.unwrap();
    history
        .updates
        .into_iter()
        .map(|update| update.state)
        .collect()
}

#[tokio::test]
async fn a_cancelled_run_begins_no_edit_and_records_the_one_that_is_on_its_way() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    let sent = begun(&store, listings[0]).await.unwrap();

    let dropped = store.cancel_run(run, at(31)).await.unwrap();

    assert_eq!(dropped, Some(19));
    assert_eq!(begun(&store, listings[1]).await, None);
    let applied = UpdateResult::Applied(shop_state(1560, true));
    store.finish_update(sent, &applied, at(33)).await.unwrap();
    assert_eq!(states(&store, 1).await, ["applied"]);
    assert_eq!(states(&store, 2).await, ["cancelled"]);
    assert_eq!(unsettled(&store).await, []);
    let report = store.report(run, at(40)).await.unwrap().unwrap();
    assert_eq!(
        (report.state, report.updates.applied),
        (RunState::Cancelled, 1)
    );
}

#[tokio::test]
async fn an_edit_whose_worker_died_is_finished_after_its_run_was_cancelled() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    begun(&store, listings[0]).await.unwrap();
    store.cancel_run(run, at(31)).await.unwrap();

    let left = unsettled(&store).await;
    let again = store.begin_update(listings[0], at(60), at(72)).await;

    assert_eq!(left.len(), 1, "its message is sent again");
    let task = again.unwrap().unwrap().unwrap();
    assert!(task.unconfirmed.is_some());
}

#[tokio::test]
async fn an_edit_that_was_begun_while_its_run_was_cancelled_is_recorded() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    store.cancel_run(run, at(31)).await.unwrap();

    // The lease was taken by a transaction that did not see the end of the run.
    let applied = UpdateResult::Applied(shop_state(1560, true));
    let claim = unleased(listings[0], 1);
    store.finish_update(claim, &applied, at(33)).await.unwrap();

    assert_eq!(states(&store, 1).await, ["applied"]);
}

#[tokio::test]
async fn an_edit_below_cost_is_hidden_although_its_run_was_cancelled() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    let sent = begun(&store, listings[0]).await.unwrap();
    store.cancel_run(run, at(31)).await.unwrap();
    let shown = shop_state(1560, true);

    let below = UpdateResult::SaleBelowCost(shown, shown.price);
    store.finish_update(sent, &below, at(33)).await.unwrap();

    let next = store.begin_update(listings[0], at(34), at(46)).await;
    assert!(!next.unwrap().unwrap().unwrap().desired.visible);
}

#[tokio::test]
async fn no_batch_of_a_cancelled_run_is_recorded_and_nothing_is_left_to_fetch() {
    let store = open().await;
    let (run, _) = half_done(&store, 60).await;
    let missing = (21..=40).map(|number| missed(number, MissReason::Absent));
    let batch = record(run, RecordPart::Batch(2), missing.collect());
    store.record(&batch).await.unwrap();
    assert_eq!(store.open_misses(run, 20).await.unwrap().len(), 20);

    store.cancel_run(run, at(31)).await.unwrap();

    assert_eq!(store.open_misses(run, 20).await.unwrap(), []);
    assert_eq!(store.batch(run, 3).await.unwrap(), None);
    let mut late = priced(41, 1200, at(32));
    late.listings = vec![ListingDecision {
        hold: None,
        ..due(listing_of(&store, 41).await, shop_state(1560, true), 1)
    }];
    let late = record(run, RecordPart::Batch(3), vec![late]);
    let progress = store.record(&late).await.unwrap().progress;
    assert_eq!(progress.state, RunState::Cancelled);
    assert_eq!(states(&store, 41).await, [""; 0]);
}

#[tokio::test]
async fn the_next_run_decides_anew_and_sends_what_was_cancelled() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    let first = store.cancel_run(run, at(31)).await.unwrap();
    let second = store.cancel_run(run, at(32)).await.unwrap();

    let next = run_of(RunKind::PriceStock, 20);
    store.start_run(&next).await.unwrap();
    let mut seen = priced(1, 1200, at(35));
    seen.listings = vec![due(listings[0], shop_state(1560, true), 1)];
    let batch = record(next.id, RecordPart::Batch(1), vec![seen]);
    store.record(&batch).await.unwrap();

    assert_eq!((first, second), (Some(20), None));
    assert!(begun(&store, listings[0]).await.is_some());
    assert!(begun(&store, listings[1]).await.is_none());
}

#[tokio::test]
async fn parked_updates_of_a_cancelled_run_are_dropped() {
    let store = open().await;
    let (run, listings) = half_done(&store, 20).await;
    let claim = begun(&store, listings[0]).await.unwrap();
    let parked = UpdateResult::Parked;
    store.finish_update(claim, &parked, at(31)).await.unwrap();

    let dropped = store.cancel_run(run, at(32)).await.unwrap();

    assert_eq!(dropped, Some(20));
    assert_eq!(unsettled(&store).await, []);
}

/// Two runs decided about the first listing: the update of the earlier one waits for its shop, and that of the
/// later one is not begun. Returns the earlier and the later run.
async fn decided_twice(store: &SqlStore) -> (RunId, RunId, ListingId) {
    let (earlier, listings) = half_done(store, 2).await;
    let claim = begun(store, listings[0]).await.unwrap();
    let parked = UpdateResult::Parked;
    store.finish_update(claim, &parked, at(31)).await.unwrap();
    let later = decide_anew(store, listings[0], 9900).await;
    (earlier, later, listings[0])
}

async fn decide_anew(store: &SqlStore, listing: ListingId, price: u32) -> RunId {
    let later = run_of(RunKind::Stale, 2);
    store.start_run(&later).await.unwrap();
    let mut seen = priced(1, 7000, at(35));
    seen.listings = vec![due(listing, shop_state(price, true), 2)];
    let batch = record(later.id, RecordPart::Batch(1), vec![seen]);
    store.record(&batch).await.unwrap();
    later.id
}

#[tokio::test]
async fn the_older_update_of_a_listing_does_not_send_the_state_of_a_cancelled_run() {
    let store = open().await;
    let (earlier, later, listing) = decided_twice(&store).await;

    let dropped = store.cancel_run(later, at(40)).await.unwrap();

    assert_eq!(dropped, Some(1), "of the run itself");
    assert_eq!(begun(&store, listing).await, None);
    assert_eq!(states(&store, 1).await, ["cancelled", "cancelled"]);
    let other = listing_of(&store, 2).await;
    assert!(
        begun(&store, other).await.is_some(),
        "only {earlier} has it"
    );
}

#[tokio::test]
async fn the_newer_update_of_a_listing_outlives_the_cancelled_older_run() {
    let store = open().await;
    let (earlier, _, listing) = decided_twice(&store).await;

    store.cancel_run(earlier, at(40)).await.unwrap();

    let task = store.begin_update(listing, at(41), at(53)).await;
    let task = task.unwrap().unwrap().unwrap();
    assert_eq!(task.desired, shop_state(9900, true));
}

#[tokio::test]
async fn an_edit_in_doubt_is_finished_with_its_own_state_after_a_later_run_was_cancelled() {
    let store = open().await;
    let (_, listings) = half_done(&store, 2).await;
    begun(&store, listings[0]).await.unwrap();
    let later = decide_anew(&store, listings[0], 9900).await;

    store.cancel_run(later, at(40)).await.unwrap();

    let task = store.begin_update(listings[0], at(60), at(72)).await;
    let task = task.unwrap().unwrap().unwrap();
    assert_eq!(task.desired, shop_state(1560, true));
    assert!(task.unconfirmed.is_some());
    let applied = UpdateResult::Applied(shop_state(1560, true));
    store
        .finish_update(task.claim(), &applied, at(61))
        .await
        .unwrap();
    let left = unsettled(&store).await;
    assert!(left.iter().all(|(listing, ..)| *listing != listings[0]));
}
