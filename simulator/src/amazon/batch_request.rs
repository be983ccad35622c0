//! The entries of `getItemOffersBatch`: how one is read, and how one is answered.
//!
//! Source: official model `productPricingV0.json`, `ItemOffersRequest` and `ItemOffersResponse`.

use serde_json::{Map, Value};

use super::marketplace::MARKETPLACE;

/// One entry that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub asin: String,
    pub marketplace: String,
    pub condition: String,
    pub customer_type: Option<String>,
    /// A key or a value is spelled in a way that fails this entry only.
    pub misspelled: bool,
}

/// Why the whole batch is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadBatch {
    Shape,
    Count,
    Uri,
    Method,
    MarketplaceId,
    Duplicate,
}

impl BadBatch {
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
pub fn questions(body: &[u8]) -> Result<Vec<Question>, BadBatch> {
    let root: Value = serde_json::from_slice(body).map_err(|_| BadBatch::Shape)?;
    let entries = root
        .get("requests")
        .and_then(Value::as_array)
        .ok_or(BadBatch::Shape)?;
    if !(1..=20).contains(&entries.len()) {
        return Err(BadBatch::Count);
    }
    let mut questions: Vec<Question> = Vec::with_capacity(entries.len());
    for entry in entries {
        let question = question(entry.as_object().ok_or(BadBatch::Shape)?)?;
        if questions.iter().any(|known| known.asin == question.asin) {
            return Err(BadBatch::Duplicate);
        }
        questions.push(question);
    }
    Ok(questions)
}

fn question(entry: &Map<String, Value>) -> Result<Question, BadBatch> {
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
        .ok_or(BadBatch::Uri)?;
    if text("method").is_none_or(|method| method != "GET") {
        return Err(BadBatch::Method);
    }
    // The style with `queryParams` lands here too: nothing stands at the top (since April 2026).
    let marketplace = loose("MarketplaceId").ok_or(BadBatch::MarketplaceId)?;
    if marketplace != MARKETPLACE {
        return Err(BadBatch::MarketplaceId);
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
    Ok(Question {
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
