//! The response body of `getItemOffersBatch`.
//!
//! Source: official model `productPricingV0.json`, `ItemOffersResponse`.

use serde::Serialize;

use super::error::ErrorListJson;
use super::offers_payload::OffersPayloadJson;

#[derive(Debug, Serialize)]
pub struct BatchJson<'a> {
    pub responses: Vec<BatchItemJson<'a>>,
}

#[derive(Debug, Serialize)]
pub struct BatchItemJson<'a> {
    pub headers: ItemHeadersJson<'a>,
    pub status: ItemStatusJson,
    pub body: ItemBodyJson<'a>,
    pub request: RequestedItemJson<'a>,
}

#[derive(Debug, Serialize)]
pub struct ItemHeadersJson<'a> {
    #[serde(rename = "Date")]
    pub date: &'a str,
    #[serde(rename = "x-amzn-RequestId")]
    pub request_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemStatusJson {
    pub status_code: u16,
    pub reason_phrase: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RequestedItemJson<'a> {
    pub marketplace_id: &'a str,
    pub item_condition: &'a str,
    pub asin: &'a str,
    pub customer_type: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ItemBodyJson<'a> {
    Payload { payload: Box<OffersPayloadJson<'a>> },
    Errors(ErrorListJson),
}

/// The reason phrase of an item's status.
pub fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
