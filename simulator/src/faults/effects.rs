//! How faults change a response that was already made.

use std::time::Duration;

use serde_json::{Value, json};

use super::active::CallFaults;
use super::fault::FaultKind;
use crate::http::{BodyDelivery, HttpResponse};

impl CallFaults {
    /// The HTML page of a gateway in place of a response, if there is such a fault.
    pub fn html_response(&self) -> Option<HttpResponse> {
        self.html_of(FaultKind::Html)
    }

    /// The same page in place of the response to a call that was executed.
    pub fn late_html_response(&self) -> Option<HttpResponse> {
        self.html_of(FaultKind::LateHtml)
    }

    fn html_of(&self, kind: FaultKind) -> Option<HttpResponse> {
        let fault = self.find(kind)?;
        let status = fault.status.unwrap_or(503);
        let page = format!(
            "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
        );
        Some(HttpResponse::text(status, "text/html", page))
    }

    /// The response as these faults leave it.
    pub fn apply(&self, mut response: HttpResponse) -> HttpResponse {
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
                FaultKind::Empty => response.body.clear(),
                FaultKind::Malformed => response.body = b"{\"responses\":[{]}, NaN".to_vec(),
                FaultKind::WrongTypes => corrupt(&mut response.body, fault.items.unwrap_or(1)),
                _ => {}
            }
        }
        response
    }
}

/// Changes the type of one field in each of the first `items` entries of the body.
fn corrupt(body: &mut Vec<u8>, items: usize) {
    let Ok(mut root) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let lists = ["responses", "items"];
    let list = lists.into_iter().find(|name| root[*name].is_array());
    match list.and_then(|name| root[name].as_array_mut()) {
        Some(entries) => {
            for entry in entries.iter_mut().take(items) {
                corrupt_field(entry);
            }
        }
        None => {
            corrupt_field(&mut root);
        }
    }
    if let Ok(bytes) = serde_json::to_vec(&root) {
        *body = bytes;
    }
}

/// Changes the type of the first field that clients depend on. True if there was one.
fn corrupt_field(value: &mut Value) -> bool {
    const FIELDS: [&str; 8] = [
        "Offers",
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
            fields.values_mut().any(corrupt_field)
        }
        Value::Array(entries) => entries.iter_mut().any(corrupt_field),
        _ => false,
    }
}
