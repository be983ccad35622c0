//! Updates: the lease of a listing, and how its updates are settled.

use crate::world::*;
use shared::domain::desired::HoldReason;
use shared::domain::listing::ListingId;
use shared::domain::run::RunKind;
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, HistoryStore, RecordPart, ReportStore, RunQueries,
    RunStore, SentNow, UpdateResult, UpdateStore,
};

#[tokio::test]
async fn a_listing_is_leased_to_one_worker() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;

    let first = store.begin_update(listing, at(30), at(90)).await.unwrap();
    let second = store.begin_update(listing, at(31), at(91)).await.unwrap();
    let after = store.begin_update(listing, at(90), at(150)).await.unwrap();

    let task = first.unwrap().unwrap();
    assert_eq!(task.desired, shop_state(1560, true));
    assert_eq!(task.listing.shown, shop_state(1300, true));
    assert_eq!(task.version, 1);
    assert_eq!(second, Some(Err(at(90))));
    assert!(
        after.unwrap().is_ok(),
        "a lease that is over is given again"
    );
}

#[tokio::test]
async fn an_applied_update_is_what_the_shop_shows_and_ends_its_run() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    backfilled(&store, run).await;
    assert!(
        !store.close_run(run, at(40)).await.unwrap(),
        "an update is queued"
    );

    let applied = UpdateResult::Applied(shop_state(1560, true));
    let ended = store
        .finish_update(unleased(listing, 1), &applied, at(41))
        .await
        .unwrap();

    assert_eq!(ended, [run]);
    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!(row.listing.shown, shop_state(1560, true));
    assert_eq!(row.desired, Some((1, shop_state(1560, true))));
    assert!(store.close_run(run, at(42)).await.unwrap());
    assert!(!store.close_run(run, at(43)).await.unwrap());
}

#[tokio::test]
async fn a_later_version_stays_queued() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    let mut seen = priced(1, 1300, at(25));
    seen.listings = vec![due(listing, shop_state(1690, true), 2)];
    store.begin_backfill(run).await.unwrap();
    store
        .record(&record(run, RecordPart::Backfill, vec![seen]))
        .await
        .unwrap();

    let applied = UpdateResult::Applied(shop_state(1560, true));
    let ended = store
        .finish_update(unleased(listing, 1), &applied, at(41))
        .await
        .unwrap();

    assert_eq!(ended, []);
    let work = store.open_work(run).await.unwrap();
    assert_eq!(work.updates.len(), 1);
    assert_eq!(work.updates[0].1, 2);
    assert!(work.progress.updates_open);
}

#[tokio::test]
async fn a_waiting_update_counts_once_a_listing_until_it_is_settled() {
    let store = open().await;
    shop(&store, "a", 1).await;
    shop(&store, "b", 1).await;
    let (run, listing) = run_with_update(&store).await;
    let waiting = async || store.waiting_updates().await.unwrap();
    let finish = async |result| {
        let done = store.finish_update(unleased(listing, 1), &result, at(40));
        done.await.unwrap();
    };
    assert_eq!(waiting().await, [(account("a"), 1)]);
    finish(UpdateResult::Parked).await;
    store.fail_run(run, "next", at(41)).await.unwrap();
    run_with_update(&store).await;

    assert_eq!(waiting().await, [(account("a"), 1)]);
    finish(UpdateResult::Applied(shop_state(1560, true))).await;
    assert_eq!(waiting().await, []);
}

#[tokio::test]
async fn a_second_answer_leaves_a_parked_update_parked_unless_it_wants_another_state() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    let hours = UpdateResult::OutsideHours;
    let finished = store.finish_update(unleased(listing, 1), &hours, at(40));
    finished.await.unwrap();
    store.begin_backfill(run).await.unwrap();
    let answer = async |price, version| {
        let mut seen = priced(1, 1200, at(45 + version));
        seen.listings = vec![due(listing, shop_state(price, true), version)];
        let record = record(run, RecordPart::Backfill, vec![seen]);
        store.record(&record).await.unwrap().progress.updates_open
    };

    assert!(!answer(1560, 1).await, "nothing is queued again");
    let report = store.report(run, at(50)).await.unwrap().unwrap();
    assert_eq!(report.updates.for_hours, 1);
    assert!(answer(1690, 2).await);
}

#[tokio::test]
async fn a_parked_update_does_not_keep_its_run_open_and_is_kept() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;

    let ended = store
        .finish_update(unleased(listing, 1), &UpdateResult::Parked, at(40))
        .await
        .unwrap();

    assert_eq!(ended, [run]);
    assert_eq!(unsettled(&store).await.len(), 1);
    assert_eq!(
        store
            .report(run, at(50))
            .await
            .unwrap()
            .unwrap()
            .updates
            .parked,
        1
    );
    let applied = UpdateResult::Applied(shop_state(1560, true));
    store
        .finish_update(unleased(listing, 1), &applied, at(60))
        .await
        .unwrap();
    assert_eq!(unsettled(&store).await, []);
    assert_eq!(
        store
            .report(run, at(70))
            .await
            .unwrap()
            .unwrap()
            .updates
            .applied,
        1
    );
}

#[tokio::test]
async fn a_delisted_listing_is_never_requested_again() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;

    store
        .finish_update(unleased(listing, 1), &UpdateResult::Delisted, at(40))
        .await
        .unwrap();

    assert_eq!(
        store.begin_update(listing, at(41), at(99)).await.unwrap(),
        None
    );
    assert_eq!(store.listings(&[asin(1)], None).await.unwrap(), []);
    assert_eq!(store.listed_asins(None).await.unwrap(), []);
    assert_eq!(
        store.report(run, at(50)).await.unwrap().unwrap().delisted,
        1
    );
}

#[tokio::test]
async fn a_hold_that_the_shop_caused_lasts_until_a_person_decides() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;

    let held = UpdateResult::Held(HoldReason::NotEditable);
    store
        .finish_update(unleased(listing, 1), &held, at(40))
        .await
        .unwrap();

    let report = store.report(run, at(50)).await.unwrap().unwrap();
    assert_eq!((report.updates.held, report.updates.applied), (1, 0));
    assert_eq!(report.holds[0].code, "not_editable");
    let counts = store.listing_counts().await.unwrap()[&account("a")];
    assert_eq!((counts.listed, counts.held), (1, 1));
    let history = store.asin_history(asin(1)).await.unwrap();
    assert_eq!(history.listings[0].hold, Some(HoldReason::NotEditable));
}

#[tokio::test]
async fn failures_are_counted_by_code() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;

    let failed = UpdateResult::Failed("bad_price".to_owned());
    store
        .finish_update(unleased(listing, 1), &failed, at(40))
        .await
        .unwrap();

    let report = store.report(run, at(50)).await.unwrap().unwrap();
    assert_eq!(report.updates.failed, 1);
    assert_eq!(
        (report.failures[0].code.as_str(), report.failures[0].count),
        ("bad_price", 1)
    );
}

#[tokio::test]
async fn an_equal_update_is_settled_for_every_run_that_waits_for_it() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (first, listing) = run_with_update(&store).await;
    let other = run_of(RunKind::Visibility, 1);
    store.start_run(&other).await.unwrap();
    let mut seen = priced(1, 1200, at(20));
    seen.listings = vec![due(listing, shop_state(1560, true), 1)];
    store
        .record(&record(other.id, RecordPart::Batch(1), vec![seen]))
        .await
        .unwrap();

    let mut ended = store
        .finish_update(unleased(listing, 1), &UpdateResult::Equal, at(40))
        .await
        .unwrap();

    ended.sort();
    assert_eq!(ended, [first, other.id]);
    let again = store
        .finish_update(unleased(listing, 1), &UpdateResult::Equal, at(41))
        .await
        .unwrap();
    assert_eq!(again.len(), 2, "a caller after a crash gets them as well");
}

#[tokio::test]
async fn an_inactive_account_gets_no_update_and_keeps_no_run_open() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;

    store
        .sync_accounts(&[account_row("a", false)])
        .await
        .unwrap();

    assert_eq!(
        store.begin_update(listing, at(30), at(90)).await.unwrap(),
        None
    );
    assert!(!store.open_work(run).await.unwrap().progress.updates_open);
    assert_eq!(unsettled(&store).await, []);
}

#[tokio::test]
async fn unsettled_updates_are_listed_a_window_at_a_time() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started(&store, 2).await;
    let (one, two) = (listing_of(&store, 1).await, listing_of(&store, 2).await);
    let mut price = priced(1, 1200, at(20));
    price.listings = vec![due(one, shop_state(1560, true), 1)];
    let mut hide = gone(2, at(20));
    hide.listings = vec![shared::ports::store::ListingDecision {
        update: Some(shared::domain::desired::Urgency::Hide),
        ..due(two, shop_state(1300, false), 1)
    }];
    store
        .record(&record(run, RecordPart::Batch(1), vec![price, hide]))
        .await
        .unwrap();

    let unsettled = unsettled(&store).await;

    assert_eq!(
        unsettled.iter().map(|row| row.0).collect::<Vec<_>>(),
        [one, two]
    );
    let from = async |after| {
        store
            .unsettled_updates(at(60), SentNow::All, after, 1)
            .await
            .unwrap()
    };
    assert_eq!(from(ListingId(0)).await, unsettled[..1]);
    assert_eq!(from(one).await, unsettled[1..]);
}

#[tokio::test]
async fn a_parked_update_needs_a_message_after_its_reset_and_a_queued_one_at_once() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    let needed = async |now| {
        let rows = store
            .unsettled_updates(now, SentNow::All, ListingId(0), 10)
            .await;
        rows.unwrap().len()
    };
    store.park(&account("a"), at(3_600)).await.unwrap();
    assert_eq!(needed(at(60)).await, 1);

    store
        .finish_update(unleased(listing, 1), &UpdateResult::Parked, at(61))
        .await
        .unwrap();

    assert_eq!(needed(at(3_599)).await, 0);
    assert_eq!(needed(at(3_600)).await, 1);
}

#[tokio::test]
async fn a_delisted_update_is_not_queued_again_by_its_run() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    store
        .finish_update(unleased(listing, 1), &UpdateResult::Delisted, at(40))
        .await
        .unwrap();

    let mut seen = priced(1, 1300, at(45));
    seen.listings = vec![due(listing, shop_state(1690, true), 2)];
    store.begin_backfill(run).await.unwrap();
    let progress = store
        .record(&record(run, RecordPart::Backfill, vec![seen]))
        .await
        .unwrap();

    assert!(!progress.progress.updates_open);
    assert_eq!(unsettled(&store).await, []);
}
