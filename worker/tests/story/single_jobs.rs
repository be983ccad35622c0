//! Single jobs, run by hand: what they answer when they cannot go on, and what remains when they are given up.

use crate::fixture::{Fixture, no_limit, world};
use crate::waiting::vendors::TestClock;
use adapters::clock::SystemClock;
use adapters::queue::LocalQueue;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use producer::LostMessages;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::lane::{Lane, Priority};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros};
use shared::domain::report::Report;
use shared::domain::retry::Remedy;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::domain::shop_page::{ItemView, PageCursor, ShopPage};
use shared::jobs::{Backfill, SyncBatch, UpdateListing};
use shared::ports::clock::Clock as _;
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::{BatchStore as _, RunQueries as _, UpdateStore as _};
use simulator::{Fault, FaultKind, MarketSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use worker::handlers::Handler as _;
use worker::job_error::JobError;

const OFFERS: &str = "getItemOffersBatch";
const LEASE: TimeDelta = TimeDelta::seconds(12);

/// The first `count` products of the world at this price.
fn price(app: &Fixture, count: usize, yen: i64) {
    let set = |place| MarketSet {
        asin: app.simulator.asin(place),
        price: Some(yen),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    let sets = (0..count).map(set).collect();
    app.simulator.set_market(sets).expect("a market");
}

/// An app of one batch in which every listing is right.
async fn settled(clock: Arc<TestClock>) -> Fixture {
    let app = Fixture::open_at(world(20, 1), no_limit(), clock.clone()).await;
    price(&app, 20, 1_000);
    app.run(RunKind::PriceStock).await;
    // What is answered next is newer.
    clock.advance(TimeDelta::minutes(1));
    app
}

fn standing() -> Arc<TestClock> {
    // The database keeps milliseconds.
    let now = DateTime::from_timestamp_millis(SystemClock.now().timestamp_millis());
    Arc::new(TestClock(Mutex::new(now.expect("an instant"))))
}

/// Starts a run and does its only batch; its messages are lost.
async fn batch_done(app: &mut Fixture) -> RunId {
    app.ctx.queue = Arc::new(LocalQueue::new());
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    let batch = SyncBatch { run, no: 1 };
    batch.run(&app.ctx).await.expect("it is answered");
    app.ctx.queue = Arc::new(LocalQueue::new());
    run
}

/// Ends a run whose messages were lost.
async fn ended(app: &Fixture, run: RunId) -> Report {
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is searched");
    app.finish(run).await
}

/// The job for the first product, whose price has risen.
async fn due_update(app: &mut Fixture) -> (RunId, UpdateListing) {
    price(app, 1, 2_000);
    let run = batch_done(app).await;
    let asin = Asin::parse(&app.simulator.asin(0)).expect("an ASIN");
    let rows = app.store.listings(&[asin], None).await.expect("an answer");
    let (version, _) = rows[0].desired.expect("a desired state");
    let listing = rows[0].listing.id;
    (run, UpdateListing { listing, version })
}

fn edits(app: &Fixture) -> u64 {
    let ledger = app.simulator.ledger();
    let tally = ledger.operations.get("items/edit");
    tally.map_or(0, |tally| tally.requests)
}

#[tokio::test]
async fn a_listing_that_another_worker_has_is_tried_again_within_a_second() {
    let clock = standing();
    let mut app = settled(clock.clone()).await;
    let (_, update) = due_update(&mut app).await;
    let now = app.now();
    let wait = async |lease: TimeDelta| {
        let leased = app.store.begin_update(update.listing, now, now + lease);
        let leased = leased.await.expect("an answer").expect("an update");
        let busy = update.run(&app.ctx).await.expect_err("it is busy");
        let claim = leased.expect("it is free").claim();
        let released = app.store.release_update(claim, now).await;
        released.expect("it is released");
        busy.remedy
    };

    let long = wait(LEASE).await;
    let short = wait(TimeDelta::milliseconds(300)).await;

    assert_eq!(long, Remedy::Wait(Duration::from_secs(1)));
    assert_eq!(short, Remedy::Wait(Duration::from_millis(300)));
}

/// A shop whose token takes a while.
struct SlowToken {
    shop: Arc<dyn Shop>,
    clock: Arc<TestClock>,
    takes: TimeDelta,
}

#[async_trait]
impl Shop for SlowToken {
    fn lane(&self, account: &AccountId) -> Lane {
        self.shop.lane(account)
    }

    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError> {
        self.clock.advance(self.takes);
        self.shop.prepare(account).await
    }

    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        self.shop.edit(permit, account, item, state).await
    }

    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        self.shop.items(permit, account, cursor).await
    }

    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        self.shop.item(permit, account, item).await
    }
}

#[tokio::test]
async fn an_edit_is_sent_only_when_its_call_ends_before_the_lease() {
    let clock = standing();
    let mut app = settled(clock.clone()).await;
    let (_, update) = due_update(&mut app).await;
    let before = edits(&app);
    let with_token_in = |takes| {
        let (shop, clock) = (app.ctx.shop.clone(), clock.clone());
        Context {
            shop: Arc::new(SlowToken { shop, clock, takes }),
            ..app.ctx.clone()
        }
    };

    // A call takes up to 8 s, and the lease is one of 12 s.
    let slow = with_token_in(TimeDelta::milliseconds(4_001));
    let late = update.run(&slow).await.expect_err("it is too late");
    let not_sent = edits(&app) - before;
    let in_time = with_token_in(TimeDelta::seconds(4));
    update.run(&in_time).await.expect("it is sent");

    assert_eq!(late.remedy, Remedy::Wait(Duration::ZERO));
    assert_eq!((not_sent, edits(&app) - before), (0, 1));
}

#[tokio::test]
async fn an_update_that_is_given_up_is_counted_as_failed_with_its_cause() {
    for (remedy, code) in [
        (Remedy::Stop, "stopped"),
        (Remedy::TryAgain, "unavailable"),
        (Remedy::GiveUp, "unavailable"),
    ] {
        let mut app = settled(standing()).await;
        let (run, update) = due_update(&mut app).await;

        let error = JobError::new(remedy, "the shop does not answer");
        update
            .give_up(&error, &app.ctx)
            .await
            .expect("it is stored");
        let report = ended(&app, run).await;

        assert_eq!((report.updates.failed, report.updates.applied), (1, 0));
        assert_eq!(report.failures[0].code, code);
    }
}

#[tokio::test]
async fn a_run_whose_backfill_cannot_be_done_ends_without_its_misses() {
    let mut app = settled(standing()).await;
    let missing = Fault {
        asins: Some(vec![app.simulator.asin(3)]),
        ..Fault::new(OFFERS, FaultKind::MissingItems)
    };
    app.simulator.add_fault(missing).expect("a fault");
    let run = batch_done(&mut app).await;

    let error = JobError::new(Remedy::GiveUp, "its rows cannot be read");
    let backfill = Backfill { run };
    backfill.give_up(&error, &app.ctx).await.expect("it ends");

    let row = app.store.run(run).await.expect("an answer");
    assert_eq!(row.expect("the run").state, RunState::Done);
}

#[tokio::test]
async fn a_backfill_that_comes_before_the_batches_are_done_ends_nothing() {
    let mut app = settled(standing()).await;
    app.ctx.queue = Arc::new(LocalQueue::new());
    let run = app.start(RunKind::PriceStock).await.expect("it starts");

    let early = Backfill { run }.run(&app.ctx).await;

    early.expect("it is left");
    let row = app.store.run(run).await.expect("an answer");
    assert_eq!(row.expect("the run").state, RunState::Running);
    let report = app.finish(run).await;
    assert_eq!(
        (report.state, report.outcomes.success),
        (RunState::Done, 20)
    );
}

#[tokio::test]
async fn credentials_that_end_before_the_backfill_end_the_run_with_the_reason() {
    let mut app = settled(standing()).await;
    let empty = Fault {
        items: Some(1),
        ..Fault::new(OFFERS, FaultKind::EmptyOffers)
    };
    app.simulator.add_fault(empty).expect("a fault");
    let run = batch_done(&mut app).await;
    app.simulator.clear_faults();
    let forbidden = Fault::new(OFFERS, FaultKind::Forbidden);
    app.simulator.add_fault(forbidden).expect("a fault");

    let report = ended(&app, run).await;

    assert_eq!(report.state, RunState::Failed);
    assert!(report.error.is_some());
}

/// A limiter whose lanes have a rate, and that never waits for it.
struct Paced(Arc<dyn Limiter>);

#[async_trait]
impl Limiter for Paced {
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError> {
        let grant = self.0.acquire(lane, priority).await?;
        Ok(match grant {
            Grant::Go(permit) => Grant::Go(Permit {
                period: 1,
                ..permit
            }),
            other => other,
        })
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        self.0.feedback(lane, granted_at, feedback).await;
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        self.0.close(lane, window).await
    }

    async fn period(&self, lane: &Lane) -> Option<Micros> {
        self.0.period(lane).await
    }
}

fn paced(app: &Fixture) -> Context {
    Context {
        limiter: Arc::new(Paced(app.ctx.limiter.clone())),
        ..app.ctx.clone()
    }
}

#[tokio::test]
async fn a_refused_job_waits_for_its_lane_and_for_a_second_where_none_has_a_rate() {
    let app = settled(standing()).await;
    let throttle = Fault::new(OFFERS, FaultKind::Throttle);
    app.simulator.add_fault(throttle).expect("a fault");
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    let refused = async |ctx: &Context| {
        let refused = SyncBatch { run, no: 1 }.run(ctx).await;
        refused.expect_err("it is refused").remedy
    };

    let waits = [refused(&paced(&app)).await, refused(&app.ctx).await];

    let seconds = |seconds| Remedy::Wait(Duration::from_secs(seconds));
    assert_eq!(waits, [seconds(0), seconds(1)]);
}

#[tokio::test]
async fn a_429_during_the_search_for_an_asin_is_waited_for_five_times_and_costs_its_half_then() {
    for (has_rate, throttled, left_to_the_backfill) in [(true, 5, 0), (true, 6, 10), (false, 1, 10)]
    {
        let mut app = settled(standing()).await;
        if has_rate {
            app.ctx = paced(&app);
        }
        let spoilt = Fault {
            status: Some(400),
            asins: Some(vec![app.simulator.asin(0)]),
            ..Fault::new(OFFERS, FaultKind::Status)
        };
        let throttle = Fault {
            skip: 1,
            ..Fault::new(OFFERS, FaultKind::Throttle).times(throttled)
        };
        app.simulator.add_fault(throttle).expect("a fault");
        app.simulator.add_fault(spoilt).expect("a fault");

        let report = app.run(RunKind::PriceStock).await;

        assert_eq!(report.refused, throttled);
        assert_eq!(report.backfill.asins, left_to_the_backfill, "{throttled}");
        let outcomes = report.outcomes;
        assert_eq!((outcomes.success, outcomes.invalid_asin), (19, 1));
    }
}
