//! The parts of an answer of `getItemOffersBatch` that are used; every field may be missing or null.
//!
//! Source: Selling Partner API model `productPricingV0`, definitions `GetItemOffersBatchResponse`,
//! `ItemOffersResponse`, `GetOffersResult`, `OfferDetail`. Parts that no decision needs
//! (rankings, points) are not read, so that a fault in them has no effect.

use super::offers::Offers;
use crate::http::lenient::{LenientText, Number, Object};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::asin::Asin;

/// The answer, with entries of type `T`.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) responses: Vec<T>,
}

/// An entry, read as a whole.
#[derive(Deserialize)]
pub(super) struct ParsedEntry<'a> {
    #[serde(borrow)]
    request: Option<Object<EntryRequest<'a>>>,
    pub(super) status: Option<Object<EntryStatus>>,
    #[serde(borrow)]
    pub(super) body: Option<Object<OfferBody<'a>>>,
}

/// The request, repeated in the answer.
#[derive(Deserialize)]
struct EntryRequest<'a> {
    #[serde(rename = "Asin", borrow)]
    asin: Option<LenientText<'a>>,
}

/// An entry whose parts are not read yet.
#[derive(Deserialize)]
pub(super) struct RawEntry<'a> {
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) status: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryStatus {
    pub(super) status_code: Option<Number>,
}

#[derive(Deserialize)]
pub(super) struct OfferBody<'a> {
    #[serde(borrow)]
    pub(super) payload: Option<Object<OfferPayload<'a>>>,
    pub(super) errors: Option<Vec<Object<EntryError>>>,
}

#[derive(Deserialize)]
pub(super) struct EntryError {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

/// Its marketplace id, whose spelling has changed over the years, is not read: the request sets it.
#[derive(Deserialize)]
pub(super) struct OfferPayload<'a> {
    #[serde(rename = "ASIN", borrow)]
    pub(super) asin: Option<LenientText<'a>>,
    #[serde(borrow)]
    pub(super) status: Option<LenientText<'a>>,
    /// Read only beside an empty list of offers.
    #[serde(rename = "Summary", borrow)]
    pub(super) summary: Option<&'a RawValue>,
    #[serde(rename = "Offers")]
    pub(super) offers: Option<Offers>,
}

impl ParsedEntry<'_> {
    /// The ASIN in the repeated request.
    pub(super) fn asin(&self) -> Option<Asin> {
        Asin::parse(self.request.as_ref()?.0.asin.as_ref()?).ok()
    }
}

impl RawEntry<'_> {
    /// The ASIN of this entry: from the repeated request, else from the answer.
    pub(super) fn asin(&self) -> Option<Asin> {
        let request = self.request.and_then(any_value).unwrap_or_default();
        if let Some(asin) = request["Asin"].as_str() {
            return Asin::parse(asin).ok();
        }
        let body = self.body.and_then(any_value).unwrap_or_default();
        let payload = body["payload"]["ASIN"].as_str();
        let uri = || {
            let uri = request["uri"].as_str()?;
            uri.strip_prefix("/products/pricing/v0/items/")?
                .strip_suffix("/offers")
        };
        // "<ASIN> is an invalid ASIN for marketplace <id>" (selling-partner-api-models issue 355).
        let message = || body["errors"][0]["message"].as_str()?.split(' ').next();
        let named = payload.or_else(uri).or_else(message)?;
        Asin::parse(named).ok()
    }
}

fn any_value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}
