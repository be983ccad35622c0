//! Sorts an answer of Amazon that is not 200, once and for all callers.
//!
//! Sources: Selling Partner API models (error list, codes), its usage-plan papers (429), and issues
//! 4122 and 230 of selling-partner-api-models for the meanings of a 403, which only its `details`
//! tell apart.

use crate::http::excerpt;
use reqwest::StatusCode;
use serde_json::Value;
use shared::ports::marketplace::MarketplaceError;

/// What an answer that is not 200 means.
pub(super) enum Refusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// The request is not answered, and the token has no part in it.
    Request(MarketplaceError),
}

/// Reads `body` as far as it helps; the gateway's HTML is as good as an empty one.
pub(super) fn sort(status: StatusCode, body: &[u8], request_id: &str) -> Refusal {
    let told = Told::read(body);
    let what = format!(
        "http {}{}, request {request_id}",
        status.as_u16(),
        told.words()
    );
    Refusal::Request(match status.as_u16() {
        400 if told.names_malformed_asin() => MarketplaceError::MalformedAsin(what),
        400 | 404 | 413 | 415 => MarketplaceError::Refused(what),
        401 | 403 => match told.denial() {
            Denial::Token => return Refusal::Token,
            Denial::Role => MarketplaceError::Credentials(format!(
                "{what}: the application lacks the Pricing role (or Product Listing, for texts and images), or host and path do not belong to it; \
                 check its roles in Seller Central and the host of the region"
            )),
            Denial::Gateway => MarketplaceError::Unavailable(what),
        },
        429 => MarketplaceError::Throttled,
        _ => MarketplaceError::Unavailable(what),
    })
}

enum Denial {
    Token,
    Role,
    Gateway,
}

/// The first entry of the error list: `{"errors":[{"code","message","details"}]}`.
#[derive(Default)]
struct Told {
    code: Option<String>,
    message: String,
    details: String,
}

impl Told {
    fn read(body: &[u8]) -> Self {
        let Ok(root) = serde_json::from_slice::<Value>(body) else {
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

    fn words(&self) -> String {
        match &self.code {
            Some(code) => format!(" {}: {}", excerpt(code, 60), excerpt(&self.message, 200)),
            None => String::new(),
        }
    }

    /// "Invalid 'asin' provided.": one malformed ASIN spoils a whole search of the catalogue, and is not
    /// named (selling-partner-api-models issue 2894).
    fn names_malformed_asin(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.code.as_deref() == Some("InvalidInput") && message.contains("invalid 'asin'")
    }

    /// `details` name the access token when it is expired, revoked, malformed or missing, and are
    /// empty when a role is missing. In the incident of May 2023 (issue 2595) it was the message
    /// that spoke of an expired token. A 403 without the list is not Amazon's application speaking.
    fn denial(&self) -> Denial {
        if self.code.is_none() {
            return Denial::Gateway;
        }
        let names_token = |text: &str| text.to_ascii_lowercase().contains("token");
        if names_token(&self.details) || names_token(&self.message) {
            Denial::Token
        } else {
            Denial::Role
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(details: &str) -> Refusal {
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
            assert!(matches!(denied(details), Refusal::Token), "{details}");
        }
        assert!(matches!(
            denied(""),
            Refusal::Request(MarketplaceError::Credentials(_))
        ));
    }

    #[test]
    fn a_403_of_the_gateway_stops_nobody() {
        let refusal = sort(StatusCode::FORBIDDEN, b"<html>403</html>", "1");

        assert!(matches!(
            refusal,
            Refusal::Request(MarketplaceError::Unavailable(_))
        ));
    }

    #[test]
    fn a_refusal_tells_code_and_a_cut_message() {
        let body = format!(
            r#"{{"errors":[{{"code":"InvalidInput","message":"{}"}}]}}"#,
            "x".repeat(5_000)
        );

        let Refusal::Request(MarketplaceError::Refused(text)) =
            sort(StatusCode::BAD_REQUEST, body.as_bytes(), "abc")
        else {
            panic!("a 400 is a refusal of the request");
        };

        assert!(text.starts_with("http 400 InvalidInput: xxx"), "{text}");
        assert!(text.len() < 300, "{text}");
    }
}
