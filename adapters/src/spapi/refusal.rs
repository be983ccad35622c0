//! Decides what an answer of Amazon that is not 200 means, in one place for all calls.
//!
//! Sources: Selling Partner API models (error list, codes), its documentation of usage plans (429), and
//! issues 4122 and 230 of selling-partner-api-models for the meanings of a 403, which only its `details`
//! distinguish.

use crate::http::{excerpt, repair};
use reqwest::StatusCode;
use serde_json::Value;
use shared::ports::marketplace::MarketplaceError;

/// An answer that holds only errors names them within so many bytes.
const START: usize = 256;

/// What an answer that is not 200 means.
pub(super) enum RequestRefusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// Amazon refuses what the request holds: itself, or one of its ASINs.
    Content(String),
    /// Amazon refuses the operation to the application.
    Access(String),
    /// The request failed for a reason other than the token.
    Request(MarketplaceError),
}

impl RequestRefusal {
    /// Whether the quota was used up.
    pub(super) fn is_throttled(&self) -> bool {
        matches!(self, Self::Request(MarketplaceError::Throttled))
    }
}

/// The refusal in an answer that is 200 and holds nothing but errors (reported for `FikaAmazonAPI`, issue 486).
pub(super) fn within(body: &[u8], request_id: &str) -> Option<RequestRefusal> {
    // A list of items is not parsed twice: it begins with the list.
    let start = body.get(..START).unwrap_or(body);
    if !String::from_utf8_lossy(start).contains("\"errors\"") {
        return None;
    }
    let root: Value = repair::read(body).ok()?;
    let has_items = root["responses"].is_array() || root["items"].is_array();
    if has_items || !root["errors"][0].is_object() {
        return None;
    }
    let error = AmazonError::of(&root);
    let status = match error.code.as_deref().unwrap_or_default() {
        "InvalidInput" | "BadRequest" => 400,
        "Unauthorized" => 403,
        "NotFound" | "NOT_FOUND" => 404,
        "QuotaExceeded" => 429,
        _ => 500,
    };
    let what = format!("http 200{}, request {request_id}", error.text());
    Some(error.sort(status, what))
}

/// Uses `body` as far as it is readable; of the HTML of a gateway only the title.
pub(super) fn sort(status: StatusCode, body: &[u8], request_id: &str) -> RequestRefusal {
    let error = AmazonError::read(body);
    let what = format!(
        "http {}{}, request {request_id}",
        status.as_u16(),
        error.text()
    );
    error.sort(status.as_u16(), what)
}

/// The first entry of the error list: `{"errors":[{"code","message","details"}]}`.
#[derive(Default)]
struct AmazonError {
    code: Option<String>,
    message: String,
    details: String,
}

impl AmazonError {
    fn read(body: &[u8]) -> Self {
        match repair::read::<Value>(body) {
            Ok(root) => Self::of(&root),
            Err(_) => Self {
                message: title(&String::from_utf8_lossy(body)),
                ..Self::default()
            },
        }
    }

    fn of(root: &Value) -> Self {
        let first = &root["errors"][0];
        let text = |name: &str| match &first[name] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let gateway = root["message"].as_str().map(ToOwned::to_owned);
        Self {
            code: text("code"),
            message: text("message").or(gateway).unwrap_or_default(),
            details: text("details").unwrap_or_default(),
        }
    }

    fn sort(&self, status: u16, what: String) -> RequestRefusal {
        RequestRefusal::Request(match status {
            400 if self.names_malformed_asin() => MarketplaceError::MalformedAsin(what),
            400 if self.may_be_an_asin() => return RequestRefusal::Content(what),
            // The edge answers 400 in HTML for a while (issues 470 and 2590).
            400 if self.code.is_none() => MarketplaceError::Unavailable(what),
            400 | 404 | 413 | 415 => MarketplaceError::Refused(what),
            401 | 403 if self.is_of_the_gateway() => MarketplaceError::Unavailable(what),
            401 | 403 if self.names_token() => return RequestRefusal::Token,
            401 | 403 => return RequestRefusal::Access(what),
            429 => MarketplaceError::Throttled,
            _ => MarketplaceError::Unavailable(what),
        })
    }

    fn text(&self) -> String {
        let message = excerpt(&self.message, 200);
        match &self.code {
            Some(code) => format!(" {}: {message}", excerpt(code, 60)),
            None if message.is_empty() => String::new(),
            None => format!(" {message}"),
        }
    }

    /// A 403 without the error list comes from a gateway, not from Amazon's application, and so does its
    /// `MissingAuthenticationToken` (issue 955), which is not about the access token.
    fn is_of_the_gateway(&self) -> bool {
        let code = self.code.as_deref();
        code.is_none_or(|code| code == "MissingAuthenticationToken")
    }

    /// Not a 400 that says what else is wrong with the request.
    fn may_be_an_asin(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let of_the_request = ["marketplaceid", "duplicate", "user-agent"];
        self.code.is_some() && !of_the_request.iter().any(|word| message.contains(word))
    }

    /// "Invalid 'asin' provided.": one malformed ASIN fails a whole search of the catalogue, and is not
    /// named (selling-partner-api-models issue 2894).
    fn names_malformed_asin(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.code.as_deref() == Some("InvalidInput") && message.contains("invalid 'asin'")
    }

    /// `details` mention the access token if it is expired, revoked, malformed or missing, and are empty
    /// if a role is missing. In the incident of May 2023 (issue 2595) the message mentioned an expired
    /// token.
    fn names_token(&self) -> bool {
        let mut texts = [&self.details, &self.message].into_iter();
        texts.any(|text| text.to_ascii_lowercase().contains("token"))
    }
}

/// The title of a page of HTML.
fn title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let between = lower.find("<title>").zip(lower.find("</title>"));
    let title = between.and_then(|(start, end)| page.get(start + "<title>".len()..end));
    title.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(details: &str) -> RequestRefusal {
        let body = serde_json::json!({"errors": [{"code": "Unauthorized",
            "message": "Access to requested resource is denied.", "details": details}]});
        sort(StatusCode::FORBIDDEN, body.to_string().as_bytes(), "1")
    }

    #[test]
    fn a_403_is_sorted_by_its_details() {
        for details in [
            "The access token you provided has expired.",
            "The access token you provided is revoked, malformed or invalid.",
            "Access token is missing in the request header.",
        ] {
            assert!(
                matches!(denied(details), RequestRefusal::Token),
                "{details}"
            );
        }
        assert!(matches!(denied(""), RequestRefusal::Access(_)));
    }

    #[test]
    fn a_403_of_the_gateway_stops_no_work() {
        let refusal = sort(StatusCode::FORBIDDEN, b"<html>403</html>", "1");

        assert!(matches!(
            refusal,
            RequestRefusal::Request(MarketplaceError::Unavailable(_))
        ));
    }

    #[test]
    fn a_400_of_the_edge_and_a_missing_authentication_token_may_pass() {
        let edge = b"<HTML><HEAD><TITLE>Website Temporarily Unavailable</TITLE></HEAD></HTML>";
        let missing = br#"{"errors":[{"code":"MissingAuthenticationToken","message":"Missing Authentication Token"}]}"#;
        for (status, body, words) in [
            (
                StatusCode::BAD_REQUEST,
                &edge[..],
                "Website Temporarily Unavailable",
            ),
            (StatusCode::FORBIDDEN, missing, "MissingAuthenticationToken"),
            (
                StatusCode::FORBIDDEN,
                br#"{"message":"Missing Authentication Token"}"#,
                "Missing",
            ),
        ] {
            let RequestRefusal::Request(MarketplaceError::Unavailable(text)) =
                sort(status, body, "1")
            else {
                panic!("{words} may pass");
            };
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn errors_under_http_200_are_sorted_by_their_code() {
        let body = |code: &str| format!(r#"{{"errors":[{{"code":"{code}","message":"Why"}}]}}"#);

        let failure = within(body("InternalFailure").as_bytes(), "1");
        let refused = within(body("InvalidInput").as_bytes(), "1");

        let Some(RequestRefusal::Request(MarketplaceError::Unavailable(text))) = failure else {
            panic!("an internal failure may pass");
        };
        assert!(text.starts_with("http 200 InternalFailure: Why"), "{text}");
        assert!(matches!(refused, Some(RequestRefusal::Content(_))));
        assert!(within(br#"{"responses":[]}"#, "1").is_none());
        let beside = br#"{"errors":[{"code":"InternalFailure"}],"responses":[{}]}"#;
        assert!(within(beside, "1").is_none(), "the others are answered");
        let unnamed = within(br#"{"errors":[{"message":"Try later"}]}"#, "1");
        let Some(RequestRefusal::Request(MarketplaceError::Unavailable(text))) = unnamed else {
            panic!("an error without a code may pass");
        };
        assert!(text.contains("Try later"), "{text}");
    }

    #[test]
    fn a_refusal_contains_the_code_and_a_shortened_message() {
        let body = format!(
            r#"{{"errors":[{{"code":"InvalidInput","message":"{}"}}]}}"#,
            "x".repeat(5_000)
        );

        let RequestRefusal::Content(text) = sort(StatusCode::BAD_REQUEST, body.as_bytes(), "abc")
        else {
            panic!("a 400 is a refusal of the request");
        };

        assert!(text.starts_with("http 400 InvalidInput: xxx"), "{text}");
        assert!(text.len() < 300, "{text}");
    }
}
