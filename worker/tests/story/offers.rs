//! Misleading answers of Amazon: what they do to the shops.

use crate::fixture::{Fixture, no_limit, world};
use crate::refused::Skipping;
use shared::domain::run::{RunKind, RunState};
use simulator::{Fault, FaultKind, MarketSet, OfferAvailability, TrueOffer};
use std::sync::Arc;

const OFFERS: &str = "getItemOffersBatch";

/// An app after its first run, with 1,000 yen on Amazon for its first ASIN.
async fn settled(catalog: usize) -> (Fixture, String) {
    let app = Fixture::open(world(catalog, 1)).await;
    let asin = app.simulator.asin(0);
    only(&app, &asin, TrueOffer::default());
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    (app, asin)
}

/// Makes `offer` the only one.
fn only(app: &Fixture, asin: &str, offer: TrueOffer) {
    let set = MarketSet {
        asin: asin.to_owned(),
        offers: Some(vec![offer]),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![set]).expect("a market");
}

#[tokio::test]
async fn a_pre_order_is_not_put_on_sale_and_hides_what_is() {
    let (app, asin) = settled(20).await;
    assert!(app.shown(&asin).visible);
    for (availability, date) in [
        (
            OfferAvailability::FutureWithDate,
            Some("2027-06-01T00:00:00Z"),
        ),
        (OfferAvailability::FutureWithoutDate, None),
    ] {
        let pre_order = TrueOffer {
            availability: Some(availability),
            available_date: date.map(ToOwned::to_owned),
            ..TrueOffer::default()
        };
        only(&app, &asin, pre_order);
        app.run(RunKind::PriceStock).await;
        app.run(RunKind::PriceStock).await;

        assert!(!app.shown(&asin).visible, "{availability:?}");

        only(&app, &asin, TrueOffer::default());
        app.run(RunKind::PriceStock).await;
        assert!(app.shown(&asin).visible);
    }
}

#[tokio::test]
async fn a_small_shop_is_not_emptied_by_answers_that_contradict_themselves() {
    let (app, _) = settled(40).await;
    let before = app.on_display();
    for kind in [FaultKind::UnlistedOffers, FaultKind::BlankOffers] {
        app.simulator
            .add_fault(Fault::new(OFFERS, kind))
            .expect("a fault");

        app.run(RunKind::PriceStock).await;
        let report = app.run(RunKind::PriceStock).await;

        assert_eq!(app.on_display(), before, "{kind:?}");
        assert!(report.backfill.failed > 30, "people are told: {report:?}");
        app.simulator.clear_faults();
    }
}

#[tokio::test]
async fn a_small_shop_is_held_when_all_of_it_would_be_hidden() {
    let (app, _) = settled(40).await;
    let before = app.on_display();
    let empty = Fault::new(OFFERS, FaultKind::EmptyOffers);
    app.simulator.add_fault(empty).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.state, RunState::Held);
    assert!(before - app.on_display() <= 5);
}

/// Sets the price of the only offer.
fn price(app: &Fixture, asin: &str, yen: i64) {
    let offer = TrueOffer {
        price: yen,
        ..TrueOffer::default()
    };
    only(app, asin, offer);
}

/// Answers this ASIN with a tenth of its price once, or `times`.
fn stale_price(asin: &str, times: u64) -> Fault {
    Fault {
        asins: Some(vec![asin.to_owned()]),
        ..Fault::new(OFFERS, FaultKind::StalePrice).times(times)
    }
}

#[tokio::test]
async fn a_price_that_falls_far_in_one_answer_only_is_not_applied_and_people_are_told() {
    let (app, asin) = settled(40).await;
    price(&app, &asin, 7_583);
    app.run(RunKind::PriceStock).await;
    let shown = app.shown(&asin).price;
    assert_eq!(shown, 9_860);
    app.simulator
        .add_fault(stale_price(&asin, 1))
        .expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(app.shown(&asin).price, shown);
    assert_eq!(report.doubted.count, 1);
    let told = &report.doubted.examples[0];
    assert_eq!(
        (told.asin.as_str(), told.old.0, told.new.0),
        (asin.as_str(), 7_583, 758)
    );
    let next = app.run(RunKind::PriceStock).await;
    assert_eq!(next.doubted.count, 0);
}

#[tokio::test]
async fn a_price_that_falls_far_is_applied_in_the_same_run_when_the_second_answer_agrees() {
    let (app, asin) = settled(40).await;
    price(&app, &asin, 7_583);
    let before = app.run(RunKind::PriceStock).await;
    price(&app, &asin, 1_500);
    let confirmed = app.run(RunKind::PriceStock).await;

    assert_eq!(app.shown(&asin).price, 1_950);
    assert_eq!(
        (confirmed.doubted.count, confirmed.price_changes.count),
        (0, 1)
    );
    assert_eq!(confirmed.price_changes.examples[0].old.0, 7_583);
    // It was asked at once, and not by the backfill.
    assert_eq!(confirmed.backfill.asins, before.backfill.asins);
    assert_eq!(confirmed.requests, before.requests + 1);
}

#[tokio::test]
async fn a_product_that_comes_back_far_cheaper_is_told_as_back_when_its_price_is_confirmed() {
    let (app, asin) = settled(40).await;
    price(&app, &asin, 7_583);
    app.run(RunKind::PriceStock).await;
    let sold_out = MarketSet {
        asin: asin.clone(),
        in_stock: Some(false),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![sold_out]).expect("a market");
    app.run(RunKind::PriceStock).await;
    price(&app, &asin, 1_500);
    let in_stock = MarketSet {
        asin: asin.clone(),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![in_stock]).expect("a market");

    let back = app.run(RunKind::PriceStock).await;

    let shown = app.shown(&asin);
    assert_eq!((shown.visible, shown.price), (true, 1_950));
    assert_eq!((back.stock_changes.to_in, back.doubted.count), (1, 0));
}

#[tokio::test]
async fn a_doubtful_price_whose_second_answer_fails_is_asked_by_the_backfill() {
    let (app, asin) = settled(40).await;
    price(&app, &asin, 7_583);
    app.run(RunKind::PriceStock).await;
    price(&app, &asin, 1_500);
    // The batches succeed; the first question about this ASIN alone does not.
    let broken = Fault {
        status: Some(500),
        skip: 1,
        asins: Some(vec![asin.clone()]),
        ..Fault::new(OFFERS, FaultKind::Status).times(1)
    };
    app.simulator.add_fault(broken).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(app.shown(&asin).price, 1_950);
    assert_eq!((report.doubted.count, report.backfill.failed), (0, 0));
}

#[tokio::test]
async fn a_price_that_rises_far_is_applied_at_once() {
    let (app, asin) = settled(40).await;
    let before = app.run(RunKind::PriceStock).await.requests;
    price(&app, &asin, 9_000);

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(app.shown(&asin).price, 11_700);
    assert_eq!(report.requests, before);
}

#[tokio::test]
async fn a_parent_of_variations_is_told_as_such_after_a_week() {
    let clock = Arc::new(Skipping::default());
    let app = Fixture::open_at(world(20, 1), no_limit(), clock.clone()).await;
    let asin = app.simulator.asin(0);
    let parent = MarketSet {
        asin: asin.clone(),
        variation_parent: Some(true),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![parent]).expect("a market");

    let first = app.run(RunKind::PriceStock).await;
    clock.skip(8 * 24 * 3_600);
    let later = app.run(RunKind::PriceStock).await;

    assert_eq!(first.without_offer.count, 0);
    let mut told = later.without_offer.examples.iter();
    assert!(told.any(|told| told.as_str() == asin));
}
