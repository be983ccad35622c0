//! What faults do to an answer that is already made.

use std::time::Duration;

use serde_json::{Value, json};

use super::active::CallFaults;
use super::fault::FaultKind;
use crate::http::{BodyDelivery, HttpResponse};

impl CallFaults {
    /// The answer of a gateway that stands in for the call, if there is such a fault.
    pub fn html(&self) -> Option<HttpResponse> {
        let fault = self.find(FaultKind::Html)?;
        let status = fault.status.unwrap_or(503);
        let page = format!(
            "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
        );
        Some(HttpResponse::text(status, "text/html", page))
    }

    /// The answer as these faults let it through.
    pub fn deliver(&self, mut response: HttpResponse) -> HttpResponse {
        if self.0.is_empty() {
            return response;
        }
        response.note.faulted = true;
        for fault in &self.0 {
            match fault.kind {
                FaultKind::Slow => {
                    response.delay += Duration::from_millis(fault.millis.unwrap_or(3_000));
                }
                FaultKind::Hang => response.delivery = BodyDelivery::Hang,
                FaultKind::Cut => response.delivery = BodyDelivery::Cut,
                FaultKind::Huge => response.delivery = BodyDelivery::Huge,
                FaultKind::Truncate => response.body.truncate(response.body.len() / 2),
                FaultKind::Malformed => response.body = b"{\"responses\":[{]}, NaN".to_vec(),
                FaultKind::WrongTypes => twist(&mut response.body, fault.items.unwrap_or(1)),
                _ => {}
            }
        }
        response
    }
}

/// Gives one field another type in each of the first `items` entries of the answer.
fn twist(body: &mut Vec<u8>, items: usize) {
    let Ok(mut root) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let lists = ["responses", "items", "payload"];
    let entries = lists
        .iter()
        .find_map(|name| root.get(*name)?.is_array().then_some(*name));
    match entries
        .and_then(|name| root.get_mut(name))
        .and_then(Value::as_array_mut)
    {
        Some(entries) => entries.iter_mut().take(items).for_each(|entry| {
            twist_one(entry);
        }),
        None => {
            twist_one(&mut root);
        }
    }
    if let Ok(bytes) = serde_json::to_vec(&root) {
        *body = bytes;
    }
}

/// Twists the first field that carries a meaning; true once one was found.
fn twist_one(value: &mut Value) -> bool {
    const FIELDS: [&str; 9] = [
        "Offers",
        "CompetitivePricing",
        "statusCode",
        "price",
        "summaries",
        "access_token",
        "message_id",
        "item_id",
        "Amount",
    ];
    match value {
        Value::Object(fields) => {
            for name in FIELDS {
                if let Some(field) = fields.get_mut(name) {
                    *field = match field {
                        Value::String(_) => json!(17),
                        Value::Number(_) => json!({"value": true}),
                        _ => json!("not what the model says"),
                    };
                    return true;
                }
            }
            fields.values_mut().any(twist_one)
        }
        Value::Array(entries) => entries.iter_mut().any(twist_one),
        _ => false,
    }
}
