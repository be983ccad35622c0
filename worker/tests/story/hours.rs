//! Hours of the day at which only what ends a loss is sent to the shops (`RUN_HOURS`).

use crate::fixture::{Fixture, world};
use chrono::{TimeDelta, Timelike as _};
use producer::LostMessages;
use shared::domain::rules::Rules;
use shared::domain::run::{RunKind, RunState};
use shared::domain::schedule::RunHours;
use shared::jobs::QueueName;
use shared::ports::context::Context;
use simulator::MarketSet;
use std::sync::Arc;

/// An app at an hour outside of `RUN_HOURS`, after a run in which everything was in stock at 1,000 yen.
async fn at_night() -> Fixture {
    let mut app = Fixture::open(world(20, 1)).await;
    let asins: Vec<String> = (0..20).map(|place| app.simulator.asin(place)).collect();
    let sets = asins.iter().map(|asin| set(asin, 1_000, true)).collect();
    app.simulator.set_market(sets).expect("a market");
    app.run(RunKind::PriceStock).await;
    let hour = (app.now() + TimeDelta::hours(9)).hour();
    let later = (hour + 6) % 24;
    app.ctx = with_hours(&app, RunHours::new(later, later + 1).expect("an hour"));
    app
}

fn with_hours(app: &Fixture, hours: RunHours) -> Context {
    let rules = Rules {
        hours,
        ..Rules::default()
    };
    Context {
        rules: Arc::new(rules),
        ..app.ctx.clone()
    }
}

fn set(asin: &str, yen: i64, in_stock: bool) -> MarketSet {
    MarketSet {
        asin: asin.to_owned(),
        price: in_stock.then_some(yen),
        in_stock: Some(in_stock),
        known: Some(true),
        ..MarketSet::default()
    }
}

#[tokio::test]
async fn at_night_what_sold_out_is_hidden_and_the_rest_is_sent_in_the_morning() {
    let mut app = at_night().await;
    let [sold_out, dearer] = [0, 1].map(|place| app.simulator.asin(place));
    let sets = vec![set(&sold_out, 1_000, false), set(&dearer, 1_250, true)];
    app.simulator.set_market(sets).expect("a market");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.clone().judged().state, RunState::Done);
    assert_eq!(report.updates.parked, 0);
    assert_eq!((report.updates.applied, report.updates.for_hours), (1, 1));
    assert!(!app.shown(&sold_out).visible);
    assert_eq!(app.shown(&dearer).price, 1_300);
    // The search for lost messages does not wake what waits.
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is searched");
    let stats = app.ctx.queue.stats(QueueName::Update).await;
    let stats = stats.expect("an answer");
    assert_eq!((stats.ready, stats.delayed), (0, 1));

    app.ctx = with_hours(&app, RunHours::default());
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is searched");
    app.work(async {
        while app.shown(&dearer).price != 1_630 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(!app.shown(&sold_out).visible);
}

#[tokio::test]
async fn what_waits_for_the_morning_is_hidden_at_night_when_it_sells_out() {
    let app = at_night().await;
    let asin = app.simulator.asin(3);
    let set = |yen, in_stock| {
        let sets = vec![set(&asin, yen, in_stock)];
        app.simulator.set_market(sets).expect("a market");
    };
    set(1_250, true);
    assert_eq!(app.run(RunKind::PriceStock).await.updates.for_hours, 1);

    set(1_250, false);
    let hidden = app.run(RunKind::PriceStock).await;
    let was_hidden = !app.shown(&asin).visible;
    set(1_250, true);
    let back = app.run(RunKind::PriceStock).await;

    assert_eq!((hidden.updates.applied, hidden.updates.for_hours), (1, 0));
    assert!(was_hidden);
    assert_eq!((back.updates.applied, back.updates.for_hours), (0, 1));
    assert!(
        !app.shown(&asin).visible,
        "it is shown again in the morning"
    );
}

#[tokio::test]
async fn at_night_a_price_below_cost_is_raised_and_one_above_it_waits() {
    let app = at_night().await;
    let [below, above] = [0, 1].map(|place| app.simulator.asin(place));
    let run = async |costs: [i64; 2]| {
        let sets = vec![set(&below, costs[0], true), set(&above, costs[1], true)];
        app.simulator.set_market(sets).expect("a market");
        app.run(RunKind::PriceStock).await.updates
    };

    // The shop asks 1,300 yen for both.
    let first = run([1_301, 1_299]).await;
    let second = run([1_301, 1_400]).await;

    assert_eq!((first.applied, first.for_hours), (1, 1));
    assert_eq!(app.shown(&below).price, 1_690);
    // What waits for the morning goes on as soon as it sells at a loss.
    assert_eq!((second.applied, second.for_hours), (1, 0));
    assert_eq!(app.shown(&above).price, 1_820);
}
