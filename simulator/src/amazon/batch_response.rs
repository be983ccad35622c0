//! The answer of `getItemOffersBatch`, entry by entry.
//!
//! Source: official model `productPricingV0.json`, `ItemOffersResponse`.

use serde::Serialize;

use super::error::ErrorList;
use super::offers_payload::Payload;

#[derive(Debug, Serialize)]
pub struct Responses<'a> {
    pub responses: Vec<ItemResponse<'a>>,
}

#[derive(Debug, Serialize)]
pub struct ItemResponse<'a> {
    pub headers: ItemHeaders<'a>,
    pub status: ItemStatus,
    pub body: ItemBody<'a>,
    pub request: Echo<'a>,
}

#[derive(Debug, Serialize)]
pub struct ItemHeaders<'a> {
    #[serde(rename = "Date")]
    pub date: &'a str,
    #[serde(rename = "x-amzn-RequestId")]
    pub request_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemStatus {
    pub status_code: u16,
    pub reason_phrase: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Echo<'a> {
    pub marketplace_id: &'a str,
    pub item_condition: &'a str,
    pub asin: &'a str,
    pub customer_type: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ItemBody<'a> {
    Payload { payload: Box<Payload<'a>> },
    Errors(ErrorList),
}

/// The words that go with an item's status.
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
