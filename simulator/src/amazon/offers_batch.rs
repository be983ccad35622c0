//! `getItemOffersBatch`: the offers of up to twenty ASINs, each with a status of its own.

use super::batch_request::{Question, questions};
use super::batch_response::{
    Echo, ItemBody, ItemHeaders, ItemResponse, ItemStatus, Responses, reason,
};
use super::error::{self, ErrorList};
use super::marketplace::MARKETPLACE;
use super::offers_payload::Payload;
use crate::catalog::AsinState;
use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply};
use crate::state::World;

/// Amazon names this many hours ahead for an ASIN that is too soon (thread 5358 of the models).
const TOO_SOON_HOURS: i64 = 4;

pub fn answer(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let questions = match questions(&incoming.body) {
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
        if struck
            .hits(FaultKind::MissingItems, place, &question.asin)
            .is_some()
        {
            continue;
        }
        let (code, body) = item(question, state, (struck, place, &available_at));
        answers.push(ItemResponse {
            headers: ItemHeaders {
                date: &date,
                request_id: world.chance.uuid(),
            },
            status: ItemStatus {
                status_code: code,
                reason_phrase: reason(code),
            },
            body,
            request: Echo {
                marketplace_id: &question.marketplace,
                item_condition: &question.condition,
                asin: &question.asin,
                customer_type: question.customer_type.as_deref().unwrap_or("Consumer"),
            },
        });
    }
    if struck.has(FaultKind::Shuffle) {
        shuffle(&mut answers, &mut world.chance);
    }
    let mut reply = Reply::json(200, &Responses { responses: answers });
    reply.note.touched = questions
        .iter()
        .map(|question| question.asin.clone())
        .collect();
    reply
}

fn item<'a>(
    question: &'a Question,
    state: &'a AsinState,
    (struck, place, available_at): (&Struck, usize, &str),
) -> (u16, ItemBody<'a>) {
    let asin = &question.asin;
    if let Some(fault) = struck.hits(FaultKind::ItemError, place, asin) {
        let status = fault.status.unwrap_or(500);
        let (code, message) = error::of_status(status);
        return (status, ItemBody::Errors(ErrorList::one(code, message)));
    }
    if question.misspelled {
        return (
            400,
            ItemBody::Errors(ErrorList::one("InvalidInput", "Invalid Input")),
        );
    }
    if !state.known {
        return (
            400,
            ItemBody::Errors(ErrorList::one("InvalidInput", invalid_asin(asin))),
        );
    }
    let none =
        question.condition != "New" || struck.hits(FaultKind::EmptyOffers, place, asin).is_some();
    let payload = if none {
        Payload::no_offers(asin)
    } else {
        Payload::of(asin, state, available_at)
    };
    let payload = if struck.has(FaultKind::OldSpelling) {
        payload.in_old_spelling()
    } else {
        payload
    };
    (
        200,
        ItemBody::Payload {
            payload: Box::new(payload),
        },
    )
}

/// Amazon's words (thread 355 of the models' repository).
fn invalid_asin(asin: &str) -> String {
    format!("{asin} is an invalid ASIN for marketplace {MARKETPLACE}")
}

fn shuffle<T>(entries: &mut [T], draw: &mut crate::random::Draw) {
    for place in (1..entries.len()).rev() {
        let other = draw.between(0, i64::try_from(place).unwrap_or(0));
        entries.swap(place, usize::try_from(other).unwrap_or(0));
    }
}
