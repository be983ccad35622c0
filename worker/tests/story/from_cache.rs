//! Runs that read the cache: which entries count, and what is left to Amazon.

use crate::fixture::{Fixture, no_limit, world};
use adapters::clock::SystemClock;
use adapters::queue::LocalQueue;
use adapters::spapi::NoCredentials;
use chrono::{DateTime, TimeDelta, Utc};
use producer::{LostMessages, RunOrder, resume, start_run};
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock;
use shared::ports::messages;
use shared::ports::store::RunQueries as _;
use simulator::{Fault, FaultKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The true time, some minutes ahead.
#[derive(Default)]
struct MinutesAhead(AtomicI64);

impl Clock for MinutesAhead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::minutes(self.0.load(Ordering::Relaxed))
    }
}

async fn open(catalog: usize) -> (Fixture, Arc<MinutesAhead>) {
    let clock = Arc::new(MinutesAhead::default());
    let app = Fixture::open_at(world(catalog, 1), no_limit(), clock.clone()).await;
    (app, clock)
}

#[tokio::test]
async fn what_the_newest_run_has_written_is_no_miss_until_the_next_one_has_ended() {
    let (app, clock) = open(60).await;
    app.run(RunKind::PriceStock).await;

    // Longer than the stock stays fresh, and than the price does.
    for minutes in [170, 30 * 60] {
        clock.0.store(minutes, Ordering::Relaxed);
        let report = app.run(RunKind::Visibility).await;

        assert_eq!((report.cache.hits, report.cache.misses), (60, 0));
        assert_eq!(report.requests, 0);
    }
}

#[tokio::test]
async fn what_the_newest_run_did_not_write_is_a_miss_when_it_is_old() {
    let (app, clock) = open(40).await;
    app.run(RunKind::PriceStock).await;
    clock.0.store(170, Ordering::Relaxed);
    let unanswered = app.simulator.asin(7);
    let fault = Fault {
        status: Some(500),
        asins: Some(vec![unanswered]),
        ..Fault::new("getItemOffersBatch", FaultKind::ItemError)
    };
    app.simulator.add_fault(fault).expect("a fault");
    app.run(RunKind::PriceStock).await;
    app.simulator.clear_faults();
    clock.0.store(2 * 170, Ordering::Relaxed);
    app.forget_cache(1).await;

    let report = app.run(RunKind::Visibility).await;

    let cache = report.cache;
    assert_eq!((cache.hits, cache.misses), (38, 2));
    assert_eq!((cache.missing, cache.stale), (1, 1));
    assert_eq!((report.requests, report.backfill.success), (1, 2));
}

#[tokio::test]
async fn a_run_over_some_products_only_makes_the_others_no_older() {
    let (app, clock) = open(40).await;
    app.run(RunKind::PriceStock).await;
    clock.0.store(100, Ordering::Relaxed);
    let order = RunOrder {
        max_items: Some(20),
        ..RunOrder::new(RunKind::PriceStock)
    };
    let some = start_run(order, &app.ctx).await.expect("a run");
    app.finish(some.id).await;
    clock.0.store(200, Ordering::Relaxed);

    let report = app.run(RunKind::Visibility).await;

    assert_eq!((report.cache.hits, report.cache.misses), (40, 0));
}

#[tokio::test]
async fn without_credentials_a_run_goes_on_from_cache_and_database_and_leaves_out_the_rest() {
    let (mut app, clock) = open(40).await;
    app.run(RunKind::PriceStock).await;
    app.forget_cache(5).await;
    clock.0.store(10, Ordering::Relaxed);
    app.ctx.marketplace = Arc::new(NoCredentials);
    let requests = app.simulator.ledger();

    let report = app.run(RunKind::Visibility).await;

    assert_eq!(
        (report.state, report.is_success()),
        (RunState::Incomplete, false),
        "five were not asked for"
    );
    assert_eq!((report.cache.hits, report.cache.missing), (35, 5));
    assert_eq!((report.backfill.left_out, report.backfill.failed), (5, 0));
    assert_eq!((report.requests, report.still_missing.len()), (0, 0));
    assert_eq!(app.simulator.ledger(), requests);
}

#[tokio::test]
async fn a_process_without_credentials_leaves_the_runs_that_need_them_to_others() {
    let (mut app, _) = open(40).await;
    app.run(RunKind::PriceStock).await;
    app.forget_cache(5).await;
    let interrupted = app.start(RunKind::PriceStock).await.expect("a run");
    let amazon = std::mem::replace(&mut app.ctx.marketplace, Arc::new(NoCredentials));
    app.ctx.queue = Arc::new(LocalQueue::new());
    let mut lost = LostMessages::new(app.ctx.clone());

    let run = app.start(RunKind::Visibility).await.expect("a run");
    lost.send_again().await.expect("a search");
    // As when the last of its updates is settled here.
    let backfill = messages::for_backfill(interrupted, RunKind::PriceStock);
    app.ctx.queue.push(&[backfill]).await.expect("it is sent");
    let report = app.finish(run).await;

    assert_eq!(report.backfill.left_out, 5);
    let view = app.store.run_view(interrupted).await.expect("a view");
    assert_eq!((view.state, view.batches_done), (RunState::Running, 0));
    app.ctx.marketplace = amazon;
    app.ctx.queue = Arc::new(LocalQueue::new());
    resume(&app.ctx).await.expect("it continues");
    assert_eq!(app.finish(interrupted).await.state, RunState::Done);
}

#[tokio::test]
async fn a_dry_run_says_how_many_it_would_ask_for() {
    let (app, _) = open(40).await;
    let order = RunOrder {
        dry_run: true,
        ..RunOrder::new(RunKind::Visibility)
    };

    let run = start_run(order, &app.ctx).await.expect("a run");
    let report = app.finish(run.id).await;

    assert_eq!(report.state, RunState::Done);
    assert_eq!((report.backfill.left_out, report.backfill.failed), (40, 0));
    assert!(report.still_missing.is_empty());
}
