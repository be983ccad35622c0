//! A request in the state file.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use crate::clock::ClockReading;
use crate::http::HttpRequest;

/// A request and the time at which it was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptRequest {
    pub at: ClockReading,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
}

impl KeptRequest {
    /// `None` for a request that changes nothing.
    pub fn of(request: &HttpRequest, at: ClockReading) -> Option<Self> {
        let inspects = request.is_get() && request.path.starts_with("/_sim/");
        let headers = request.headers.iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        });
        (!inspects).then(|| Self {
            at,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        })
    }

    /// Whether it resets the world, also to the real time, which cannot be repeated.
    pub fn begins_anew(&self) -> bool {
        self.path == "/_sim/reset"
    }

    pub fn into_request(self) -> HttpRequest {
        let header = |(name, value): (String, String)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        };
        let headers = self.headers.into_iter().filter_map(header);
        HttpRequest {
            method: Method::try_from(self.method.as_str()).unwrap_or_default(),
            path: self.path,
            query: self.query,
            headers: headers.collect::<HeaderMap>(),
            body: Bytes::from(self.body),
        }
    }
}
