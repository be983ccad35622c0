//! The body of `getItemOffersBatch`.
//!
//! Source: Selling Partner API model `productPricingV0`, `GetItemOffersBatchRequest`. All fields are at
//! the top level of an entry with capitalised names: Amazon refuses parameters inside `queryParams` since
//! April 2026, and other spellings fail the entry. `CustomerType` is left out; its default is `Consumer`.

use serde::Serialize;
use shared::domain::asin::AsinBatch;

/// The path of the request.
pub(super) const PATH: &str = "/batches/products/pricing/v0/itemOffers";

#[derive(Serialize)]
struct OffersRequest<'a> {
    requests: Vec<RequestEntry<'a>>,
}

#[derive(Serialize)]
struct RequestEntry<'a> {
    uri: String,
    method: &'static str,
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'static str,
}

/// Requests the offers in new condition for every ASIN of `batch`.
pub(super) fn body(batch: &AsinBatch, marketplace_id: &str) -> Vec<u8> {
    let requests = batch
        .asins()
        .iter()
        .map(|asin| RequestEntry {
            uri: format!("/products/pricing/v0/items/{asin}/offers"),
            method: "GET",
            marketplace_id,
            item_condition: "New",
        })
        .collect();
    serde_json::to_vec(&OffersRequest { requests }).expect("a struct of strings is always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::asin::{Asin, split};

    #[test]
    fn an_entry_is_written_as_the_model_requires() {
        let batch = split([Asin::parse("B0EXAMPLE1").unwrap()]).remove(0);

        let body = String::from_utf8(body(&batch, "A1VC38T7YXB528")).unwrap();

        assert_eq!(
            body,
            r#"{"requests":[{"uri":"/products/pricing/v0/items/B0EXAMPLE1/offers","method":"GET","MarketplaceId":"A1VC38T7YXB528","ItemCondition":"New"}]}"#
        );
    }
}
