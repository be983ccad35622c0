//! What an answer of `getItemOffersBatch` means, field by field.

use crate::fakes::asin;
use crate::spapi_json::{entry, failed, offer, with, without};
use adapters::spapi::decode;
use serde_json::{Value, json};
use shared::domain::observation::ItemAnswer;
use shared::domain::offer::{Amount, Availability, Offer};
use shared::ports::marketplace::MarketplaceError;

const A: &str = "B0EXAMPLE1";
const B: &str = "4900000002";

fn read(responses: &[Value], asked: &[&str]) -> Vec<ItemAnswer> {
    let asked: Vec<_> = asked.iter().map(|text| asin(text)).collect();
    let bytes = json!({"responses": responses}).to_string();

    let answers = decode::offers(bytes.as_bytes(), &asked).unwrap();

    assert!(answers.iter().map(|(asin, _)| asin).eq(&asked));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn read_one(response: Value) -> ItemAnswer {
    read(&[response], &[A]).remove(0)
}

fn priced() -> Value {
    entry(A, "Success", 1, &[offer()])
}

fn is_failed(answer: &ItemAnswer) -> bool {
    matches!(answer, ItemAnswer::Failed(_))
}

fn yen(units: i64) -> Amount {
    let currency = Some("JPY".into());
    Amount { currency, units }
}

#[test]
fn an_offer_is_read_field_by_field() {
    let answer = read_one(priced());

    let expected = Offer {
        sub_condition: Some("new".into()),
        listing_price: Some(yen(2500)),
        shipping: Some(yen(0)),
        max_handling_hours: Some(24),
        availability: Availability::Now,
        available_at: None,
        ships_from: Some("JP".into()),
        prime: true,
        fulfilled_by_amazon: true,
        seller_id: Some("AEXAMPLESELLER1".into()),
    };
    assert_eq!(answer, ItemAnswer::Offers(vec![expected]));
}

#[test]
fn a_missing_or_null_field_of_an_offer_is_unknown() {
    for bare in [
        json!({}),
        json!({"SubCondition": null, "ListingPrice": null, "Shipping": {"Amount": null},
            "ShippingTime": {"maximumHours": null, "availabilityType": null},
            "IsFulfilledByAmazon": null, "PrimeInformation": {"IsPrime": null}, "SellerId": null}),
    ] {
        let answer = read_one(entry(A, "Success", 1, &[bare]));

        assert_eq!(answer, ItemAnswer::Offers(vec![Offer::default()]));
    }
}

#[test]
fn amounts_are_read_in_every_spelling() {
    for amount in [json!(1358), json!(1358.0), json!("1358"), json!("1358.00")] {
        let pointer = "/body/payload/Offers/0/ListingPrice/Amount";
        let ItemAnswer::Offers(offers) = read_one(with(priced(), pointer, amount)) else {
            panic!("a price in another spelling is a price");
        };

        assert_eq!(offers[0].listing_price, Some(yen(1358)));
    }
}

#[test]
fn a_fraction_of_a_yen_fails_the_item() {
    let pointer = "/body/payload/Offers/0/ListingPrice/Amount";

    assert!(is_failed(&read_one(with(priced(), pointer, json!(1358.5)))));
}

#[test]
fn sub_conditions_and_availability_are_normalised() {
    let mut second = offer();
    second["SubCondition"] = json!("Very_Good");
    second["ShippingTime"]["availabilityType"] = json!("FUTURE_WITH_DATE");
    let mut third = offer();
    third["SubCondition"] = json!("Very Good");
    third["ShippingTime"]["availabilityType"] = json!("SOMETIMES");

    let ItemAnswer::Offers(offers) = read_one(entry(A, "Success", 2, &[second, third])) else {
        panic!("two offers");
    };

    assert_eq!(offers[0].sub_condition.as_deref(), Some("verygood"));
    assert_eq!(offers[1].sub_condition.as_deref(), Some("verygood"));
    assert_eq!(offers[0].availability, Availability::OnDate);
    assert_eq!(offers[1].availability, Availability::Unknown);
}

#[test]
fn only_a_full_answer_says_that_there_is_no_offer() {
    let payload = "/body/payload";
    let no_offer = [
        entry(A, "NoBuyableOffers", 0, &[]),
        without(entry(A, "NoBuyableOffers", 0, &[]), payload, "Offers"),
        entry(A, "NoOfferDueToMissingShippingCharge", 0, &[]),
        entry(A, "Success", 0, &[]),
        without(entry(A, "Success", 0, &[]), payload, "Offers"),
    ];
    for response in no_offer {
        assert_eq!(
            read_one(response.clone()),
            ItemAnswer::NoOffer,
            "{response}"
        );
    }
    let failed = [
        entry(A, "Success", 4286, &[]),
        without(entry(A, "Success", 3, &[]), payload, "Offers"),
        with(
            entry(A, "Success", 3, &[]),
            "/body/payload/Offers",
            json!(null),
        ),
        without(without(priced(), payload, "Offers"), payload, "Summary"),
        entry(A, "ActiveButTooSoonForProcessing", 0, &[]),
        entry(A, "ActiveButTooSoonForProcessing", 1, &[offer()]),
        entry(A, "SomethingNew", 0, &[]),
        without(entry(A, "Success", 0, &[]), payload, "status"),
        entry(A, "NoBuyableOffers", 1, &[offer()]),
        without(priced(), "/body", "payload"),
        without(priced(), "", "body"),
        with(priced(), "/body", json!([])),
    ];
    for response in failed {
        assert!(is_failed(&read_one(response.clone())), "{response}");
    }
}

#[test]
fn an_unknown_status_with_offers_counts_by_its_offers() {
    for response in [
        entry(A, "SomethingNew", 1, &[offer()]),
        without(priced(), "/body/payload", "status"),
        without(priced(), "", "status"),
    ] {
        assert!(matches!(read_one(response), ItemAnswer::Offers(_)));
    }
}

#[test]
fn a_wrong_type_fails_its_item_alone() {
    let pointers = [
        "/status",
        "/status/statusCode",
        "/body",
        "/body/payload",
        "/body/payload/status",
        "/body/payload/Offers",
        "/body/payload/Offers/0",
        "/body/payload/Offers/0/SubCondition",
        "/body/payload/Offers/0/ListingPrice",
        "/body/payload/Offers/0/ListingPrice/Amount",
        "/body/payload/Offers/0/ShippingTime/maximumHours",
        "/body/payload/Offers/0/PrimeInformation/IsPrime",
        "/body/payload/Offers/0/IsFulfilledByAmazon",
    ];
    for pointer in pointers {
        let wrong = json!([["x"]]);
        let response = with(entry(B, "Success", 1, &[offer()]), pointer, wrong);

        let answers = read(&[response, priced()], &[A, B]);

        assert!(matches!(answers[0], ItemAnswer::Offers(_)));
        assert!(is_failed(&answers[1]), "{pointer}: {:?}", answers[1]);
    }
}

#[test]
fn the_status_of_an_item_is_sorted() {
    let invalid = format!("{A} is an invalid ASIN for marketplace A1VC38T7YXB528");
    assert_eq!(
        read_one(failed(A, 400, "InvalidInput", &invalid)),
        ItemAnswer::InvalidAsin
    );
    for (status, code, message) in [
        (400, "InvalidInput", "Invalid Input"),
        (404, "InvalidInput", invalid.as_str()),
        (
            429,
            "QuotaExceeded",
            "You exceeded your quota for the requested resource.",
        ),
        (
            500,
            "InternalFailure",
            "We encountered an internal error. Please try again.",
        ),
        (200, "InternalFailure", "both"),
    ] {
        assert!(
            is_failed(&read_one(failed(A, status, code, message))),
            "{status} {code}"
        );
    }
    let with_offers = with(priced(), "/status/statusCode", json!(500));
    assert!(is_failed(&read_one(with_offers)));
}

#[test]
fn entries_are_matched_by_the_asin_that_they_name() {
    let none = entry(B, "NoBuyableOffers", 0, &[]);
    let stranger = entry("B0STRANGER", "Success", 1, &[offer()]);
    let nameless = json!({"status": {"statusCode": 200}});

    let answers = read(
        &[none, stranger, json!(17), nameless, priced()],
        &[A, B, "B0ABSENT00"],
    );

    assert!(matches!(answers[0], ItemAnswer::Offers(_)));
    assert_eq!(answers[1], ItemAnswer::NoOffer);
    assert_eq!(answers[2], ItemAnswer::Absent);
}

#[test]
fn an_entry_without_its_request_is_identified_by_its_body() {
    let invalid = format!("{A} is an invalid ASIN for marketplace A1VC38T7YXB528");
    let refused = without(failed(A, 400, "InvalidInput", &invalid), "", "request");
    assert_eq!(read_one(refused), ItemAnswer::InvalidAsin);

    let paid = without(priced(), "/request", "Asin");
    assert!(matches!(read_one(paid), ItemAnswer::Offers(_)));

    let uri = json!({"uri": format!("/products/pricing/v0/items/{A}/offers")});
    let by_uri = with(failed(A, 500, "InternalFailure", "oops"), "/request", uri);
    assert!(is_failed(&read_one(by_uri)));
}

#[test]
fn an_entry_with_the_offers_of_another_asin_fails() {
    let mixed = with(priced(), "/body/payload/ASIN", json!(B));

    let answers = read(&[mixed], &[A, B]);

    assert!(is_failed(&answers[0]));
    assert_eq!(answers[1], ItemAnswer::Absent);
}

#[test]
fn of_two_entries_the_readable_one_counts() {
    let broken = with(priced(), "/body/payload/Offers", json!(17));

    let answers = read(&[broken.clone(), priced(), broken, priced()], &[A]);

    assert!(matches!(answers[0], ItemAnswer::Offers(_)));
}

#[test]
fn two_entries_that_contradict_each_other_say_nothing() {
    let none = entry(A, "NoBuyableOffers", 0, &[]);
    let cheaper = with(
        priced(),
        "/body/payload/Offers/0/ListingPrice/Amount",
        json!(7),
    );

    for entries in [
        [none.clone(), priced(), none.clone()],
        [priced(), none.clone(), none],
        [priced(), cheaper, priced()],
    ] {
        let answers = read(&entries, &[A]);

        assert!(is_failed(&answers[0]), "{:?}", answers[0]);
    }
}

#[test]
fn both_spellings_of_the_marketplace_are_accepted() {
    let mut old = without(priced(), "/body/payload", "marketplaceId");
    old["body"]["payload"]["MarketplaceID"] = json!("A1VC38T7YXB528");

    assert!(matches!(read_one(old), ItemAnswer::Offers(_)));
}

#[test]
fn an_answer_without_a_list_of_responses_is_malformed() {
    let whole = json!({"responses": [priced()]}).to_string();
    for bytes in [
        "",
        "<html>503</html>",
        "{}",
        "[]",
        "{\"responses\":{}}",
        "{\"errors\":[]}",
        "[[{}]]",
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
    ] {
        let answer = decode::offers(bytes.as_bytes(), &[asin(A)]);

        assert!(
            matches!(answer, Err(MarketplaceError::Malformed(_))),
            "{bytes}"
        );
    }
}
