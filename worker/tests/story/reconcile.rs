//! The shops are read back: what a person changed there, sold there, or deleted there.

use crate::fixture::{Fixture, world};
use chrono::TimeDelta;
use producer::LostMessages;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingStatus;
use shared::domain::report::Reconciled;
use shared::domain::retry::Remedy;
use shared::domain::rules::Rules;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::jobs::ReadShop;
use shared::ports::store::{
    AccountStore as _, GuardStore as _, HistoryStore as _, ReconcileStore as _, ReportStore as _,
};
use simulator::{Fault, FaultKind, ItemEdit, ItemSnapshot, MarketSet, NewItem, ShopChange};
use std::sync::Arc;
use worker::handlers::Handler as _;

const SHOP: &str = "shop-1";

/// An app whose shops look as they should.
async fn settled(listings: usize, accounts: usize) -> Fixture {
    let app = Fixture::open(world(listings, accounts)).await;
    app.run(RunKind::PriceStock).await;
    // Offers that fail the rule hide a listing at the second observation.
    app.run(RunKind::PriceStock).await;
    app.simulator.reset_ledger();
    app
}

/// The same, compared once.
async fn reconciled(listings: usize, accounts: usize) -> Fixture {
    let app = settled(listings, accounts).await;
    app.run(RunKind::Reconcile).await;
    app.simulator.reset_ledger();
    app
}

fn items(app: &Fixture, shop: &str) -> Vec<ItemSnapshot> {
    app.simulator.shop(shop).expect("the shop").items
}

/// The items of the shop that are on display, in the order in which they were made.
fn displayed(app: &Fixture) -> Vec<ItemSnapshot> {
    let mut items = items(app, SHOP);
    items.retain(|item| item.visible);
    items
}

fn calls(app: &Fixture, operation: &str) -> u64 {
    let ledger = app.simulator.ledger();
    let tally = ledger.operations.get(operation);
    tally.map_or(0, |tally| tally.requests)
}

fn edit_manually(app: &Fixture, edit: Vec<ItemEdit>) {
    let work = ShopChange {
        edit,
        ..ShopChange::default()
    };
    app.simulator.change_shop(SHOP, work).expect("it is edited");
}

fn delete(app: &Fixture, items: impl IntoIterator<Item = u64>) {
    let work = ShopChange {
        delete: items.into_iter().collect(),
        ..ShopChange::default()
    };
    app.simulator
        .change_shop(SHOP, work)
        .expect("they are deleted");
}

fn edit(item: &ItemSnapshot) -> ItemEdit {
    ItemEdit {
        item_id: item.item_id,
        ..ItemEdit::default()
    }
}

async fn reconcile(app: &Fixture) -> Reconciled {
    let report = app.run(RunKind::Reconcile).await;
    assert!(!report.state.is_open(), "{report:?}");
    report.reconcile.expect("the findings")
}

/// Runs one step of the first shop, as a worker would.
async fn step(app: &Fixture, run: RunId, step: u32) {
    let job = ReadShop { run, no: 1, step };
    job.run(&app.ctx).await.expect("the step is done");
}

async fn status(app: &Fixture, asin: &str) -> ListingStatus {
    let asin = Asin::parse(asin).expect("an ASIN");
    let story = app
        .store
        .asin_history(asin)
        .await
        .expect("the store answers");
    story.listings[0].status
}

#[tokio::test]
async fn a_manual_change_of_any_size_is_corrected() {
    let app = settled(60, 1).await;
    let before = displayed(&app);
    let [price, little, hidden, stock, title] = [0, 1, 2, 3, 4].map(|place| before[place].clone());
    edit_manually(
        &app,
        vec![
            ItemEdit {
                price: Some(price.price + 5_000),
                ..edit(&price)
            },
            ItemEdit {
                price: Some(little.price + 10),
                ..edit(&little)
            },
            ItemEdit {
                visible: Some(false),
                ..edit(&hidden)
            },
            ItemEdit {
                stock: Some(9),
                ..edit(&stock)
            },
            ItemEdit {
                title: Some("新しい題".to_owned()),
                ..edit(&title)
            },
        ],
    );

    let found = reconcile(&app).await;

    assert_eq!(calls(&app, "items"), 1);
    let of = |item: &ItemSnapshot| {
        let now = items(&app, SHOP);
        now.into_iter()
            .find(|now| now.item_id == item.item_id)
            .expect("the item")
    };
    for item in [&price, &little, &hidden] {
        let now = of(item);
        assert_eq!((now.price, now.visible), (item.price, item.visible));
    }
    assert_eq!(of(&title).title, "新しい題");
    // The stock of an item that was never edited is not ours.
    assert_eq!((found.price, found.visible, found.stock), (2, 1, 0));
    assert_eq!(of(&stock).stock, 9);
    assert_eq!(found.drifted, 3);
    // Nothing is left to do.
    app.simulator.reset_ledger();
    let again = reconcile(&app).await;
    assert_eq!((again.drifted, calls(&app, "items/edit")), (0, 0));
}

#[tokio::test]
async fn a_stock_that_we_set_is_corrected() {
    let app = settled(200, 1).await;
    let mut items = displayed(&app).into_iter();
    let ours = items.find(|item| item.edits > 0).expect("an edited item");
    edit_manually(
        &app,
        vec![ItemEdit {
            stock: Some(9),
            ..edit(&ours)
        }],
    );

    let found = reconcile(&app).await;

    assert_eq!((found.drifted, found.stock), (1, 1));
    assert_eq!(app.shown(&ours.asin).stock, 1);
}

#[tokio::test]
async fn an_item_that_sold_out_cools_down_and_is_stocked_again() {
    let mut app = reconciled(40, 1).await;
    let sold = displayed(&app)[0].clone();
    let stock = |app: &Fixture| {
        let mut now = items(app, SHOP).into_iter();
        now.find(|item| item.item_id == sold.item_id)
            .expect("the item")
            .stock
    };
    edit_manually(
        &app,
        vec![ItemEdit {
            stock: Some(0),
            ..edit(&sold)
        }],
    );

    let found = reconcile(&app).await;

    assert_eq!((found.sold_out, found.drifted), (1, 0));
    assert_eq!(stock(&app), 0);
    // The regular run does not change it either, and it is reported again.
    app.run(RunKind::PriceStock).await;
    assert_eq!((stock(&app), reconcile(&app).await.sold_out), (0, 1));
    // Its cool-down is over.
    let mut rules = Rules::default();
    rules.selling.restock_after = Some(TimeDelta::zero());
    app.ctx.rules = Arc::new(rules);
    app.run(RunKind::PriceStock).await;
    assert_eq!((stock(&app), reconcile(&app).await.sold_out), (1, 0));
}

#[tokio::test]
async fn an_item_that_sold_a_moment_ago_is_repriced_and_not_stocked() {
    let app = reconciled(200, 1).await;
    let mut items = displayed(&app).into_iter();
    let sold = items.find(|item| item.edits > 0).expect("an edited item");
    edit_manually(
        &app,
        vec![ItemEdit {
            stock: Some(0),
            ..edit(&sold)
        }],
    );
    let dearer = MarketSet {
        asin: sold.asin.clone(),
        price: Some(sold.price),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![dearer]).expect("a market");

    app.run(RunKind::PriceStock).await;

    let now = app.shown(&sold.asin);
    assert!(now.price > sold.price, "{now:?}");
    assert_eq!((now.visible, now.stock), (true, 0));
}

#[tokio::test]
async fn an_item_that_sold_out_is_never_stocked_if_people_restock_manually() {
    let mut app = reconciled(40, 1).await;
    let mut rules = Rules::default();
    rules.selling.restock_after = None;
    app.ctx.rules = Arc::new(rules);
    let sold = displayed(&app)[0].clone();
    edit_manually(
        &app,
        vec![ItemEdit {
            stock: Some(0),
            ..edit(&sold)
        }],
    );
    reconcile(&app).await;

    app.run(RunKind::PriceStock).await;
    edit_manually(
        &app,
        vec![ItemEdit {
            stock: Some(1),
            ..edit(&sold)
        }],
    );

    let found = reconcile(&app).await;
    assert_eq!(found.sold_out, 0);
    assert_eq!(app.shown(&sold.asin).stock, 1);
}

#[tokio::test]
async fn seventeen_deleted_items_are_delisted_once() {
    let app = reconciled(250, 2).await;
    let deleted: Vec<ItemSnapshot> = items(&app, SHOP).into_iter().take(17).collect();
    delete(&app, deleted.iter().map(|item| item.item_id));

    let report = app.run(RunKind::Reconcile).await;

    let found = report.reconcile.expect("the findings");
    assert_eq!((found.gone, report.updates.failed), (17, 0));
    assert_eq!(calls(&app, "items/detail"), 17);
    assert_eq!(
        status(&app, &deleted[0].asin).await,
        ListingStatus::Delisted
    );
    // Never again.
    app.simulator.reset_ledger();
    assert_eq!(reconcile(&app).await.gone, 0);
    app.run(RunKind::PriceStock).await;
    assert_eq!(
        (calls(&app, "items/detail"), calls(&app, "items/edit")),
        (0, 0)
    );
}

#[tokio::test]
async fn items_that_shift_to_a_page_that_was_read_are_not_delisted() {
    let app = reconciled(250, 1).await;
    let listed = items(&app, SHOP);
    let run = app.start(RunKind::Reconcile).await.expect("it starts");
    step(&app, run, 0).await;
    // The item after the first page moves to that page, so it is on no page; it was edited as well.
    delete(&app, [listed[0].item_id]);
    let shifted = listed[100].clone();
    edit_manually(
        &app,
        vec![ItemEdit {
            price: Some(shifted.price + 7_000),
            ..edit(&shifted)
        }],
    );

    let report = app.finish(run).await;

    let found = report.reconcile.expect("the findings");
    assert_eq!((found.gone, found.drifted), (0, 1));
    assert_eq!(calls(&app, "items/detail"), 1);
    assert_eq!(app.shown(&shifted.asin).price, shifted.price);
    assert_eq!(reconcile(&app).await.gone, 1);
}

#[tokio::test]
async fn an_item_on_no_page_with_impossible_values_is_named_and_ends_no_reading() {
    let app = reconciled(250, 1).await;
    let listed = items(&app, SHOP);
    let run = app.start(RunKind::Reconcile).await.expect("it starts");
    step(&app, run, 0).await;
    delete(&app, [listed[0].item_id]);
    app.simulator
        .add_fault(Fault::new("items/detail", FaultKind::WrongTypes))
        .expect("a fault");

    let report = app.finish(run).await;

    let found = report.reconcile.expect("the findings");
    assert_eq!(found.shops[0].state, "done");
    assert_eq!((found.impossible, found.gone), (1, 0));
}

#[tokio::test]
async fn a_shop_that_shows_nothing_is_held_and_nothing_delisted() {
    let app = reconciled(100, 1).await;
    let kept = items(&app, SHOP);
    delete(&app, kept.iter().map(|item| item.item_id));

    let report = app.run(RunKind::Reconcile).await;

    assert_eq!(report.state, RunState::Held);
    let found = report.reconcile.expect("the findings");
    assert_eq!((found.missing_held, found.gone), (100, 0));
    assert_eq!(calls(&app, "items/detail"), 0);
    assert_eq!(status(&app, &kept[0].asin).await, ListingStatus::Listed);
    app.start(RunKind::Reconcile)
        .await
        .expect_err("it waits for a person");
    // A person cancels the run.
    app.store
        .cancel_run(report.run_id, app.now())
        .await
        .expect("it is cancelled");
    assert_eq!(status(&app, &kept[0].asin).await, ListingStatus::Listed);
}

#[tokio::test]
async fn a_person_releases_a_shop_that_lacks_too_much_and_each_item_is_requested() {
    let app = reconciled(100, 1).await;
    let all = items(&app, SHOP);
    delete(&app, all.iter().take(60).map(|item| item.item_id));
    let held = app.run(RunKind::Reconcile).await;
    assert_eq!(held.state, RunState::Held);

    app.store
        .release_run(held.run_id, app.now())
        .await
        .expect("it is released");
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is checked");
    let report = app.finish(held.run_id).await;

    assert_eq!(report.state, RunState::Done);
    assert_eq!(report.reconcile.expect("the findings").gone, 60);
    assert_eq!(calls(&app, "items/detail"), 60);
}

#[tokio::test]
async fn another_worker_continues_after_one_that_died() {
    let app = reconciled(350, 1).await;
    let run = app.start(RunKind::Reconcile).await.expect("it starts");
    step(&app, run, 0).await;
    step(&app, run, 1).await;
    // The message of a step that was recorded comes again.
    step(&app, run, 0).await;
    assert_eq!(calls(&app, "items"), 2);

    let report = app.finish(run).await;

    assert_eq!(report.state, RunState::Done);
    assert_eq!(calls(&app, "items"), 4);
    assert_eq!(report.reconcile.expect("the findings").items, 350);
}

#[tokio::test]
async fn a_shop_without_quota_waits_where_it_is() {
    let app = reconciled(250, 1).await;
    let run = app.start(RunKind::Reconcile).await.expect("it starts");
    step(&app, run, 0).await;
    let refused = Fault::new("items", FaultKind::Throttle).times(1);
    app.simulator.add_fault(refused).expect("a fault");

    let job = ReadShop {
        run,
        no: 1,
        step: 1,
    };
    let error = job.run(&app.ctx).await.expect_err("it waits");

    assert!(matches!(error.remedy, Remedy::Wait(_)), "{error}");
    let read = app
        .store
        .shop_read(run, 1)
        .await
        .expect("an answer")
        .expect("it is open");
    assert_eq!(read.step, 1);
    assert!(read.parked_until.is_some());
    let accounts = app.store.accounts().await.expect("the accounts");
    assert!(accounts[0].parked_until.is_some());
    let report = app.store.report(run, app.now()).await.expect("an answer");
    let requests = report.expect("a report").requests;
    assert_eq!(requests, 1, "a refused call is no request");
}

#[tokio::test]
async fn a_shop_that_cannot_be_read_does_not_stop_the_others() {
    let app = reconciled(60, 2).await;
    let ended = Fault {
        account: Some(SHOP.to_owned()),
        ..Fault::new("items", FaultKind::Forbidden)
    };
    let revoked = Fault {
        error: Some("invalid_request".to_owned()),
        ..Fault::new("baseToken", FaultKind::BaseError).times(1)
    };
    app.simulator.add_fault(ended).expect("a fault");
    app.simulator.add_fault(revoked).expect("a fault");

    let found = reconcile(&app).await;

    let states: Vec<&str> = found.shops.iter().map(|shop| shop.state.as_str()).collect();
    assert_eq!(states, ["given_up", "done"]);
    assert_eq!(found.gone + found.missing_held, 0);
}

#[tokio::test]
async fn items_without_a_listing_are_reported_and_not_changed() {
    let app = reconciled(40, 1).await;
    let made = NewItem {
        title: "手作り".to_owned(),
        price: 3_000,
        stock: 4,
        visible: true,
        identifier: Some("HANDMADE-1".to_owned()),
    };
    let work = ShopChange {
        add: vec![made],
        ..ShopChange::default()
    };
    let ids = app.simulator.change_shop(SHOP, work).expect("it is made");

    let found = reconcile(&app).await;

    assert_eq!((found.unknown, found.drifted), (1, 0));
    let example = &found.unknown_examples[0];
    assert_eq!(example.item.0.unsigned_abs(), ids[0]);
    assert_eq!(example.sku.as_deref(), Some("HANDMADE-1"));
}

#[tokio::test]
async fn two_hundred_edits_among_twelve_thousand_items_take_a_hundred_and_thirty_reads() {
    let app = Fixture::open(world(12_829, 3)).await;
    app.run(RunKind::PriceStock).await;
    app.simulator.reset_ledger();
    for shop in ["shop-1", "shop-2", "shop-3"] {
        let items = app.simulator.shop(shop).expect("the shop").items;
        let shown = items.iter().filter(|item| item.visible);
        let count = if shop == SHOP { 68 } else { 66 };
        let edits = shown.take(count).map(|item| ItemEdit {
            price: Some(item.price + 1_000),
            ..edit(item)
        });
        let work = ShopChange {
            edit: edits.collect(),
            ..ShopChange::default()
        };
        app.simulator
            .change_shop(shop, work)
            .expect("they are edited");
    }

    let found = reconcile(&app).await;

    let items = app.simulator.ledger();
    assert_eq!(found.items, 12_829);
    assert_eq!(found.price, 200);
    let reads = calls(&app, "items") + calls(&app, "items/detail");
    assert!(reads <= 135, "{reads} reads: {items:?}");
    app.simulator.reset_ledger();
    assert_eq!(reconcile(&app).await.drifted, 0);
    assert_eq!(calls(&app, "items/edit"), 0);
}

/// Doubles the price of the item on Amazon.
fn double_price(app: &Fixture, item: &ItemSnapshot) {
    let set = MarketSet {
        asin: item.asin.clone(),
        price: Some(item.price * 2),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![set]).expect("a market");
}

#[tokio::test]
async fn an_item_that_refuses_its_edit_is_checked_once_and_held() {
    let app = reconciled(40, 1).await;
    let item = displayed(&app)[0].clone();
    double_price(&app, &item);
    let refused = Fault {
        error: Some("validation_error".to_owned()),
        ..Fault::new("items/edit", FaultKind::BaseError)
    };
    app.simulator.add_fault(refused).expect("a fault");

    let first = app.run(RunKind::PriceStock).await;
    let looked_at = (calls(&app, "items/edit"), calls(&app, "items/detail"));
    let second = app.run(RunKind::PriceStock).await;

    assert_eq!(looked_at, (1, 1));
    assert_eq!((first.updates.held, first.updates.failed), (1, 0));
    assert_eq!((second.updates.held, second.updates.failed), (1, 0));
    assert_eq!(calls(&app, "items/edit") + calls(&app, "items/detail"), 2);
    // A person has corrected it, and the next reconciliation finds out.
    app.simulator.clear_faults();
    reconcile(&app).await;
    assert!(app.shown(&item.asin).price > item.price * 2);
    let third = app.run(RunKind::PriceStock).await;
    assert_eq!((third.updates.held, third.updates.applied), (0, 0));
}

#[tokio::test]
async fn an_item_that_refuses_its_edit_and_does_not_exist_is_delisted() {
    let app = reconciled(40, 1).await;
    let item = displayed(&app)[0].clone();
    double_price(&app, &item);
    delete(&app, [item.item_id]);

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.delisted, report.updates.failed), (1, 0));
    assert_eq!(
        (calls(&app, "items/edit"), calls(&app, "items/detail")),
        (1, 1)
    );
}

#[tokio::test]
async fn a_digital_item_is_held_without_another_call() {
    let app = reconciled(40, 1).await;
    let item = displayed(&app)[0].clone();
    double_price(&app, &item);
    edit_manually(
        &app,
        vec![ItemEdit {
            digital: Some(true),
            ..edit(&item)
        }],
    );

    app.run(RunKind::PriceStock).await;
    let again = app.run(RunKind::PriceStock).await;

    assert_eq!(again.updates.held, 1);
    assert_eq!(
        (calls(&app, "items/edit"), calls(&app, "items/detail")),
        (1, 0)
    );
}
