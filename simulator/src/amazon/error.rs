//! The error answers of the Selling Partner API.
//!
//! Source: official model files and the reports listed in the API fact sheet.

use serde::Serialize;

use crate::faults::{FaultKind, Struck};
use crate::http::Reply;

#[derive(Debug, Serialize)]
pub struct ErrorList {
    pub errors: Vec<ErrorEntry>,
}

#[derive(Debug, Serialize)]
pub struct ErrorEntry {
    pub code: &'static str,
    pub message: String,
    pub details: &'static str,
}

impl ErrorList {
    pub fn one(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            errors: vec![ErrorEntry {
                code,
                message: message.into(),
                details: "",
            }],
        }
    }
}

pub fn reply(status: u16, code: &'static str, message: impl Into<String>) -> Reply {
    Reply::json(status, &ErrorList::one(code, message))
}

pub fn invalid_input(message: impl Into<String>) -> Reply {
    reply(400, "InvalidInput", message)
}

/// 403; `details` is the only sign by which an ended token is told from a missing role.
pub fn denied(details: &'static str) -> Reply {
    let message = "Access to requested resource is denied.".to_owned();
    let errors = vec![ErrorEntry {
        code: "Unauthorized",
        message,
        details,
    }];
    Reply::json(403, &ErrorList { errors }).with_header("x-amzn-ErrorType", "AccessDeniedException")
}

pub fn throttled() -> Reply {
    reply(
        429,
        "QuotaExceeded",
        "You exceeded your quota for the requested resource.",
    )
    .with_header("x-amzn-ErrorType", "TooManyRequestsException")
}

/// A body on a GET is refused by the edge, in HTML (thread 4007 of the models' repository).
pub fn body_on_get() -> Reply {
    let page = "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD>\
        <BODY><H1>400 ERROR</H1>Bad request.</BODY></HTML>";
    Reply::text(400, "text/html", page)
}

/// Code and message that go with an error status.
pub fn of_status(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("InvalidInput", "Invalid Input"),
        403 => ("Unauthorized", "Access to requested resource is denied."),
        404 => ("NotFound", "The requested resource doesn't exist."),
        429 => (
            "QuotaExceeded",
            "You exceeded your quota for the requested resource.",
        ),
        503 => (
            "ServiceUnavailable",
            "Service is temporarily unavailable. Please try again.",
        ),
        _ => (
            "InternalFailure",
            "We encountered an internal error. Please try again.",
        ),
    }
}

/// The answer that a fault puts in the place of the call, if there is one.
pub fn instead(struck: &Struck) -> Option<Reply> {
    if struck.has(FaultKind::Throttle) {
        return Some(throttled());
    }
    if struck.has(FaultKind::Forbidden) {
        return Some(denied(""));
    }
    if let Some(fault) = struck.find(FaultKind::Status) {
        let status = fault.status.unwrap_or(503);
        let (code, message) = of_status(status);
        return Some(reply(status, code, message));
    }
    struck.html()
}
