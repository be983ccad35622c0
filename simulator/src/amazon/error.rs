//! The error responses of the Selling Partner API.
//!
//! Source: official model files, and reports in the issues of the models' repository.

use serde::Serialize;

use crate::faults::{CallFaults, FaultKind};
use crate::http::HttpResponse;

#[derive(Debug, Serialize)]
pub struct ErrorListJson {
    pub errors: Vec<ErrorJson>,
}

#[derive(Debug, Serialize)]
pub struct ErrorJson {
    pub code: &'static str,
    pub message: String,
    pub details: &'static str,
}

impl ErrorListJson {
    pub fn one(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            errors: vec![ErrorJson {
                code,
                message: message.into(),
                details: "",
            }],
        }
    }
}

pub fn response(status: u16, code: &'static str, message: impl Into<String>) -> HttpResponse {
    HttpResponse::json(status, &ErrorListJson::one(code, message))
}

pub fn invalid_input(message: impl Into<String>) -> HttpResponse {
    response(400, "InvalidInput", message)
}

/// 403. Only `details` distinguishes an expired token from a missing role.
pub fn denied(details: &'static str) -> HttpResponse {
    let (code, message) = of_status(403);
    let mut list = ErrorListJson::one(code, message);
    list.errors[0].details = details;
    HttpResponse::json(403, &list).with_header("x-amzn-ErrorType", "AccessDeniedException")
}

pub fn throttled() -> HttpResponse {
    let (code, message) = of_status(429);
    response(429, code, message).with_header("x-amzn-ErrorType", "TooManyRequestsException")
}

/// The edge refuses a GET with a body, in HTML (issue 4007 of the models' repository).
pub fn body_on_get() -> HttpResponse {
    let page = "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD>\
        <BODY><H1>400 ERROR</H1>Bad request.</BODY></HTML>";
    HttpResponse::text(400, "text/html", page)
}

/// Code and message of an error status.
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

/// The response with which a fault replaces the call, if one of them does.
pub fn fault_response(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Throttle) {
        return Some(throttled());
    }
    if faults.has(FaultKind::Forbidden) {
        return Some(denied(""));
    }
    if faults.has(FaultKind::MissingAuthentication) {
        let (code, message) = ("MissingAuthenticationToken", "Missing Authentication Token");
        return Some(response(403, code, message));
    }
    if let Some(fault) = faults.find(FaultKind::OnlyErrors) {
        let (code, message) = of_status(match fault.error.as_deref() {
            Some("InvalidInput") => 400,
            Some("QuotaExceeded") => 429,
            _ => 500,
        });
        return Some(response(200, code, message));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        let status = fault.status.unwrap_or(503);
        let (code, message) = of_status(status);
        return Some(response(status, code, message));
    }
    faults.html_response()
}
