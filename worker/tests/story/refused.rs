//! Amazon refuses every request: people are told, and runs end.

use crate::fixture::{Fixture, no_limit, world};
use adapters::clock::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock;
use shared::ports::store::LaneStore as _;
use simulator::{Fault, FaultKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The system's clock, and the seconds that a test skips.
#[derive(Default)]
pub struct Skipping(AtomicI64);

impl Skipping {
    pub fn skip(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Skipping {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// Whether `status` and the notices tell that Amazon refuses everything.
async fn reported(app: &Fixture) -> bool {
    let lanes = app.store.lanes().await.expect("the store answers");
    let mut refusals = lanes.iter().filter_map(|(_, memory)| memory.refusals);
    refusals.any(|refusals| refusals.are_told(app.now()))
}

async fn until_told(app: &Fixture, expected: bool) {
    while reported(app).await != expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn until_refused(app: &Fixture) {
    loop {
        let lanes = app.store.lanes().await.expect("the store answers");
        if lanes.iter().any(|(_, memory)| memory.refusals.is_some()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_run_all_of_whose_requests_are_refused_ends_with_the_cause_and_blocks_no_other() {
    let clock = Arc::new(Skipping::default());
    let app = Fixture::open_at(world(40, 1), no_limit(), clock.clone()).await;
    app.run(RunKind::PriceStock).await;
    let before = app.on_display();
    let throttle = Fault::new("getItemOffersBatch", FaultKind::Throttle);
    app.simulator.add_fault(throttle).expect("a fault");
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    let time_passes = async {
        until_refused(&app).await;
        assert!(!reported(&app).await, "one refusal is no news");
        clock.skip(61);
        until_told(&app, true).await;
        clock.skip(300);
    };

    let (report, ()) = tokio::join!(app.finish(run), time_passes);

    assert_eq!(report.state, RunState::Failed);
    let error = report.error.expect("a cause");
    assert!(error.contains("refused every request"), "{error}");
    assert_eq!(app.on_display(), before);
    app.simulator.clear_faults();
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!(next.state, RunState::Done);
    assert!(!reported(&app).await);
}

#[tokio::test]
async fn a_run_goes_on_when_amazon_accepts_requests_again() {
    let clock = Arc::new(Skipping::default());
    let app = Fixture::open_at(world(40, 1), no_limit(), clock.clone()).await;
    let throttle = Fault::new("getItemOffersBatch", FaultKind::Throttle);
    app.simulator.add_fault(throttle).expect("a fault");
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    let time_passes = async {
        until_refused(&app).await;
        clock.skip(120);
        until_told(&app, true).await;
        app.simulator.clear_faults();
        until_told(&app, false).await;
    };

    let (report, ()) = tokio::join!(app.finish(run), time_passes);

    assert_eq!(
        (report.state, report.outcomes.total()),
        (RunState::Done, 40)
    );
    assert_eq!(report.backfill.failed, 0);
}
