//! One request and one answer, free of any server, so that the vendors are plain functions.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde::Serialize;

/// A request as it came in, its body read.
#[derive(Debug)]
pub struct HttpRequest {
    pub method: Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl HttpRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    pub fn is_get(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether the body says that it is JSON.
    pub fn is_json(&self) -> bool {
        self.header("content-type")
            .is_some_and(|kind| kind.contains("json"))
    }
}

/// The first value of `name`.
pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Reads a form or a query string; what cannot be read is left out.
pub fn parse_form(bytes: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(bytes).unwrap_or_default()
}

/// What the ledger needs to know of an answer beyond its status.
#[derive(Debug, Clone, Default)]
pub struct LedgerNote {
    /// Refused for want of quota.
    pub refused: bool,
    /// A fault was at work.
    pub faulted: bool,
    /// BASE account or LWA client.
    pub who: Option<String>,
    /// ASINs or item ids.
    pub touched: Vec<String>,
}

/// What happens to an answer on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BodyDelivery {
    #[default]
    Whole,
    /// Never answered.
    Hang,
    /// The connection ends in the middle of the body.
    Cut,
    /// A hundred megabytes of JSON white space follow.
    Huge,
}

/// An answer.
#[derive(Debug, Default)]
pub struct HttpResponse {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub note: LedgerNote,
    pub delivery: BodyDelivery,
    pub delay: std::time::Duration,
}

impl HttpResponse {
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self {
            status,
            content_type: "application/json",
            body,
            ..Self::default()
        }
    }

    pub fn text(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type,
            body: body.into().into_bytes(),
            ..Self::default()
        }
    }

    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks the answer as a refusal for want of quota.
    pub fn refused(mut self) -> Self {
        self.note.refused = true;
        self
    }
}
