//! Login with Amazon: exchanges a refresh token for an access token.
//!
//! Source: "Connecting to the Selling Partner API"; error names from Amazon's own client libraries.

use serde_json::{Value, json};

use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse, find, parse_form};
use crate::operation::Operation;
use crate::state::{LWA_LIFE_SECONDS, World};

const CLIENT_PREFIX: &str = "amzn1.application-oa2-client.";
const SECRET_PREFIX: &str = "amzn1.oa2-cs.v1.";
const REFRESH_PREFIX: &str = "Atzr|";

fn refuse(status: u16, error: &str, error_description: &str) -> HttpResponse {
    let body = json!({"error": error, "error_description": error_description});
    HttpResponse::json(status, &body).with_header("Cache-Control", "no-store")
}

fn missing(parameter: &str) -> HttpResponse {
    let text = format!("The request is missing a required parameter : {parameter}");
    refuse(400, "invalid_request", &text)
}

/// Answers `POST /auth/o2/token`, with a form or with JSON.
pub fn token(world: &mut World, request: &HttpRequest) -> HttpResponse {
    let fields = fields(request);
    let client = find(&fields, "client_id").unwrap_or_default().to_owned();
    if world.faults.expires_tokens(Operation::LwaToken, request) {
        world.lwa_tokens.expire_all();
    }
    let faults = world.faults.for_call(Operation::LwaToken, request, &client);
    let response = match fault_response(&faults) {
        Some(response) => response,
        None => exchange(world, request, &fields),
    };
    faults.apply(response).for_caller(&client)
}

fn fault_response(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Forbidden) {
        return Some(refuse(403, "access_denied", "Access denied"));
    }
    if faults.has(FaultKind::Throttle) {
        return Some(refuse(429, "temporarily_unavailable", "Too many requests"));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        let status = fault.status.unwrap_or(503);
        let (error, text) = match status {
            503 => (
                "temporarily_unavailable",
                "Service is temporarily unavailable",
            ),
            401 => ("invalid_client", "Client authentication failed"),
            400 => (
                "invalid_grant",
                "The request has an invalid grant parameter",
            ),
            _ => ("server_error", "The server encountered an internal error"),
        };
        return Some(refuse(status, error, text));
    }
    faults.html_response()
}

fn fields(request: &HttpRequest) -> Vec<(String, String)> {
    if !request.is_json() {
        return parse_form(&request.body);
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(fields)) => fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect(),
        _ => Vec::new(),
    }
}

fn exchange(world: &mut World, request: &HttpRequest, fields: &[(String, String)]) -> HttpResponse {
    if !request.is_post() {
        return refuse(400, "invalid_request", "The request must be a POST");
    }
    let Some(grant) = find(fields, "grant_type") else {
        return missing("grant_type");
    };
    let (Some(client), Some(secret)) = (find(fields, "client_id"), find(fields, "client_secret"))
    else {
        return missing("client_id");
    };
    if !has_prefix(client, CLIENT_PREFIX) || !has_prefix(secret, SECRET_PREFIX) {
        return refuse(401, "invalid_client", "Client authentication failed");
    }
    if grant != "refresh_token" {
        return refuse(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported",
        );
    }
    match find(fields, "refresh_token") {
        None => missing("refresh_token"),
        Some(token) if !has_prefix(token, REFRESH_PREFIX) => refuse(
            400,
            "invalid_grant",
            "The request has an invalid grant parameter : refresh_token",
        ),
        Some(token) => issue(world, client, token),
    }
}

fn issue(world: &mut World, client: &str, refresh_token: &str) -> HttpResponse {
    let access_token = format!("Atza|{}{}", world.random.hex(), world.random.hex());
    let body = json!({"access_token": access_token, "refresh_token": refresh_token,
        "token_type": "bearer", "expires_in": LWA_LIFE_SECONDS});
    let response = HttpResponse::json(200, &body).with_header("Cache-Control", "no-store");
    let now = world.clock.elapsed_nanos();
    world.lwa_tokens.add(access_token, client, now);
    response
}

/// Whether `text` is `prefix` and at least one more character.
fn has_prefix(text: &str, prefix: &str) -> bool {
    text.len() > prefix.len() && text.starts_with(prefix)
}
