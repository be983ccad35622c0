//! Answers that come when another has done their work: what they change.

use crate::fixture::{Fixture, no_limit, world};
use adapters::clock::SystemClock;
use adapters::queue::LocalQueue;
use shared::domain::asin::Asin;
use shared::domain::product::Product;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::jobs::SyncBatch;
use shared::ports::store::{BatchStore as _, GuardStore as _, RunQueries as _, RunStore as _};
use simulator::{Fault, FaultKind, MarketSet};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use worker::handlers::Handler as _;

const OFFERS: &str = "getItemOffersBatch";

/// An app with one batch whose products cost 1,000 yen, by the database and by the cache.
async fn settled() -> Fixture {
    let mut app = Fixture::open_at(world(20, 1), no_limit(), Arc::new(SystemClock)).await;
    price(&app, 1_000);
    app.run(RunKind::PriceStock).await;
    app.ctx.queue = Arc::new(LocalQueue::new());
    app
}

fn price(app: &Fixture, yen: i64) {
    let sets = (0..20).map(|place| MarketSet {
        asin: app.simulator.asin(place),
        price: Some(yen),
        in_stock: Some(true),
        ..MarketSet::default()
    });
    app.simulator.set_market(sets.collect()).expect("a market");
}

/// The next answer takes so long.
fn slow(app: &Fixture, millis: u64) {
    let slow = Fault {
        millis: Some(millis),
        ..Fault::new(OFFERS, FaultKind::Slow).times(1)
    };
    app.simulator.add_fault(slow).expect("a fault");
}

fn requests(app: &Fixture) -> u64 {
    let ledger = app.simulator.ledger();
    let tally = ledger.operations.get(OFFERS);
    tally.map_or(0, |tally| tally.requests)
}

/// Starts a run and does its batch; `meanwhile` happens while Amazon's answer is under way.
async fn answered_late(app: &Fixture, meanwhile: impl AsyncFn(&Fixture, RunId)) -> RunId {
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    price(app, 1_400);
    slow(app, 1_500);
    let before = requests(app);
    let job = SyncBatch { run, no: 1 };
    let asked = async {
        while requests(app) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        meanwhile(app, run).await;
    };
    let (answered, ()) = tokio::join!(job.run(&app.ctx), asked);
    answered.expect("it is answered");
    run
}

/// The products by the database and by the cache, both ordered by ASIN.
async fn products(app: &Fixture) -> (Vec<Product>, Vec<Product>) {
    let asins: Vec<Asin> = (0..20)
        .map(|place| Asin::parse(&app.simulator.asin(place)).expect("an ASIN"))
        .collect();
    let known = app.store.products(&asins).await.expect("products");
    let cached = app.ctx.cache.get(&asins).await.expect("entries");
    let of = |from: HashMap<Asin, Product>| asins.iter().map(|asin| from[asin].clone()).collect();
    (of(known), of(cached))
}

fn prices(products: &[Product]) -> Vec<u32> {
    let price = |product: &Product| product.price.expect("a price").value.0;
    products.iter().map(price).collect()
}

async fn state(app: &Fixture, run: RunId) -> RunState {
    let row = app.store.run(run).await.expect("an answer");
    row.expect("the run").state
}

#[tokio::test]
async fn an_answer_that_a_cancelled_run_drops_is_not_cached() {
    let app = settled().await;

    let run = answered_late(&app, async |app, run| {
        let cancelled = app.store.cancel_run(run, app.now()).await;
        assert!(cancelled.is_ok(), "{cancelled:?}");
    })
    .await;

    assert_eq!(state(&app, run).await, RunState::Cancelled);
    let (known, cached) = products(&app).await;
    assert_eq!(known, cached);
    assert_eq!(prices(&known), [1_000; 20]);
}

#[tokio::test]
async fn an_answer_that_a_failed_run_drops_is_not_cached() {
    let app = settled().await;

    let run = answered_late(&app, async |app, run| {
        let failed = app.store.fail_run(run, "Amazon refuses", app.now()).await;
        assert!(failed.expect("it fails"));
    })
    .await;

    assert_eq!(state(&app, run).await, RunState::Failed);
    let (known, cached) = products(&app).await;
    assert_eq!(known, cached);
    assert_eq!(prices(&known), [1_000; 20]);
}

#[tokio::test]
async fn the_second_answer_to_a_doubled_batch_is_not_cached() {
    let app = settled().await;
    let before = requests(&app);

    answered_late(&app, async |app, run| {
        // Asks last, and is answered last.
        slow(app, 3_000);
        price(app, 1_200);
        let again = SyncBatch { run, no: 1 };
        again.run(&app.ctx).await.expect("it is answered");
    })
    .await;

    let (known, cached) = products(&app).await;
    assert_eq!(known, cached);
    assert_eq!(requests(&app), before + 2);
}
