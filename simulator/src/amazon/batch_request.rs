//! The entries of `getItemOffersBatch`: how one is read, and how one is answered.
//!
//! Source: official model `productPricingV0.json`, `ItemOffersRequest` and `ItemOffersResponse`.

use serde_json::{Map, Value};

use super::marketplace::MARKETPLACE;

/// One entry that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedItem {
    pub asin: String,
    pub marketplace: String,
    pub condition: String,
    pub customer_type: Option<String>,
    /// A key or a value is spelled in a way that fails this entry only.
    pub misspelled: bool,
}

/// Why the whole batch is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidBatch {
    Shape,
    Count,
    Uri,
    Method,
    MarketplaceId,
    Duplicate,
}

impl InvalidBatch {
    /// Amazon's words where they are known; `Invalid Input` otherwise.
    pub fn message(self) -> &'static str {
        match self {
            Self::Duplicate => "Duplicate requests submitted. Cannot run batch request.",
            Self::MarketplaceId => {
                "Requested MarketplaceId is invalid, unsupported, or does not exist."
            }
            Self::Shape | Self::Count | Self::Uri | Self::Method => "Invalid Input",
        }
    }
}

/// Reads the body of a batch: 1 to 20 entries, no ASIN twice.
pub fn questions(body: &[u8]) -> Result<Vec<AskedItem>, InvalidBatch> {
    let root: Value = serde_json::from_slice(body).map_err(|_| InvalidBatch::Shape)?;
    let entries = root
        .get("requests")
        .and_then(Value::as_array)
        .ok_or(InvalidBatch::Shape)?;
    if !(1..=20).contains(&entries.len()) {
        return Err(InvalidBatch::Count);
    }
    let mut questions: Vec<AskedItem> = Vec::with_capacity(entries.len());
    for entry in entries {
        let question = question(entry.as_object().ok_or(InvalidBatch::Shape)?)?;
        if questions.iter().any(|known| known.asin == question.asin) {
            return Err(InvalidBatch::Duplicate);
        }
        questions.push(question);
    }
    Ok(questions)
}

fn question(entry: &Map<String, Value>) -> Result<AskedItem, InvalidBatch> {
    let text = |name: &str| {
        entry
            .get(name)
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
    };
    let loose = |name: &str| {
        let key = entry.keys().find(|key| key.eq_ignore_ascii_case(name))?;
        text(key)
    };
    let asin = text("uri")
        .as_deref()
        .and_then(asin_of)
        .ok_or(InvalidBatch::Uri)?;
    if text("method").is_none_or(|method| method != "GET") {
        return Err(InvalidBatch::Method);
    }
    // The style with `queryParams` lands here too: nothing stands at the top (since April 2026).
    let marketplace = loose("MarketplaceId").ok_or(InvalidBatch::MarketplaceId)?;
    if marketplace != MARKETPLACE {
        return Err(InvalidBatch::MarketplaceId);
    }
    let condition = loose("ItemCondition").unwrap_or_default();
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
    Ok(AskedItem {
        asin,
        marketplace,
        condition,
        customer_type,
        misspelled,
    })
}

/// `/products/pricing/v0/items/{ASIN}/offers`, 6 to 512 characters, without a query.
fn asin_of(uri: &str) -> Option<String> {
    let asin = uri
        .strip_prefix("/products/pricing/v0/items/")?
        .strip_suffix("/offers")?;
    let fits = (6..=512).contains(&uri.len());
    (fits && !asin.is_empty() && !asin.contains(['/', '?', '&'])).then(|| asin.to_owned())
}
