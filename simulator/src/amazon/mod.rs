//! Amazon: Login with Amazon, and the Selling Partner API in Japan.
//!
//! `admission` checks each call of the Selling Partner API first; then a file of its own answers
//! each operation.

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

use self::admission::AdmittedCall;
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::World;

/// Answers a call to Login with Amazon or to the Selling Partner API.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    if operation == Operation::LwaToken {
        return lwa::token(world, request);
    }
    let request_id = world.random.uuid();
    let response = match admission::admit(world, operation, request) {
        Ok(call) => serve(world, operation, request, &call),
        Err(refusal) => *refusal,
    };
    response.with_header("x-amzn-RequestId", request_id)
}

fn serve(
    world: &mut World,
    operation: Operation,
    request: &HttpRequest,
    call: &AdmittedCall,
) -> HttpResponse {
    let faults = &call.faults;
    let response = if let Some(response) = error::fault_response(faults) {
        response
    } else {
        let response = match operation {
            Operation::ItemOffersBatch => offers_batch::answer(world, request, faults),
            Operation::CompetitivePricing => competitive_pricing::answer(world, request),
            _ => catalog_search::answer(world, request, faults),
        };
        match &call.limit_header {
            Some(limit) => response.with_header("x-amzn-RateLimit-Limit", limit.clone()),
            None => response,
        }
    };
    faults.apply(response).for_caller(&call.client)
}
