//! Broken answers of Amazon must not empty the shops: the guard, from the answers to the shops.

use crate::fixture::{Fixture, every_hours, world};
use producer::{LostMessages, RunScheduler, resume};
use shared::domain::report::{HoldDecision, Report};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::jobs::QueueName;
use shared::ports::store::GuardStore as _;
use simulator::{Fault, FaultKind, MarketSet};

const LISTINGS: usize = 300;
/// The default of `GUARD_COUNT`; less than 10 % of the answered ASINs when it is reached.
const ALLOWED: usize = 50;

/// An app without open work, and the number of items on display.
async fn settled() -> (Fixture, usize) {
    let app = Fixture::open(world(LISTINGS, 2)).await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    let on_display = app.on_display();
    assert!(on_display > LISTINGS / 2);
    (app, on_display)
}

/// An app in which no answer has an offer, after a run.
pub async fn broken() -> (Fixture, usize, RunId, Report) {
    let (app, on_display) = settled().await;
    app.simulator
        .add_fault(Fault::new("getItemOffersBatch", FaultKind::EmptyOffers))
        .expect("a fault");
    let run = app.start(RunKind::PriceStock).await.expect("it starts");
    let report = app.finish(run).await;
    (app, on_display, run, report)
}

#[tokio::test]
async fn when_all_offers_are_empty_few_are_hidden_and_the_run_is_held() {
    let (app, before, run, report) = broken().await;

    let hidden = before - app.on_display();
    assert!(hidden <= ALLOWED, "{hidden} are hidden");
    assert_eq!(report.state, RunState::Held);
    assert_eq!(report.outcomes.out_of_stock, LISTINGS as u64);
    let guard = report.guard.expect("it has tripped");
    assert_eq!(guard.hides, before as u64);
    assert_eq!(guard.held, (before - hidden) as u64);
    assert_eq!(guard.decision, None);
    // No scheduler continues it, and no run of its kind starts.
    resume(&app.ctx).await.expect("it is checked");
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is checked");
    for queue in QueueName::ALL {
        let stats = app.ctx.queue.stats(queue).await.expect("an answer");
        assert_eq!((stats.ready, stats.delayed), (0, 0), "{queue:?}");
    }
    let refused = app.start(RunKind::PriceStock).await.expect_err("refused");
    assert!(refused.to_string().contains(&run.to_string()), "{refused}");
}

#[tokio::test]
async fn a_held_run_is_notified_once() {
    let (app, _, run, _) = broken().await;
    let mut scheduler = RunScheduler::new(app.ctx.clone(), every_hours(3), [run]);

    let first = scheduler.new_reports().await.expect("an answer");
    let second = scheduler.new_reports().await.expect("an answer");
    app.store
        .cancel_run(run, app.now())
        .await
        .expect("it is cancelled");
    let third = scheduler.new_reports().await.expect("an answer");

    let states = |reports: &[Report]| {
        reports
            .iter()
            .map(|report| report.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&first), [RunState::Held]);
    assert_eq!(states(&second), []);
    assert_eq!(states(&third), [RunState::Cancelled]);
}

#[tokio::test]
async fn a_released_run_hides_the_rest_and_is_done() {
    let (app, _, run, _) = broken().await;

    let released = app.store.release_run(run, app.now()).await;
    let mut lost = LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is checked");
    let report = app.finish(run).await;

    assert!(released.expect("an answer").is_some());
    assert_eq!(report.state, RunState::Done);
    assert_eq!(app.on_display(), 0);
    let guard = report.guard.expect("it had tripped");
    assert_eq!(
        (guard.held, guard.decision),
        (0, Some(HoldDecision::Released))
    );
    assert_eq!(report.hidden, guard.hides);
}

#[tokio::test]
async fn after_a_cancelled_run_the_next_one_decides_anew() {
    let (app, before, run, held) = broken().await;
    let shown = app.on_display();

    let cancelled = app.store.cancel_run(run, app.now()).await;

    assert_eq!(
        cancelled.expect("an answer"),
        held.guard.map(|guard| guard.held)
    );
    // Still broken: held again, and again no more is hidden than the guard allows.
    let again = app.run(RunKind::PriceStock).await;
    assert_eq!(again.state, RunState::Held);
    assert!(shown - app.on_display() <= ALLOWED);
    app.store
        .cancel_run(again.run_id, app.now())
        .await
        .expect("it is cancelled");
    // Corrected: everything is on display again.
    app.simulator.clear_faults();
    let mended = app.run(RunKind::PriceStock).await;
    assert_eq!((mended.state, mended.guard), (RunState::Done, None));
    assert_eq!(app.on_display(), before);
}

#[tokio::test]
async fn another_kind_of_run_does_not_hide_the_held_listings() {
    let (app, _, _, _) = broken().await;
    let shown = app.on_display();

    let report = app.run(RunKind::Visibility).await;

    assert_eq!(app.on_display(), shown);
    assert_eq!(report.hidden, 0);
}

#[tokio::test]
async fn an_empty_answer_that_the_backfill_corrects_is_not_held() {
    let (app, before) = settled().await;
    let batches = LISTINGS.div_ceil(20) as u64;
    let empty = Fault::new("getItemOffersBatch", FaultKind::EmptyOffers).times(batches);
    app.simulator.add_fault(empty).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.state, RunState::Done);
    assert_eq!(app.on_display(), before);
    let guard = report.guard.expect("it had tripped");
    assert_eq!(guard.decision, Some(HoldDecision::Lifted));
}

#[tokio::test]
async fn a_sale_day_is_not_held() {
    let (app, before) = settled().await;
    // Everything is cheaper by a third, and one in twenty is sold out.
    let sale = (0..LISTINGS).map(|number| {
        let asin = app.simulator.asin(number);
        let sold_out = number.is_multiple_of(20);
        MarketSet {
            price: (!sold_out).then_some(2_000),
            in_stock: Some(!sold_out),
            asin,
            ..MarketSet::default()
        }
    });
    app.simulator.set_market(sale.collect()).expect("a market");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.state, report.guard), (RunState::Done, None));
    assert!(report.updates.applied > before as u64 / 2);
    assert!(report.hidden > 0 && report.hidden <= LISTINGS as u64 / 20);
}
