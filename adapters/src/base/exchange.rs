//! The exchange of a refresh token for a new pair.
//!
//! Source: BASE API documentation, `oauth/token`: access token 1 hour, refresh token 30 days, and a
//! new refresh token with every exchange. The exchange is not counted against the quota.

use super::{BaseCredentials, FORM, Outside};
use crate::http::lenient::{Number, Object};
use crate::http::{excerpt, read_capped};
use chrono::TimeDelta;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::ports::store::StoredToken;

const MAX_ANSWER: usize = 64 * 1024;
const DEFAULT_LIFE_S: i64 = 3_600;
const LONGEST_LIFE_S: i64 = 86_400;

/// Why there is no new pair. A variant for each reaction.
pub(super) enum NoPair {
    /// BASE does not accept the refresh token or the client: a person has to act.
    Refused(String),
    /// May pass. If BASE had made a pair nevertheless, it is lost, and the next try is refused.
    Unavailable(String),
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Number>,
    error: Option<String>,
}

/// Spends `refresh_token`; the pair that comes back has to be stored before it is used.
pub(super) async fn refresh(
    outside: &Outside,
    credentials: &BaseCredentials,
    refresh_token: &SecretString,
    seed: &str,
) -> Result<StoredToken, NoPair> {
    let asked_at = outside.clock.now();
    let (status, body) = ask(outside, form(credentials, refresh_token)).await?;
    let Ok(Object(answer)) = serde_json::from_slice::<Object<Answer>>(&body) else {
        return Err(NoPair::Unavailable(format!("http {status}, no token")));
    };
    if let Some(error) = answer.error {
        return Err(sort(status, &error));
    }
    let life_s = answer
        .expires_in
        .and_then(Number::whole)
        .unwrap_or(DEFAULT_LIFE_S)
        .clamp(0, LONGEST_LIFE_S);
    match answer.access_token {
        Some(access_token) if status == 200 && !access_token.is_empty() => Ok(StoredToken {
            access_token: SecretString::from(access_token),
            refresh_token: answer
                .refresh_token
                .map_or_else(|| refresh_token.clone(), SecretString::from),
            access_expires_at: asked_at + TimeDelta::seconds(life_s),
            refreshed_at: asked_at,
            seed: seed.to_owned(),
        }),
        _ => Err(NoPair::Unavailable(format!("http {status}, no token"))),
    }
}

async fn ask(outside: &Outside, form: String) -> Result<(u16, Vec<u8>), NoPair> {
    let response = outside
        .http
        .post(format!("{}/1/oauth/token", outside.base_url))
        .header(CONTENT_TYPE, FORM)
        .body(form)
        .send()
        .await
        .map_err(|error| NoPair::Unavailable(crate::http::HttpError::from(error).to_string()))?;
    let status = response.status().as_u16();
    let body = read_capped(response, MAX_ANSWER)
        .await
        .map_err(|error| NoPair::Unavailable(error.to_string()))?;
    Ok((status, body))
}

fn form(credentials: &BaseCredentials, refresh_token: &SecretString) -> String {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.expose_secret()),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    fields.extend(
        credentials
            .redirect_uri
            .as_deref()
            .map(|uri| ("redirect_uri", uri)),
    );
    serde_urlencoded::to_string(fields).expect("pairs of strings are always a form")
}

/// `invalid_request`: bad or expired refresh token, or client id or secret missing;
/// `unauthorized_client`: client unknown or suspended; `access_denied`: the user is gone;
/// `server_error`: BASE's database. The two of the OAuth standard have not been seen from BASE.
fn sort(status: u16, error: &str) -> NoPair {
    let known = [
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "invalid_grant",
        "invalid_client",
    ];
    let error = excerpt(error, 60);
    if status < 500 && known.contains(&error.as_str()) {
        NoPair::Refused(error)
    } else {
        NoPair::Unavailable(format!("http {status} {error}"))
    }
}
