//! Batches: what one record writes, and what it does not change.

use crate::world::*;
use shared::domain::desired::HoldReason;
use shared::domain::offer::Rejection;
use shared::domain::outcome::MissReason;
use shared::domain::product::{Product, Seen, Stock};
use shared::domain::run::RunKind;
use shared::ports::store::{
    BatchStore, CatalogueStore, HistoryStore, ListingDecision, RecordPart, ReportStore, RunQueries,
    RunStore,
};
use uuid::Uuid;

#[tokio::test]
async fn a_batch_that_is_recorded_twice_counts_once() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 21).await;
    let answer = record(run, RecordPart::Batch(1), vec![priced(1, 1000, at(20))]);
    store.record(&answer).await.unwrap();
    let mut again = answer.clone();
    again.asins = vec![priced(1, 2000, at(25)), missed(2, MissReason::Absent)];

    let repeated = store.record(&again).await.unwrap();
    again.id = Uuid::now_v7();
    let of_another = store.record(&again).await.unwrap();

    assert!(repeated.progress.batches_open, "the second batch");
    assert!(repeated.written, "by the first call");
    assert!(!of_another.written, "{of_another:?}");
    let report = store.report(run, at(30)).await.unwrap().unwrap();
    assert_eq!((report.requests, report.outcomes.total()), (1, 1));
    assert_eq!(
        store.products(&[asin(1)]).await.unwrap()[&asin(1)],
        in_stock(1, 1000, at(20))
    );
    assert_eq!(store.open_misses(run, 9).await.unwrap(), []);
}

#[tokio::test]
async fn each_newer_part_replaces_the_stored_one() {
    let store = open().await;
    let run = started(&store, 60).await;
    let stored = in_stock(1, 1000, at(20));
    let mut mixed = in_stock(1, 2000, at(10));
    mixed.stock = Some(Seen {
        value: Stock::FilteredOut {
            times: 2,
            why: Rejection::ShipsTooLate,
        },
        at: at(30),
    });
    let of = |product: &Product| {
        let mut seen = priced(1, 1, at(20));
        seen.product = product.clone();
        vec![seen]
    };

    store
        .record(&record(run, RecordPart::Batch(1), of(&stored)))
        .await
        .unwrap();
    store
        .record(&record(run, RecordPart::Batch(2), of(&mixed)))
        .await
        .unwrap();

    let known = &store.products(&[asin(1)]).await.unwrap()[&asin(1)];
    assert_eq!(known.price, stored.price, "an older price changes nothing");
    assert_eq!(known.stock, mixed.stock, "a newer stock does");
}

#[tokio::test]
async fn a_missing_part_keeps_the_stored_one() {
    let store = open().await;
    let run = started(&store, 60).await;
    let known = in_stock(1, 1000, at(20));
    store
        .record(&record(
            run,
            RecordPart::Batch(1),
            vec![priced(1, 1000, at(20))],
        ))
        .await
        .unwrap();

    let gone = record(run, RecordPart::Batch(2), vec![gone(1, at(30))]);
    store.record(&gone).await.unwrap();
    let missed = record(
        run,
        RecordPart::Batch(3),
        vec![missed(1, MissReason::ApiError)],
    );
    store.record(&missed).await.unwrap();

    let product = &store.products(&[asin(1)]).await.unwrap()[&asin(1)];
    assert_eq!(product.price, known.price);
    assert_eq!(product.stock, sold_out(1, at(30)).stock);
}

#[tokio::test]
async fn misses_are_fetched_or_fail_and_a_fetched_one_stays_fetched() {
    let store = open().await;
    let run = started(&store, 3).await;
    let all = (1..=3)
        .map(|number| missed(number, MissReason::Absent))
        .collect();
    store
        .record(&record(run, RecordPart::Batch(1), all))
        .await
        .unwrap();
    store.count_miss_attempt(run, &[asin(1)]).await.unwrap();
    let order = store.open_misses(run, 2).await.unwrap();
    assert_eq!(
        order.iter().map(|miss| miss.asin).collect::<Vec<_>>(),
        [asin(2), asin(3)]
    );
    store.begin_backfill(run).await.unwrap();

    let first = vec![priced(1, 1000, at(30)), missed(2, MissReason::ApiError)];
    store
        .record(&record(run, RecordPart::Backfill, first))
        .await
        .unwrap();
    let late = vec![missed(1, MissReason::ApiError)];
    store
        .record(&record(run, RecordPart::Backfill, late))
        .await
        .unwrap();

    let open = store.open_misses(run, 9).await.unwrap();
    assert_eq!(
        open.iter().map(|miss| miss.asin).collect::<Vec<_>>(),
        [asin(3)]
    );
    let backfill = store.report(run, at(40)).await.unwrap().unwrap().backfill;
    assert_eq!(
        (backfill.asins, backfill.success, backfill.failed),
        (3, 1, 1)
    );
    assert_eq!(backfill.requests, 2);
    let view = store.run_view(run).await.unwrap();
    assert_eq!((view.misses, view.misses_done), (3, 2));
}

#[tokio::test]
async fn a_listing_is_read_with_its_newest_desired_state() {
    let store = open().await;
    shop(&store, "a", 1).await;
    shop(&store, "b", 1).await;
    let (run, _) = run_with_update(&store).await;

    let rows = store.listings(&[asin(1), asin(2)], None).await.unwrap();
    let of_b = store
        .listings(&[asin(1)], Some(&account("b")))
        .await
        .unwrap();

    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].desired, Some((1, shop_state(1560, true))));
    assert_eq!(of_b.len(), 1);
    assert_eq!(of_b[0].desired, None);
    assert!(store.open_work(run).await.unwrap().progress.updates_open);
}

#[tokio::test]
async fn a_state_from_an_older_observation_does_not_replace_a_newer_one() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    let other = run_of(RunKind::Stale, 1);
    store.start_run(&other).await.unwrap();
    let mut slow = priced(1, 900, at(5));
    slow.listings = vec![due(listing, shop_state(1170, true), 1)];

    store
        .record(&record(other.id, RecordPart::Batch(1), vec![slow]))
        .await
        .unwrap();

    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!(row.desired, Some((1, shop_state(1560, true))));
}

#[tokio::test]
async fn two_states_never_share_a_version() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    let other = run_of(RunKind::Stale, 1);
    store.start_run(&other).await.unwrap();
    let mut seen = priced(1, 1300, at(25));
    seen.listings = vec![due(listing, shop_state(1690, true), 1)];

    store
        .record(&record(other.id, RecordPart::Batch(1), vec![seen]))
        .await
        .unwrap();

    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!(row.desired, Some((2, shop_state(1690, true))));
    let updates = store.open_work(other.id).await.unwrap().updates;
    assert_eq!(
        updates[0].1, 2,
        "the update is for the state that was stored"
    );
}

#[tokio::test]
async fn a_hold_without_an_update_is_recorded_and_ends_with_the_backfill_that_clears_it() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 1).await;
    let listing = listing_of(&store, 1).await;
    let verdict = |hold| ListingDecision {
        hold,
        update: None,
        ..due(listing, shop_state(1300, true), 1)
    };
    let mut dear = priced(1, 120_000, at(20));
    dear.listings = vec![verdict(Some(HoldReason::PriceAboveBounds))];
    store
        .record(&record(run, RecordPart::Batch(1), vec![dear]))
        .await
        .unwrap();
    let held = store.report(run, at(30)).await.unwrap().unwrap();
    assert_eq!((held.updates.held, held.updates.equal), (1, 0));
    assert_eq!(held.holds[0].code, "price_above_bounds");
    store.begin_backfill(run).await.unwrap();

    let mut fair = priced(1, 1000, at(40));
    fair.listings = vec![verdict(None)];
    store
        .record(&record(run, RecordPart::Backfill, vec![fair]))
        .await
        .unwrap();

    let report = store.report(run, at(50)).await.unwrap().unwrap();
    assert_eq!((report.updates.held, report.updates.equal), (0, 1));
    let counts = store.listing_counts().await.unwrap();
    assert!(counts.values().all(|counts| counts.held == 0));
}

#[tokio::test]
async fn an_answer_with_a_nul_character_is_recorded() {
    let store = open().await;
    let run = started(&store, 1).await;
    let mut seen = priced(1, 1000, at(20));
    let mut offers = seen.offers.take().unwrap();
    offers[0].seller_id = Some("a\0b\\u0000\"".into());
    seen.offers = Some(offers);

    let recorded = store
        .record(&record(run, RecordPart::Batch(1), vec![seen]))
        .await;

    assert!(!recorded.unwrap().progress.batches_open);
    let interval = store.asin_history(asin(1)).await.unwrap().seen.remove(0);
    let seller = interval.offers[0].seller_id.as_deref();
    assert_eq!(seller, Some("a\u{fffd}b\\u0000\""));
}
