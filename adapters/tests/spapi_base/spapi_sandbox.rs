//! The one static case of `getItemOffersBatch` in the official sandbox, rebuilt from its description
//! (source: Selling Partner API model `productPricingV0`, `x-amzn-api-sandbox`): ten ASINs of the
//! marketplace of the United States, 1 to 4,286 offers in all, at most 15 listed.

use crate::fakes::asin;
use crate::spapi_json::entry;
use adapters::spapi::decode;
use chrono::DateTime;
use serde_json::{Value, json};
use shared::domain::asin::Asin;
use shared::domain::observation::{Finding, ItemAnswer, Observation};
use shared::domain::offer::{OfferRule, Rejection};

/// ASIN, offers of all conditions, offers listed, hours until shipped.
const CASES: [(&str, u32, usize, i64); 10] = [
    ("B000P6Q7MY", 1, 1, 48),
    ("B001Q3KU9Q", 2, 1, 24),
    ("B007Z07UK6", 14, 11, 24),
    ("B000OQA3N4", 3, 3, 48),
    ("B07PTMKYS7", 3, 2, 720),
    ("B001PYUTII", 4286, 15, 24),
    ("B00505DW2I", 3, 3, 0),
    ("B00CGZQU42", 3, 3, 24),
    ("B01LY2ZYRF", 1, 1, 0),
    ("B00KFRNZY6", 0, 0, 0),
];

fn offer(place: usize, hours: i64) -> Value {
    json!({"Shipping": {"CurrencyCode": "USD", "Amount": 0.00},
        "ListingPrice": {"CurrencyCode": "USD", "Amount": 12.49 + f64::from(u8::try_from(place).unwrap())},
        "ShippingTime": {"maximumHours": hours, "minimumHours": 0, "availabilityType": "NOW"},
        "SellerFeedbackRating": {"FeedbackCount": 0, "SellerPositiveFeedbackRating": 0.0},
        "ShipsFrom": {"State": "WA", "Country": "US"}, "SubCondition": "new",
        "SellerId": "A00000000000", "IsFeaturedMerchant": true, "IsBuyBoxWinner": place == 0,
        "MyOffer": false, "IsFulfilledByAmazon": false})
}

fn answer() -> Vec<u8> {
    let responses: Vec<Value> = CASES
        .iter()
        .map(|(asin, total, listed, hours)| {
            let status = if *listed == 0 {
                "NoBuyableOffers"
            } else {
                "Success"
            };
            let offers: Vec<Value> = (0..*listed).map(|place| offer(place, *hours)).collect();
            entry(asin, status, *total, &offers)
        })
        .collect();
    json!({"responses": responses}).to_string().into_bytes()
}

fn asked() -> Vec<Asin> {
    CASES.iter().map(|case| asin(case.0)).collect()
}

#[test]
fn every_offer_of_the_sandbox_is_read() {
    let answers = decode::offers(&answer(), &asked()).unwrap();

    for ((_, answer), (asin, _, listed, hours)) in answers.iter().zip(CASES) {
        match answer {
            ItemAnswer::Offers(offers) => {
                assert_eq!(offers.len(), listed, "{asin}");
                assert!(
                    offers
                        .iter()
                        .all(|offer| offer.max_handling_hours == Some(hours))
                );
            }
            other => assert_eq!((other, listed), (&ItemAnswer::NoOffer, 0), "{asin}"),
        }
    }
}

#[test]
fn dollars_are_rejected_by_the_pricing_rules_and_not_by_the_decoder() {
    let answers = decode::offers(&answer(), &asked()).unwrap();

    for ((asin, answer), (_, _, listed, hours)) in answers.into_iter().zip(CASES) {
        let seen = Observation::judge(asin, DateTime::UNIX_EPOCH, answer, &OfferRule::default());
        let expected = match (listed, hours) {
            (0, _) => Finding::NoOffer,
            (_, 720) => Finding::FilteredOut(Rejection::ShipsTooLate),
            _ => Finding::FilteredOut(Rejection::OtherCurrency),
        };
        assert_eq!(seen.finding, expected, "{asin}");
    }
}
