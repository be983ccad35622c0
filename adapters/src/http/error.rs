//! Why a request has no answer, without its URL, headers or body.

use std::error::Error;

/// Why a request failed. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection: the host or the proxy cannot be reached, and has received nothing.
    #[error("{0}")]
    NotSent(String),
    /// No answer in time: the host or the proxy cannot be reached, or is slow.
    #[error("{0}")]
    Unreachable(String),
    /// The connection was cut before the answer was complete.
    #[error("{0}")]
    Interrupted(String),
    /// The answer is larger than any valid one; it was not read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The client could not be created on this machine.
    #[error("could not create the HTTP client: {0}")]
    Client(String),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else if error.is_builder() {
            "the request is not valid"
        } else {
            "the connection was cut"
        };
        let text = match innermost(&error) {
            Some(cause) => format!("{kind}: {cause}"),
            None => kind.to_owned(),
        };
        if error.is_connect() || error.is_builder() {
            Self::NotSent(text)
        } else if error.is_timeout() {
            Self::Unreachable(text)
        } else {
            Self::Interrupted(text)
        }
    }
}

/// The last cause only: the outer ones repeat the URL.
pub(super) fn innermost(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Some(cause.to_string().chars().take(120).collect())
}
