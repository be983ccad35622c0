//! What every call of the Selling Partner API passes first: the edge, the token, the quota.

use super::error;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::{LwaTokenState, World};

/// Longest user agent that Amazon takes (source: developer guide, "Include a User-Agent header").
const LONGEST_USER_AGENT: usize = 500;

/// Leave to serve a call.
#[derive(Debug)]
pub struct AdmittedCall {
    pub client: String,
    pub faults: CallFaults,
    /// The rate as the header tells it; none where it is left out.
    pub limit_header: Option<String>,
}

/// Lets a call through, or says why not.
pub fn pass(
    world: &mut World,
    operation: Operation,
    request: &HttpRequest,
) -> Result<AdmittedCall, Box<HttpResponse>> {
    if request.is_get() && !request.body.is_empty() {
        return Err(Box::new(error::body_on_get()));
    }
    if request
        .header("user-agent")
        .is_some_and(|agent| agent.len() > LONGEST_USER_AGENT)
    {
        return Err(Box::new(error::invalid_input(
            "User-Agent is longer than 500 characters.",
        )));
    }
    if world.faults.expire_tokens(operation, request) {
        world.lwa_tokens.expire_all();
    }
    let client = client(world, request)?;
    if operation == Operation::UnknownPath {
        return Err(Box::new(named(error::denied(""), &client)));
    }
    let now = world.clock.elapsed_nanos();
    if !world.quotas.is_ready(&client, operation, now) {
        return Err(Box::new(named(error::throttled().refused(), &client)));
    }
    let faults = world.faults.strike(operation, request, &client);
    if !faults.has(FaultKind::Throttle) {
        world.quotas.take(&client, operation, now);
    }
    let limit_header = match world.quotas.rate(operation) {
        Some(rate) if !faults.has(FaultKind::NoRateHeader) => {
            Some(format!("{:?}", rate.rate * world.clock.speed()))
        }
        _ => None,
    };
    Ok(AdmittedCall {
        client,
        faults,
        limit_header,
    })
}

fn named(mut response: HttpResponse, client: &str) -> HttpResponse {
    response.note.who = Some(client.to_owned());
    response
}

fn client(world: &World, request: &HttpRequest) -> Result<String, Box<HttpResponse>> {
    let details = match request
        .header("x-amz-access-token")
        .filter(|token| !token.is_empty())
    {
        None => "Access token is missing in the request header.",
        Some(token) => match world.lwa_tokens.state(token, world.clock.elapsed_nanos()) {
            LwaTokenState::Valid(client) => return Ok(client),
            LwaTokenState::Expired => "The access token you provided has expired.",
            LwaTokenState::Unknown => {
                "The access token you provided is revoked, malformed or invalid."
            }
        },
    };
    Err(Box::new(error::denied(details)))
}
