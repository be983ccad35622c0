//! An incoming webhook like those of Slack: knowing its address is enough to post to it.
//!
//! Source: docs.slack.dev, "Sending messages using incoming webhooks". One message a second; a
//! refusal has the header `Retry-After`.

use serde_json::Value;

use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::World;

/// `Retry-After` of a refusal that a fault causes, in seconds.
const RETRY_AFTER: u32 = 30;

fn response(status: u16, text: &str) -> HttpResponse {
    HttpResponse::text(status, "text/plain", text)
}

/// Answers a post to a webhook.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    let faults = world.faults.for_call(operation, request, "");
    let response = match fault_response(&faults) {
        Some(response) => response,
        None => post(world, request),
    };
    faults.apply(response)
}

fn fault_response(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Throttle) {
        return Some(
            response(429, "rate_limited").with_header("retry-after", RETRY_AFTER.to_string()),
        );
    }
    if faults.has(FaultKind::Forbidden) {
        return Some(response(403, "invalid_token"));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        return Some(response(fault.status.unwrap_or(503), "rollup_error"));
    }
    faults.html_response()
}

fn post(world: &mut World, request: &HttpRequest) -> HttpResponse {
    if !request.is_post() {
        return response(404, "no_service");
    }
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let Some(body) = body.filter(Value::is_object) else {
        return response(400, "invalid_payload");
    };
    let Some(text) = body.get("text").and_then(Value::as_str) else {
        return response(400, "no_text");
    };
    let unlimited = world.quotas.base().is_none();
    let now = world.clock.elapsed_nanos();
    if !world.webhook.is_open(now) && !unlimited {
        return response(429, "rate_limited")
            .with_header("retry-after", "1")
            .refused();
    }
    world.webhook.add(text, now);
    response(200, "ok")
}
