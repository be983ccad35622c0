//! The report of a run: sums over its rows.

use crate::world::*;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::ListingId;
use shared::domain::money::Yen;
use shared::domain::outcome::MissReason;
use shared::domain::product::StockChange;
use shared::domain::report::Report;
use shared::domain::run::RunState;
use shared::ports::store::{
    BatchStore, ListingDecision, RecordPart, ReportStore, RunStore, UpdateResult, UpdateStore,
};

#[tokio::test]
async fn a_batch_and_its_backfill_are_one_price_change() {
    let store = open().await;
    let run = started(&store, 2).await;
    let mut risen = priced(1, 1200, at(20));
    risen.change = price_change(1000, 1200);
    let mut back = priced(2, 1200, at(20));
    back.change = price_change(1000, 1200);
    store
        .record(&record(run, RecordPart::Batch(1), vec![risen, back]))
        .await
        .unwrap();
    store.begin_backfill(run).await.unwrap();
    let mut risen = priced(1, 1500, at(30));
    risen.change = price_change(1200, 1500);
    let mut back = priced(2, 1000, at(30));
    back.change = price_change(1200, 1000);

    for _ in 0..2 {
        let backfill = record(run, RecordPart::Backfill, vec![risen.clone(), back.clone()]);
        store.record(&backfill).await.unwrap();
    }

    let changes = store
        .report(run, at(40))
        .await
        .unwrap()
        .unwrap()
        .price_changes;
    assert_eq!((changes.count, changes.of_100_yen_or_more), (1, 1));
    let example = &changes.examples[0];
    assert_eq!(
        (example.asin, example.old, example.new),
        (asin(1), Yen(1000), Yen(1500))
    );
}

#[tokio::test]
async fn a_false_empty_answer_that_the_backfill_corrects_is_no_stock_change() {
    let store = open().await;
    let run = started(&store, 2).await;
    let out = |number| {
        let mut out = gone(number, at(20));
        out.change = stock_change(StockChange::ToOut);
        out.miss = Some(MissReason::ConfirmOutOfStock);
        out
    };
    store
        .record(&record(run, RecordPart::Batch(1), vec![out(1), out(2)]))
        .await
        .unwrap();
    store.begin_backfill(run).await.unwrap();
    let mut back = priced(1, 1000, at(30));
    back.change = stock_change(StockChange::ToIn);
    let still = gone(2, at(30));

    for _ in 0..2 {
        let backfill = record(run, RecordPart::Backfill, vec![back.clone(), still.clone()]);
        store.record(&backfill).await.unwrap();
    }

    let report = store.report(run, at(40)).await.unwrap().unwrap();
    assert_eq!(
        (report.stock_changes.to_out, report.stock_changes.to_in),
        (1, 0)
    );
    assert_eq!(
        (report.outcomes.success, report.outcomes.out_of_stock),
        (1, 1)
    );
    assert_eq!((report.backfill.success, report.backfill.failed), (2, 0));
}

#[tokio::test]
async fn the_ten_largest_changes_are_shown() {
    let store = open().await;
    let run = started(&store, 20).await;
    let answers = (1..=12).map(|number| {
        let mut seen = priced(number, 1000 + number * 20, at(20));
        seen.change = price_change(1000, 1000 + number * 20);
        seen
    });
    store
        .record(&record(run, RecordPart::Batch(1), answers.collect()))
        .await
        .unwrap();

    let changes = store
        .report(run, at(40))
        .await
        .unwrap()
        .unwrap()
        .price_changes;

    assert_eq!((changes.count, changes.of_100_yen_or_more), (12, 8));
    let examples: Vec<_> = changes.examples.iter().map(|change| change.asin).collect();
    assert_eq!(examples, (3..=12).rev().map(asin).collect::<Vec<_>>());
}

/// A new price, a hide, a hold with a hide, a hold, no update, an unknown product.
fn verdict(number: u32, listing: ListingId) -> Option<ListingDecision> {
    let hidden = due(listing, shop_state(1300, false), 1);
    let kept = ListingDecision {
        update: None,
        ..due(listing, shop_state(1300, true), 1)
    };
    match number {
        1 => Some(due(listing, shop_state(1560, true), 1)),
        2 => Some(ListingDecision {
            update: Some(Urgency::Hide),
            ..hidden
        }),
        3 => Some(ListingDecision {
            hold: Some(HoldReason::PriceAboveBounds),
            ..hidden
        }),
        4 => Some(ListingDecision {
            hold: Some(HoldReason::PriceBelowBounds),
            ..kept
        }),
        5 => Some(kept),
        _ => None,
    }
}

#[tokio::test]
async fn every_listing_is_counted() {
    let store = open().await;
    shop(&store, "a", 6).await;
    let run = started(&store, 6).await;
    let mut answers = Vec::new();
    for number in 1..=6 {
        let listing = listing_of(&store, number).await;
        let mut answer = priced(number, 1200, at(20));
        answer.cache_hit = Some(number > 2);
        answer.listings = verdict(number, listing).into_iter().collect();
        answers.push(answer);
    }
    store
        .record(&record(run, RecordPart::Batch(1), answers))
        .await
        .unwrap();
    for number in 1..=3 {
        let listing = listing_of(&store, number).await;
        let task = store
            .begin_update(listing, at(30), at(90))
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        let applied = UpdateResult::Applied(task.desired);
        store
            .finish_update(task.claim(), &applied, at(31))
            .await
            .unwrap();
    }

    let report = store.report(run, at(40)).await.unwrap().unwrap();

    assert_eq!(report.updates.applied, 3);
    assert_eq!(report.updates.held, 2, "one of them hidden meanwhile");
    assert_eq!(report.updates.equal, 1, "the sixth was never judged");
    assert_eq!((report.hidden, report.shown), (2, 0));
    assert_eq!((report.cache.hits, report.cache.misses), (4, 2));
    assert_eq!(
        (report.asins, report.batches, report.outcomes.success),
        (6, 1, 6)
    );
    let holds: Vec<_> = report.holds.iter().map(|hold| hold.code.as_str()).collect();
    assert_eq!(holds, ["price_above_bounds", "price_below_bounds"]);
}

#[tokio::test]
async fn a_kept_report_follows_the_results_of_its_updates_and_nothing_else() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    let open = store.report(run, at(30)).await.unwrap().unwrap();
    assert_eq!(open.state, RunState::Running);
    assert!(
        store.keep_report(&open).await.is_err(),
        "the run has not ended"
    );
    backfilled(&store, run).await;
    store
        .finish_update(unleased(listing, 1), &UpdateResult::Parked, at(40))
        .await
        .unwrap();
    store.close_run(run, at(50)).await.unwrap();
    let report = store.report(run, at(60)).await.unwrap().unwrap();

    store.keep_report(&report).await.unwrap();
    store.keep_report(&report).await.unwrap();
    let applied = UpdateResult::Applied(shop_state(1560, true));
    store
        .finish_update(unleased(listing, 1), &applied, at(70))
        .await
        .unwrap();

    shop(&store, "b", 1).await;

    let later = store.report(run, at(80)).await.unwrap().unwrap();
    assert_eq!(
        (report.state, later.state),
        (RunState::Incomplete, RunState::Done)
    );
    assert_eq!((later.updates.applied, later.updates.parked), (1, 0));
    let same = Report {
        state: report.state,
        updates: report.updates,
        ..later
    };
    assert_eq!(same, report);
}
