//! The catalogue: the import of listings, and the history of an ASIN.

use crate::world::*;
use shared::domain::listing::{ItemId, ListingId, ListingStatus};
use shared::domain::outcome::{MissReason, Outcome};
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, HeldImport, HistoryStore, ImportCounts, NewListing,
    RecordPart, UpdateResult, UpdateStore,
};

fn counts(new: u64, changed: u64, same: u64) -> ImportCounts {
    let held = Vec::new();
    ImportCounts {
        new,
        changed,
        same,
        held,
    }
}

#[tokio::test]
async fn an_import_that_is_repeated_changes_nothing() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let mut listings: Vec<NewListing> = (1..=50).map(|no| new_listing("a", no)).collect();
    listings.push(new_listing("b", 1));
    assert_eq!(
        store.import(&listings, at(0)).await.unwrap(),
        counts(51, 0, 0)
    );
    let before = store.listings(&[asin(1), asin(50)], None).await.unwrap();

    let again = store.import(&listings, at(5)).await.unwrap();

    assert_eq!(again, counts(0, 0, 51));
    assert_eq!(
        store.listings(&[asin(1), asin(50)], None).await.unwrap(),
        before
    );
}

#[tokio::test]
async fn listings_get_distinct_ids() {
    let store = open().await;
    shop(&store, "a", 3).await;
    shop(&store, "b", 3).await;

    let asins = [asin(1), asin(2), asin(3)];
    let rows = store.listings(&asins, None).await.unwrap();

    let numbers: Vec<i64> = rows.iter().map(|row| row.listing.id.0).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_known_listing_keeps_its_shown_state_and_gets_a_new_sku() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let mut listing = new_listing("a", 1);
    listing.sku = "NEW".to_owned();
    listing.shown = shop_state(9999, false);

    assert_eq!(
        store.import(&[listing], at(5)).await.unwrap(),
        counts(0, 1, 0)
    );

    let history = store.asin_history(asin(1)).await.unwrap();
    assert_eq!(history.listings[0].sku, "NEW");
    assert_eq!(history.listings[0].listing.shown, shop_state(1300, true));
}

#[tokio::test]
async fn a_listing_with_another_item_gets_that_items_shown_state() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, id) = run_with_update(&store).await;
    store
        .finish_update(unleased(id, 1), &UpdateResult::Delisted, at(30))
        .await
        .unwrap();
    assert_eq!(
        store.listed_asins(None).await.unwrap(),
        [],
        "delisted until a person names it"
    );
    let mut listing = new_listing("a", 1);
    listing.item = ItemId(77);
    listing.shown = shop_state(2000, false);

    assert_eq!(
        store.import(&[listing], at(32)).await.unwrap(),
        counts(0, 1, 0)
    );

    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    assert_eq!((row.listing.id, row.listing.item), (id, ItemId(77)));
    assert_eq!(row.listing.shown, shop_state(2000, false));
}

#[tokio::test]
async fn items_can_be_swapped_and_taken_over() {
    let store = open().await;
    shop(&store, "a", 3).await;
    let mut swapped = [
        new_listing("a", 1),
        new_listing("a", 2),
        new_listing("a", 4),
    ];
    swapped[0].item = ItemId(1002);
    swapped[1].item = ItemId(1001);
    swapped[2].item = ItemId(1003);

    assert_eq!(
        store.import(&swapped, at(5)).await.unwrap(),
        counts(1, 2, 0)
    );

    let rows = store
        .listings(&[asin(1), asin(2), asin(3), asin(4)], None)
        .await
        .unwrap();
    let items: Vec<i64> = rows.iter().map(|row| row.listing.item.0).collect();
    assert_eq!(items, [1002, 1001, 1003]);
    let taken = &store.asin_history(asin(3)).await.unwrap().listings[0];
    assert_eq!(taken.status, ListingStatus::Delisted);
}

fn held(number: u32, item: i64, listed: Option<(i64, i64)>) -> HeldImport {
    HeldImport {
        account: account("a"),
        asin: asin(number),
        item: ItemId(item),
        listed: listed.map(|(listing, item)| (ListingId(listing), ItemId(item))),
    }
}

#[tokio::test]
async fn an_import_never_leaves_an_item_without_a_listing() {
    let store = open().await;
    shop(&store, "a", 4).await;
    let before = store.listings(&[1, 2, 3, 4].map(asin), None).await.unwrap();
    // The first gets a new item. The second would get the item of the first, which stays where it
    // is, so that the second's own item would be left. The third and fourth swap theirs.
    let mut rows = [1, 2, 3, 4].map(|number| new_listing("a", number));
    for (row, item) in rows.iter_mut().zip([77, 1001, 1004, 1003]) {
        row.item = ItemId(item);
    }

    let done = store.import(&rows, at(5)).await.unwrap();

    assert_eq!((done.new, done.changed, done.same), (0, 2, 0));
    let mut holds = done.held;
    holds.sort_by_key(|held| held.asin);
    assert_eq!(
        holds,
        [held(1, 77, Some((1, 1001))), held(2, 1001, Some((2, 1002)))]
    );
    let after = store.listings(&[1, 2, 3, 4].map(asin), None).await.unwrap();
    let items: Vec<i64> = after.iter().map(|row| row.listing.item.0).collect();
    assert_eq!(items, [1001, 1002, 1004, 1003]);
    assert_eq!(after[..2], before[..2], "also their shown states");
}

#[tokio::test]
async fn of_two_items_for_one_asin_none_is_imported() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let row = |number: u32, item: i64| NewListing {
        item: ItemId(item),
        ..new_listing("a", number)
    };
    let rows = [row(1, 1001), row(2, 50), row(1, 60), row(2, 51), row(3, 70)];

    let done = store.import(&rows, at(5)).await.unwrap();

    assert_eq!((done.new, done.changed, done.same), (1, 0, 0));
    let mut items: Vec<i64> = done.held.iter().map(|held| held.item.0).collect();
    items.sort_unstable();
    assert_eq!(items, [50, 51, 60, 1001]);
    let rows = store.listings(&[1, 2, 3].map(asin), None).await.unwrap();
    let items: Vec<i64> = rows.iter().map(|row| row.listing.item.0).collect();
    assert_eq!(items, [1001, 70]);
}

#[tokio::test]
async fn the_last_of_two_rows_for_one_listing_counts() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let mut second = new_listing("a", 1);
    second.sku = "LAST".to_owned();

    let done = store
        .import(&[new_listing("a", 1), second], at(5))
        .await
        .unwrap();

    assert_eq!(done, counts(1, 0, 0));
    assert_eq!(
        store.asin_history(asin(1)).await.unwrap().listings[0].sku,
        "LAST"
    );
}

#[tokio::test]
async fn two_listings_with_one_item_are_imported_completely_or_not_at_all() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let mut second = new_listing("a", 2);
    second.item = new_listing("a", 1).item;

    let refused = store.import(&[new_listing("a", 1), second], at(5)).await;

    assert!(refused.is_err());
    assert_eq!(store.listed_asins(None).await.unwrap(), []);
}

#[tokio::test]
async fn listings_of_an_account_without_a_file_entry_are_inactive() {
    let store = open().await;
    store.import(&[new_listing("new", 1)], at(0)).await.unwrap();
    assert_eq!(store.listed_asins(None).await.unwrap(), []);

    store
        .sync_accounts(&[account_row("new", true)])
        .await
        .unwrap();

    assert_eq!(store.listed_asins(None).await.unwrap(), [asin(1)]);
    let counts = store.listing_counts().await.unwrap();
    assert_eq!(counts[&account("new")].listed, 1);
}

#[tokio::test]
async fn an_asin_in_two_shops_is_listed_once() {
    let store = open().await;
    shop(&store, "a", 2).await;
    shop(&store, "b", 1).await;

    assert_eq!(store.listed_asins(None).await.unwrap(), [asin(1), asin(2)]);
    assert_eq!(
        store.listed_asins(Some(&account("b"))).await.unwrap(),
        [asin(1)]
    );
    assert_eq!(store.listed_asins(Some(&account("c"))).await.unwrap(), []);
}

#[tokio::test]
async fn products_are_read_page_by_page() {
    let store = open().await;
    let run = started(&store, 5).await;
    let seen = (1..=5).map(|number| priced(number, 1000, at(20))).collect();
    store
        .record(&record(run, RecordPart::Batch(1), seen))
        .await
        .unwrap();

    let first = store.products_after(None, 2).await.unwrap();
    let rest = store.products_after(Some(asin(2)), 9).await.unwrap();

    assert_eq!(
        first,
        [in_stock(1, 1000, at(20)), in_stock(2, 1000, at(20))]
    );
    assert_eq!(rest.len(), 3);
}

#[tokio::test]
async fn equal_observations_are_one_interval() {
    let store = open().await;
    let run = started(&store, 120).await;
    let answers = [
        priced(1, 1000, at(20)),
        priced(1, 1000, at(30)),
        priced(1, 1200, at(40)),
        gone(1, at(50)),
        missed(1, MissReason::ApiError),
        gone(1, at(45)),
    ];
    for (no, answer) in (1..).zip(answers) {
        let mut record = record(run, RecordPart::Batch(no), vec![answer]);
        record.at = record.asins[0]
            .product
            .stock
            .map_or(at(60), |stock| stock.at);
        store.record(&record).await.unwrap();
    }

    let history = store.asin_history(asin(1)).await.unwrap();

    let seen: Vec<_> = history
        .seen
        .iter()
        .map(|seen| (seen.first_at, seen.last_at, seen.outcome, seen.price))
        .collect();
    assert_eq!(
        seen,
        [
            (at(50), at(50), Outcome::OutOfStock, None),
            (at(40), at(40), Outcome::Success, Some(1200)),
            (at(20), at(30), Outcome::Success, Some(1000)),
        ]
    );
    assert_eq!(
        history.seen[1].offers,
        priced(1, 1200, at(40)).offers.unwrap()
    );
}

#[tokio::test]
async fn the_history_of_an_asin_contains_its_updates() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (run, listing) = run_with_update(&store).await;
    let failed = UpdateResult::Failed("bad_price".to_owned());
    store
        .finish_update(unleased(listing, 1), &failed, at(40))
        .await
        .unwrap();

    let history = store.asin_history(asin(1)).await.unwrap();

    let update = &history.updates[0];
    assert_eq!((update.run, update.state.as_str()), (run, "failed"));
    assert_eq!(update.code.as_deref(), Some("bad_price"));
    assert_eq!(
        (update.from, update.to),
        (shop_state(1300, true), shop_state(1560, true))
    );
    assert_eq!(update.at, at(40));
    assert_eq!(history.product, Some(in_stock(1, 1200, at(20))));
    assert_eq!(store.asin_history(asin(9)).await.unwrap().listings, []);
}
