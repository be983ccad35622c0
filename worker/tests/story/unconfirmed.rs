//! An edit that was made, and whose answer was lost: the listing counts as right only when the shop says so.

use crate::fixture::{Fixture, world};
use shared::domain::run::RunKind;
use simulator::{Fault, FaultKind, ItemEdit, ItemSnapshot, MarketSet, ShopChange};

/// All that a shop does with an edit and not say so.
const LOST: [FaultKind; 9] = [
    FaultKind::Cut,
    FaultKind::Truncate,
    FaultKind::Malformed,
    FaultKind::WrongTypes,
    FaultKind::LateStatus,
    FaultKind::LateHtml,
    FaultKind::Empty,
    FaultKind::OldValues,
    FaultKind::OtherItem,
];

/// An app whose shop looks as it should.
async fn settled() -> Fixture {
    let app = Fixture::open(world(40, 1)).await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    app
}

/// An item for sale that an answer of ours confirmed.
fn for_sale(app: &Fixture) -> ItemSnapshot {
    let items = app.simulator.shop("shop-1").expect("the shop").items;
    let mut items = items.into_iter();
    let sold = |item: &ItemSnapshot| {
        let cost = app.simulator.market(&item.asin).best_price;
        item.visible && cost.is_some_and(|cost| (1_000..50_000).contains(&cost))
    };
    items.find(sold).expect("an item")
}

/// The price or the stock of a product on Amazon.
fn on_amazon(app: &Fixture, asin: &str, price: Option<i64>, in_stock: Option<bool>) {
    let set = MarketSet {
        asin: asin.to_owned(),
        price,
        in_stock,
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![set]).expect("a market");
}

/// A run in which the shop makes every edit and all answers to edits and looks are lost.
async fn run_without_answers(app: &Fixture, kind: FaultKind) {
    app.simulator
        .add_fault(Fault::new("items/edit", kind))
        .expect("a fault");
    app.simulator
        .add_fault(Fault::new("items/detail", FaultKind::Status))
        .expect("a fault");
    app.run(RunKind::PriceStock).await;
    app.simulator.clear_faults();
}

#[tokio::test]
async fn a_price_that_goes_back_after_a_lost_answer_goes_back_in_the_shop() {
    let kinds = LOST.map(async |kind| {
        let app = settled().await;
        let before = for_sale(&app);
        let cost = app
            .simulator
            .market(&before.asin)
            .best_price
            .expect("a price");
        on_amazon(&app, &before.asin, Some(cost * 13 / 10), None);
        run_without_answers(&app, kind).await;
        assert_ne!(app.shown(&before.asin).price, before.price, "it was made");
        on_amazon(&app, &before.asin, Some(cost), None);

        app.run(RunKind::PriceStock).await;

        assert_eq!(app.shown(&before.asin).price, before.price, "{kind:?}");
    });
    futures::future::join_all(kinds).await;
}

#[tokio::test]
async fn a_product_that_is_back_after_a_lost_hide_is_for_sale_again() {
    let app = settled().await;
    let before = for_sale(&app);
    on_amazon(&app, &before.asin, None, Some(false));
    run_without_answers(&app, FaultKind::LateHtml).await;
    assert!(!app.shown(&before.asin).visible);
    on_amazon(&app, &before.asin, None, Some(true));

    app.run(RunKind::PriceStock).await;

    let now = app.shown(&before.asin);
    assert_eq!((now.visible, now.stock), (true, 1));
}

#[tokio::test]
async fn our_own_hide_without_an_answer_is_no_sale_and_no_manual_change() {
    let app = settled().await;
    let before = for_sale(&app);
    on_amazon(&app, &before.asin, None, Some(false));
    run_without_answers(&app, FaultKind::Cut).await;

    let found = app.run(RunKind::Reconcile).await.reconcile;

    let found = found.expect("the findings");
    assert_eq!((found.sold_out, found.drifted), (0, 0));
    on_amazon(&app, &before.asin, None, Some(true));
    app.run(RunKind::PriceStock).await;
    let now = app.shown(&before.asin);
    assert_eq!((now.visible, now.stock), (true, 1), "it does not cool down");
}

#[tokio::test]
async fn old_values_in_an_answer_are_checked_by_a_look_and_cost_no_second_edit() {
    let app = settled().await;
    let before = for_sale(&app);
    let cost = app
        .simulator
        .market(&before.asin)
        .best_price
        .expect("a price");
    on_amazon(&app, &before.asin, Some(cost * 13 / 10), None);
    let old = Fault::new("items/edit", FaultKind::OldValues).times(1);
    app.simulator.add_fault(old).expect("a fault");
    app.simulator.reset_ledger();

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.updates.applied, report.updates.failed), (1, 0));
    let calls = app.simulator.ledger().operations;
    let requests = |name: &str| calls.get(name).map_or(0, |tally| tally.requests);
    assert_eq!((requests("items/edit"), requests("items/detail")), (1, 1));
}

/// A person changes the item in the shop's admin pages.
fn change(app: &Fixture, edit: ItemEdit) {
    let change = ShopChange {
        edit: vec![edit],
        ..ShopChange::default()
    };
    app.simulator
        .change_shop("shop-1", change)
        .expect("it is changed");
}

fn sale(app: &Fixture, item: &ItemSnapshot, price: i64) {
    let sale = ItemEdit {
        item_id: item.item_id,
        sale_price: Some(price),
        ..ItemEdit::default()
    };
    change(app, sale);
}

#[tokio::test]
async fn a_sale_below_cost_that_an_edit_is_answered_with_hides_the_item_and_is_told() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    sale(&app, &item, cost * 9 / 10);
    on_amazon(&app, &item.asin, Some(cost * 13 / 10), None);

    let report = app.run(RunKind::PriceStock).await;

    assert!(!app.shown(&item.asin).visible);
    assert_eq!(
        (report.updates.held, report.holds[0].code.as_str()),
        (1, "sale_below_cost")
    );
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!(
        (next.updates.held, next.updates.applied),
        (1, 0),
        "it stays told"
    );
    sale(&app, &item, 0);
    app.run(RunKind::Reconcile).await;
    let now = app.shown(&item.asin);
    assert_eq!((now.visible, now.stock), (true, 1), "the sale is over");
}

#[tokio::test]
async fn a_sale_below_cost_that_is_read_back_hides_the_item_and_one_above_is_left() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    sale(&app, &item, cost + 1);
    app.simulator.reset_ledger();
    let above = app
        .run(RunKind::Reconcile)
        .await
        .reconcile
        .expect("findings");
    assert_eq!(above.drifted, 0);
    assert!(app.shown(&item.asin).visible);
    assert!(!app.simulator.ledger().operations.contains_key("items/edit"));

    // Amazon's price rises a little: not worth an edit, but more than the sale asks.
    on_amazon(&app, &item.asin, Some(cost + 2), None);
    app.run(RunKind::PriceStock).await;

    assert!(!app.shown(&item.asin).visible);
}

#[tokio::test]
async fn a_price_is_set_once_while_a_sale_asks_for_more_than_the_product_costs() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    sale(&app, &item, cost);
    on_amazon(&app, &item.asin, Some(cost * 8 / 10), None);
    app.simulator.reset_ledger();

    let report = app.run(RunKind::PriceStock).await;
    let next = app.run(RunKind::PriceStock).await;

    let now = app.shown(&item.asin);
    assert!(now.visible && now.price < item.price, "{now:?}");
    assert_eq!((report.updates.applied, next.updates.applied), (1, 0));
    let calls = app.simulator.ledger().operations;
    assert_eq!(calls["items/edit"].requests, 1);
    assert!(!calls.contains_key("items/detail"));
}

#[tokio::test]
async fn a_price_below_cost_that_no_edit_changes_hides_the_item_and_is_told() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    sale(&app, &item, cost * 9 / 10);
    app.simulator
        .add_fault(Fault::new("*", FaultKind::NoProperPrice))
        .expect("a fault");
    on_amazon(&app, &item.asin, Some(cost * 13 / 10), None);

    let report = app.run(RunKind::PriceStock).await;

    assert!(!app.shown(&item.asin).visible);
    assert_eq!(
        (report.updates.held, report.holds[0].code.as_str()),
        (1, "sale_below_cost")
    );
    app.simulator.reset_ledger();
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!((next.updates.held, next.updates.failed), (1, 0));
    assert!(!app.simulator.ledger().operations.contains_key("items/edit"));
    sale(&app, &item, 0);
    app.run(RunKind::Reconcile).await;
    assert!(app.shown(&item.asin).visible, "the sale is over");
}

#[tokio::test]
async fn a_price_above_cost_that_no_edit_changes_fails_and_hides_nothing() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    sale(&app, &item, cost);
    app.simulator
        .add_fault(Fault::new("*", FaultKind::NoProperPrice))
        .expect("a fault");
    on_amazon(&app, &item.asin, Some(cost * 8 / 10), None);

    let report = app.run(RunKind::PriceStock).await;

    assert!(app.shown(&item.asin).visible);
    assert_eq!((report.updates.failed, report.updates.held), (1, 0));
}

#[tokio::test]
async fn the_stock_of_an_item_with_variations_is_left_alone() {
    let app = settled().await;
    let item = for_sale(&app);
    let cost = app
        .simulator
        .market(&item.asin)
        .best_price
        .expect("a price");
    let with_variations = ItemEdit {
        item_id: item.item_id,
        variation_stock: Some(vec![2, 3]),
        ..ItemEdit::default()
    };
    change(&app, with_variations);
    on_amazon(&app, &item.asin, Some(cost * 13 / 10), None);

    let edited = app.run(RunKind::PriceStock).await;

    assert_eq!((edited.updates.applied, edited.updates.failed), (1, 0));
    app.simulator.reset_ledger();
    let next = app.run(RunKind::PriceStock).await;
    let found = app
        .run(RunKind::Reconcile)
        .await
        .reconcile
        .expect("findings");
    assert_eq!(
        (next.updates.applied, found.drifted, found.sold_out),
        (0, 0, 0)
    );
    assert!(!app.simulator.ledger().operations.contains_key("items/edit"));
    assert_eq!(app.shown(&item.asin).stock, 5);
}
