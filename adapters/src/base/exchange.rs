//! The exchange of a refresh token, or of an authorisation code, for a new pair of tokens.
//!
//! Source: BASE API documentation, `oauth/token`: access token 1 hour, refresh token 30 days, and a new
//! refresh token with every exchange. The exchange does not count against the quota.

use super::config::BaseCredentials;
use super::connection::Connection;
use super::refusal::{GrantRefusal, sort_grant};
use crate::http::form;
use crate::http::oauth::TokenAnswer;
use chrono::{SubsecRound as _, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use shared::ports::shop::ShopError;
use shared::ports::store::StoredToken;
use std::time::Duration;

const MAX_ANSWER: usize = 64 * 1024;

/// The connection is kept for so long, in case the answer is late or the process was stopped meanwhile.
const LISTENS: Duration = Duration::from_secs(3_600);

/// Why there is no new pair. A variant for each reaction.
pub(super) enum ExchangeError {
    /// BASE does not accept it, or has not answered well. If it did create a pair, that is lost, and the
    /// next exchange is refused.
    Refused(GrantRefusal),
    /// No answer came, with what that means for the call. A pair that BASE did create is lost as well.
    NoAnswer(ShopError),
}

/// What is exchanged. Each is accepted once.
#[derive(Clone, Copy)]
pub(super) enum TokenGrant<'a> {
    /// The refresh token of the previous pair.
    Refresh(&'a SecretString),
    /// The code that BASE gave to a person's browser, and the address that the browser was sent to.
    Code {
        code: &'a SecretString,
        redirect_uri: &'a str,
    },
}

/// Exchanges `grant` for a new pair, which has to be stored before it is used.
pub(super) async fn exchange(
    connection: &Connection,
    credentials: &BaseCredentials,
    seed: &str,
    grant: TokenGrant<'_>,
) -> Result<StoredToken, ExchangeError> {
    // As exact as the store keeps it: the pair in memory would be newer than the same one in the store.
    let refreshed_at = connection.now().trunc_subsecs(3);
    let request = connection.post("/1/oauth/token", token_form(credentials, grant));
    // Instead of the time-out of a call: the caller decides how long it waits.
    let request = request.timeout(LISTENS);
    let sent = connection.send_unwatched(request, MAX_ANSWER).await;
    let (status, body) = sent.map_err(ExchangeError::NoAnswer)?;
    let no_token = || {
        let what = format!("http {status}, no token");
        ExchangeError::Refused(GrantRefusal::Unavailable(what))
    };
    let answer = TokenAnswer::read(&body).ok_or_else(no_token)?;
    if let Some(error) = answer.error {
        let refusal = sort_grant(status, &error, &answer.description);
        return Err(ExchangeError::Refused(refusal));
    }
    if !(200..300).contains(&status) {
        return Err(no_token());
    }
    let access_token = answer.access_token.unwrap_or_default();
    let (refresh_token, life) = match (answer.refresh_token, grant) {
        (None, _) if access_token.expose_secret().is_empty() => return Err(no_token()),
        // BASE refuses an empty access token, and the next exchange sends this refresh token: there is
        // no other any more.
        (Some(next), _) if access_token.expose_secret().is_empty() => (next, TimeDelta::zero()),
        (Some(next), _) => (next, answer.life),
        (None, TokenGrant::Refresh(same)) => (same.clone(), answer.life),
        (None, TokenGrant::Code { .. }) => return Err(no_token()),
    };
    Ok(StoredToken {
        access_token,
        refresh_token,
        access_expires_at: refreshed_at + life,
        refreshed_at,
        seed: seed.to_owned(),
    })
}

fn token_form(credentials: &BaseCredentials, grant: TokenGrant<'_>) -> String {
    let mut fields = vec![
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.expose_secret()),
    ];
    let redirect_uri = match grant {
        TokenGrant::Refresh(refresh_token) => {
            fields.push(("grant_type", "refresh_token"));
            fields.push(("refresh_token", refresh_token.expose_secret()));
            credentials.redirect_uri.as_deref()
        }
        TokenGrant::Code { code, redirect_uri } => {
            fields.push(("grant_type", "authorization_code"));
            fields.push(("code", code.expose_secret()));
            Some(redirect_uri)
        }
    };
    fields.extend(redirect_uri.map(|uri| ("redirect_uri", uri)));
    form(&fields)
}
