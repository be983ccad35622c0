//! The checks that every call of the Selling Partner API passes first: edge, access token, quota.

use super::error;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::{LwaTokenState, World};

/// The longest user agent that Amazon accepts (source: developer guide, "Include a User-Agent
/// header").
const MAX_USER_AGENT_BYTES: usize = 500;

/// A call that passed all checks.
#[derive(Debug)]
pub struct AdmittedCall {
    /// LWA client id.
    pub client: String,
    /// The faults that apply to the call.
    pub faults: CallFaults,
    /// Value of `x-amzn-RateLimit-Limit`; `None` if the header is left out.
    pub limit_header: Option<String>,
}

/// Checks a call. The error is the response that refuses it.
pub fn admit(
    world: &mut World,
    operation: Operation,
    request: &HttpRequest,
) -> Result<AdmittedCall, Box<HttpResponse>> {
    if request.is_get() && !request.body.is_empty() {
        return Err(Box::new(error::body_on_get()));
    }
    let agent = request.header("user-agent").unwrap_or_default();
    if agent.len() > MAX_USER_AGENT_BYTES {
        let text = "User-Agent is longer than 500 characters.";
        return Err(Box::new(error::invalid_input(text)));
    }
    if world.faults.expires_tokens(operation, request) {
        world.lwa_tokens.expire_all();
    }
    let client = client(world, request)?;
    if operation == Operation::UnknownPath {
        return Err(Box::new(error::denied("").for_caller(&client)));
    }
    let now = world.clock.elapsed_nanos();
    if !world.quotas.is_ready(&client, operation, now) {
        return Err(Box::new(error::throttled().refused().for_caller(&client)));
    }
    let faults = world.faults.for_call(operation, request, &client);
    if !faults.has(FaultKind::Throttle) {
        world.quotas.take(&client, operation, now);
    }
    let claimed = faults.find(FaultKind::FalseRateHeader);
    let limit_header = match world.quotas.rate(operation) {
        _ if claimed.is_some() => claimed.and_then(|fault| Some(format!("{:?}", fault.rate?))),
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

fn client(world: &World, request: &HttpRequest) -> Result<String, Box<HttpResponse>> {
    let token = request.header("x-amz-access-token");
    let details = match token.filter(|token| !token.is_empty()) {
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
