//! Basic information, and pending listings.

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::listing::ListingStatus;
use shared::domain::outcome::Outcome;
use shared::domain::product::{Product, Seen};
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, HistoryStore, ImportCounts, NewRegistration,
    RecordPart, RecordedAsin, ReportStore, RunQueries, RunStore, StartError,
};

async fn started_of(store: &SqlStore, kind: RunKind, asins: u32) -> RunId {
    let run = run_of(kind, asins);
    store.start_run(&run).await.expect("an answer");
    run.id
}

fn fetched(number: u32, info: Seen<BasicInfo>) -> RecordedAsin {
    RecordedAsin {
        product: Product::unknown(asin(number)),
        outcome: Outcome::Success,
        offers: None,
        info: Some(info),
        ..priced(number, 1, at(0))
    }
}

async fn info_of(store: &SqlStore, number: u32) -> Option<Seen<BasicInfo>> {
    let mut infos = store.infos(&[asin(number)]).await.expect("an answer");
    infos.remove(&asin(number))
}

#[tokio::test]
async fn basic_info_is_stored_without_changing_price_and_stock() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let prices = started(&store, 2).await;
    let seen = record(prices, RecordPart::Batch(1), vec![priced(1, 1000, at(20))]);
    store.record(&seen).await.unwrap();
    let texts = started_of(&store, RunKind::BasicInfo, 2).await;
    let info = informed("𠮷野の急須 😀", at(30));

    let seen = record(
        texts,
        RecordPart::Batch(1),
        vec![fetched(1, info.clone()), fetched(2, info.clone())],
    );
    store.record(&seen).await.unwrap();

    assert_eq!(info_of(&store, 1).await, Some(info.clone()));
    let products = store.products(&[asin(1)]).await.unwrap();
    assert_eq!(products[&asin(1)], in_stock(1, 1000, at(20)));
    // A product without a price cannot be compared with a cache.
    assert_eq!(store.products_after(None, 10).await.unwrap().len(), 1);
    assert_eq!(store.asin_history(asin(2)).await.unwrap().info, Some(info));
}

#[tokio::test]
async fn a_newer_answer_without_a_part_keeps_it_and_an_older_answer_changes_nothing() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started_of(&store, RunKind::BasicInfo, 1).await;
    let known = informed("known", at(20));
    let nothing = Seen {
        value: BasicInfo::default(),
        at: at(30),
    };
    let backfill = |info| record(run, RecordPart::Backfill, vec![fetched(1, info)]);

    store.record(&backfill(known.clone())).await.unwrap();
    store
        .record(&backfill(informed("older", at(19))))
        .await
        .unwrap();
    let before = info_of(&store, 1).await;
    store.record(&backfill(nothing)).await.unwrap();

    assert_eq!(before, Some(known.clone()));
    assert_eq!(
        info_of(&store, 1).await,
        Some(Seen {
            at: at(30),
            ..known
        })
    );
}

#[tokio::test]
async fn stale_infos_come_oldest_first_and_only_of_active_accounts() {
    let store = open().await;
    shop(&store, "a", 4).await;
    shop(&store, "b", 5).await;
    let run = started_of(&store, RunKind::BasicInfo, 4).await;
    let seen = vec![
        fetched(1, informed("old", at(20))),
        fetched(2, informed("older", at(10))),
        fetched(3, informed("fresh", at(40))),
    ];
    store
        .record(&record(run, RecordPart::Batch(1), seen))
        .await
        .unwrap();
    assert_eq!(registered(&store, "b", &[9]).await, 1);
    let stale = async |name: Option<&str>| {
        let name = name.map(account);
        store.stale_infos(name.as_ref(), at(40)).await.unwrap()
    };

    let all: Vec<Asin> = [4, 5, 9, 2, 1].map(asin).to_vec();
    assert_eq!(stale(None).await, all);
    assert_eq!(stale(Some("a")).await, [4, 2, 1].map(asin));
    let rows = [account_row("a", true), account_row("b", false)];
    store.sync_accounts(&rows).await.unwrap();
    assert_eq!(stale(None).await, [4, 2, 1].map(asin));
}

#[tokio::test]
async fn a_pending_listing_is_in_no_run_until_it_is_listed() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started_of(&store, RunKind::Register, 3).await;
    let pending = |number| RecordedAsin {
        pending_in: Some(account("a")),
        info: Some(informed("new", at(20))),
        ..priced(number, 1000, at(20))
    };

    let seen = vec![pending(2), pending(3)];
    store
        .record(&record(run, RecordPart::Batch(1), seen))
        .await
        .unwrap();

    let listed = store
        .listed_in(&account("a"), &[asin(1), asin(3), asin(4)])
        .await
        .unwrap();
    let expected = [
        (asin(1), ListingStatus::Listed),
        (asin(3), ListingStatus::Pending),
    ];
    assert_eq!(listed, expected.into_iter().collect());
    assert_eq!(store.listed_asins(None).await.unwrap(), [1, 2].map(asin));
    assert!(store.listings(&[asin(3)], None).await.unwrap().is_empty());
    let history = store.asin_history(asin(3)).await.unwrap();
    assert_eq!(history.pending.len(), 1);
    assert!(
        store
            .asin_history(asin(2))
            .await
            .unwrap()
            .pending
            .is_empty()
    );

    // An import with its item makes it listed.
    let counts = store.import(&[new_listing("a", 3)], at(60)).await.unwrap();

    assert_eq!(
        counts,
        ImportCounts {
            changed: 1,
            ..ImportCounts::default()
        }
    );
    assert_eq!(store.listed_asins(None).await.unwrap(), [1, 2, 3].map(asin));
    assert_eq!(store.listings(&[asin(3)], None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_asin_is_pending_once_in_an_account_however_often_it_is_added() {
    let store = open().await;
    shop(&store, "a", 1).await;
    shop(&store, "b", 0).await;
    let asins = [1, 2, 3];

    assert_eq!(registered(&store, "a", &asins).await, 2);
    assert_eq!(registered(&store, "a", &asins).await, 0);
    assert_eq!(registered(&store, "b", &asins).await, 3);
}

#[tokio::test]
async fn a_refused_registration_leaves_no_pending_listing() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let first = registration("a", &[1]);
    store.start_registration(&first).await.unwrap();

    let refused = store.start_registration(&registration("a", &[2])).await;

    assert!(
        matches!(refused, Err(StartError::AlreadyOpen(id)) if id == first.run.id),
        "{refused:?}"
    );
    let listed = store.listed_in(&account("a"), &[1, 2].map(asin)).await;
    let only = [(asin(1), ListingStatus::Pending)].into_iter().collect();
    assert_eq!(listed.unwrap(), only);
}

fn registration(name: &str, known: &[u32]) -> NewRegistration {
    NewRegistration {
        run: run_of(RunKind::Register, 0),
        account: account(name),
        known: known.iter().copied().map(asin).collect(),
    }
}

/// The number of pending listings that a separate registration adds.
async fn registered(store: &SqlStore, name: &str, known: &[u32]) -> u64 {
    let new = registration(name, known);
    let added = store.start_registration(&new).await.expect("started");
    store
        .fail_run(new.run.id, "next", at(99))
        .await
        .expect("ended");
    added
}

#[tokio::test]
async fn listings_that_a_basic_info_run_does_not_evaluate_are_not_counted() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let prices = started(&store, 1).await;
    let mut seen = priced(1, 1000, at(20));
    seen.listings = vec![due(
        store.listings(&[asin(1)], None).await.unwrap()[0]
            .listing
            .id,
        shop_state(1300, true),
        1,
    )];
    store
        .record(&record(prices, RecordPart::Batch(1), vec![seen]))
        .await
        .unwrap();
    let texts = started_of(&store, RunKind::BasicInfo, 1).await;

    let seen = vec![fetched(1, informed("new", at(30)))];
    store
        .record(&record(texts, RecordPart::Batch(1), seen))
        .await
        .unwrap();

    let report = store.report(texts, at(40)).await.unwrap().unwrap();
    assert_eq!((report.outcomes.success, report.updates.equal), (1, 0));
    let last = store
        .last_of_kind(RunKind::BasicInfo)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last.id, texts);
    assert_eq!(store.last_of_kind(RunKind::Visibility).await.unwrap(), None);
}
