//! The shapes of `getItemOffersBatch` as far as they are used; every field may be missing or null.
//!
//! Source: Selling Partner API model `productPricingV0`, definitions `GetItemOffersBatchResponse`,
//! `ItemOffersResponse`, `GetOffersResult`, `OfferDetail`. Parts that decide nothing here (rankings,
//! lowest prices, points) are not read, so that a fault in them costs nothing.

use super::offers::Offers;
use crate::http::lenient::{Number, Object, Text};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::asin::Asin;

/// The whole answer, each entry a `T`.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) responses: Vec<T>,
}

/// One of its entries.
#[derive(Deserialize)]
pub(super) struct Whole<'a> {
    #[serde(borrow)]
    request: Option<Object<Request<'a>>>,
    pub(super) status: Option<Object<Status>>,
    #[serde(borrow)]
    pub(super) body: Option<Object<Body<'a>>>,
}

/// The echo of what was asked.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(rename = "Asin", borrow)]
    asin: Option<Text<'a>>,
}

/// An entry, its parts not yet read.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) status: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) status_code: Option<Number>,
}

#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) payload: Option<Object<Payload<'a>>>,
    pub(super) errors: Option<Vec<Object<Error>>>,
}

#[derive(Deserialize)]
pub(super) struct Error {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

/// Its marketplace id, spelled in two ways over the years, is what we asked for and is not read.
#[derive(Deserialize)]
pub(super) struct Payload<'a> {
    #[serde(rename = "ASIN", borrow)]
    pub(super) asin: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    #[serde(rename = "Summary")]
    pub(super) summary: Option<Object<Summary>>,
    #[serde(rename = "Offers")]
    pub(super) offers: Option<Offers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Summary {
    pub(super) total_offer_count: Option<Number>,
}

impl Whole<'_> {
    /// The ASIN that the echo of the request names.
    pub(super) fn asin(&self) -> Option<Asin> {
        Asin::parse(self.request.as_ref()?.0.asin.as_ref()?).ok()
    }
}

impl Entry<'_> {
    /// The ASIN that this entry is about: the echo of the request, or else what the answer names.
    pub(super) fn asin(&self) -> Option<Asin> {
        let request = self.request.and_then(loose).unwrap_or_default();
        if let Some(asin) = request["Asin"].as_str() {
            return Asin::parse(asin).ok();
        }
        let body = self.body.and_then(loose).unwrap_or_default();
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

fn loose(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}
