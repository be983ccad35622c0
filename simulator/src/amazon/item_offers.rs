//! `getItemOffers`: the offers of one ASIN.

use serde::Serialize;

use super::error;
use super::offers_batch::{TOO_SOON_HOURS, invalid_asin};
use super::payload::Payload;
use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply};
use crate::world::World;

#[derive(Serialize)]
struct Wrapper<'a> {
    payload: Payload<'a>,
}

pub fn answer(world: &World, incoming: &Incoming, struck: &Struck) -> Reply {
    let asin = incoming
        .path
        .split('/')
        .nth(5)
        .unwrap_or_default()
        .to_owned();
    if incoming.query("MarketplaceId") != Some(super::MARKETPLACE) {
        return error::invalid_input(super::body::BadBatch::MarketplaceId.message());
    }
    let condition = incoming.query("ItemCondition").unwrap_or_default();
    if !["New", "Used", "Collectible", "Refurbished", "Club"].contains(&condition) {
        return error::invalid_input("Invalid Input");
    }
    let state = world.market.state(&asin);
    if !state.known {
        return error::invalid_input(invalid_asin(&asin));
    }
    let available_at = world.clock.in_hours(TOO_SOON_HOURS).to_rfc3339();
    let none = condition != "New" || struck.has(FaultKind::EmptyOffers);
    let payload = if none {
        Payload::no_offers(&asin)
    } else {
        Payload::of(&asin, &state, &available_at)
    };
    let payload = if struck.has(FaultKind::OldSpelling) {
        payload.in_old_spelling()
    } else {
        payload
    };
    let mut reply = Reply::json(200, &Wrapper { payload });
    reply.note.touched = vec![asin];
    reply
}
