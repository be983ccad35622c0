//! Clocks that are wrong: what was stored under one is healed and not obeyed, and the shops follow
//! Amazon as soon as the clock is right again.

use crate::fixture::{Fixture, every_hours, no_limit, world};
use adapters::clock::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use producer::RunScheduler;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::guard::MassChangeGuard;
use shared::domain::rules::Rules;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock;
use shared::ports::store::{AccountStore as _, BatchStore as _, RunQueries as _, UpdateStore as _};
use simulator::MarketSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const DAY: i64 = 24 * 3_600;

/// A clock that a person sets wrong by some seconds, and right again.
#[derive(Default)]
struct WrongClock(AtomicI64);

impl WrongClock {
    fn set_ahead(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// Products whose offers pass the rule, each in stock at a price or sold out.
struct Market(Vec<(String, Option<i64>)>);

impl Market {
    fn set(&self, app: &Fixture) {
        let set = self.0.iter().map(|(asin, price)| MarketSet {
            asin: asin.clone(),
            price: *price,
            in_stock: Some(price.is_some()),
            ..MarketSet::default()
        });
        app.simulator.set_market(set.collect()).expect("a market");
    }

    /// The products that the shop shows otherwise than they are.
    fn wrong_in_the_shop(&self, app: &Fixture) -> Vec<String> {
        let wrong = self.0.iter().filter_map(|(asin, price)| {
            let shown = app.shown(asin);
            let right = match price {
                Some(price) => shown.visible && shown.stock > 0 && shown.price * 10 == price * 13,
                None => !shown.visible && shown.stock == 0,
            };
            (!right).then(|| format!("{asin} is {price:?}, shown {shown:?}"))
        });
        wrong.collect()
    }
}

/// An app under a clock that can be set, whose guard lets everything pass, after a first run.
async fn settled() -> (Fixture, Arc<WrongClock>, Market) {
    let clock = Arc::new(WrongClock::default());
    let mut app = Fixture::open_at(world(60, 2), no_limit(), clock.clone()).await;
    app.ctx.rules = Arc::new(Rules {
        guard: MassChangeGuard {
            percent: 100,
            count: 1_000,
        },
        ..Rules::default()
    });
    let mut market = Market(Vec::new());
    for no in 0..60 {
        market.0.push((app.simulator.asin(no), Some(1_000)));
    }
    market.set(&app);
    app.run(RunKind::PriceStock).await;
    market.0.retain(|(asin, _)| {
        let shown = app.shown(asin);
        shown.visible && shown.price == 1_300
    });
    assert!(market.0.len() > 30, "{} products", market.0.len());
    (app, clock, market)
}

async fn in_the_first_listing_a_worker_died(app: &Fixture, market: &Market) {
    let asin = Asin::parse(&market.0[0].0).expect("an ASIN");
    let rows = app.store.listings(&[asin], None).await.expect("rows");
    let (listing, now) = (rows[0].listing.id, app.now());
    let until = now + TimeDelta::seconds(9);
    let begun = app.store.begin_update(listing, now, until).await;
    assert!(matches!(begun, Ok(Some(_))), "{begun:?}");
}

#[tokio::test]
async fn after_a_run_under_a_clock_a_day_ahead_products_that_sell_out_are_hidden() {
    let (app, clock, mut market) = settled().await;
    clock.set_ahead(DAY);
    app.run(RunKind::PriceStock).await;

    clock.set_ahead(0);
    for (_, price) in &mut market.0[..5] {
        *price = None;
    }
    for (_, price) in &mut market.0[5..9] {
        *price = Some(1_200);
    }
    market.set(&app);
    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(market.wrong_in_the_shop(&app), Vec::<String>::new());
    assert_eq!((report.hidden, report.stock_changes.to_out), (5, 5));
    assert_eq!(report.price_changes.count, 4);
    let asin = Asin::parse(&market.0[0].0).expect("an ASIN");
    let product = app.store.products(&[asin]).await.expect("an answer")[&asin].clone();
    let (priced, stocked) = (
        product.price.expect("a price"),
        product.stock.expect("a stock"),
    );
    assert!(priced.at <= app.now() && stocked.at <= app.now());
}

#[tokio::test]
async fn after_an_answer_from_the_future_the_cache_is_not_believed_and_follows_again() {
    let (app, clock, market) = settled().await;
    clock.set_ahead(DAY);
    app.run(RunKind::PriceStock).await;
    clock.set_ahead(0);

    let stale = app.run(RunKind::Stale).await;
    let again = app.run(RunKind::Stale).await;

    assert!(stale.asins >= market.0.len() as u64, "{}", stale.asins);
    assert!(again.asins < stale.asins / 2, "{}", again.asins);
}

#[tokio::test]
async fn a_listing_that_a_worker_of_tomorrow_held_as_it_died_is_free() {
    let (app, clock, mut market) = settled().await;
    clock.set_ahead(DAY);
    in_the_first_listing_a_worker_died(&app, &market).await;
    clock.set_ahead(0);
    market.0[0].1 = None;
    market.set(&app);

    app.run(RunKind::PriceStock).await;

    assert_eq!(market.wrong_in_the_shop(&app), Vec::<String>::new());
}

#[tokio::test]
async fn an_account_that_was_parked_until_the_day_after_tomorrow_is_called() {
    let (app, _, mut market) = settled().await;
    let shop = AccountId::parse("shop-1").expect("an id");
    let later = app.now() + TimeDelta::hours(30);
    app.store.park(&shop, later).await.expect("an answer");
    for (_, price) in &mut market.0[..4] {
        *price = None;
    }
    market.set(&app);

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.state, report.hidden), (RunState::Done, 4));
    assert_eq!(market.wrong_in_the_shop(&app), Vec::<String>::new());
    // What is stored from then on counts again.
    let until = app.now() + TimeDelta::hours(1);
    assert!(app.store.park(&shop, until).await.expect("an answer"));
}

#[tokio::test]
async fn a_reconciliation_corrects_what_was_applied_under_a_clock_a_day_ahead() {
    let (app, clock, mut market) = settled().await;
    clock.set_ahead(DAY);
    for (_, price) in &mut market.0 {
        *price = Some(1_100);
    }
    market.set(&app);
    app.run(RunKind::PriceStock).await;
    in_the_first_listing_a_worker_died(&app, &market).await;
    clock.set_ahead(0);
    for (asin, _) in &market.0[..3] {
        let item = app.shown(asin).item_id;
        let edit = serde_json::json!({"edit": [{"item_id": item, "price": 990}]});
        let edit = serde_json::from_value(edit).expect("a change");
        let shop = ["shop-1", "shop-2"].into_iter().find(|shop| {
            let shop = app.simulator.shop(shop).expect("a shop");
            shop.items.iter().any(|shown| shown.item_id == item)
        });
        app.simulator
            .change_shop(shop.expect("its shop"), edit)
            .expect("edited");
    }

    app.run(RunKind::Reconcile).await;

    assert_eq!(market.wrong_in_the_shop(&app), Vec::<String>::new());
}

#[tokio::test]
async fn the_schedule_does_not_wait_for_tomorrow() {
    let (app, clock, _) = settled().await;
    let open = async || app.store.runs(true, 9).await.expect("runs").len();
    clock.set_ahead(DAY);
    let mut leader = RunScheduler::new(app.ctx.clone(), every_hours(3), []);
    leader.start_due().await;
    let run = app.store.runs(true, 1).await.expect("runs")[0].id;
    app.finish(run).await;

    clock.set_ahead(0);
    leader.start_due().await;

    assert_eq!(open().await, 1);
    let run = app.store.runs(true, 1).await.expect("runs")[0].id;
    app.finish(run).await;
    leader.start_due().await;
    assert_eq!(open().await, 0, "once");
    // The successor reads the rows, of which the newest is of tomorrow.
    let mut successor = RunScheduler::new(app.ctx.clone(), every_hours(3), []);
    successor.start_due().await;
    assert_eq!(open().await, 1);
}

/// A seeded stream of numbers, of which each history takes what it needs.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}

/// Runs, deaths and parks under a clock that jumps between and during them; in the end the clock is
/// right, and one run makes every item right.
async fn a_history(seed: u64) {
    const AHEAD: [i64; 8] = [0, 0, 2, 30, 300, 3 * 3_600, DAY, 40 * DAY];
    let (app, clock, mut market) = settled().await;
    let mut dice = Dice(seed);
    let mut story = Vec::new();
    for _ in 0..5 {
        let ahead = AHEAD[dice.roll(AHEAD.len())];
        clock.set_ahead(ahead);
        for (_, price) in &mut market.0 {
            *price = match dice.roll(8) {
                0 => None,
                1 => Some(1_100),
                2 => Some(1_300),
                _ => *price,
            };
        }
        market.set(&app);
        if dice.roll(3) == 0 {
            in_the_first_listing_a_worker_died(&app, &market).await;
        }
        let kind = [
            RunKind::PriceStock,
            RunKind::PriceStock,
            RunKind::Visibility,
            RunKind::Reconcile,
        ][dice.roll(4)];
        let then = AHEAD[dice.roll(AHEAD.len())];
        story.push((ahead, kind, then));
        let run = app.start(kind).await.expect("it starts");
        // The clock jumps while the run is open, in many histories.
        clock.set_ahead(then);
        app.finish(run).await;
    }

    clock.set_ahead(0);
    app.run(RunKind::PriceStock).await;

    let wrong = market.wrong_in_the_shop(&app);
    assert!(wrong.is_empty(), "seed {seed}, {story:?}: {wrong:#?}");
}

#[tokio::test]
async fn whatever_the_clock_did_the_next_run_under_a_right_one_makes_every_item_right() {
    for seed in 1..=8 {
        a_history(seed).await;
    }
}
