//! An incoming webhook as Slack gives them out: whoever knows the address may post.
//!
//! Source: docs.slack.dev, "Sending messages using incoming webhooks". One message a second; a refusal
//! tells `Retry-After`.

use std::collections::VecDeque;

use serde_json::Value;

use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply};
use crate::operation::Operation;
use crate::world::World;

/// How many texts are kept.
const KEPT: usize = 10_000;
const PERIOD_NANOS: u64 = 1_000_000_000;
/// What a refusal by a fault asks for, in seconds.
const RETRY_AFTER: u32 = 30;

/// The texts received.
#[derive(Debug, Default)]
pub struct Hook {
    texts: VecDeque<String>,
    opens_at: u64,
}

impl Hook {
    pub fn texts(&self) -> Vec<String> {
        self.texts.iter().cloned().collect()
    }
}

fn say(status: u16, text: &str) -> Reply {
    Reply::text(status, "text/plain", text)
}

/// Answers a post to a webhook.
pub fn answer(world: &mut World, operation: Operation, incoming: &Incoming) -> Reply {
    let struck = world.faults.strike(operation, incoming, "");
    let reply = match instead(&struck) {
        Some(reply) => reply,
        None => post(world, incoming),
    };
    struck.deliver(reply)
}

fn instead(struck: &Struck) -> Option<Reply> {
    if struck.has(FaultKind::Throttle) {
        return Some(say(429, "rate_limited").with_header("retry-after", RETRY_AFTER.to_string()));
    }
    if struck.has(FaultKind::Forbidden) {
        return Some(say(403, "invalid_token"));
    }
    if let Some(fault) = struck.find(FaultKind::Status) {
        return Some(say(fault.status.unwrap_or(503), "rollup_error"));
    }
    struck.html()
}

fn post(world: &mut World, incoming: &Incoming) -> Reply {
    if !incoming.is_post() {
        return say(404, "no_service");
    }
    let body: Option<Value> = serde_json::from_slice(&incoming.body).ok();
    let Some(body) = body.filter(Value::is_object) else {
        return say(400, "invalid_payload");
    };
    let Some(text) = body.get("text").and_then(Value::as_str) else {
        return say(400, "no_text");
    };
    let unlimited = world.quotas.base().is_none();
    let now = world.clock.elapsed_nanos();
    if now < world.hook.opens_at && !unlimited {
        return say(429, "rate_limited")
            .with_header("retry-after", "1")
            .refused();
    }
    world.hook.opens_at = now.saturating_add(PERIOD_NANOS);
    world.hook.texts.push_back(text.to_owned());
    if world.hook.texts.len() > KEPT {
        world.hook.texts.pop_front();
    }
    say(200, "ok")
}
