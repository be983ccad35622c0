//! Reads the body of `getItemOffersBatch`.
//!
//! Source: official model `productPricingV0.json`, `ItemOffersRequest`.

use serde_json::{Map, Value};

use super::marketplace::MARKETPLACE;

/// One entry of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedItem {
    pub asin: String,
    pub marketplace: String,
    pub condition: String,
    pub customer_type: Option<String>,
    /// A key or a value has a wrong spelling, for which Amazon refuses this entry only.
    pub misspelled: bool,
}

/// Why Amazon refuses the whole batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidBatch {
    Malformed,
    MarketplaceId,
    Duplicate,
}

impl InvalidBatch {
    /// Amazon's message where it is known; `Invalid Input` otherwise.
    pub fn message(self) -> &'static str {
        match self {
            Self::Duplicate => "Duplicate requests submitted. Cannot run batch request.",
            Self::MarketplaceId => {
                "Requested MarketplaceId is invalid, unsupported, or does not exist."
            }
            Self::Malformed => "Invalid Input",
        }
    }
}

/// Reads the body of a batch: 1 to 20 entries, each with another ASIN.
pub fn requested_items(body: &[u8]) -> Result<Vec<RequestedItem>, InvalidBatch> {
    let root: Value = serde_json::from_slice(body).map_err(|_| InvalidBatch::Malformed)?;
    let entries = root.get("requests").and_then(Value::as_array);
    let entries = entries.ok_or(InvalidBatch::Malformed)?;
    if !(1..=20).contains(&entries.len()) {
        return Err(InvalidBatch::Malformed);
    }
    let mut items: Vec<RequestedItem> = Vec::with_capacity(entries.len());
    for entry in entries {
        let item = requested_item(entry.as_object().ok_or(InvalidBatch::Malformed)?)?;
        if items.iter().any(|known| known.asin == item.asin) {
            return Err(InvalidBatch::Duplicate);
        }
        items.push(item);
    }
    Ok(items)
}

fn requested_item(entry: &Map<String, Value>) -> Result<RequestedItem, InvalidBatch> {
    let text = |name: &str| Some(entry.get(name)?.as_str()?.to_owned());
    let any_case = |name: &str| {
        let key = entry.keys().find(|key| key.eq_ignore_ascii_case(name))?;
        text(key)
    };
    let asin = text("uri").as_deref().and_then(asin_of);
    let asin = asin.ok_or(InvalidBatch::Malformed)?;
    if text("method").is_none_or(|method| method != "GET") {
        return Err(InvalidBatch::Malformed);
    }
    // Entries with `queryParams` are refused here as well, as they are since April 2026.
    let marketplace = any_case("MarketplaceId").ok_or(InvalidBatch::MarketplaceId)?;
    if marketplace != MARKETPLACE {
        return Err(InvalidBatch::MarketplaceId);
    }
    let condition = any_case("ItemCondition").unwrap_or_default();
    let customer_type = text("CustomerType");
    let known_condition =
        ["New", "Used", "Collectible", "Refurbished", "Club"].contains(&condition.as_str());
    let known_customer = customer_type
        .as_deref()
        .is_none_or(|kind| kind == "Consumer" || kind == "Business");
    let misspelled = !known_condition
        || !known_customer
        || text("MarketplaceId").is_none()
        || text("ItemCondition").is_none();
    Ok(RequestedItem {
        asin,
        marketplace,
        condition,
        customer_type,
        misspelled,
    })
}

/// The ASIN in `/products/pricing/v0/items/{ASIN}/offers`: 6 to 512 characters, no query.
fn asin_of(uri: &str) -> Option<String> {
    let asin = uri
        .strip_prefix("/products/pricing/v0/items/")?
        .strip_suffix("/offers")?;
    let fits = (6..=512).contains(&uri.len());
    (fits && !asin.is_empty() && !asin.contains(['/', '?', '&'])).then(|| asin.to_owned())
}
