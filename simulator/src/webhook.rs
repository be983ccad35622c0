//! An incoming webhook as Slack gives them out: whoever knows the address may post.
//!
//! Source: docs.slack.dev, "Sending messages using incoming webhooks". One message a second; a refusal
//! tells `Retry-After`.

use serde_json::Value;

use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::state::World;

/// What a refusal by a fault asks for, in seconds.
const RETRY_AFTER: u32 = 30;

fn say(status: u16, text: &str) -> HttpResponse {
    HttpResponse::text(status, "text/plain", text)
}

/// Answers a post to a webhook.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    let faults = world.faults.strike(operation, request, "");
    let response = match instead(&faults) {
        Some(response) => response,
        None => post(world, request),
    };
    faults.deliver(response)
}

fn instead(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Throttle) {
        return Some(say(429, "rate_limited").with_header("retry-after", RETRY_AFTER.to_string()));
    }
    if faults.has(FaultKind::Forbidden) {
        return Some(say(403, "invalid_token"));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        return Some(say(fault.status.unwrap_or(503), "rollup_error"));
    }
    faults.html()
}

fn post(world: &mut World, request: &HttpRequest) -> HttpResponse {
    if !request.is_post() {
        return say(404, "no_service");
    }
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let Some(body) = body.filter(Value::is_object) else {
        return say(400, "invalid_payload");
    };
    let Some(text) = body.get("text").and_then(Value::as_str) else {
        return say(400, "no_text");
    };
    let unlimited = world.quotas.base().is_none();
    let now = world.clock.elapsed_nanos();
    if !world.hook.is_open(now) && !unlimited {
        return say(429, "rate_limited")
            .with_header("retry-after", "1")
            .refused();
    }
    world.hook.keep(text, now);
    say(200, "ok")
}
