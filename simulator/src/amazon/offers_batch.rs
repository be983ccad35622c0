//! `getItemOffersBatch`: the offers of up to twenty ASINs, each with a status of its own.

use super::batch_request::{AskedItem, questions};
use super::batch_response::{
    AskedItemJson, BatchItemJson, BatchJson, ItemBodyJson, ItemHeadersJson, ItemStatusJson, reason,
};
use super::error::{self, ErrorListJson};
use super::marketplace::MARKETPLACE;
use super::offers_payload::OffersPayloadJson;
use crate::catalog::AsinState;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::state::World;

/// Amazon names this many hours ahead for an ASIN that is too soon (thread 5358 of the models).
const TOO_SOON_HOURS: i64 = 4;

pub fn answer(world: &mut World, request: &HttpRequest, faults: &CallFaults) -> HttpResponse {
    let questions = match questions(&request.body) {
        Ok(questions) => questions,
        Err(bad) => return error::invalid_input(bad.message()),
    };
    let now = world.clock.now();
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let available_at = world.clock.in_hours(TOO_SOON_HOURS).to_rfc3339();
    let truths: Vec<_> = questions
        .iter()
        .map(|q| world.market.state(&q.asin))
        .collect();
    let mut answers = Vec::with_capacity(questions.len());
    for (place, (question, state)) in questions.iter().zip(&truths).enumerate() {
        if faults
            .hits(FaultKind::MissingItems, place, &question.asin)
            .is_some()
        {
            continue;
        }
        let (code, body) = item(question, state, (faults, place, &available_at));
        answers.push(BatchItemJson {
            headers: ItemHeadersJson {
                date: &date,
                request_id: world.chance.uuid(),
            },
            status: ItemStatusJson {
                status_code: code,
                reason_phrase: reason(code),
            },
            body,
            request: AskedItemJson {
                marketplace_id: &question.marketplace,
                item_condition: &question.condition,
                asin: &question.asin,
                customer_type: question.customer_type.as_deref().unwrap_or("Consumer"),
            },
        });
    }
    if faults.has(FaultKind::Shuffle) {
        shuffle(&mut answers, &mut world.chance);
    }
    let mut response = HttpResponse::json(200, &BatchJson { responses: answers });
    response.note.touched = questions
        .iter()
        .map(|question| question.asin.clone())
        .collect();
    response
}

fn item<'a>(
    question: &'a AskedItem,
    state: &'a AsinState,
    (faults, place, available_at): (&CallFaults, usize, &str),
) -> (u16, ItemBodyJson<'a>) {
    let asin = &question.asin;
    if let Some(fault) = faults.hits(FaultKind::ItemError, place, asin) {
        let status = fault.status.unwrap_or(500);
        let (code, message) = error::of_status(status);
        return (
            status,
            ItemBodyJson::Errors(ErrorListJson::one(code, message)),
        );
    }
    if question.misspelled {
        return (
            400,
            ItemBodyJson::Errors(ErrorListJson::one("InvalidInput", "Invalid Input")),
        );
    }
    if !state.known {
        return (
            400,
            ItemBodyJson::Errors(ErrorListJson::one("InvalidInput", invalid_asin(asin))),
        );
    }
    let none =
        question.condition != "New" || faults.hits(FaultKind::EmptyOffers, place, asin).is_some();
    let payload = if none {
        OffersPayloadJson::no_offers(asin)
    } else {
        OffersPayloadJson::of(asin, state, available_at)
    };
    let payload = if faults.has(FaultKind::OldSpelling) {
        payload.in_old_spelling()
    } else {
        payload
    };
    (
        200,
        ItemBodyJson::Payload {
            payload: Box::new(payload),
        },
    )
}

/// Amazon's words (thread 355 of the models' repository).
fn invalid_asin(asin: &str) -> String {
    format!("{asin} is an invalid ASIN for marketplace {MARKETPLACE}")
}

fn shuffle<T>(entries: &mut [T], draw: &mut crate::random::SeededRandom) {
    for place in (1..entries.len()).rev() {
        let other = draw.between(0, i64::try_from(place).unwrap_or(0));
        entries.swap(place, usize::try_from(other).unwrap_or(0));
    }
}
