//! Chatwork: posts a message to a room, with both of its rate limits.
//!
//! Source: developer.chatwork.com. 300 calls in 5 minutes for an account, 10 posts in 10 seconds
//! for a room. The headers describe the account's limit only.

use serde_json::json;

use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse, find, parse_form};
use crate::operation::Operation;
use crate::state::{CHATWORK_MAX_CALLS, ChatworkMessage, World};

/// In a test of 2017, 40,000 characters were accepted and 80,000 were not.
const MAX_BODY_CHARS: usize = 40_000;

fn refuse(status: u16, text: &str) -> HttpResponse {
    HttpResponse::json(status, &json!({"errors": [text]}))
}

/// Answers a call to Chatwork.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    let bearer = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let token = request
        .header("x-chatworktoken")
        .or(bearer)
        .unwrap_or_default()
        .to_owned();
    if token.is_empty() || token == "invalid" {
        return refuse(401, "Invalid API token");
    }
    let unlimited = world.quotas.base().is_none();
    let now = world.clock.elapsed_nanos();
    let (left, ends) = world.chatwork.count_call(&token, now);
    let wait = i64::try_from(ends.saturating_sub(now) / 1_000_000_000).unwrap_or(0);
    let reset = world.clock.now().timestamp() + wait;
    let room = room_of(&request.path).unwrap_or_default().to_owned();
    let response = if left.is_none() && !unlimited {
        refuse(429, "Rate limit exceeded").refused()
    } else {
        let faults = world.faults.for_call(operation, request, &room);
        let response = match fault_response(&faults) {
            Some(response) => response,
            None => post(world, request, &room, unlimited),
        };
        faults.apply(response)
    };
    response
        .for_caller(&room)
        .with_header("x-ratelimit-limit", CHATWORK_MAX_CALLS.to_string())
        .with_header("x-ratelimit-remaining", left.unwrap_or(0).to_string())
        .with_header("x-ratelimit-reset", reset.to_string())
}

fn fault_response(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Throttle) {
        return Some(refuse(
            429,
            "Rate limit for message posting per room exceeded.",
        ));
    }
    if faults.has(FaultKind::Forbidden) {
        return Some(refuse(403, "You don't have permission to access this room"));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        return Some(refuse(fault.status.unwrap_or(503), "Service unavailable"));
    }
    faults.html_response()
}

/// The room of `/v2/rooms/{room}/messages`.
fn room_of(path: &str) -> Option<&str> {
    let room = path.strip_prefix("/v2/rooms/")?.strip_suffix("/messages")?;
    (!room.is_empty() && room.bytes().all(|byte| byte.is_ascii_digit())).then_some(room)
}

fn post(world: &mut World, request: &HttpRequest, room: &str, unlimited: bool) -> HttpResponse {
    if room.is_empty() || !request.is_post() {
        return refuse(404, "Not found");
    }
    let fields = parse_form(&request.body);
    let body = find(&fields, "body").unwrap_or_default();
    if body.is_empty() {
        return refuse(400, "Parameter 'body' is required");
    }
    if body.chars().count() > MAX_BODY_CHARS {
        return refuse(400, "Parameter 'body' is too long");
    }
    if !world.chatwork.count_post(room, world.clock.elapsed_nanos()) && !unlimited {
        return refuse(429, "Rate limit for message posting per room exceeded.").refused();
    }
    let message = ChatworkMessage {
        message_id: world.chatwork.next_id(),
        room: room.to_owned(),
        body: body.to_owned(),
        self_unread: find(&fields, "self_unread") == Some("1"),
        at: world.clock.now().to_rfc3339(),
    };
    let response = HttpResponse::json(200, &json!({"message_id": message.message_id}));
    world.chatwork.add(message);
    response
}
