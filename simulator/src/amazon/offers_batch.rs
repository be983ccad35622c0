//! `getItemOffersBatch`: the offers of up to 20 ASINs, each with its own status.

use super::batch_request::{RequestedItem, requested_items};
use super::batch_response::{
    BatchItemJson, BatchJson, ItemBodyJson, ItemHeadersJson, ItemStatusJson, RequestedItemJson,
    reason_phrase,
};
use super::error::{self, ErrorListJson};
use super::marketplace::MARKETPLACE;
use super::offers_payload::OffersPayloadJson;
use crate::catalog::AsinState;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::random::SeededRandom;
use crate::state::World;

/// For an ASIN that was listed too recently, Amazon names a time so many hours ahead (issue 5358
/// of the models' repository).
const TOO_SOON_HOURS: i64 = 4;

pub fn answer(world: &mut World, request: &HttpRequest, faults: &CallFaults) -> HttpResponse {
    let requested = match requested_items(&request.body) {
        Ok(items) => items,
        Err(invalid) => return error::invalid_input(invalid.message()),
    };
    let now = world.clock.now();
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let available_at = world.clock.in_hours(TOO_SOON_HOURS).to_rfc3339();
    let states: Vec<_> = requested
        .iter()
        .map(|item| world.market.state(&item.asin))
        .collect();
    let mut answers = Vec::with_capacity(requested.len());
    for (place, (item, state)) in requested.iter().zip(&states).enumerate() {
        let missing = faults.for_item(FaultKind::MissingItems, place, &item.asin);
        if missing.is_some() {
            continue;
        }
        let (code, body) = body(item, state, (faults, place, &available_at));
        answers.push(BatchItemJson {
            headers: ItemHeadersJson {
                date: &date,
                request_id: world.random.uuid(),
            },
            status: ItemStatusJson {
                status_code: code,
                reason_phrase: reason_phrase(code),
            },
            body,
            request: RequestedItemJson {
                marketplace_id: &item.marketplace,
                item_condition: &item.condition,
                asin: &item.asin,
                customer_type: item.customer_type.as_deref().unwrap_or("Consumer"),
            },
        });
    }
    if faults.has(FaultKind::Shuffle) {
        shuffle(&mut answers, &mut world.random);
    }
    let mut response = HttpResponse::json(200, &BatchJson { responses: answers });
    response.note.touched = requested.iter().map(|item| item.asin.clone()).collect();
    response
}

fn body<'a>(
    item: &'a RequestedItem,
    state: &'a AsinState,
    (faults, place, available_at): (&CallFaults, usize, &str),
) -> (u16, ItemBodyJson<'a>) {
    let asin = &item.asin;
    if let Some(fault) = faults.for_item(FaultKind::ItemError, place, asin) {
        let status = fault.status.unwrap_or(500);
        let (code, message) = error::of_status(status);
        let errors = ErrorListJson::one(code, message);
        return (status, ItemBodyJson::Errors(errors));
    }
    if item.misspelled || !state.known {
        let message = if item.misspelled {
            "Invalid Input".to_owned()
        } else {
            // Amazon's message (issue 355 of the models' repository).
            format!("{asin} is an invalid ASIN for marketplace {MARKETPLACE}")
        };
        let errors = ErrorListJson::one("InvalidInput", message);
        return (400, ItemBodyJson::Errors(errors));
    }
    let empty = faults.for_item(FaultKind::EmptyOffers, place, asin);
    let mut payload = if empty.is_some() || item.condition != "New" {
        OffersPayloadJson::no_offers(asin)
    } else {
        OffersPayloadJson::of(asin, state, available_at)
    };
    let has = |kind| faults.for_item(kind, place, asin).is_some();
    if has(FaultKind::StalePrice) {
        payload.cheapen();
    }
    if has(FaultKind::UnlistedOffers) {
        payload.unlist();
    }
    if has(FaultKind::BlankOffers) {
        payload.blank();
    }
    if faults.has(FaultKind::OldSpelling) {
        payload.use_old_spelling();
    }
    let payload = Box::new(payload);
    (200, ItemBodyJson::Payload { payload })
}

fn shuffle<T>(entries: &mut [T], random: &mut SeededRandom) {
    for place in (1..entries.len()).rev() {
        let other = random.between(0, i64::try_from(place).unwrap_or(0));
        entries.swap(place, usize::try_from(other).unwrap_or(0));
    }
}
