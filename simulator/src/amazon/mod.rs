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

use crate::faults::CallFaults;
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::World;

/// Answers a call to Login with Amazon or to the Selling Partner API.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    if operation == Operation::LwaToken {
        return lwa::token(world, request);
    }
    let request_id = world.chance.uuid();
    let response = match admission::pass(world, operation, request) {
        Ok(pass) => serve(world, operation, request, &pass),
        Err(response) => *response,
    };
    response.with_header("x-amzn-RequestId", request_id)
}

fn serve(
    world: &mut World,
    operation: Operation,
    request: &HttpRequest,
    pass: &admission::AdmittedCall,
) -> HttpResponse {
    let faults: &CallFaults = &pass.faults;
    if let Some(response) = error::instead(faults) {
        return with_who(faults.deliver(response), pass);
    }
    let mut response = match operation {
        Operation::ItemOffersBatch => offers_batch::answer(world, request, faults),
        Operation::CompetitivePricing => competitive_pricing::answer(world, request),
        _ => catalog_search::search(world, request, faults),
    };
    if let Some(limit) = &pass.limit_header {
        response = response.with_header("x-amzn-RateLimit-Limit", limit.clone());
    }
    with_who(faults.deliver(response), pass)
}

fn with_who(mut response: HttpResponse, pass: &admission::AdmittedCall) -> HttpResponse {
    response.note.who = Some(pass.client.clone());
    response
}
