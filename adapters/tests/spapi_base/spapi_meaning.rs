//! What offers mean that Amazon words in a misleading way, from its JSON to the finding.

use crate::fakes::asin;
use crate::spapi_json::{entry, offer, with, without};
use adapters::spapi::decode;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::domain::money::Yen;
use shared::domain::observation::{Finding, ItemAnswer, Observation};
use shared::domain::offer::{OfferRule, Rejection};

const A: &str = "B0EXAMPLE1";

fn now() -> DateTime<Utc> {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn answer(response: &Value) -> ItemAnswer {
    let bytes = json!({"responses": [response]}).to_string();
    let mut answers = decode::offers(bytes.as_bytes(), &[asin(A)]).unwrap();
    answers.remove(0).1
}

fn finding(offers: &[Value]) -> Finding {
    let total = u32::try_from(offers.len()).unwrap();
    let answer = answer(&entry(A, "Success", total, offers));
    Observation::judge(asin(A), now(), answer, &OfferRule::default()).finding
}

/// The best offer but for its shipping time.
fn shipped(time: Value) -> Value {
    with(offer(), "/ShippingTime", time)
}

fn on_date(date: &str) -> Value {
    shipped(json!({"minimumHours": 0, "maximumHours": 0,
        "availabilityType": "FUTURE_WITH_DATE", "availableDate": date}))
}

fn in_hours(hours: i64) -> String {
    (now() + TimeDelta::hours(hours)).to_rfc3339()
}

#[test]
fn an_offer_for_a_later_date_counts_the_hours_until_it() {
    let too_late = Finding::FilteredOut(Rejection::ShipsTooLate);
    let won = Finding::Priced(Yen(2500));

    for (date, expected) in [
        ("2027-01-15T00:00:00Z", &too_late),
        ("2027-01-15", &too_late),
        ("2027-01-15T00:00:00", &too_late),
        ("2026-12-01T00:00:00.000+09:00", &too_late),
        ("2026-11-29", &won),
        ("2026-11-28T09:00:00+09:00", &won),
        (&in_hours(72), &won),
        (&in_hours(73), &too_late),
        // Dates without a time of day: available since this morning.
        (&in_hours(-12), &won),
    ] {
        assert_eq!(&finding(&[on_date(date)]), expected, "{date}");
    }
    // The handling begins at the date.
    let both = shipped(
        json!({"maximumHours": 48, "availabilityType": "FUTURE_WITH_DATE",
        "availableDate": in_hours(48)}),
    );
    assert_eq!(finding(&[both]), too_late);
}

#[test]
fn an_offer_for_a_later_date_that_is_not_told_is_rejected() {
    let rejected = Finding::FilteredOut(Rejection::NoShippingDate);
    let soon = in_hours(24);

    for time in [
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITHOUT_DATE"}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITHOUT_DATE", "availableDate": soon}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITH_DATE"}),
        json!({"maximumHours": 0, "availabilityType": "future_with_date", "availableDate": null}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITH_DATE", "availableDate": ""}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITH_DATE", "availableDate": "soon"}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITH_DATE", "availableDate": 17}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_WITH_DATE",
            "availableDate": "1970-01-01T00:00:00Z"}),
        json!({"maximumHours": 0, "availabilityType": "FUTURE_SOMETIME"}),
    ] {
        assert_eq!(finding(&[shipped(time.clone())]), rejected, "{time}");
    }
}

#[test]
fn a_date_counts_whatever_the_kind_of_availability() {
    let time = json!({"maximumHours": 0, "availableDate": in_hours(100)});

    assert_eq!(
        finding(&[shipped(time)]),
        Finding::FilteredOut(Rejection::ShipsTooLate)
    );
}

#[test]
fn an_offer_that_can_be_shipped_now_wins_over_a_cheaper_one_for_later() {
    let later = with(on_date(&in_hours(1)), "/ListingPrice/Amount", json!(100));

    assert_eq!(finding(&[later, offer()]), Finding::Priced(Yen(2500)));
}

#[test]
fn a_missing_shipping_cost_is_free_from_amazon_only() {
    let merchant = with(
        without(offer(), "", "PrimeInformation"),
        "/IsFulfilledByAmazon",
        json!(false),
    );
    let unknown = Finding::FilteredOut(Rejection::ShippingUnknown);

    for shipping in [
        json!(null),
        json!({}),
        json!({"CurrencyCode": "JPY"}),
        json!({"CurrencyCode": "JPY", "Amount": -1}),
    ] {
        let by_merchant = with(merchant.clone(), "/Shipping", shipping.clone());
        let with_prime = with(offer(), "/IsFulfilledByAmazon", json!(false));
        let with_prime = with(with_prime, "/Shipping", shipping.clone());
        let by_amazon = with(
            without(offer(), "", "PrimeInformation"),
            "/Shipping",
            shipping.clone(),
        );

        assert_eq!(finding(&[by_merchant]), unknown, "{shipping}");
        assert_eq!(finding(&[with_prime]), Finding::Priced(Yen(2500)));
        assert_eq!(finding(&[by_amazon]), Finding::Priced(Yen(2500)));
    }
    assert_eq!(finding(&[without(merchant, "", "Shipping")]), unknown);
}

#[test]
fn a_country_that_cannot_be_read_has_no_effect() {
    for country in [json!(null), json!("JP"), json!({}), json!({"Country": 7})] {
        let odd = with(offer(), "/ShipsFrom", country);

        assert_eq!(finding(&[odd]), Finding::Priced(Yen(2500)));
    }
}

#[test]
fn offers_without_price_and_time_say_nothing() {
    let blank = with(shipped(json!({})), "/ListingPrice", json!({}));
    let nameless = without(blank.clone(), "", "SubCondition");
    let used = with(blank.clone(), "/SubCondition", json!("used"));

    for offers in [
        vec![blank.clone()],
        vec![blank.clone(), used.clone()],
        vec![nameless],
        vec![json!({})],
    ] {
        let found = finding(&offers);
        assert!(matches!(found, Finding::ApiError(_)), "{found:?}");
    }
    assert_eq!(finding(&[blank, offer()]), Finding::Priced(Yen(2500)));
    assert_eq!(finding(&[used]), Finding::FilteredOut(Rejection::NotNew));
}

/// An answer without offers whose summary has these parts.
fn summed(status: &str, parts: &Value) -> Value {
    let mut response = entry(A, status, 0, &[]);
    let summary = &mut response["body"]["payload"]["Summary"];
    for (name, part) in parts.as_object().unwrap() {
        summary[name] = part.clone();
    }
    response
}

#[test]
fn an_empty_list_beside_counted_offers_is_no_stock_out() {
    let price = json!({"CurrencyCode": "JPY", "Amount": 2500});
    for parts in [
        json!({"NumberOfOffers": [{"condition": "new", "fulfillmentChannel": "Amazon", "OfferCount": 3}]}),
        json!({"NumberOfOffers": [{"condition": "used", "OfferCount": 1}, {"condition": "New", "OfferCount": 1}]}),
        json!({"NumberOfOffers": [{"condition": "new"}]}),
        json!({"NumberOfOffers": [{"OfferCount": "2"}]}),
        json!({"BuyBoxEligibleOffers": [{"condition": "NEW", "OfferCount": 1}]}),
        json!({"BuyBoxPrices": [{"condition": "New", "ListingPrice": price}]}),
        json!({"BuyBoxPrices": [{"LandedPrice": price}]}),
        json!({"LowestPrices": [{"condition": "new", "ListingPrice": price}]}),
    ] {
        for status in ["Success", "NoBuyableOffers"] {
            let answer = answer(&summed(status, &parts));
            assert!(matches!(answer, ItemAnswer::Failed(_)), "{status} {parts}");
        }
    }
    // Without a breakdown, offers of some condition are counted, and the list should have been read.
    let counted = answer(&summed("Success", &json!({"TotalOfferCount": 3})));
    assert!(matches!(counted, ItemAnswer::Failed(_)));
    let unreadable = with(
        entry(A, "NoBuyableOffers", 0, &[]),
        "/body/payload/Summary",
        json!("?"),
    );
    assert!(matches!(answer(&unreadable), ItemAnswer::Failed(_)));
}

#[test]
fn an_empty_list_is_a_stock_out_where_nothing_new_is_counted() {
    let price = json!({"CurrencyCode": "JPY", "Amount": 2500});
    for (status, parts) in [
        ("Success", json!({})),
        ("NoBuyableOffers", json!({"TotalOfferCount": 4})),
        (
            "Success",
            json!({"TotalOfferCount": 4, "NumberOfOffers": [{"condition": "used", "OfferCount": 4}]}),
        ),
        (
            "Success",
            json!({"NumberOfOffers": [{"condition": "new", "OfferCount": 0}]}),
        ),
        (
            "Success",
            json!({"BuyBoxPrices": [{}], "NumberOfOffers": []}),
        ),
        (
            "NoBuyableOffers",
            json!({"BuyBoxPrices": [{"condition": "Used", "ListingPrice": price}]}),
        ),
        (
            "Success",
            json!({"LowestPrices": [{"condition": "collectible", "ListingPrice": price}]}),
        ),
    ] {
        assert_eq!(
            answer(&summed(status, &parts)),
            ItemAnswer::NoOffer,
            "{status} {parts}"
        );
    }
}

#[test]
fn a_fault_in_the_summary_of_listed_offers_has_no_effect() {
    let odd = with(
        entry(A, "Success", 1, &[offer()]),
        "/body/payload/Summary",
        json!({"NumberOfOffers": "?", "TotalOfferCount": {}}),
    );

    assert!(matches!(answer(&odd), ItemAnswer::Offers(_)));
}
