//! Section 4: what an answer of Amazon's tells of each ASIN that was asked.

use std::collections::HashMap;

use chrono::DateTime;
use serde_json::{Value, json};
use simulation::oracle::decode::{asked_asins, told_by_answer};
use simulation::oracle::knowledge::ToldByAmazon;
use simulation::oracle::offer::TurnedDown;
use simulation::oracle::rules::KeeperRules;

const FIRST: &str = "B000000001";
const SECOND: &str = "B000000002";

fn offer(price: i64) -> Value {
    json!({
        "SubCondition": "new",
        "ListingPrice": {"CurrencyCode": "JPY", "Amount": price},
        "Shipping": {"CurrencyCode": "JPY", "Amount": 0},
        "ShippingTime": {"minimumHours": 0, "maximumHours": 24, "availabilityType": "NOW"},
        "IsFulfilledByAmazon": true
    })
}

fn entry(asin: &str, status: &str, summary: &Value, offers: &[Value]) -> Value {
    json!({
        "status": {"statusCode": 200, "reasonPhrase": "OK"},
        "request": {"Asin": asin},
        "body": {"payload": {"ASIN": asin, "status": status, "Summary": summary, "Offers": offers}}
    })
}

fn failed(asin: &str, status: u16, code: &str, message: &str) -> Value {
    json!({
        "status": {"statusCode": status},
        "request": {"Asin": asin},
        "body": {"errors": [{"code": code, "message": message, "details": ""}]}
    })
}

fn told_with(status: u16, body: &[u8]) -> HashMap<String, ToldByAmazon> {
    let asked = [FIRST.to_owned(), SECOND.to_owned()];
    let now = DateTime::UNIX_EPOCH;
    told_by_answer(&asked, status, body, &KeeperRules::default(), now)
}

fn heard(entries: &[Value]) -> (ToldByAmazon, ToldByAmazon) {
    let body = json!({ "responses": entries }).to_string();
    let mut told = told_with(200, body.as_bytes());
    (
        told.remove(FIRST).expect("the first"),
        told.remove(SECOND).expect("the second"),
    )
}

fn none() -> Value {
    json!({"TotalOfferCount": 0})
}

fn told_alone(entry: Value) -> ToldByAmazon {
    heard(&[entry]).0
}

#[test]
fn the_price_of_the_winner_is_told() {
    let entry = entry(FIRST, "Success", &none(), &[offer(1_200), offer(1_100)]);

    assert_eq!(told_alone(entry), ToldByAmazon::InStock(1_100));
}

#[test]
fn answers_are_matched_by_asin_and_not_by_place() {
    let first = entry(FIRST, "Success", &none(), &[offer(1_000)]);
    let second = entry(SECOND, "Success", &none(), &[offer(2_000)]);

    let both = (ToldByAmazon::InStock(1_000), ToldByAmazon::InStock(2_000));
    assert_eq!(heard(&[second.clone(), first.clone()]), both);
    assert_eq!(heard(&[first, second]), both);
}

#[test]
fn an_asin_that_is_not_in_the_answer_was_told_nothing_of() {
    let second = entry(SECOND, "Success", &none(), &[offer(2_000)]);

    assert_eq!(
        heard(&[second]),
        (ToldByAmazon::Nothing, ToldByAmazon::InStock(2_000))
    );
}

#[test]
fn no_buyable_offers_is_a_stock_out() {
    let entry = entry(FIRST, "NoBuyableOffers", &none(), &[]);

    assert_eq!(told_alone(entry), ToldByAmazon::NoOffer);
}

#[test]
fn an_item_that_failed_is_no_stock_out() {
    let entry = failed(FIRST, 500, "InternalFailure", "try again");

    assert_eq!(told_alone(entry), ToldByAmazon::Nothing);
}

#[test]
fn an_asin_that_amazon_does_not_know_is_invalid() {
    let message = format!("{FIRST} is an invalid ASIN for marketplace A1VC38T7YXB528");

    assert_eq!(
        told_alone(failed(FIRST, 400, "InvalidInput", &message)),
        ToldByAmazon::Invalid
    );
}

#[test]
fn a_call_that_failed_tells_nothing_of_all() {
    let told = told_with(500, b"{}");

    assert!(told.values().all(|told| *told == ToldByAmazon::Nothing));
    assert_eq!(told.len(), 2);
}

#[test]
fn no_offers_in_the_list_and_some_counted_is_a_contradiction() {
    let counted = json!({
        "TotalOfferCount": 3,
        "NumberOfOffers": [{"condition": "new", "fulfillmentChannel": "Amazon", "OfferCount": 3}]
    });
    let priced = json!({
        "TotalOfferCount": 0,
        "BuyBoxPrices": [{"condition": "New", "ListingPrice": {"CurrencyCode": "JPY", "Amount": 900}}]
    });

    for summary in [counted, priced] {
        let entry = entry(FIRST, "Success", &summary, &[]);
        assert_eq!(told_alone(entry), ToldByAmazon::Nothing);
    }
}

#[test]
fn offers_of_other_conditions_alone_are_no_contradiction() {
    let used = json!({
        "TotalOfferCount": 3,
        "NumberOfOffers": [{"condition": "used", "fulfillmentChannel": "Merchant", "OfferCount": 3}]
    });

    assert_eq!(
        told_alone(entry(FIRST, "NoBuyableOffers", &used, &[])),
        ToldByAmazon::NoOffer
    );
}

#[test]
fn offers_without_a_price_and_without_a_time_are_a_contradiction() {
    let blank = json!({
        "SubCondition": "new",
        "ListingPrice": {},
        "Shipping": {"CurrencyCode": "JPY", "Amount": 0},
        "ShippingTime": {},
        "IsFulfilledByAmazon": true
    });

    assert_eq!(
        told_alone(entry(FIRST, "Success", &none(), &[blank])),
        ToldByAmazon::Nothing
    );
}

#[test]
fn offers_of_which_none_passes_are_filtered_out() {
    let mut late = offer(1_000);
    late["ShippingTime"]["maximumHours"] = json!(100);

    assert_eq!(
        told_alone(entry(FIRST, "Success", &none(), &[late])),
        ToldByAmazon::NonePassed(Some(TurnedDown::TooLate))
    );
}

#[test]
fn too_soon_for_processing_says_nothing_about_stock() {
    let entry = entry(FIRST, "ActiveButTooSoonForProcessing", &none(), &[]);

    assert_eq!(told_alone(entry), ToldByAmazon::Nothing);
}

#[test]
fn an_amount_with_a_fraction_of_nothing_is_whole_yen() {
    let mut dear = offer(1_000);
    dear["ListingPrice"]["Amount"] = json!(1_358.0);

    assert_eq!(
        told_alone(entry(FIRST, "Success", &none(), &[dear])),
        ToldByAmazon::InStock(1_358)
    );
}

#[test]
fn two_entries_that_differ_say_nothing_for_certain() {
    let cheap = entry(FIRST, "Success", &none(), &[offer(1_000)]);
    let dear = entry(FIRST, "Success", &none(), &[offer(2_000)]);

    assert_eq!(heard(&[cheap, dear]).0, ToldByAmazon::Damaged);
}

#[test]
fn the_asins_of_a_request_are_read_from_its_paths() {
    let body = json!({"requests": [
        {"uri": "/products/pricing/v0/items/B000000001/offers", "method": "GET"},
        {"uri": "/products/pricing/v0/items/B000000002/offers", "method": "GET"}
    ]});

    assert_eq!(asked_asins(body.to_string().as_bytes()), [FIRST, SECOND]);
}
