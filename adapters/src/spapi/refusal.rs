//! Decides what an answer of Amazon that is not 200 means, in one place for all calls.
//!
//! Sources: Selling Partner API models (error list, codes), its documentation of usage plans (429), and
//! issues 4122 and 230 of selling-partner-api-models for the meanings of a 403, which only its `details`
//! distinguish.

use crate::http::{excerpt, repair};
use reqwest::StatusCode;
use serde_json::Value;
use shared::ports::marketplace::MarketplaceError;

/// What an answer that is not 200 means.
pub(super) enum RequestRefusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// The request failed for a reason other than the token.
    Request(MarketplaceError),
}

/// Uses `body` as far as it is readable; the HTML of a gateway counts as an empty one.
pub(super) fn sort(status: StatusCode, body: &[u8], request_id: &str) -> RequestRefusal {
    let error = AmazonError::read(body);
    let what = format!(
        "http {}{}, request {request_id}",
        status.as_u16(),
        error.text()
    );
    RequestRefusal::Request(match status.as_u16() {
        400 if error.names_malformed_asin() => MarketplaceError::MalformedAsin(what),
        400 | 404 | 413 | 415 => MarketplaceError::Refused(what),
        401 | 403 if error.names_token() => return RequestRefusal::Token,
        401 | 403 if error.code.is_some() => MarketplaceError::Credentials(format!(
            "{what}: the application lacks the Pricing role (or Product Listing, for texts and images), or host and path do not belong to it; \
             check its roles in Seller Central and the host of the region"
        )),
        429 => MarketplaceError::Throttled,
        _ => MarketplaceError::Unavailable(what),
    })
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
        let Ok(root) = repair::read::<Value>(body) else {
            return Self::default();
        };
        let first = &root["errors"][0];
        let text = |name: &str| first[name].as_str().map(ToOwned::to_owned);
        Self {
            code: text("code"),
            message: text("message").unwrap_or_default(),
            details: text("details").unwrap_or_default(),
        }
    }

    fn text(&self) -> String {
        match &self.code {
            Some(code) => format!(" {}: {}", excerpt(code, 60), excerpt(&self.message, 200)),
            None => String::new(),
        }
    }

    /// "Invalid 'asin' provided.": one malformed ASIN fails a whole search of the catalogue, and is not
    /// named (selling-partner-api-models issue 2894).
    fn names_malformed_asin(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.code.as_deref() == Some("InvalidInput") && message.contains("invalid 'asin'")
    }

    /// `details` mention the access token if it is expired, revoked, malformed or missing, and are empty
    /// if a role is missing. In the incident of May 2023 (issue 2595) the message mentioned an expired
    /// token. A 403 without the error list comes from a gateway, not from Amazon's application.
    fn names_token(&self) -> bool {
        let mut texts = [&self.details, &self.message].into_iter();
        self.code.is_some() && texts.any(|text| text.to_ascii_lowercase().contains("token"))
    }
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
        assert!(matches!(
            denied(""),
            RequestRefusal::Request(MarketplaceError::Credentials(_))
        ));
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
    fn a_refusal_contains_the_code_and_a_shortened_message() {
        let body = format!(
            r#"{{"errors":[{{"code":"InvalidInput","message":"{}"}}]}}"#,
            "x".repeat(5_000)
        );

        let RequestRefusal::Request(MarketplaceError::Refused(text)) =
            sort(StatusCode::BAD_REQUEST, body.as_bytes(), "abc")
        else {
            panic!("a 400 is a refusal of the request");
        };

        assert!(text.starts_with("http 400 InvalidInput: xxx"), "{text}");
        assert!(text.len() < 300, "{text}");
    }
}
