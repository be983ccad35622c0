//! One odd item, and ASINs that Amazon calls invalid: the others go on, and nothing is forgotten.

use crate::fixture::{Fixture, no_limit, world};
use adapters::clock::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::asin::Asin;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock;
use shared::ports::store::{GuardStore as _, InvalidAsinStore as _};
use simulator::{Fault, FaultKind, MarketSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const OFFERS: &str = "getItemOffersBatch";

/// The true time, some hours ahead.
#[derive(Default)]
struct HoursAhead(AtomicI64);

impl Clock for HoursAhead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::hours(self.0.load(Ordering::Relaxed))
    }
}

/// An app after a run in which every product was in stock at 1,000 yen, and its clock.
async fn settled(catalog: usize) -> (Fixture, Arc<HoursAhead>) {
    let clock = Arc::new(HoursAhead::default());
    let app = Fixture::open_at(world(catalog, 1), no_limit(), clock.clone()).await;
    price(&app, 0..catalog, 1_000);
    app.run(RunKind::PriceStock).await;
    (app, clock)
}

fn change(app: &Fixture, places: std::ops::Range<usize>, set: impl Fn(String) -> MarketSet) {
    let sets = places.map(|place| set(app.simulator.asin(place))).collect();
    app.simulator.set_market(sets).expect("a market");
}

fn price(app: &Fixture, places: std::ops::Range<usize>, yen: i64) {
    change(app, places, |asin| MarketSet {
        asin,
        price: Some(yen),
        in_stock: Some(true),
        known: Some(true),
        ..MarketSet::default()
    });
}

/// Amazon calls them invalid.
fn forget(app: &Fixture, places: std::ops::Range<usize>) {
    change(app, places, |asin| MarketSet {
        asin,
        known: Some(false),
        ..MarketSet::default()
    });
}

fn named(report: &Report) -> Vec<String> {
    let examples = report.invalid.examples.iter();
    let mut named: Vec<String> = examples.map(|one| one.asin.to_string()).collect();
    named.sort();
    named
}

fn asins(app: &Fixture, places: std::ops::Range<usize>) -> Vec<String> {
    let mut asins: Vec<String> = places.map(|place| app.simulator.asin(place)).collect();
    asins.sort();
    asins
}

#[tokio::test]
async fn a_control_character_in_one_text_of_an_answer_costs_nothing() {
    let (app, _) = settled(40).await;
    let fault = Fault {
        items: Some(1),
        ..Fault::new(OFFERS, FaultKind::ControlCharacters)
    };
    app.simulator.add_fault(fault).expect("a fault");
    price(&app, 0..40, 1_200);

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!((report.outcomes.success, report.updates.applied), (40, 40));
    assert_eq!(report.requests, 2);
}

#[tokio::test]
async fn odd_items_of_a_shop_are_named_and_the_others_compared() {
    let (app, _) = settled(40).await;
    for kind in [FaultKind::OddValues, FaultKind::ControlCharacters] {
        let fault = Fault {
            items: Some(9),
            ..Fault::new("items", kind)
        };
        app.simulator.add_fault(fault).expect("a fault");
    }

    let report = app.run(RunKind::Reconcile).await;

    let found = report.reconcile.expect("a reconciliation");
    assert_eq!(found.shops[0].state, "done");
    assert_eq!((found.items, found.impossible), (40, 9));
    assert_eq!(found.impossible_examples.len(), 9);
    assert_eq!((found.drifted, found.gone, found.unknown), (0, 0, 0));
}

#[tokio::test]
async fn an_asin_that_spoils_its_batch_is_found_and_the_others_are_answered() {
    let (app, _) = settled(40).await;
    for place in [0, 13, 19] {
        let spoilt = app.simulator.asin(place);
        let fault = Fault {
            status: Some(400),
            asins: Some(vec![spoilt.clone()]),
            ..Fault::new(OFFERS, FaultKind::Status)
        };
        app.simulator.clear_faults();
        app.store
            .forget_invalid(&[Asin::parse(&spoilt).expect("an ASIN")])
            .await
            .expect("an answer");
        app.simulator.add_fault(fault).expect("a fault");
        let yen = 1_200 + 100 * i64::try_from(place).expect("a small number");
        price(&app, 0..40, yen);

        let report = app.run(RunKind::PriceStock).await;

        assert!(report.requests <= 14, "{}", report.requests);
        assert_eq!(report.outcomes.invalid_asin, 1, "{report:?}");
        assert!(report.outcomes.success >= 37, "{report:?}");
        assert!(named(&report).contains(&spoilt));
        // It is not asked for in the next run, and spoils nothing there.
        let next = app.run(RunKind::PriceStock).await;
        assert_eq!((next.requests, next.outcomes.api_error), (2, 0));
        price(&app, 0..40, 1_000);
        app.simulator.clear_faults();
        app.run(RunKind::PriceStock).await;
    }
}

#[tokio::test]
async fn requests_that_are_all_refused_blame_no_asin() {
    let (app, _) = settled(100).await;
    let fault = Fault {
        status: Some(400),
        ..Fault::new(OFFERS, FaultKind::Status)
    };
    app.simulator.add_fault(fault).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.outcomes.api_error, 100, "{report:?}");
    assert!(report.mostly_failed());
    let words = &report.unanswered[0];
    assert!(
        words.code.contains("InvalidInput: Invalid Input"),
        "{words:?}"
    );
    assert_eq!(words.count, 100);
    assert!(report.requests <= 40, "{}", report.requests);
    app.simulator.clear_faults();
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!(next.outcomes.success, 100, "{next:?}");
}

#[tokio::test]
async fn what_passes_by_itself_blames_no_asin_and_hides_nothing() {
    let (app, _) = settled(40).await;
    let html = Fault {
        status: Some(400),
        ..Fault::new(OFFERS, FaultKind::Html)
    };
    for fault in [
        html,
        Fault::new(OFFERS, FaultKind::Empty),
        Fault::new(OFFERS, FaultKind::OnlyErrors),
        Fault::new(OFFERS, FaultKind::MissingAuthentication),
        Fault::new("*", FaultKind::Gzip),
    ] {
        app.simulator.add_fault(fault.times(2)).expect("a fault");

        let report = app.run(RunKind::PriceStock).await;

        assert_eq!(
            (report.state, report.outcomes.success),
            (RunState::Done, 40)
        );
        assert!(!report.mostly_failed());
    }
}

#[tokio::test]
async fn an_invalid_asin_is_named_and_asked_again_the_next_day() {
    let (app, clock) = settled(60).await;
    forget(&app, 0..3);

    let first = app.run(RunKind::PriceStock).await;
    let (state, same_day) = (first.state, app.run(RunKind::PriceStock).await);
    price(&app, 0..3, 1_500);
    clock.0.store(24, Ordering::Relaxed);
    let next_day = app.run(RunKind::PriceStock).await;

    assert_eq!(state, RunState::Done);
    assert_eq!(named(&first), asins(&app, 0..3));
    assert_eq!((same_day.asins, named(&same_day)), (57, asins(&app, 0..3)));
    assert_eq!((next_day.asins, named(&next_day).len()), (60, 0));
    assert_eq!(app.shown(&app.simulator.asin(0)).price, 1_950);
}

#[tokio::test]
async fn every_kind_of_report_names_them() {
    let (app, _) = settled(40).await;
    forget(&app, 0..2);
    app.run(RunKind::PriceStock).await;

    for kind in [
        RunKind::Stale,
        RunKind::Visibility,
        RunKind::BasicInfo,
        RunKind::Reconcile,
    ] {
        let report = app.run(kind).await;
        assert_eq!(named(&report), asins(&app, 0..2), "{kind:?}");
    }
}

#[tokio::test]
async fn a_mass_of_invalid_asins_holds_its_run_and_does_not_block_the_next() {
    let (app, _) = settled(60).await;
    forget(&app, 0..60);

    let broken = app.run(RunKind::PriceStock).await;
    price(&app, 0..60, 1_500);
    let mended = app.run(RunKind::PriceStock).await;

    assert_eq!(broken.state, RunState::Held);
    let guard = broken.guard.expect("it has tripped");
    assert_eq!((guard.invalid, guard.hides, guard.held), (60, 0, 0));
    assert_eq!(
        (mended.state, mended.outcomes.success),
        (RunState::Done, 60)
    );
    assert_eq!(named(&mended).len(), 0);
    assert_eq!(app.shown(&app.simulator.asin(0)).price, 1_950);
}

#[tokio::test]
async fn a_person_who_releases_the_run_believes_its_marks() {
    let (app, _) = settled(60).await;
    forget(&app, 0..60);
    let held = app.start(RunKind::PriceStock).await.expect("it starts");
    app.finish(held).await;

    let released = app.store.release_run(held, app.now()).await;
    let mut lost = producer::LostMessages::new(app.ctx.clone());
    lost.send_again().await.expect("it is checked");
    let report = app.finish(held).await;
    let next = app.run(RunKind::PriceStock).await;

    assert_eq!(released.expect("an answer"), Some(0));
    assert_eq!(report.state, RunState::Done);
    assert_eq!((next.asins, next.state), (0, RunState::Done));
    assert_eq!(next.invalid.count, 60);
}

#[tokio::test]
async fn a_mass_of_invalid_asins_keeps_no_sold_out_product_on_sale() {
    let (app, _) = settled(100).await;
    forget(&app, 0..60);
    change(&app, 60..63, |asin| MarketSet {
        asin,
        in_stock: Some(false),
        ..MarketSet::default()
    });

    let broken = app.run(RunKind::PriceStock).await;
    let next = app.run(RunKind::PriceStock).await;

    let guard = broken.guard.expect("it has tripped");
    assert_eq!((guard.invalid, guard.hides, guard.held), (60, 3, 0));
    for place in 60..63 {
        assert!(!app.shown(&app.simulator.asin(place)).visible);
    }
    assert_eq!((broken.state, next.state), (RunState::Held, RunState::Held));
}
