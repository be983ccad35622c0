//! How faults change a response that was already made.

use std::io::Read as _;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzEncoder;
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
        let title = match status {
            400 => "Website Temporarily Unavailable".to_owned(),
            _ => status.to_string(),
        };
        let page = format!(
            "<html><head><title>{title}</title></head><body><h1>{status}</h1></body></html>"
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
                FaultKind::WrongTypes => {
                    corrupt(&mut response.body, fault.items.unwrap_or(1), |_, entry| {
                        corrupt_field(entry);
                    });
                }
                FaultKind::OddValues => {
                    corrupt(&mut response.body, fault.items.unwrap_or(1), make_odd);
                }
                FaultKind::NoProperPrice => {
                    corrupt(&mut response.body, usize::MAX, |_, entry| {
                        if let Some(price) = entry.pointer_mut("/item/proper_price") {
                            *price = Value::Null;
                        } else if let Some(price) = entry.get_mut("proper_price") {
                            *price = Value::Null;
                        }
                    });
                }
                FaultKind::ControlCharacters => {
                    corrupt(&mut response.body, fault.items.unwrap_or(1), |_, entry| {
                        mark_text(entry);
                    });
                    response.body = with_control_characters(&response.body);
                }
                FaultKind::Gzip => response.body = in_gzip(&response.body),
                _ => {}
            }
        }
        response
    }
}

fn in_gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = GzEncoder::new(body, Compression::default());
    // Reading from memory does not fail.
    let read = encoder.read_to_end(&mut packed);
    read.map_or_else(|_| body.to_vec(), |_| packed)
}

/// Stands for what no JSON library writes.
const MARK: &str = "CONTROL-CHARACTERS";

/// Puts the mark into the first text of the entry. True if there was one.
fn mark_text(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            text.push_str(MARK);
            true
        }
        // An id keeps its meaning.
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("asin") && *name != "identifier")
            .any(|(_, field)| mark_text(field)),
        Value::Array(entries) => entries.iter_mut().any(mark_text),
        _ => false,
    }
}

fn with_control_characters(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    text.replace(MARK, "\u{b}\\ud83d").into_bytes()
}

/// Gives the item at `place` an odd value, another one than the item before it.
fn make_odd(place: usize, item: &mut Value) {
    let odd = [json!(""), json!(false), json!(99_999_999_999_999_999_u64)];
    let field = ["stock", "price", "visible"][place % 3];
    item[field] = match (field, odd[place / 3 % 3].clone()) {
        // For the visibility `false` is a value like any other.
        ("visible", Value::Bool(_)) => json!([]),
        (_, odd) => odd,
    };
}

/// Applies `change` to each of the first `items` entries of the body, with its place.
fn corrupt(body: &mut Vec<u8>, items: usize, change: impl Fn(usize, &mut Value)) {
    let Ok(mut root) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let lists = ["responses", "items"];
    let list = lists.into_iter().find(|name| root[*name].is_array());
    match list.and_then(|name| root[name].as_array_mut()) {
        Some(entries) => {
            for (place, entry) in entries.iter_mut().take(items).enumerate() {
                change(place, entry);
            }
        }
        None => change(0, &mut root),
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
