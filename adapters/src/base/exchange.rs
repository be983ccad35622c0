//! The exchange of a refresh token, or of a code that a person brought, for a new pair.
//!
//! Source: BASE API documentation, `oauth/token`: access token 1 hour, refresh token 30 days, and a
//! new refresh token with every exchange. The exchange is not counted against the quota.

use super::token_manager::Keeper;
use super::{BaseCredentials, FORM, Outside};
use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use chrono::TimeDelta;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::ports::shop::ShopError;
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
    /// No answer came, with what that means for the call; of a pair that was made, the same holds.
    Unanswered(ShopError),
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Number>,
    error: Option<String>,
}

/// What a pair is given for. Each is good once.
#[derive(Clone, Copy)]
pub(super) enum Grant<'a> {
    /// The refresh token of the pair before.
    Refresh(&'a SecretString),
    /// What BASE gave to a person's browser, and the address that it gave it to.
    Code {
        code: &'a SecretString,
        redirect_uri: &'a str,
    },
}

/// Spends `grant`; the pair that comes back has to be stored before it is used.
pub(super) async fn exchange(
    keeper: &Keeper,
    outside: &Outside,
    credentials: &BaseCredentials,
    grant: Grant<'_>,
) -> Result<StoredToken, NoPair> {
    let asked_at = outside.clock.now();
    let url = format!("{}/1/oauth/token", outside.base_url);
    let request = keeper.http().post(url).header(CONTENT_TYPE, FORM);
    let request = request.body(form(credentials, grant));
    let sent = keeper.send(request, MAX_ANSWER).await;
    let (status, body) = sent.map_err(NoPair::Unanswered)?;
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
    let refresh_token = match (answer.refresh_token, grant) {
        (Some(next), _) => Some(SecretString::from(next)),
        (None, Grant::Refresh(same)) => Some(same.clone()),
        (None, Grant::Code { .. }) => None,
    };
    match answer.access_token.zip(refresh_token) {
        Some((access_token, refresh_token)) if status == 200 && !access_token.is_empty() => {
            Ok(StoredToken {
                access_token: SecretString::from(access_token),
                refresh_token,
                access_expires_at: asked_at + TimeDelta::seconds(life_s),
                refreshed_at: asked_at,
                seed: keeper.seed().to_owned(),
            })
        }
        _ => Err(NoPair::Unavailable(format!("http {status}, no token"))),
    }
}

fn form(credentials: &BaseCredentials, grant: Grant<'_>) -> String {
    let mut fields = vec![
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.expose_secret()),
    ];
    let redirect_uri = match grant {
        Grant::Refresh(refresh_token) => {
            fields.push(("grant_type", "refresh_token"));
            fields.push(("refresh_token", refresh_token.expose_secret()));
            credentials.redirect_uri.as_deref()
        }
        Grant::Code { code, redirect_uri } => {
            fields.push(("grant_type", "authorization_code"));
            fields.push(("code", code.expose_secret()));
            Some(redirect_uri)
        }
    };
    fields.extend(redirect_uri.map(|uri| ("redirect_uri", uri)));
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
