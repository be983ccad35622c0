//! Offers as Amazon words them, in ways that mislead.

use serde_json::{Value, json};
use simulator::{Config, Fault, FaultKind, MarketSet, Quotas, TrueOffer};

use crate::support::{Fixture, stopped_clock};

async fn without_quotas() -> Fixture {
    Fixture::with(Config {
        quotas: Quotas::Off,
        ..stopped_clock()
    })
    .await
}

/// The payload of the first product, whose only offer is `offer`.
async fn payload(fixture: &Fixture, offer: TrueOffer) -> Value {
    let only = MarketSet {
        asin: fixture.simulator.asin(0),
        offers: Some(vec![offer]),
        ..MarketSet::default()
    };
    fixture.simulator.set_market(vec![only]).unwrap();
    let token = fixture.amazon_token().await;
    let mut answer = fixture.batch(&token, &[0]).await.json();
    answer["responses"][0]["body"]["payload"].take()
}

fn winner() -> TrueOffer {
    TrueOffer {
        winner: true,
        ..TrueOffer::default()
    }
}

#[tokio::test]
async fn unlisted_offers_are_counted_in_the_summary() {
    let fixture = without_quotas().await;
    let fault = Fault::new("getItemOffersBatch", FaultKind::UnlistedOffers);
    fixture.simulator.add_fault(fault).unwrap();

    let payload = payload(&fixture, winner()).await;

    assert_eq!(payload["status"], "Success");
    assert_eq!(payload["Offers"], json!([]));
    assert_eq!(payload["Summary"]["NumberOfOffers"][0]["OfferCount"], 1);
    let featured = &payload["Summary"]["BuyBoxPrices"][0];
    assert_eq!(featured["ListingPrice"]["Amount"], 1_000);
}

#[tokio::test]
async fn blank_offers_have_empty_objects_for_price_and_time() {
    let fixture = without_quotas().await;
    let fault = Fault::new("getItemOffersBatch", FaultKind::BlankOffers);
    fixture.simulator.add_fault(fault).unwrap();

    let payload = payload(&fixture, winner()).await;

    let offer = &payload["Offers"][0];
    assert_eq!(offer["ListingPrice"], json!({}));
    assert_eq!(offer["ShippingTime"], json!({}));
    assert_eq!(offer["SubCondition"], "new");
}

#[tokio::test]
async fn a_shipping_cost_may_be_missing_and_no_offer_is_called_ones_own() {
    let fixture = without_quotas().await;
    let offer = TrueOffer {
        shipping_missing: true,
        sub_condition: "New".to_owned(),
        ..winner()
    };

    let payload = payload(&fixture, offer).await;

    let offer = &payload["Offers"][0];
    assert_eq!(offer.get("Shipping"), None);
    assert_eq!(offer["MyOffer"], false);
    assert_eq!(offer["SubCondition"], "New");
    assert_eq!(payload["Summary"]["BuyBoxPrices"][0]["condition"], "New");
}

#[tokio::test]
async fn a_variation_parent_never_has_buyable_offers() {
    let fixture = without_quotas().await;
    let asin = fixture.simulator.asin(0);
    let set = |parent, in_stock| MarketSet {
        asin: asin.clone(),
        variation_parent: parent,
        in_stock,
        ..MarketSet::default()
    };
    let parent = vec![set(Some(true), None), set(None, Some(true))];
    fixture.simulator.set_market(parent).unwrap();
    let token = fixture.amazon_token().await;

    let answer = fixture.batch(&token, &[0]).await.json();

    let payload = &answer["responses"][0]["body"]["payload"];
    assert_eq!(payload["status"], "NoBuyableOffers");
}

#[tokio::test]
async fn the_rate_header_may_be_false() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let fault = Fault {
        rate: Some(20.0),
        ..Fault::new("getItemOffersBatch", FaultKind::FalseRateHeader)
    };
    fixture.simulator.add_fault(fault).unwrap();

    let first = fixture.batch(&token, &[0]).await;
    let second = fixture.batch(&token, &[0]).await;

    assert_eq!(first.limit.as_deref(), Some("20.0"));
    assert_eq!(second.status, 429, "the true limit is one in ten seconds");
}
