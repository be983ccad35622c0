//! The schedule of runs: one producer keeps it, the next one takes it over.

use crate::fixture::{Fixture, every_hours, world};
use adapters::clock::SystemClock;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use producer::{RetentionCleanup, RunOrder, RunScheduler, start_run};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::run::RunKind;
use shared::domain::schedule::RunSchedule;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::store::{HistoryStore as _, ReportStore as _, RunQueries as _, RunStore as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

async fn open_runs(app: &Fixture) -> usize {
    let open = app.store.runs(true, 10).await;
    open.expect("the store answers").len()
}

/// A schedule that begins this much later than now.
fn begins(app: &Fixture, schedule: &RunSchedule, later: TimeDelta) -> RunScheduler {
    let ctx = Context {
        clock: Arc::new(Later(later)),
        ..app.ctx.clone()
    };
    RunScheduler::new(ctx, schedule.clone(), [])
}

#[tokio::test]
async fn the_first_run_of_all_is_due_at_once() {
    let app = Fixture::open(world(20, 1)).await;

    begins(&app, &every_hours(3), TimeDelta::zero())
        .start_due()
        .await;

    assert_eq!(open_runs(&app).await, 1);
}

#[tokio::test]
async fn a_restart_continues_the_schedule_after_the_last_run() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let (schedule, minute) = (every_hours(3), TimeDelta::minutes(1));

    // Any number of restarts starts no run before its time.
    for minutes in [0, 60, 170] {
        begins(&app, &schedule, minute * minutes).start_due().await;
        assert_eq!(open_runs(&app).await, 0, "{minutes}");
    }
    // One that was missed is made up at once.
    begins(&app, &schedule, minute * 181).start_due().await;
    assert_eq!(open_runs(&app).await, 1);
}

#[tokio::test]
async fn runs_that_did_not_cover_everything_do_not_delay_the_schedule() {
    for order in [
        RunOrder {
            max_items: Some(5),
            ..RunOrder::new(RunKind::PriceStock)
        },
        RunOrder {
            account: AccountId::parse("shop-1").ok(),
            ..RunOrder::new(RunKind::PriceStock)
        },
        RunOrder::new(RunKind::Visibility),
    ] {
        let app = Fixture::open(world(20, 1)).await;
        let started = start_run(order, &app.ctx).await.expect("a run");
        app.finish(started.id).await;

        begins(&app, &every_hours(3), TimeDelta::zero())
            .start_due()
            .await;

        assert_eq!(open_runs(&app).await, 1);
    }
}

#[tokio::test]
async fn after_a_run_that_failed_a_restart_tries_at_once() {
    let app = Fixture::open(world(20, 1)).await;
    let run = app.start(RunKind::PriceStock).await.expect("a run");
    let failed = app.store.fail_run(run, "a wrong password", app.now()).await;
    assert!(failed.expect("the store answers"));

    begins(&app, &every_hours(3), TimeDelta::zero())
        .start_due()
        .await;

    assert_eq!(open_runs(&app).await, 1);
}

#[tokio::test]
async fn runs_start_at_the_times_of_day_that_are_set_and_a_missed_one_is_made_up() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let japan = app.now() + TimeDelta::hours(9);
    let in_an_hour = (japan + TimeDelta::hours(1)).time();
    let schedule = RunSchedule::At(vec![in_an_hour]);
    let minute = TimeDelta::minutes(1);

    begins(&app, &schedule, minute * 59).start_due().await;
    assert_eq!(open_runs(&app).await, 0);
    let mut late = begins(&app, &schedule, minute * 90);
    late.start_due().await;
    assert_eq!(open_runs(&app).await, 1);
    let run = app.store.runs(true, 1).await.expect("the store answers")[0].id;
    app.finish(run).await;
    // The next one is tomorrow's.
    late.start_due().await;
    begins(&app, &schedule, minute * 120).start_due().await;
    assert_eq!(open_runs(&app).await, 0);
}

#[tokio::test]
async fn a_whole_run_of_a_person_moves_the_next_one_of_a_living_schedule() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let clock = Arc::new(Ahead::default());
    let ctx = |clock: &Arc<Ahead>| Context {
        clock: clock.clone(),
        ..app.ctx.clone()
    };
    let mut living = RunScheduler::new(ctx(&clock), every_hours(3), []);
    living.start_due().await;
    clock.set(170);
    let order = RunOrder::new(RunKind::PriceStock);
    let second = start_run(order, &ctx(&clock)).await.expect("a run");
    app.finish(second.id).await;

    for (minutes, open) in [(181, 0), (349, 0), (351, 1)] {
        clock.set(minutes);
        living.start_due().await;
        assert_eq!(open_runs(&app).await, open, "{minutes}");
    }
}

/// The system clock, ahead by minutes that can be set.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Ahead {
    fn set(&self, minutes: i64) {
        self.0.store(minutes, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::minutes(self.0.load(Ordering::SeqCst))
    }
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
    RunScheduler::new(ctx, every_hours(3), []).with_reconcile_at(Some(NaiveTime::MIN))
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
