//! The answer of an OAuth token endpoint, as Amazon and BASE write it.

use super::lenient::{Number, Object};
use super::repair;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;

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

/// `{"access_token","refresh_token","expires_in"}`, or `{"error","error_description"}`.
#[derive(Deserialize)]
struct TokenFields {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Number>,
    error: Option<String>,
    error_description: Option<String>,
}

impl TokenAnswer {
    /// Reads a body; `None` if it is not such an answer.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let Object(fields) = repair::read::<Object<TokenFields>>(body).ok()?;
        let life_s = fields.expires_in.and_then(Number::whole);
        let life_s = life_s.unwrap_or(DEFAULT_LIFE_S).clamp(0, LONGEST_LIFE_S);
        Some(Self {
            access_token: fields.access_token.map(SecretString::from),
            refresh_token: fields.refresh_token.map(SecretString::from),
            life: TimeDelta::seconds(life_s),
            error: fields.error,
            description: fields.error_description.unwrap_or_default(),
        })
    }
}
