//! What every call of the Selling Partner API passes first: the edge, the token, the quota.

use super::error;
use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply};
use crate::operation::Operation;
use crate::state::{TokenState, World};

/// Longest user agent that Amazon takes (source: developer guide, "Include a User-Agent header").
const LONGEST_USER_AGENT: usize = 500;

/// Leave to serve a call.
#[derive(Debug)]
pub struct Pass {
    pub client: String,
    pub struck: Struck,
    /// The rate as the header tells it; none where it is left out.
    pub limit_header: Option<String>,
}

/// Lets a call through, or says why not.
pub fn pass(
    world: &mut World,
    operation: Operation,
    incoming: &Incoming,
) -> Result<Pass, Box<Reply>> {
    if incoming.is_get() && !incoming.body.is_empty() {
        return Err(Box::new(error::body_on_get()));
    }
    if incoming
        .header("user-agent")
        .is_some_and(|agent| agent.len() > LONGEST_USER_AGENT)
    {
        return Err(Box::new(error::invalid_input(
            "User-Agent is longer than 500 characters.",
        )));
    }
    if world.faults.expire_tokens(operation, incoming) {
        world.lwa_tokens.expire_all();
    }
    let client = client(world, incoming)?;
    if operation == Operation::UnknownPath {
        return Err(Box::new(named(error::denied(""), &client)));
    }
    let now = world.clock.elapsed_nanos();
    if !world.quotas.is_ready(&client, operation, now) {
        return Err(Box::new(named(error::throttled().refused(), &client)));
    }
    let struck = world.faults.strike(operation, incoming, &client);
    if !struck.has(FaultKind::Throttle) {
        world.quotas.take(&client, operation, now);
    }
    let limit_header = match world.quotas.rate(operation) {
        Some(rate) if !struck.has(FaultKind::NoRateHeader) => {
            Some(format!("{:?}", rate.rate * world.clock.speed()))
        }
        _ => None,
    };
    Ok(Pass {
        client,
        struck,
        limit_header,
    })
}

fn named(mut reply: Reply, client: &str) -> Reply {
    reply.note.who = Some(client.to_owned());
    reply
}

fn client(world: &World, incoming: &Incoming) -> Result<String, Box<Reply>> {
    let details = match incoming
        .header("x-amz-access-token")
        .filter(|token| !token.is_empty())
    {
        None => "Access token is missing in the request header.",
        Some(token) => match world.lwa_tokens.state(token, world.clock.elapsed_nanos()) {
            TokenState::Valid(client) => return Ok(client),
            TokenState::Expired => "The access token you provided has expired.",
            TokenState::Unknown => {
                "The access token you provided is revoked, malformed or invalid."
            }
        },
    };
    Err(Box::new(error::denied(details)))
}
