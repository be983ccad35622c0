//! The cache: one entry for each ASIN, each part with its own time.

use crate::world::{asin, at, in_stock, open, sold_out};
use shared::domain::offer::Rejection;
use shared::domain::product::{Product, Seen, Stock};
use shared::ports::cache::Cache;
use shared::ports::store::BatchStore;

#[tokio::test]
async fn an_entry_is_read_as_it_was_written() {
    let store = open().await;
    let cache = store.cache();
    let filtered = Product {
        stock: Some(Seen {
            value: Stock::FilteredOut {
                times: 3,
                why: Rejection::NoHandlingTime,
            },
            at: at(2),
        }),
        ..in_stock(2, 500, at(1))
    };
    let products = [in_stock(1, 1000, at(1)), filtered];

    cache.put(&products, at(5)).await.unwrap();

    let got = cache.get(&[asin(1), asin(2), asin(3)]).await.unwrap();
    assert_eq!(got.len(), 2);
    assert_eq!(got[&asin(1)], products[0]);
    assert_eq!(got[&asin(2)], products[1]);
}

#[tokio::test]
async fn a_missing_or_older_part_keeps_the_stored_one() {
    let store = open().await;
    let cache = store.cache();
    cache
        .put(&[in_stock(1, 1000, at(10))], at(11))
        .await
        .unwrap();

    cache.put(&[sold_out(1, at(20))], at(21)).await.unwrap();
    cache.put(&[in_stock(1, 900, at(5))], at(22)).await.unwrap();

    let got = cache.get(&[asin(1)]).await.unwrap();
    assert_eq!(got[&asin(1)].price, in_stock(1, 1000, at(10)).price);
    assert_eq!(got[&asin(1)].stock, sold_out(1, at(20)).stock);
}

#[tokio::test]
async fn a_product_without_data_gets_no_entry() {
    let store = open().await;
    let cache = store.cache();

    cache
        .put(&[Product::unknown(asin(1))], at(1))
        .await
        .unwrap();

    assert!(cache.get(&[asin(1)]).await.unwrap().is_empty());
    assert!(cache.get(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn emptying_the_cache_keeps_the_catalogue() {
    let store = open().await;

    store
        .cache()
        .put(&[in_stock(1, 1000, at(1))], at(1))
        .await
        .unwrap();

    assert!(store.products(&[asin(1)]).await.unwrap().is_empty());
}
