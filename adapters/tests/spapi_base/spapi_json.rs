//! Answers of `getItemOffersBatch`, made up from the model's descriptions.

use serde_json::{Value, json};

/// One offer as Amazon's model describes it, with every field that is read.
pub fn offer() -> Value {
    json!({"SubCondition": "new", "SellerId": "AEXAMPLESELLER1",
        "ListingPrice": {"CurrencyCode": "JPY", "Amount": 2500},
        "Shipping": {"CurrencyCode": "JPY", "Amount": 0},
        "Points": {"PointsNumber": 25, "PointsMonetaryValue": {"CurrencyCode": "JPY", "Amount": 25}},
        "ShippingTime": {"minimumHours": 0, "maximumHours": 24, "availabilityType": "NOW"},
        "SellerFeedbackRating": {"FeedbackCount": 812, "SellerPositiveFeedbackRating": 97.0},
        "ShipsFrom": {"Country": "JP"}, "IsFulfilledByAmazon": true,
        "PrimeInformation": {"IsPrime": true, "IsNationalPrime": true},
        "IsBuyBoxWinner": true, "IsFeaturedMerchant": true})
}

pub fn entry(asin: &str, status: &str, total: u32, offers: &[Value]) -> Value {
    json!({"headers": {"Date": "Mon, 02 Nov 2026 01:02:03 GMT", "x-amzn-RequestId": "1"},
        "status": {"statusCode": 200, "reasonPhrase": "OK"},
        "request": {"MarketplaceId": "A1VC38T7YXB528", "ItemCondition": "New", "Asin": asin,
            "CustomerType": "Consumer"},
        "body": {"payload": {"marketplaceId": "A1VC38T7YXB528", "ASIN": asin,
            "ItemCondition": "New", "status": status,
            "Identifier": {"MarketplaceId": "A1VC38T7YXB528", "ASIN": asin, "ItemCondition": "New"},
            "Summary": {"TotalOfferCount": total}, "Offers": offers}}})
}

pub fn failed(asin: &str, status: u16, code: &str, message: &str) -> Value {
    json!({"headers": {}, "status": {"statusCode": status, "reasonPhrase": "Bad Request"},
        "body": {"errors": [{"code": code, "message": message, "details": ""}]},
        "request": {"MarketplaceId": "A1VC38T7YXB528", "ItemCondition": "New", "Asin": asin}})
}

/// The same with another value at `pointer`.
pub fn with(mut response: Value, pointer: &str, value: Value) -> Value {
    *response.pointer_mut(pointer).unwrap() = value;
    response
}

/// The same without the field `name` of the object at `parent`.
pub fn without(mut response: Value, parent: &str, name: &str) -> Value {
    let fields = response.pointer_mut(parent).unwrap().as_object_mut();
    fields.unwrap().remove(name).unwrap();
    response
}
