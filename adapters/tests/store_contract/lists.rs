//! Complete lists of products, and the products of messages.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::desired::HoldReason;
use shared::domain::listing::ListingId;
use shared::domain::outcome::MissReason;
use shared::domain::product::StockChange;
use shared::domain::run::RunId;
use shared::ports::store::{
    AccountStore as _, BatchStore as _, CatalogueStore as _, ItemFilter, ListedItem,
    ListingDecision, ProductList, ProductListStore as _, RecordPart, RecordedAsin,
    ReportStore as _, RunStore as _, UpdateResult, UpdateStore as _,
};

fn of_run(run: RunId) -> ItemFilter {
    ItemFilter {
        run: Some(run),
        ..ItemFilter::default()
    }
}

/// All pages of a list, of seven products each.
async fn whole(store: &SqlStore, list: ProductList, filter: &ItemFilter) -> Vec<ListedItem> {
    let mut all: Vec<ListedItem> = Vec::new();
    loop {
        let after = all.last().map(|item| item.place.as_str());
        let page = store.items(list, filter, after, 7).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn now(store: &SqlStore, list: ProductList) -> Vec<ListedItem> {
    whole(store, list, &ItemFilter::default()).await
}

/// A run of `count` ASINs, each of which gets this answer.
async fn answered(
    store: &SqlStore,
    count: u32,
    answer: impl AsyncFn(u32) -> RecordedAsin,
) -> RunId {
    let run = started(store, count).await;
    for no in 1..=count.div_ceil(20) {
        let mut answers = Vec::new();
        for number in (no - 1) * 20 + 1..=count.min(no * 20) {
            answers.push(answer(number).await);
        }
        let record = record(run, RecordPart::Batch(no), answers);
        store.record(&record).await.unwrap();
    }
    run
}

/// An answer after which the listing is due to 1,560 yen.
async fn dearer(store: &SqlStore, number: u32) -> RecordedAsin {
    let listing = listing_of(store, number).await;
    let mut answer = priced(number, 1200, at(20));
    answer.listings = vec![due(listing, shop_state(1560, true), 1)];
    answer
}

async fn finish(store: &SqlStore, number: u32, result: &UpdateResult) {
    let listing = listing_of(store, number).await;
    let claim = unleased(listing, 1);
    store.finish_update(claim, result, at(30)).await.unwrap();
}

#[tokio::test]
async fn every_failed_update_is_listed_by_shop_and_product_and_can_be_sent_again() {
    let store = open().await;
    shop(&store, "a", 45).await;
    let run = answered(&store, 45, async |number| dearer(&store, number).await).await;
    assert_eq!(now(&store, ProductList::Waiting).await.len(), 45);
    for number in 1..=45 {
        finish(&store, number, &UpdateResult::Failed("unavailable".into())).await;
    }

    for failed in [
        now(&store, ProductList::Failed).await,
        whole(&store, ProductList::Failed, &of_run(run)).await,
    ] {
        assert_eq!(failed.len(), 45);
        let first = &failed[0];
        assert_eq!(
            (&first.account, first.asin, first.why.as_deref()),
            (&Some(account("a")), Some(asin(1)), Some("unavailable"))
        );
        assert_eq!(first.shown, Some(shop_state(1300, true)));
        assert_eq!(first.wanted, Some(shop_state(1560, true)));
    }
    let first = store.failed_updates(ListingId(0), 40).await.unwrap();
    let rest = store.failed_updates(first[39].0, 40).await.unwrap();
    assert_eq!((first.len(), rest.len()), (40, 5));

    let applied = UpdateResult::Applied(shop_state(1560, true));
    finish(&store, 1, &applied).await;
    assert_eq!(now(&store, ProductList::Failed).await.len(), 44);
    let left = store.failed_updates(ListingId(0), 100).await.unwrap();
    assert_eq!(left.len(), 44, "what was applied since is not sent again");
}

#[tokio::test]
async fn held_listings_are_listed_with_their_reason_and_only_those_of_the_shop() {
    let store = open().await;
    shop(&store, "a", 20).await;
    shop(&store, "b", 3).await;
    let run = answered(&store, 20, async |number| {
        let rows = store.listings(&[asin(number)], None).await.unwrap();
        let held = |listing| ListingDecision {
            hold: Some(HoldReason::PriceAboveBounds),
            update: None,
            ..due(listing, shop_state(1300, true), 1)
        };
        let mut answer = priced(number, 120_000, at(20));
        answer.listings = rows.iter().map(|row| held(row.listing.id)).collect();
        answer
    })
    .await;

    let counts = store.listing_counts().await.unwrap();
    let held = now(&store, ProductList::Held).await;
    assert_eq!(held.len(), 23);
    let of_a = counts[&account("a")].held + counts[&account("b")].held;
    assert_eq!(of_a, 23, "as many as are counted");
    assert_eq!(held[0].why.as_deref(), Some("price_above_bounds"));
    let report = store.report(run, at(40)).await.unwrap().unwrap();
    let of_run = whole(&store, ProductList::Held, &of_run(run)).await;
    assert_eq!(of_run.len() as u64, report.updates.held);
    let only = ItemFilter {
        account: Some(account("b")),
        run: None,
    };
    assert_eq!(whole(&store, ProductList::Held, &only).await.len(), 3);
}

#[tokio::test]
async fn missing_products_are_listed_in_each_shop() {
    let store = open().await;
    shop(&store, "a", 30).await;
    let run = answered(&store, 30, async |number| {
        missed(number, MissReason::Absent)
    })
    .await;
    backfilled(&store, run).await;
    assert!(store.close_run(run, at(41)).await.unwrap());

    for missing in [
        now(&store, ProductList::Missing).await,
        whole(&store, ProductList::Missing, &of_run(run)).await,
    ] {
        assert_eq!(missing.len(), 30);
        let last = missing.last().unwrap();
        assert_eq!(
            (last.asin, &last.account),
            (Some(asin(30)), &Some(account("a")))
        );
        assert_eq!(last.why.as_deref(), Some("absent"));
    }
}

#[tokio::test]
async fn products_that_a_run_left_out_are_missing_too() {
    let store = open().await;
    shop(&store, "a", 20).await;
    let run = answered(&store, 20, async |number| {
        missed(number, MissReason::NotCached)
    })
    .await;
    store.leave_out_misses(run).await.unwrap();
    backfilled(&store, run).await;
    assert!(store.close_run(run, at(41)).await.unwrap());

    assert_eq!(now(&store, ProductList::Missing).await.len(), 20);
}

#[tokio::test]
async fn every_list_can_be_read_now_and_those_of_runs_of_a_run() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started(&store, 2).await;

    for list in ProductList::ALL {
        assert_eq!(now(&store, list).await, [], "{list:?}");
        assert_eq!(whole(&store, list, &of_run(run)).await, [], "{list:?}");
    }
}

#[tokio::test]
async fn the_report_counts_changes_by_shop_and_names_their_products() {
    let store = open().await;
    shop(&store, "a", 20).await;
    shop(&store, "b", 2).await;
    let run = answered(&store, 20, async |number| {
        let mut answer = gone(number, at(20));
        answer.change = stock_change(StockChange::ToOut);
        answer.info = Some(informed("湯のみ", at(20)));
        answer
    })
    .await;

    let report = store.report(run, at(40)).await.unwrap().unwrap();

    let turned = &report.stock_changes;
    assert_eq!((turned.to_out, turned.examples.len()), (20, 10));
    let first = &turned.examples[0];
    assert_eq!((first.asin, first.change), (asin(1), StockChange::ToOut));
    assert_eq!(first.known_as.name.as_deref(), Some("湯のみ"));
    assert_eq!(first.known_as.accounts, [account("a"), account("b")]);
    let shops: Vec<_> = report
        .shops
        .iter()
        .map(|shop| (shop.name.as_str(), shop.to_out))
        .collect();
    assert_eq!(shops, [("Shop a", 20), ("Shop b", 2)]);
}

#[tokio::test]
async fn a_message_is_about_products_and_shops() {
    let store = open().await;
    shop(&store, "a", 25).await;
    store
        .sync_accounts(&[account_row("a", true), account_row("b", true)])
        .await
        .unwrap();
    let run = started(&store, 25).await;
    let listing = listing_of(&store, 3).await;

    let unknown = ListingId(9_999);
    let products = store.listing_products(&[listing, unknown]).await.unwrap();
    let batches = store.batch_asins(&[(run, 2), (run, 7)]).await.unwrap();
    let shops = store.listed_by(&[asin(3), asin(99)]).await.unwrap();

    assert_eq!(products.len(), 1);
    assert_eq!(products[&listing], (account("a"), asin(3)));
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[&(run, 2)], (21..=25).map(asin).collect::<Vec<_>>());
    assert_eq!(shops[&asin(3)], [account("a")]);
    assert_eq!(store.read_shops(&[(run, 1)]).await.unwrap().len(), 0);
}
