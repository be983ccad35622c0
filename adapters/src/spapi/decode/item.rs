//! Reads one entry of the answer: the result for its ASIN.

use super::summary::OfferSummary;
use super::wire::{EntryError, EntryStatus, OfferBody, OfferPayload, ParsedEntry, RawEntry};
use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;

/// The result of an entry that was read as a whole.
pub(super) fn read(entry: ParsedEntry<'_>, asin: Asin) -> ItemAnswer {
    let status = entry.status.map(|status| status.0);
    let body = entry.body.map(|body| body.0);
    judge(status, Ok(body), asin).unwrap_or_else(ItemAnswer::Failed)
}

/// The result of an entry, read part by part; an unreadable part gives [`ItemAnswer::Failed`].
pub(super) fn read_parts(entry: &RawEntry<'_>, asin: Asin) -> ItemAnswer {
    part("status", entry.status)
        .and_then(|status| judge(status, part("body", entry.body), asin))
        .unwrap_or_else(ItemAnswer::Failed)
}

/// Status and status code are optional in the model; without them the body decides.
fn judge(
    status: Option<EntryStatus>,
    body: Result<Option<OfferBody<'_>>, String>,
    asin: Asin,
) -> Result<ItemAnswer, String> {
    let code = status.and_then(|status| status.status_code);
    let failed = code.is_some_and(|code| code.whole() != Some(200));
    let body = match body {
        Ok(Some(body)) => body,
        Err(error) if !failed => return Err(error),
        Ok(None) if !failed => return Err("no body".to_owned()),
        _ => OfferBody {
            payload: None,
            errors: None,
        },
    };
    let errors = body.errors.unwrap_or_default();
    match body.payload {
        Some(payload) if !failed && errors.is_empty() => from_payload(payload.0, asin),
        _ => from_errors(code, &errors, asin),
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

/// Only a 400 that calls this ASIN invalid makes it an invalid ASIN; any other error may pass.
fn from_errors(
    code: Option<Number>,
    errors: &[Object<EntryError>],
    asin: Asin,
) -> Result<ItemAnswer, String> {
    let invalid = |error: &Object<EntryError>| {
        let message = error.0.message.as_deref().unwrap_or_default();
        let named = message.split(' ').next().map(Asin::parse);
        let names_another = matches!(named, Some(Ok(named)) if named != asin);
        error.0.code.as_deref() == Some("InvalidInput")
            && message.to_ascii_lowercase().contains("invalid asin")
            && !names_another
    };
    let status = code.and_then(Number::whole);
    if status == Some(400) && errors.iter().any(invalid) {
        return Ok(ItemAnswer::InvalidAsin);
    }
    let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    let text = errors.first().map_or_else(String::new, |error| {
        let part = |field: &Option<String>| field.clone().unwrap_or_default();
        format!(" {}: {}", part(&error.0.code), part(&error.0.message))
    });
    Err(excerpt(&format!("item status {status}{text}"), 200))
}

/// Statuses: `Success` and `NoBuyableOffers` from the model's sandbox cases,
/// `ActiveButTooSoonForProcessing` from its text, `NoOfferDueToMissingShippingCharge` from the older
/// MWS. The list is open, so an entry with an unknown status counts by its offers.
fn from_payload(payload: OfferPayload<'_>, asin: Asin) -> Result<ItemAnswer, String> {
    if let Some(named) = &payload.asin
        && Asin::parse(named) != Ok(asin)
    {
        return Err(excerpt(
            &format!("the entry has the offers of {}", &**named),
            80,
        ));
    }
    let offers = payload.offers.map(|offers| offers.0).transpose()?;
    let summary = || OfferSummary::read(payload.summary);
    match (payload.status.as_deref().unwrap_or_default(), offers) {
        ("ActiveButTooSoonForProcessing", _) => Err("not ready".to_owned()),
        (status @ ("NoBuyableOffers" | "NoOfferDueToMissingShippingCharge"), Some(offers))
            if !offers.is_empty() =>
        {
            Err(format!("{status}, but {} offers", offers.len()))
        }
        ("NoBuyableOffers" | "NoOfferDueToMissingShippingCharge", _) => summary()?.without_offers(),
        (_, Some(offers)) if !offers.is_empty() => Ok(ItemAnswer::Offers(offers)),
        ("Success", Some(_)) => summary()?.with_empty_list(),
        ("Success", None) => summary()?.without_list(),
        (status, _) => Err(excerpt(&format!("unknown status {status:?}"), 80)),
    }
}
