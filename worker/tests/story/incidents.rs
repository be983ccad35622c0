//! The shop keeper's incidents.

use crate::fixture::{Fixture, world};
use shared::domain::asin::Asin;
use shared::domain::money::Yen;
use shared::domain::run::RunKind;
use shared::ports::store::HistoryStore as _;
use simulator::MarketSet;

fn set(asin: &str) -> MarketSet {
    MarketSet {
        asin: asin.to_owned(),
        ..MarketSet::default()
    }
}

fn priced(asin: &str, price: i64) -> MarketSet {
    MarketSet {
        price: Some(price),
        in_stock: Some(true),
        ..set(asin)
    }
}

/// An app after its first run, and the first ASIN of its world, at 1,000 yen on Amazon.
async fn settled() -> (Fixture, String) {
    let app = Fixture::open(world(40, 2)).await;
    let asin = app.simulator.asin(0);
    app.simulator
        .set_market(vec![priced(&asin, 1_000)])
        .expect("a market");
    app.run(RunKind::PriceStock).await;
    (app, asin)
}

#[tokio::test]
async fn every_asin_has_exactly_one_outcome_and_the_shop_follows() {
    let app = Fixture::open(world(100, 3)).await;

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.asins, report.batches), (100, 5));
    assert_eq!(report.outcomes.total(), 100);
    assert_eq!(report.outcomes.api_error + report.outcomes.invalid_asin, 0);
    // Offers that fail the rule hide a listing at the second observation; then nothing is left to do.
    app.run(RunKind::PriceStock).await;
    let third = app.run(RunKind::PriceStock).await;
    assert_eq!((third.updates.applied, third.updates.failed), (0, 0));
    assert_eq!((third.updates.equal, third.price_changes.count), (100, 0));
}

#[tokio::test]
async fn a_price_that_rises_on_amazon_rises_in_the_shop() {
    let (app, asin) = settled().await;
    assert_eq!(app.shown(&asin).price, 1_300);
    app.simulator
        .set_market(vec![priced(&asin, 1_200)])
        .expect("a market");
    let before = app.now();

    let report = app.run(RunKind::PriceStock).await;

    let product = app
        .store
        .asin_history(Asin::parse(&asin).unwrap())
        .await
        .unwrap()
        .product
        .unwrap();
    let price = product.price.expect("a price");
    assert_eq!(price.value, Yen(1_200));
    assert!(price.at >= before - chrono::TimeDelta::milliseconds(1));
    assert_eq!(app.shown(&asin).price, 1_560);
    assert_eq!(report.price_changes.count, 1);
    let change = &report.price_changes.examples[0];
    assert_eq!((change.old, change.new), (Yen(1_000), Yen(1_200)));
}

#[tokio::test]
async fn a_product_that_sells_out_is_hidden_and_the_reason_stored() {
    let (app, asin) = settled().await;
    let sold_out = MarketSet {
        in_stock: Some(false),
        ..set(&asin)
    };
    app.simulator.set_market(vec![sold_out]).expect("a market");

    let report = app.run(RunKind::PriceStock).await;

    let shown = app.shown(&asin);
    assert_eq!((shown.visible, shown.stock), (false, 0));
    assert_eq!((report.stock_changes.to_out, report.hidden), (1, 1));
    let story = app
        .store
        .asin_history(Asin::parse(&asin).unwrap())
        .await
        .unwrap();
    assert_eq!(story.seen[0].outcome.as_str(), "out_of_stock");
    assert_eq!(story.product.unwrap().price.unwrap().value, Yen(1_000));
}

#[tokio::test]
async fn a_product_that_comes_back_is_shown_again() {
    let (app, asin) = settled().await;
    let sold_out = MarketSet {
        in_stock: Some(false),
        ..set(&asin)
    };
    app.simulator.set_market(vec![sold_out]).expect("a market");
    app.run(RunKind::PriceStock).await;
    app.simulator
        .set_market(vec![priced(&asin, 1_000)])
        .expect("a market");

    let report = app.run(RunKind::PriceStock).await;

    let shown = app.shown(&asin);
    assert_eq!((shown.visible, shown.stock, shown.price), (true, 1, 1_300));
    assert_eq!((report.stock_changes.to_in, report.shown), (1, 1));
}

#[tokio::test]
async fn an_amazon_price_above_the_bounds_is_held_and_not_sold_at_the_bound() {
    let (app, asin) = settled().await;
    app.simulator
        .set_market(vec![priced(&asin, 120_000)])
        .expect("a market");

    let report = app.run(RunKind::PriceStock).await;

    let shown = app.shown(&asin);
    assert_eq!(
        (shown.price, shown.visible),
        (1_300, false),
        "left at its price, and not for sale"
    );
    assert!(
        report
            .holds
            .iter()
            .any(|hold| hold.code == "price_above_bounds")
    );
}

#[tokio::test]
async fn misses_of_the_cache_are_fetched_once_and_then_none_is_missing() {
    let app = Fixture::open(world(100, 2)).await;
    app.run(RunKind::PriceStock).await;
    let forgotten = app.forget_cache(45).await;

    let first = app.run(RunKind::Visibility).await;
    let second = app.run(RunKind::Visibility).await;

    assert_eq!(forgotten, 45);
    assert_eq!((first.cache.hits, first.cache.misses), (55, 45));
    assert_eq!((first.backfill.asins, first.backfill.requests), (45, 3));
    assert_eq!(first.outcomes.total(), 100);
    assert_eq!(
        (
            second.cache.misses,
            second.backfill.requests,
            second.requests
        ),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn a_stale_run_after_a_whole_one_sends_no_request() {
    let app = Fixture::open(world(60, 2)).await;
    app.run(RunKind::PriceStock).await;

    let stale = app.run(RunKind::Stale).await;

    assert_eq!((stale.asins, stale.requests), (0, 0));
    assert_eq!(stale.state.as_str(), "done");
}

#[tokio::test]
async fn items_deleted_by_a_person_are_delisted_once() {
    let app = Fixture::open(world(60, 1)).await;
    app.run(RunKind::PriceStock).await;
    let gone: Vec<String> = (0..17).map(|no| app.simulator.asin(no)).collect();
    for asin in &gone {
        app.delete_item(asin);
        app.simulator
            .set_market(vec![priced(asin, 2_500)])
            .expect("a market");
    }

    let first = app.run(RunKind::PriceStock).await;
    let second = app.run(RunKind::PriceStock).await;

    assert_eq!((first.delisted, first.updates.failed), (17, 0));
    assert_eq!(
        (second.delisted, second.updates.failed, second.asins),
        (0, 0, 43)
    );
}

#[tokio::test]
async fn a_deactivated_account_gets_no_request_and_its_asins_leave_the_run() {
    let app = Fixture::open(world(60, 3)).await;
    app.activate(|account| account != "shop-2").await;
    let before = app.simulator.shop("shop-2").expect("a shop");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.asins, 40);
    let after = app.simulator.shop("shop-2").expect("a shop");
    assert_eq!(
        serde_json::to_value(before).unwrap(),
        serde_json::to_value(after).unwrap()
    );
}

#[tokio::test]
async fn a_second_run_of_the_same_kind_is_refused_with_the_id_of_the_open_one() {
    let app = Fixture::open(world(40, 1)).await;
    let open = app
        .start(RunKind::PriceStock)
        .await
        .expect("the first starts");

    let refused = app
        .start(RunKind::PriceStock)
        .await
        .expect_err("the second does not");

    assert!(refused.to_string().contains(&open.to_string()), "{refused}");
    assert!(app.start(RunKind::Visibility).await.is_ok());
}
