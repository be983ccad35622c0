//! What one entry of the answer says of its ASIN.

use super::wire::{Body, Entry, Error, Payload, Status, Whole};
use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;

/// The answer of an entry that could be read as a whole.
pub(super) fn read(whole: Whole<'_>, asin: Asin) -> ItemAnswer {
    let status = whole.status.map(|status| status.0);
    let body = whole.body.map(|body| body.0);
    judge(status, Ok(body), asin).unwrap_or_else(ItemAnswer::Failed)
}

/// The answer of an entry, read part by part; whatever cannot be read is [`ItemAnswer::Failed`].
pub(super) fn read_parts(entry: &Entry<'_>, asin: Asin) -> ItemAnswer {
    part("status", entry.status)
        .and_then(|status| judge(status, part("body", entry.body), asin))
        .unwrap_or_else(ItemAnswer::Failed)
}

/// Both parts of the status are optional in the model, so that an entry without it goes by its body.
fn judge(
    status: Option<Status>,
    body: Result<Option<Body<'_>>, String>,
    asin: Asin,
) -> Result<ItemAnswer, String> {
    let code = status.and_then(|status| status.status_code);
    let failed = code.is_some_and(|code| code.whole() != Some(200));
    let body = match body {
        Ok(Some(body)) => body,
        Err(error) if !failed => return Err(error),
        Ok(None) if !failed => return Err("no body".to_owned()),
        _ => Body {
            payload: None,
            errors: None,
        },
    };
    let errors = body.errors.unwrap_or_default();
    match body.payload {
        Some(payload) if !failed && errors.is_empty() => of_payload(payload.0, asin),
        _ => of_errors(code, &errors),
    }
}

fn part<'a, T: Deserialize<'a>>(
    name: &str,
    raw: Option<&'a RawValue>,
) -> Result<Option<T>, String> {
    let Some(raw) = raw else { return Ok(None) };
    match serde_json::from_str::<Object<T>>(raw.get()) {
        Ok(object) => Ok(Some(object.0)),
        Err(error) => Err(excerpt(&format!("unreadable {name}: {error}"), 200)),
    }
}

/// Only a 400 that names the ASIN as invalid is one; all else may pass.
fn of_errors(code: Option<Number>, errors: &[Object<Error>]) -> Result<ItemAnswer, String> {
    let invalid = |error: &Object<Error>| {
        let message = error.0.message.as_deref().unwrap_or_default();
        error.0.code.as_deref() == Some("InvalidInput")
            && message.to_ascii_lowercase().contains("invalid asin")
    };
    let status = code.and_then(Number::whole);
    if status == Some(400) && errors.iter().any(invalid) {
        return Ok(ItemAnswer::InvalidAsin);
    }
    let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    let words = errors.first().map_or_else(String::new, |error| {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        format!(" {}: {}", text(&error.0.code), text(&error.0.message))
    });
    Err(excerpt(&format!("item status {status}{words}"), 200))
}

/// Statuses: `Success` and `NoBuyableOffers` from the model's sandbox cases,
/// `ActiveButTooSoonForProcessing` from its text, `NoOfferDueToMissingShippingCharge` from the older
/// MWS. The list is open, so that an unknown one with offers is taken at its offers.
fn of_payload(payload: Payload<'_>, asin: Asin) -> Result<ItemAnswer, String> {
    if let Some(named) = &payload.asin
        && Asin::parse(named) != Ok(asin)
    {
        return Err(excerpt(
            &format!("answered with the offers of {}", &**named),
            80,
        ));
    }
    let offers = payload.offers.map(|offers| offers.0).transpose()?;
    let total = payload
        .summary
        .and_then(|summary| summary.0.total_offer_count)
        .and_then(Number::whole);
    match (payload.status.as_deref().unwrap_or_default(), offers) {
        ("ActiveButTooSoonForProcessing", _) => Err("not ready".to_owned()),
        (status @ ("NoBuyableOffers" | "NoOfferDueToMissingShippingCharge"), Some(offers))
            if !offers.is_empty() =>
        {
            Err(format!("{status}, and yet {} offers", offers.len()))
        }
        ("NoBuyableOffers" | "NoOfferDueToMissingShippingCharge", _) => Ok(ItemAnswer::NoOffer),
        (_, Some(offers)) if !offers.is_empty() => Ok(ItemAnswer::Offers(offers)),
        ("Success", Some(_)) => Ok(ItemAnswer::NoOffer),
        ("Success", None) if total == Some(0) => Ok(ItemAnswer::NoOffer),
        ("Success", None) => Err("success without a list of offers".to_owned()),
        (status, _) => Err(excerpt(&format!("unknown status {status:?}"), 80)),
    }
}
