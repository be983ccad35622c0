//! An HTTP request and a response, independent of the server: vendors are plain functions.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde::Serialize;

/// A received request, with its whole body.
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

    /// Whether the content type is JSON.
    pub fn is_json(&self) -> bool {
        let kind = self.header("content-type");
        kind.is_some_and(|kind| kind.contains("json"))
    }
}

/// The first value of `name`.
pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let pair = pairs.iter().find(|(key, _)| key == name)?;
    Some(&pair.1)
}

/// The fields of a form or of a query string; none if it is malformed.
pub fn parse_form(bytes: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(bytes).unwrap_or_default()
}

/// What the ledger records about a response besides its status.
#[derive(Debug, Clone, Default)]
pub struct LedgerNote {
    /// Refused because a rate limit was reached.
    pub refused: bool,
    /// A fault changed the response.
    pub faulted: bool,
    /// BASE account, LWA client or Chatwork room.
    pub caller: Option<String>,
    /// ASINs or item ids that the call was about.
    pub touched: Vec<String>,
}

/// How the body of a response is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BodyDelivery {
    #[default]
    Whole,
    /// No response is sent.
    Hang,
    /// The connection ends in the middle of the body.
    Cut,
    /// The body is followed by 100 MB of white space.
    Huge,
}

/// A response, and what the simulator does with it.
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

    /// Records `caller` in the ledger.
    pub fn for_caller(mut self, caller: &str) -> Self {
        self.note.caller = Some(caller.to_owned());
        self
    }

    /// Marks the response as a refusal because a rate limit was reached.
    pub fn refused(mut self) -> Self {
        self.note.refused = true;
        self
    }
}
