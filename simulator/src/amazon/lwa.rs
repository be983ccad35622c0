//! Login with Amazon: access tokens for a refresh token.
//!
//! Source: "Connecting to the Selling Partner API"; the error names from the official libraries.

use serde::Serialize;
use serde_json::Value;

use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply, find, parse_form};
use crate::operation::Operation;
use crate::state::{LWA_LIFE_SECONDS, World};

const CLIENT_PREFIX: &str = "amzn1.application-oa2-client.";
const SECRET_PREFIX: &str = "amzn1.oa2-cs.v1.";
const REFRESH_PREFIX: &str = "Atzr|";

#[derive(Serialize)]
struct TokenAnswer<'a> {
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    token_type: &'a str,
    expires_in: u64,
}

#[derive(Serialize)]
struct TokenError<'a> {
    error: &'a str,
    error_description: &'a str,
}

fn refuse(status: u16, error: &str, error_description: &str) -> Reply {
    Reply::json(
        status,
        &TokenError {
            error,
            error_description,
        },
    )
    .with_header("Cache-Control", "no-store")
}

/// Answers `POST /auth/o2/token`, in form or in JSON.
pub fn token(world: &mut World, incoming: &Incoming) -> Reply {
    let fields = fields(incoming);
    let client = find(&fields, "client_id").unwrap_or_default().to_owned();
    if world.faults.expire_tokens(Operation::LwaToken, incoming) {
        world.lwa_tokens.expire_all();
    }
    let struck = world.faults.strike(Operation::LwaToken, incoming, &client);
    let mut reply = match instead(&struck) {
        Some(reply) => reply,
        None => exchange(world, incoming, &fields),
    };
    reply.note.who = Some(client);
    struck.deliver(reply)
}

fn instead(struck: &Struck) -> Option<Reply> {
    if struck.has(FaultKind::Forbidden) {
        return Some(refuse(403, "access_denied", "Access denied"));
    }
    if struck.has(FaultKind::Throttle) {
        return Some(refuse(429, "temporarily_unavailable", "Too many requests"));
    }
    if let Some(fault) = struck.find(FaultKind::Status) {
        return Some(match fault.status.unwrap_or(503) {
            503 => refuse(
                503,
                "temporarily_unavailable",
                "Service is temporarily unavailable",
            ),
            401 => refuse(401, "invalid_client", "Client authentication failed"),
            400 => refuse(
                400,
                "invalid_grant",
                "The request has an invalid grant parameter",
            ),
            status => refuse(
                status,
                "server_error",
                "The server encountered an internal error",
            ),
        });
    }
    struck.html()
}

fn fields(incoming: &Incoming) -> Vec<(String, String)> {
    if !incoming.is_json() {
        return parse_form(&incoming.body);
    }
    match serde_json::from_slice(&incoming.body) {
        Ok(Value::Object(fields)) => fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect(),
        _ => Vec::new(),
    }
}

fn exchange(world: &mut World, incoming: &Incoming, fields: &[(String, String)]) -> Reply {
    if !incoming.is_post() {
        return refuse(400, "invalid_request", "The request must be a POST");
    }
    let Some(grant) = find(fields, "grant_type") else {
        return refuse(
            400,
            "invalid_request",
            "The request is missing a required parameter : grant_type",
        );
    };
    let (Some(client), Some(secret)) = (find(fields, "client_id"), find(fields, "client_secret"))
    else {
        return refuse(
            400,
            "invalid_request",
            "The request is missing a required parameter : client_id",
        );
    };
    if !extends(client, CLIENT_PREFIX) || !extends(secret, SECRET_PREFIX) {
        return refuse(401, "invalid_client", "Client authentication failed");
    }
    let refresh_token = match grant {
        "refresh_token" => match find(fields, "refresh_token") {
            None => {
                return refuse(
                    400,
                    "invalid_request",
                    "The request is missing a required parameter : refresh_token",
                );
            }
            Some(token) if !extends(token, REFRESH_PREFIX) => {
                return refuse(
                    400,
                    "invalid_grant",
                    "The request has an invalid grant parameter : refresh_token",
                );
            }
            token => token,
        },
        _ => {
            return refuse(
                400,
                "unsupported_grant_type",
                "The authorization grant type is not supported",
            );
        }
    };
    give(world, client, refresh_token)
}

fn give(world: &mut World, client: &str, refresh_token: Option<&str>) -> Reply {
    let access_token = format!("Atza|{}{}", world.chance.hex(), world.chance.hex());
    let answer = TokenAnswer {
        access_token: &access_token,
        refresh_token,
        token_type: "bearer",
        expires_in: LWA_LIFE_SECONDS,
    };
    let reply = Reply::json(200, &answer).with_header("Cache-Control", "no-store");
    world
        .lwa_tokens
        .keep(access_token, client, world.clock.elapsed_nanos());
    reply
}

fn extends(text: &str, prefix: &str) -> bool {
    text.len() > prefix.len() && text.starts_with(prefix)
}
