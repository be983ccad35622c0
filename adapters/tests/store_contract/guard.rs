//! The guard against a broken answer: what it holds, when, and how that ends.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::desired::Urgency;
use shared::domain::guard::Guarding;
use shared::domain::listing::ListingId;
use shared::domain::report::HoldDecision;
use shared::domain::run::{NextStep, RunId, RunKind, RunProgress, RunState};
use shared::ports::store::{
    BatchStore, CatalogueStore, GuardStore, ListingDecision, Record, RecordPart, RecordedAsin,
    ReportStore, RunQueries, RunStore, StartError, UpdateResult, UpdateStore,
};
use std::sync::Arc;

const HIDDEN: bool = false;

/// A run over as many listings as a shop has, with their ids.
async fn opened(store: &SqlStore, count: u32) -> (RunId, Vec<ListingId>) {
    shop(store, "a", count).await;
    let run = started(store, count).await;
    (run, listings(store, count).await)
}

async fn listings(store: &SqlStore, count: u32) -> Vec<ListingId> {
    let asins: Vec<_> = (1..=count).map(asin).collect();
    let rows = store.listings(&asins, None).await.unwrap();
    rows.iter().map(|row| row.listing.id).collect()
}

/// The answer that a product has no offer, which hides its listing.
fn hides(number: u32, listing: ListingId) -> RecordedAsin {
    let mut seen = gone(number, at(20));
    seen.listings = vec![ListingDecision {
        update: Some(Urgency::Hide),
        ..due(listing, shop_state(1300, HIDDEN), 1)
    }];
    seen
}

/// The answer for a whole batch, in which the first `empty` products have no offer.
fn answer(run: RunId, no: u32, empty: u32, listings: &[ListingId]) -> Record {
    let first = (no - 1) * 20;
    let seen = (1..=20).map(|place| {
        let number = first + place;
        if place <= empty {
            hides(number, listings[number as usize - 1])
        } else {
            priced(number, 1000, at(20))
        }
    });
    record(run, RecordPart::Batch(no), seen.collect())
}

/// Records batches `from..=to`, each with `empty` products without an offer; returns the last progress.
async fn answered(
    store: &SqlStore,
    run: RunId,
    batches: std::ops::RangeInclusive<u32>,
    empty: u32,
    listings: &[ListingId],
) -> RunProgress {
    let mut progress = None;
    for no in batches {
        let recorded = store.record(&answer(run, no, empty, listings)).await;
        progress = Some(recorded.unwrap());
    }
    progress.unwrap().progress
}

/// Five batches without any offer, and everything else done: the run is held.
async fn held(store: &SqlStore) -> (RunId, Vec<ListingId>) {
    let (run, listings) = opened(store, 100).await;
    answered(store, run, 1..=5, 20, &listings).await;
    backfilled(store, run).await;
    assert!(store.hold_run(run).await.unwrap());
    (run, listings)
}

async fn state(store: &SqlStore, run: RunId) -> RunState {
    store.run(run).await.unwrap().unwrap().state
}

/// Settles an update of the listing as a worker does; returns whether the shop was changed.
async fn worked(store: &SqlStore, listing: ListingId) -> bool {
    let begun = store.begin_update(listing, at(30), at(90)).await.unwrap();
    let Some(task) = begun.map(Result::unwrap) else {
        return false;
    };
    let (result, sent) = if task.is_equal() {
        (UpdateResult::Equal, false)
    } else if task.guarded {
        (UpdateResult::Guarded, false)
    } else {
        (UpdateResult::Applied(task.desired), true)
    };
    store
        .finish_update(task.claim(), &result, at(31))
        .await
        .unwrap();
    sent
}

#[tokio::test]
async fn hides_beyond_the_limit_are_held_with_those_that_are_not_sent_yet() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    let before = answered(&store, run, 1..=2, 20, &listings).await;
    assert!(worked(&store, listings[0]).await);

    let tripped = answered(&store, run, 3..=3, 20, &listings).await;
    let after = answered(&store, run, 4..=4, 20, &listings).await;

    assert_eq!(before.guard, Guarding::Quiet);
    let (hides, answered) = (60, 60);
    assert_eq!(tripped.guard, Guarding::Tripped { hides, answered });
    assert_eq!(after.guard, Guarding::Holding);
    assert_eq!(store.open_work(run).await.unwrap().updates, []);
    assert!(!worked(&store, listings[1]).await, "queued before");
    assert!(!worked(&store, listings[79]).await, "never queued");
    let report = store.report(run, at(40)).await.unwrap().unwrap();
    let guard = report.guard.unwrap();
    assert_eq!((guard.hides, guard.held), (80, 79));
    assert_eq!((report.updates.applied, report.updates.held), (1, 79));
    assert_eq!(store.run_view(run).await.unwrap().held_back, 79);
    assert_eq!(unsettled(&store).await, []);
}

#[tokio::test]
async fn a_run_never_hides_more_asins_than_were_answered() {
    let store = open().await;
    let (run, listings) = opened(&store, 69).await;

    // The last batch, which is open, has nine ASINs.
    let tripped = answered(&store, run, 1..=3, 20, &listings).await;

    let (hides, answered) = (60, 60);
    assert_eq!(tripped.guard, Guarding::Tripped { hides, answered });
}

#[tokio::test]
async fn in_shops_too_small_for_the_count_the_share_alone_is_held() {
    let store = open().await;
    let (run, listings) = opened(&store, 40).await;

    let few = answered(&store, run, 1..=1, 4, &listings).await;
    let tripped = answered(&store, run, 2..=2, 1, &listings).await;

    assert_eq!(few.guard, Guarding::Quiet, "4 are never a mass");
    let (hides, answered) = (5, 40);
    assert_eq!(tripped.guard, Guarding::Tripped { hides, answered });
    let guard = store.report(run, at(40)).await.unwrap().unwrap().guard;
    assert_eq!(guard.unwrap().allowed_count, 4);
}

#[tokio::test]
async fn an_allowed_share_of_hides_is_not_held() {
    let store = open().await;
    let (run, listings) = opened(&store, 600).await;

    let progress = answered(&store, run, 1..=30, 2, &listings).await;

    assert_eq!(progress.guard, Guarding::Quiet, "60 of 600 are 10 %");
    assert_eq!(store.open_work(run).await.unwrap().updates.len(), 60);
    let report = store.report(run, at(40)).await.unwrap().unwrap();
    assert_eq!((report.guard, report.updates.held), (None, 0));
}

#[tokio::test]
async fn hidden_listings_and_price_changes_do_not_count_as_hides() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    for no in 1..=5 {
        let mut all = answer(run, no, 20, &listings);
        for asin in &mut all.asins {
            asin.listings[0].update = Some(Urgency::Normal);
            asin.listings[0].desired = shop_state(1560, true);
        }
        let progress = store.record(&all).await.unwrap().progress;
        assert_eq!(progress.guard, Guarding::Quiet);
    }

    assert_eq!(store.open_work(run).await.unwrap().updates.len(), 100);
}

#[tokio::test]
async fn many_hides_close_together_are_sent_at_the_end_of_a_run_that_is_no_mass_change() {
    let store = open().await;
    let (run, listings) = opened(&store, 600).await;
    answered(&store, run, 1..=3, 20, &listings).await;
    let late = answered(&store, run, 4..=30, 0, &listings).await;
    assert_eq!(late.guard, Guarding::Holding);
    assert!(store.begin_backfill(run).await.unwrap());

    let progress = store.end_backfill(run, at(40)).await.unwrap();
    let again = store.end_backfill(run, at(40)).await.unwrap();

    assert_eq!(progress.guard, Guarding::Lifted);
    assert_eq!(again.guard, Guarding::Quiet);
    assert!(progress.updates_open);
    assert!(!store.hold_run(run).await.unwrap());
    assert_eq!(store.open_work(run).await.unwrap().updates.len(), 60);
    assert!(worked(&store, listings[0]).await);
    let guard = store.report(run, at(40)).await.unwrap().unwrap().guard;
    assert_eq!(guard.unwrap().decision, Some(HoldDecision::Lifted));
}

#[tokio::test]
async fn items_that_the_backfill_finds_in_stock_are_not_held() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    answered(&store, run, 1..=5, 20, &listings).await;
    assert!(store.begin_backfill(run).await.unwrap());
    for chunk in 0..5_u32 {
        let back = (1..=20).map(|place| {
            let number = chunk * 20 + place;
            let mut back = priced(number, 1000, at(30));
            let listing = listings[number as usize - 1];
            back.listings = vec![ListingDecision {
                update: None,
                ..due(listing, shop_state(1300, true), 2)
            }];
            back
        });
        let back = record(run, RecordPart::Backfill, back.collect());
        store.record(&back).await.unwrap();
    }

    let progress = store.end_backfill(run, at(40)).await.unwrap();

    assert_eq!(progress.next_step(), NextStep::Close);
    assert!(!store.hold_run(run).await.unwrap());
    assert!(store.close_run(run, at(40)).await.unwrap());
    let report = store.report(run, at(40)).await.unwrap().unwrap();
    assert_eq!((report.updates.held, report.updates.equal), (0, 100));
}

#[tokio::test]
async fn a_held_run_is_open_until_a_person_decides() {
    let store = open().await;
    let (run, _) = held(&store).await;

    assert!(!store.hold_run(run).await.unwrap(), "reported once");
    assert!(!store.close_run(run, at(50)).await.unwrap());
    assert_eq!(state(&store, run).await, RunState::Held);
    let work = store.open_work(run).await.unwrap();
    assert_eq!(work.progress.next_step(), NextStep::Nothing);
    assert_eq!((work.batches.len(), work.updates.len()), (0, 0));
    let next = store.start_run(&run_of(RunKind::PriceStock, 100)).await;
    assert!(matches!(next, Err(StartError::AlreadyOpen(id)) if id == run));
}

#[tokio::test]
async fn a_released_run_sends_what_it_held_and_ends() {
    let store = open().await;
    let (run, listings) = held(&store).await;

    let released = store.release_run(run, at(50)).await.unwrap();
    let again = store.release_run(run, at(51)).await.unwrap();

    assert_eq!((released, again), (Some(100), None));
    assert_eq!(state(&store, run).await, RunState::Backfilling);
    assert_eq!(store.open_work(run).await.unwrap().updates.len(), 100);
    for listing in listings {
        assert!(worked(&store, listing).await);
    }
    assert!(store.close_run(run, at(60)).await.unwrap());
    let report = store.report(run, at(60)).await.unwrap().unwrap();
    assert_eq!((report.hidden, report.updates.held), (100, 0));
    let decision = report.guard.unwrap().decision;
    assert_eq!(decision, Some(HoldDecision::Released));
}

#[tokio::test]
async fn a_run_that_is_released_before_its_end_is_not_held_again() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    answered(&store, run, 1..=3, 20, &listings).await;

    let released = store.release_run(run, at(25)).await.unwrap();
    let after = answered(&store, run, 4..=5, 20, &listings).await;

    assert_eq!(released, Some(60));
    assert_eq!(after.guard, Guarding::Quiet);
    assert_eq!(store.open_work(run).await.unwrap().updates.len(), 100);
}

#[tokio::test]
async fn a_cancelled_run_leaves_the_shop_unchanged_and_the_next_run_decides_again() {
    let store = open().await;
    let (run, listings) = held(&store).await;

    let cancelled = store.cancel_run(run, at(50)).await.unwrap();
    let again = store.cancel_run(run, at(51)).await.unwrap();

    assert_eq!((cancelled, again), (Some(100), None));
    assert_eq!(state(&store, run).await, RunState::Cancelled);
    assert!(!worked(&store, listings[0]).await, "a late message");
    let report = store.report(run, at(52)).await.unwrap().unwrap();
    store.keep_report(&report).await.unwrap();
    let guard = report.guard.unwrap();
    assert_eq!(
        (guard.held, guard.decision),
        (100, Some(HoldDecision::Cancelled))
    );
    let next = started(&store, 100).await;
    let mut progress = None;
    for no in 1..=5 {
        let mut anew = answer(next, no, 20, &listings);
        for asin in &mut anew.asins {
            asin.listings[0].version = 3;
        }
        progress = Some(store.record(&anew).await.unwrap().progress);
    }
    assert_eq!(progress.unwrap().guard, Guarding::Holding);
}

#[tokio::test]
async fn a_run_that_fails_drops_what_it_held() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    answered(&store, run, 1..=3, 20, &listings).await;

    store.fail_run(run, "no credentials", at(25)).await.unwrap();

    assert_eq!(store.release_run(run, at(26)).await.unwrap(), None);
    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!(row.desired.unwrap().1, shop_state(1300, true));
    let guard = store.report(run, at(40)).await.unwrap().unwrap().guard;
    assert_eq!(guard.unwrap().decision, Some(HoldDecision::Failed));
}

#[tokio::test]
async fn another_run_does_not_hide_listings_that_a_held_run_would_hide() {
    let store = open().await;
    let (run, listings) = held(&store).await;
    let other = run_of(RunKind::Stale, 20);
    store.start_run(&other).await.unwrap();
    let progress = answered(&store, other.id, 1..=1, 20, &listings).await;
    assert_eq!(progress.guard, Guarding::Quiet, "20 alone are few");
    backfilled(&store, other.id).await;

    for listing in &listings[..20] {
        assert!(!worked(&store, *listing).await);
    }

    assert!(store.close_run(other.id, at(60)).await.unwrap());
    let report = store.report(other.id, at(60)).await.unwrap().unwrap();
    assert_eq!((report.hidden, report.updates.held), (0, 20));
    assert_eq!(report.holds[0].code, "mass_change");
    assert_eq!(store.release_run(run, at(61)).await.unwrap(), Some(100));
    assert!(worked(&store, listings[0]).await);
}

#[tokio::test]
async fn an_edit_that_was_being_sent_counts_as_applied() {
    let store = open().await;
    let (run, listings) = opened(&store, 100).await;
    answered(&store, run, 1..=2, 20, &listings).await;
    let begun = store
        .begin_update(listings[0], at(21), at(90))
        .await
        .unwrap();
    let task = begun.unwrap().unwrap();
    answered(&store, run, 3..=5, 20, &listings).await;

    let applied = UpdateResult::Applied(task.desired);
    store
        .finish_update(task.claim(), &applied, at(31))
        .await
        .unwrap();

    let report = store.report(run, at(40)).await.unwrap().unwrap();
    assert_eq!((report.hidden, report.updates.held), (1, 99));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_workers_send_no_more_hides_than_allowed() {
    const WORKERS: u32 = 10;
    const BATCHES: u32 = 40;
    let home = home().await;
    let store = home.store().await;
    let (run, listings) = opened(&store, BATCHES * 20).await;
    let listings = Arc::new(listings);
    let workers = (0..WORKERS).map(|worker| {
        let (store, listings) = (store.clone(), Arc::clone(&listings));
        tokio::spawn(async move {
            let (mut sent, mut tripped) = (0, 0);
            for no in (1..=BATCHES).filter(|no| no % WORKERS == worker) {
                let recorded = store.record(&answer(run, no, 20, &listings)).await;
                let guard = recorded.unwrap().progress.guard;
                tripped += u32::from(matches!(guard, Guarding::Tripped { .. }));
                // A queued update can be claimed at once, whatever the others record meanwhile.
                let first = (no as usize - 1) * 20;
                for listing in &listings[first..first + 20] {
                    sent += u32::from(worked(&store, *listing).await);
                }
            }
            (sent, tripped)
        })
    });

    let done = futures::future::join_all(workers).await;

    let (sent, tripped) = done.into_iter().fold((0, 0), |sum, one| {
        let one = one.unwrap();
        (sum.0 + one.0, sum.1 + one.1)
    });
    assert_eq!(tripped, 1);
    assert!(sent <= 50, "{sent} were sent");
    let view = store.run_view(run).await.unwrap();
    assert_eq!(view.held_back, u64::from(BATCHES * 20 - sent));
    backfilled(&store, run).await;
    assert!(store.hold_run(run).await.unwrap());
}

/// A run whose updates of `count` listings wait for the reset of the shop's quota.
async fn parked(store: &SqlStore, count: u32) -> (RunId, Vec<ListingId>) {
    let (run, listings) = opened(store, count).await;
    for no in 1..=count / 20 {
        let mut all = answer(run, no, 20, &listings);
        for asin in &mut all.asins {
            asin.listings[0].update = Some(Urgency::Normal);
            asin.listings[0].desired = shop_state(1560, true);
        }
        store.record(&all).await.unwrap();
    }
    for listing in &listings {
        ended(store, *listing, UpdateResult::Parked).await;
    }
    backfilled(store, run).await;
    (run, listings)
}

async fn ended(store: &SqlStore, listing: ListingId, result: UpdateResult) {
    let begun = store.begin_update(listing, at(30), at(90)).await.unwrap();
    let claim = begun.unwrap().unwrap().claim();
    store.finish_update(claim, &result, at(31)).await.unwrap();
}

async fn listed(store: &SqlStore) -> usize {
    store.listed_asins(None).await.unwrap().len()
}

#[tokio::test]
async fn items_that_all_look_deleted_after_the_end_of_their_run_are_not_delisted() {
    let store = open().await;
    let (run, listings) = parked(&store, 200).await;
    assert!(store.close_run(run, at(30)).await.unwrap());

    for listing in listings {
        ended(&store, listing, UpdateResult::Delisted).await;
    }

    assert_eq!(listed(&store).await, 200);
}

#[tokio::test]
async fn items_that_all_look_deleted_after_their_run_was_cancelled_are_not_delisted() {
    let store = open().await;
    let (run, listings) = parked(&store, 200).await;
    for listing in &listings[..60] {
        ended(&store, *listing, UpdateResult::Delisted).await;
    }
    assert_eq!(store.cancel_run(run, at(40)).await.unwrap(), Some(200));

    for listing in &listings[60..] {
        assert!(!worked(&store, *listing).await);
    }

    assert_eq!(listed(&store).await, 200);
}
