//! The schedule of runs: one producer keeps it, the next one takes it over.

use crate::fixture::{Fixture, world};
use adapters::clock::SystemClock;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use producer::{RetentionCleanup, RunScheduler};
use shared::domain::asin::Asin;
use shared::domain::run::RunKind;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::store::{HistoryStore as _, ReportStore as _, RunQueries as _};
use std::sync::Arc;

async fn open_runs(app: &Fixture) -> usize {
    let open = app.store.runs(true, 10).await;
    open.expect("the store answers").len()
}

#[tokio::test]
async fn a_run_is_due_at_once_when_the_schedule_begins() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;

    RunScheduler::new(app.ctx.clone(), 3, []).start_due().await;

    assert_eq!(open_runs(&app).await, 1);
}

#[tokio::test]
async fn the_successor_of_a_leader_keeps_its_schedule() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let following = |hours| RunScheduler::continuing(app.ctx.clone(), hours, []);

    let mut not_yet = following(3).await.expect("the store answers");
    not_yet.start_due().await;
    assert_eq!(open_runs(&app).await, 0);

    let mut overdue = following(0).await.expect("the store answers");
    overdue.start_due().await;
    assert_eq!(open_runs(&app).await, 1);
}

/// The system clock, ahead by a fixed time.
pub struct Later(pub TimeDelta);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

#[tokio::test]
async fn old_history_is_deleted_and_the_reports_stay() {
    let app = Fixture::open(world(100, 2)).await;
    let first = app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    let after = |days| Context {
        clock: Arc::new(Later(TimeDelta::days(days))),
        ..app.ctx.clone()
    };
    let (mut young, mut old) = (
        RetentionCleanup::new(after(29)),
        RetentionCleanup::new(after(31)),
    );

    assert_eq!(young.delete_some().await.expect("an answer"), 0);
    let mut gone = 0;
    loop {
        match old.delete_some().await.expect("an answer") {
            0 => break,
            rows => gone += rows,
        }
    }

    assert!(
        gone >= 200,
        "{gone} rows: two outcomes for each of 100 ASINs"
    );
    let asin = Asin::parse(&app.simulator.asin(0)).expect("an ASIN");
    let history = app.store.asin_history(asin).await.expect("an answer");
    assert_eq!((history.seen.len(), history.updates.len()), (1, 0));
    let stored = app.store.report(first.run_id, app.now()).await;
    assert_eq!(stored.expect("an answer"), Some(first));
    // Nothing that the next run needs is deleted.
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!((next.updates.applied, next.updates.failed), (0, 0));
}

async fn reconciliations(app: &Fixture) -> usize {
    let runs = app.store.runs(false, 100).await.expect("the store answers");
    runs.iter()
        .filter(|run| run.kind == RunKind::Reconcile)
        .count()
}

/// The app `later`, with a schedule that reads its shops back at midnight in Japan.
fn schedule_at(app: &Fixture, later: TimeDelta) -> RunScheduler {
    let ctx = Context {
        clock: Arc::new(Later(later)),
        ..app.ctx.clone()
    };
    RunScheduler::new(ctx, 3, []).with_reconcile_at(Some(NaiveTime::MIN))
}

#[tokio::test]
async fn the_shops_are_read_back_once_a_day() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::Reconcile).await;
    let mut scheduler = schedule_at(&app, TimeDelta::zero());
    scheduler.start_due().await;
    scheduler.start_due().await;
    assert_eq!(reconciliations(&app).await, 1);

    // No process ran at midnight.
    let mut next_day = schedule_at(&app, TimeDelta::hours(25));
    next_day.start_due().await;
    next_day.start_due().await;
    assert_eq!(reconciliations(&app).await, 2);
    // Its successor finds that run.
    schedule_at(&app, TimeDelta::hours(25)).start_due().await;
    assert_eq!(reconciliations(&app).await, 2);
}

#[tokio::test]
async fn a_new_installation_waits_for_its_first_night() {
    let app = Fixture::open(world(20, 1)).await;
    let mut scheduler = schedule_at(&app, TimeDelta::zero());

    scheduler.start_due().await;

    assert_eq!(reconciliations(&app).await, 0);
    assert_eq!(open_runs(&app).await, 1);
}
