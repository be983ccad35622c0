//! Reconciliation: the position in a shop, what a page changes, and when a shop is held.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use chrono::{DateTime, Utc};
use shared::domain::desired::Urgency;
use shared::domain::listing::{ItemId, ListingId, ListingStatus, ShopState};
use shared::domain::report::Reconciled;
use shared::domain::retention::RetentionCutoffs;
use shared::domain::run::{NextStep, RunId, RunKind, RunState};
use shared::domain::shop_page::PageCursor;
use shared::ports::store::{
    AccountStore as _, Advance, BatchStore, CatalogueStore, FindingKind, GuardStore,
    ListingDecision, NewReading, NewRun, PageRecord, ReadPhase, ReconcileFinding, ReconcileStore,
    RecordPart, RecordedAsin, ReportStore, RetentionCursor, RetentionStore, RunQueries, RunStore,
    ShownState, StartError, UpdateStore,
};

fn reading(shops: &[&str]) -> NewReading {
    NewReading {
        run: NewRun {
            batches: Vec::new(),
            ..run_of(RunKind::Reconcile, 0)
        },
        shops: shops.iter().map(|shop| account(shop)).collect(),
        asins: 100,
    }
}

/// A shop of `count` listings that is being read.
async fn being_read(count: u32) -> (SqlStore, RunId) {
    let store = open().await;
    shop(&store, "a", count).await;
    let reading = reading(&["a"]);
    store.start_reading(&reading).await.unwrap();
    (store, reading.run.id)
}

/// A page without any news.
fn page(run: RunId, step: u32, advance: Advance) -> PageRecord {
    PageRecord {
        no: 1,
        step,
        asked_at: at(15),
        items: 0,
        seen: Vec::new(),
        shown: Vec::new(),
        findings: Vec::new(),
        record: record(run, RecordPart::Batch(1), Vec::new()),
        advance,
    }
}

/// A listing whose item has another price than it was given, and gets an update that corrects it.
fn drifted(page: &PageRecord, number: u32, listing: ListingId, price: u32) -> PageRecord {
    let (left, found) = (shop_state(1300, true), shop_state(price, true));
    let finding = ReconcileFinding {
        item: ItemId(i64::from(number) + 1000),
        listing: Some(listing),
        sku: None,
        kind: FindingKind::Drifted,
        sold_out: false,
        left: Some(left),
        found: Some(found),
    };
    let verdict = due(listing, left, 1);
    let asin = RecordedAsin {
        offers: None,
        listings: vec![verdict],
        ..priced(number, 1000, at(5))
    };
    PageRecord {
        seen: vec![listing],
        shown: vec![shown_state(listing, found, None)],
        findings: vec![finding],
        record: record(page.record.run, RecordPart::Batch(1), vec![asin]),
        ..page.clone()
    }
}

fn shown_state(
    listing: ListingId,
    state: ShopState,
    sold_out_since: Option<DateTime<Utc>>,
) -> ShownState {
    ShownState {
        listing,
        state,
        sale: None,
        sold_out_since,
    }
}

async fn shown(store: &SqlStore, number: u32) -> ShopState {
    let rows = store.listings(&[asin(number)], None).await.unwrap();
    rows[0].listing.shown
}

async fn found(store: &SqlStore, run: RunId) -> Reconciled {
    let report = store.report(run, at(60)).await.unwrap().unwrap();
    report.reconcile.unwrap()
}

fn next() -> Advance {
    Advance::NextPage {
        cursor: PageCursor("100".to_owned()),
    }
}

#[tokio::test]
async fn a_reconciliation_has_a_batch_and_a_message_for_each_shop() {
    let store = open().await;
    shop(&store, "a", 3).await;
    shop(&store, "b", 2).await;
    let first = reading(&["a", "b"]);

    store.start_reading(&first).await.unwrap();

    let work = store.open_work(first.run.id).await.unwrap();
    assert_eq!((work.batches, work.reads), (vec![], vec![(1, 0), (2, 0)]));
    let read = store.shop_read(first.run.id, 2).await.unwrap().unwrap();
    assert_eq!((read.account, read.step), (account("b"), 0));
    assert_eq!(read.phase, ReadPhase::Pages { cursor: None });
    let refused = store.start_reading(&reading(&["a"])).await.unwrap_err();
    assert!(matches!(refused, StartError::AlreadyOpen(id) if id == first.run.id));
}

#[tokio::test]
async fn a_parked_shop_needs_its_message_after_the_reset() {
    let store = open().await;
    shop(&store, "a", 1).await;
    shop(&store, "b", 1).await;
    let reading = reading(&["a", "b"]);
    store.start_reading(&reading).await.unwrap();
    store.park(&account("a"), at(3_600)).await.unwrap();
    let needed = async |now| {
        let parts = store.open_parts(reading.run.id, now, 0, 10).await.unwrap();
        assert_eq!(parts.batches, [0_u32; 0]);
        parts.reads
    };

    assert_eq!(needed(at(60)).await, [(2, 0)]);
    assert_eq!(needed(at(3_600)).await, [(1, 0), (2, 0)]);
}

#[tokio::test]
async fn a_page_is_recorded_once_and_moves_the_position_in_the_shop() {
    let (store, run) = being_read(3).await;
    let listing = listing_of(&store, 1).await;
    let record = drifted(&page(run, 0, next()), 1, listing, 1700);

    let first = store.record_page(&record).await.unwrap();
    // Another worker records the same page.
    let mut again = drifted(&page(run, 0, next()), 1, listing, 9900);
    again.record.at = at(25);
    let second = store.record_page(&again).await.unwrap();

    assert_eq!((first.step, second.step), (Some(1), Some(1)));
    let read = store.shop_read(run, 1).await.unwrap().unwrap();
    let cursor = Some(PageCursor("100".to_owned()));
    assert_eq!(read.phase, ReadPhase::Pages { cursor });
    assert_eq!(shown(&store, 1).await, shop_state(1700, true));
    let report = store.report(run, at(60)).await.unwrap().unwrap();
    assert_eq!(report.requests, 1);
    let work = store.open_work(run).await.unwrap();
    assert_eq!(work.updates, [(listing, 1, Urgency::Normal)]);
    let found = found(&store, run).await;
    assert_eq!((found.drifted, found.price, found.stock), (1, 1, 0));
    assert_eq!(found.examples[0].found, Some(shop_state(1700, true)));
}

#[tokio::test]
async fn a_listing_edited_after_the_page_or_being_edited_is_newer_than_the_page() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    let reading = reading(&["a"]);
    store.start_reading(&reading).await.unwrap();
    let run = reading.run.id;
    let task = store.begin_update(listing, at(18), at(30)).await.unwrap();

    store
        .record_page(&drifted(&page(run, 0, next()), 1, listing, 1700))
        .await
        .unwrap();
    assert_eq!(shown(&store, 1).await, shop_state(1300, true), "in hand");
    let applied = shared::ports::store::UpdateResult::Applied(shop_state(1560, true));
    let claim = task.unwrap().unwrap().claim();
    store.finish_update(claim, &applied, at(19)).await.unwrap();
    store
        .record_page(&drifted(&page(run, 1, next()), 1, listing, 1700))
        .await
        .unwrap();

    assert_eq!(shown(&store, 1).await, shop_state(1560, true));
    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!(row.desired, Some((1, shop_state(1560, true))));
    assert_eq!(found(&store, run).await.drifted, 0);
    assert_eq!(store.open_work(run).await.unwrap().updates, []);
}

#[tokio::test]
async fn a_shop_is_done_when_all_of_its_listings_were_seen() {
    let (store, run) = being_read(2).await;
    let listings = [listing_of(&store, 1).await, listing_of(&store, 2).await];
    let mut last = page(run, 0, Advance::PagesDone);
    last.seen = listings.to_vec();

    let done = store.record_page(&last).await.unwrap();

    assert_eq!((done.step, done.missing_held), (None, None));
    assert_eq!(done.progress.next_step(), NextStep::Backfill);
    assert!(store.shop_read(run, 1).await.unwrap().is_none());
    backfilled(&store, run).await;
    assert!(store.close_run(run, at(50)).await.unwrap());
}

#[tokio::test]
async fn a_listing_on_no_page_is_requested_and_delisted_when_it_no_longer_exists() {
    let (store, run) = being_read(3).await;
    let listings = [listing_of(&store, 1).await, listing_of(&store, 2).await];
    let mut last = page(run, 0, Advance::PagesDone);
    last.seen = vec![listing_of(&store, 3).await];

    let read = store.record_page(&last).await.unwrap();

    assert_eq!(read.step, Some(1));
    let phase = store.shop_read(run, 1).await.unwrap().unwrap().phase;
    assert_eq!(phase, ReadPhase::Missing);
    let missing = store.next_missing(run, 1).await.unwrap().unwrap();
    assert_eq!(missing.id, listings[0]);
    // One was missed because the pages shifted; the other no longer exists.
    let mut there = page(run, 1, Advance::FoundMissing);
    there.seen = vec![listings[0]];
    store.record_page(&there).await.unwrap();
    let missing = store.next_missing(run, 1).await.unwrap().unwrap();
    assert_eq!(missing.id, listings[1]);
    let gone = page(run, 2, Advance::Gone(listings[1]));
    let done = store.record_page(&gone).await.unwrap();
    assert_eq!(done.step, None);
    let states = store.listings_of(&account("a")).await.unwrap();
    let states: Vec<ListingStatus> = states.iter().map(|(_, _, status)| *status).collect();
    let (listed, delisted) = (ListingStatus::Listed, ListingStatus::Delisted);
    assert_eq!(states, [listed, delisted, listed]);
}

#[tokio::test]
async fn a_shop_that_lacks_too_many_listings_is_held() {
    let (store, run) = being_read(60).await;

    let read = store
        .record_page(&page(run, 0, Advance::PagesDone))
        .await
        .unwrap();

    assert_eq!((read.step, read.missing_held), (None, Some(60)));
    backfilled(&store, run).await;
    assert!(!store.close_run(run, at(50)).await.unwrap());
    assert!(store.hold_run(run).await.unwrap());
    assert_eq!(found(&store, run).await.missing_held, 60);
    // A person releases it: each listing is requested, and the run does not end before.
    assert!(store.release_run(run, at(51)).await.unwrap().is_some());
    let work = store.open_work(run).await.unwrap();
    assert_eq!((work.batches, work.reads), (vec![], vec![(1, 1)]));
    assert_eq!(work.progress.next_step(), NextStep::Nothing);
    assert!(!store.close_run(run, at(52)).await.unwrap());
    let missing = store.next_missing(run, 1).await.unwrap().unwrap();
    let gone = page(run, 1, Advance::Gone(missing.id));
    let step = store.record_page(&gone).await.unwrap();
    assert_eq!((step.step, step.missing_held), (Some(2), None));
}

#[tokio::test]
async fn a_cancelled_run_leaves_the_listings_of_a_held_shop_unchanged() {
    let (store, run) = being_read(60).await;
    store
        .record_page(&page(run, 0, Advance::PagesDone))
        .await
        .unwrap();
    backfilled(&store, run).await;
    assert!(store.hold_run(run).await.unwrap());

    assert!(store.cancel_run(run, at(51)).await.unwrap().is_some());

    let state = store.run(run).await.unwrap().unwrap().state;
    assert_eq!(state, RunState::Cancelled);
    let listed = store.listed_asins(None).await.unwrap();
    assert_eq!(listed.len(), 60);
}

#[tokio::test]
async fn a_shop_that_cannot_be_read_does_not_affect_the_others() {
    let store = open().await;
    shop(&store, "a", 60).await;
    shop(&store, "b", 1).await;
    let reading = reading(&["a", "b"]);
    store.start_reading(&reading).await.unwrap();
    let run = reading.run.id;

    store
        .give_up_read(run, 1, "reauthorise", at(30))
        .await
        .unwrap();
    let again = store.give_up_read(run, 1, "again", at(31)).await.unwrap();

    assert_eq!(again.next_step(), NextStep::Nothing);
    let found = found(&store, run).await;
    assert_eq!(found.shops[0].state, "given_up");
    assert_eq!(found.shops[0].error.as_deref(), Some("reauthorise"));
    assert_eq!(found.missing_held, 0);
    assert_eq!(store.open_work(run).await.unwrap().reads, [(2, 0)]);
}

#[tokio::test]
async fn a_sold_out_mark_lasts_until_the_item_is_stocked() {
    let (store, run) = being_read(1).await;
    let listing = listing_of(&store, 1).await;
    let mut sold = page(run, 0, next());
    let none_left = ShopState {
        stock: Some(0),
        ..shop_state(1300, true)
    };
    sold.shown = vec![shown_state(listing, none_left, Some(at(15)))];
    store.record_page(&sold).await.unwrap();

    let since = |rows: &[shared::ports::store::ListingRow]| rows[0].sold_out_since;
    let rows = store.listings(&[asin(1)], None).await.unwrap();
    assert_eq!(since(&rows), Some(at(15)));
    // An edit that keeps stock 0 keeps the mark; one that stocks the item clears it.
    for (state, expected) in [(none_left, Some(at(15))), (shop_state(1300, true), None)] {
        let applied = shared::ports::store::UpdateResult::Applied(state);
        store
            .finish_update(unleased(listing, 1), &applied, at(40))
            .await
            .unwrap();
        let rows = store.listings(&[asin(1)], None).await.unwrap();
        assert_eq!(since(&rows), expected);
    }
}

#[tokio::test]
async fn a_mass_of_hides_that_a_page_finds_due_is_held() {
    let (store, run) = being_read(60).await;
    let mut asins = Vec::new();
    let mut last = page(run, 0, Advance::PagesDone);
    for number in 1..=60 {
        let listing = listing_of(&store, number).await;
        last.seen.push(listing);
        last.shown
            .push(shown_state(listing, shop_state(1300, true), None));
        let mut seen = gone(number, at(5));
        seen.listings = vec![ListingDecision {
            update: Some(Urgency::Hide),
            ..due(listing, shop_state(1300, false), 1)
        }];
        asins.push(seen);
    }
    last.record = record(run, RecordPart::Batch(1), asins);

    let read = store.record_page(&last).await.unwrap();

    assert!(read.progress.guard.holds());
    assert_eq!(store.open_work(run).await.unwrap().updates, []);
}

#[tokio::test]
async fn rows_of_an_expired_reconciliation_are_deleted_and_its_report_is_kept() {
    let (store, run) = being_read(1).await;
    let listing = listing_of(&store, 1).await;
    let last = drifted(&page(run, 0, Advance::PagesDone), 1, listing, 1700);
    store.record_page(&last).await.unwrap();
    store.fail_run(run, "old", at(30)).await.unwrap();

    let cutoffs = RetentionCutoffs {
        now: at(100),
        observations: at(50),
        runs: at(50),
    };
    let mut place = Some(RetentionCursor::default());
    let mut rows = 0;
    while let Some(from) = place {
        let step = store.delete_expired(&cutoffs, &from).await.unwrap();
        rows += step.rows;
        place = step.next;
    }

    assert!(rows >= 4, "finding, shop, update and batch: {rows}");
    assert_eq!(found(&store, run).await.drifted, 1);
}
