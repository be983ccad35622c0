//! What becomes of a run whose shop, application, token or items BASE refuses.

use crate::fixture::{Fixture, world};
use shared::domain::account::AccountId;
use shared::domain::listing::ListingStatus;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};
use shared::ports::store::{AccountStore as _, GuardStore as _, ReconcileStore as _};
use simulator::{Config, Fault, FaultKind, MarketSet};

const CALLS: [&str; 4] = ["users/me", "items", "items/detail", "items/edit"];

/// Every product costs `price` at Amazon: every listing needs an edit.
fn everything_costs(app: &Fixture, catalog: usize, price: i64) {
    let set = |number| MarketSet {
        asin: app.simulator.asin(number),
        price: Some(price),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    let all = (0..catalog).map(set).collect();
    app.simulator.set_market(all).expect("a market");
}

fn refuse(app: &Fixture, operation: &str, error: &str) {
    let fault = Fault {
        error: Some(error.to_owned()),
        account: Some("shop-1".to_owned()),
        ..Fault::new(operation, FaultKind::BaseError)
    };
    app.simulator.add_fault(fault).expect("a fault");
}

/// Calls of the first shop, without those for tokens.
fn calls(app: &Fixture) -> usize {
    let ledger = app.simulator.detailed_ledger();
    let lines = ledger.detail.into_iter().flatten();
    let of_shop = lines.filter(|line| line.who.as_deref() == Some("shop-1"));
    let calls = of_shop.filter(|line| CALLS.contains(&line.operation.as_str()));
    calls.count()
}

async fn statuses(app: &Fixture) -> (usize, usize) {
    let shop = AccountId::parse("shop-1").expect("an id");
    let listings = app.store.listings_of(&shop).await.expect("the store");
    let of = |wanted| {
        let with = |(_, _, status): &&(_, _, ListingStatus)| *status == wanted;
        listings.iter().filter(with).count()
    };
    (of(ListingStatus::Listed), of(ListingStatus::Delisted))
}

#[tokio::test]
async fn a_restricted_shop_costs_a_run_one_call_and_the_other_shop_goes_on() {
    let app = Fixture::open(world(40, 2)).await;
    everything_costs(&app, 40, 30_000);
    for operation in CALLS {
        refuse(&app, operation, "access_denied");
    }

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(calls(&app), 1);
    assert_eq!(report.state, RunState::Incomplete);
    let updates = report.updates;
    assert_eq!(
        (updates.parked, updates.applied, updates.failed),
        (20, 20, 0)
    );
    let rows = app.store.accounts().await.expect("the store");
    let (_, refusal) = rows[0].refused.clone().expect("a refusal");
    assert!(
        refusal.why.contains("利用が制限されているユーザーです。"),
        "{refusal:?}"
    );
    assert_eq!(rows[1].refused, None);

    // The next process waits as well, and one call ends the rest.
    let next = app.next_process().await;
    app.simulator.clear_faults();
    next.shop.check(&rows[0].id).await.expect("accepted");
    let rows = app.store.accounts().await.expect("the store");
    assert_eq!(
        (rows[0].refused.clone(), rows[0].parked_until),
        (None, None)
    );
}

#[tokio::test]
async fn a_restricted_shop_ends_its_reading_and_not_the_reconciliation() {
    let app = Fixture::open(world(40, 2)).await;
    app.run(RunKind::PriceStock).await;
    app.simulator.reset_ledger();
    for operation in CALLS {
        refuse(&app, operation, "access_denied");
    }

    let report = app.run(RunKind::Reconcile).await;

    let read = report.reconcile.expect("a reconciliation");
    let states: Vec<&str> = read.shops.iter().map(|shop| shop.state.as_str()).collect();
    assert_eq!((states, calls(&app)), (vec!["given_up", "done"], 1));
}

#[tokio::test]
async fn a_token_without_the_right_to_edit_costs_a_run_one_edit() {
    let app = Fixture::open(Config {
        base_scopes: "read_users read_items".to_owned(),
        ..world(40, 1)
    })
    .await;
    everything_costs(&app, 40, 30_000);

    let first = app.run(RunKind::PriceStock).await;
    let edits = app.simulator.ledger().operations["items/edit"].requests;
    app.run(RunKind::PriceStock).await;

    // Those that were on their way when the first was answered.
    assert!(edits <= 8, "{edits}");
    assert_eq!(
        app.simulator.ledger().operations["items/edit"].requests,
        edits
    );
    assert_eq!(first.updates.failed, 40);
    let rows = app.store.accounts().await.expect("the store");
    let why = rows[0].reauthorise_why.clone().expect("a mark");
    assert!(why.contains("write_items"), "{why}");
}

/// A run in which BASE knows none of the items of the first shop.
async fn without_items(catalog: usize) -> (Fixture, Report) {
    let app = Fixture::open(world(catalog, 1)).await;
    everything_costs(&app, catalog, 30_000);
    refuse(&app, "items/edit", "bad_item_id");
    refuse(&app, "items/detail", "no_item");
    let report = app.run(RunKind::PriceStock).await;
    (app, report)
}

#[tokio::test]
async fn items_that_all_look_deleted_are_held_and_none_is_delisted() {
    for count in [20, 120] {
        let (app, report) = without_items(count).await;

        let all = count as u64;
        assert_eq!(report.state, RunState::Held);
        assert_eq!(report.guard.expect("a guard").gone, all);
        assert_eq!((report.delisted, statuses(&app).await), (0, (count, 0)));

        app.simulator.clear_faults();
        let cancelled = app.store.cancel_run(report.run_id, app.now()).await;
        assert_eq!(cancelled.expect("the store"), Some(all));
        let next = app.run(RunKind::PriceStock).await;
        assert_eq!((next.state, next.updates.applied), (RunState::Done, all));
    }
}

#[tokio::test]
async fn a_person_who_releases_the_run_has_the_items_delisted() {
    let (app, report) = without_items(120).await;

    let released = app.store.release_run(report.run_id, app.now()).await;
    assert_eq!(released.expect("the store"), Some(120));
    producer::resume_run(report.run_id, &*app.ctx.store, &*app.ctx.queue)
        .await
        .expect("resumed");
    let report = app.finish(report.run_id).await;

    assert_eq!((report.state, report.delisted), (RunState::Done, 120));
    assert_eq!(statuses(&app).await, (0, 120));
}

#[tokio::test]
async fn a_few_deleted_items_are_delisted_without_a_person() {
    let app = Fixture::open(world(120, 1)).await;
    everything_costs(&app, 120, 30_000);
    for number in 0..3 {
        app.delete_item(&app.simulator.asin(number));
    }

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.state, report.delisted), (RunState::Done, 3));
    assert_eq!(statuses(&app).await, (117, 3));
}

#[tokio::test]
async fn an_import_revives_what_was_delisted() {
    let app = Fixture::open(world(40, 1)).await;
    everything_costs(&app, 40, 30_000);
    let asin = app.simulator.asin(0);
    let fault = |operation: &str, error: &str| Fault {
        error: Some(error.to_owned()),
        asins: Some(vec![app.shown(&asin).item_id.to_string()]),
        ..Fault::new(operation, FaultKind::BaseError)
    };
    app.simulator
        .add_fault(fault("items/edit", "bad_item_id"))
        .expect("a fault");
    app.simulator
        .add_fault(fault("items/detail", "no_item"))
        .expect("a fault");
    app.run(RunKind::PriceStock).await;
    assert_eq!(statuses(&app).await, (39, 1));
    app.simulator.clear_faults();

    let counts = app.import_again().await;
    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((counts.changed, counts.new), (1, 0));
    assert_eq!(statuses(&app).await, (40, 0));
    assert_eq!(
        (report.updates.applied, app.shown(&asin).price),
        (1, 39_000)
    );
}
