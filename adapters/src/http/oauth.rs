//! The answer of an OAuth token endpoint, as Amazon and BASE write it.

use super::lenient::Number;
use super::repair;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize as _;
use serde_json::{Map, Value};

/// One hour, as both vendors document, when the answer does not say.
const DEFAULT_LIFE_S: i64 = 3_600;
const LONGEST_LIFE_S: i64 = 86_400;

/// What a token endpoint answered: tokens, or an error.
pub(crate) struct TokenAnswer {
    pub(crate) access_token: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    /// Life of the access token: at most a day.
    pub(crate) life: TimeDelta,
    /// The vendor's error code.
    pub(crate) error: Option<String>,
    /// The vendor's text for people; empty if there is none.
    pub(crate) description: String,
}

impl TokenAnswer {
    /// Reads `{"access_token","refresh_token","expires_in"}`, or `{"error","error_description"}`; `None` if
    /// the body is no such answer. A field that is empty or of another type is as if it were absent, so
    /// that it costs no other: a refresh token comes once.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let fields = repair::read::<Map<String, Value>>(body).ok()?;
        let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
        let text = |name: &str| {
            let text = field(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let error = text("error");
        if error.is_none() && field("error").is_some() {
            return None;
        }
        let life_s = field("expires_in").and_then(|life| Number::deserialize(life).ok());
        let life_s = life_s.and_then(Number::whole).filter(|life| *life > 0);
        let life_s = life_s.unwrap_or(DEFAULT_LIFE_S).min(LONGEST_LIFE_S);
        Some(Self {
            access_token: text("access_token").map(SecretString::from),
            refresh_token: text("refresh_token").map(SecretString::from),
            life: TimeDelta::seconds(life_s),
            error,
            description: text("error_description").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_field_of_another_type_costs_no_other() {
        for life in [
            "\"\"", "false", "{}", "1e300", "0", "-5", "null", "\"soon\"",
        ] {
            let body = format!(
                r#"{{"access_token":"a","refresh_token":"r","expires_in":{life},"error":null,"error_description":[]}}"#
            );

            let read = TokenAnswer::read(body.as_bytes()).expect("tokens");

            assert_eq!(read.life, TimeDelta::hours(1), "{life}");
            assert_eq!(read.refresh_token.unwrap().expose_secret(), "r");
        }
        assert!(TokenAnswer::read(br#"{"error":{"code":1}}"#).is_none());
        assert!(TokenAnswer::read(b"[]").is_none());
        let empty = TokenAnswer::read(br#"{"access_token":"a","refresh_token":""}"#);
        assert!(empty.is_some_and(|read| read.refresh_token.is_none()));
    }
}
