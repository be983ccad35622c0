//! The body of `getItemOffersBatch`.
//!
//! Source: Selling Partner API model `productPricingV0`, `GetItemOffersBatchRequest`. All fields
//! stand at the top of an entry with capital names: parameters inside `queryParams` are refused
//! since April 2026, other spellings fail the entry. `CustomerType` is left out; `Consumer` is its
//! default.

use serde::Serialize;
use shared::domain::asin::AsinBatch;

/// Where the request goes.
pub(super) const PATH: &str = "/batches/products/pricing/v0/itemOffers";

#[derive(Serialize)]
struct Body<'a> {
    requests: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    uri: String,
    method: &'static str,
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'static str,
}

/// Asks for the offers in new condition on every ASIN of `batch`.
pub(super) fn body(batch: &AsinBatch, marketplace_id: &str) -> Vec<u8> {
    let requests = batch
        .asins()
        .iter()
        .map(|asin| Entry {
            uri: format!("/products/pricing/v0/items/{asin}/offers"),
            method: "GET",
            marketplace_id,
            item_condition: "New",
        })
        .collect();
    serde_json::to_vec(&Body { requests }).expect("a struct of strings is always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::asin::{Asin, split};

    #[test]
    fn an_entry_is_written_as_the_model_says() {
        let batch = split([Asin::parse("B0EXAMPLE1").unwrap()]).remove(0);

        let body = String::from_utf8(body(&batch, "A1VC38T7YXB528")).unwrap();

        assert_eq!(
            body,
            r#"{"requests":[{"uri":"/products/pricing/v0/items/B0EXAMPLE1/offers","method":"GET","MarketplaceId":"A1VC38T7YXB528","ItemCondition":"New"}]}"#
        );
    }
}
