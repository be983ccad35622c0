//! Amazon: Login with Amazon, and the Selling Partner API for Japan.

mod admission;
mod batch_request;
mod batch_response;
mod catalog_item;
mod catalog_search;
mod competitive_pricing;
mod error;
mod lwa;
mod marketplace;
mod offer_json;
mod offers_batch;
mod offers_payload;

use crate::faults::Struck;
use crate::http::{Incoming, Reply};
use crate::operation::Operation;
use crate::state::World;

/// Answers a call to Login with Amazon or to the Selling Partner API.
pub fn answer(world: &mut World, operation: Operation, incoming: &Incoming) -> Reply {
    if operation == Operation::LwaToken {
        return lwa::token(world, incoming);
    }
    let request_id = world.chance.uuid();
    let reply = match admission::pass(world, operation, incoming) {
        Ok(pass) => serve(world, operation, incoming, &pass),
        Err(reply) => *reply,
    };
    reply.with_header("x-amzn-RequestId", request_id)
}

fn serve(
    world: &mut World,
    operation: Operation,
    incoming: &Incoming,
    pass: &admission::Pass,
) -> Reply {
    let struck: &Struck = &pass.struck;
    if let Some(reply) = error::instead(struck) {
        return with_who(struck.deliver(reply), pass);
    }
    let mut reply = match operation {
        Operation::ItemOffersBatch => offers_batch::answer(world, incoming, struck),
        Operation::CompetitivePricing => competitive_pricing::answer(world, incoming),
        _ => catalog_search::search(world, incoming, struck),
    };
    if let Some(limit) = &pass.limit_header {
        reply = reply.with_header("x-amzn-RateLimit-Limit", limit.clone());
    }
    with_who(struck.deliver(reply), pass)
}

fn with_who(mut reply: Reply, pass: &admission::Pass) -> Reply {
    reply.note.who = Some(pass.client.clone());
    reply
}
