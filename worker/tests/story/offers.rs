//! Misleading answers of Amazon: what they do to the shops.

use crate::fixture::{Fixture, world};
use shared::domain::run::{RunKind, RunState};
use simulator::{Fault, FaultKind, MarketSet, OfferAvailability, TrueOffer};

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
