//! The access token of Login with Amazon: one for the process, one exchange at a time.
//!
//! Amazon throttles the exchange by itself and asks to cache the token (source: "Connecting to the
//! Selling Partner API"). The refresh token does not rotate, so a lost exchange loses nothing.

use super::SpApiConfig;
use crate::http::lenient::{Number, Object};
use crate::http::{HttpError, excerpt, read_capped};
use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::ports::clock::Clock;
use shared::ports::marketplace::MarketplaceError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Where the exchange is.
const PATH: &str = "/auth/o2/token";
const MAX_ANSWER: usize = 64 * 1024;
/// The exchange is small; three tries of this length end before a job's lease does.
const TIMEOUT: Duration = Duration::from_secs(10);
/// One hour, as the papers promise, when the answer does not say.
const DEFAULT_LIFE_S: i64 = 3_600;
const LONGEST_LIFE_S: i64 = 86_400;

/// Keeps the access token.
pub(super) struct Lwa {
    http: reqwest::Client,
    url: String,
    client_id: String,
    client_secret: SecretString,
    refresh_token: SecretString,
    clock: Arc<dyn Clock>,
    // Held across the exchange on purpose: that is what makes it one for all callers.
    state: Mutex<State>,
    /// The newest generation that Amazon has accepted.
    proven: AtomicU64,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    generation: u64,
    /// The last token was dropped since Amazon refused it.
    refused: bool,
}

struct Held {
    token: SecretString,
    expires_at: DateTime<Utc>,
    generation: u64,
    /// It was fetched since the one before was refused.
    replaces_refused: bool,
}

/// A token to send, and which one it is.
pub(super) struct Access {
    pub(super) token: SecretString,
    generation: u64,
}

impl Lwa {
    pub(super) fn new(config: &SpApiConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            http: config.http.clone(),
            url: format!("{}{PATH}", config.lwa_url),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            refresh_token: config.refresh_token.clone(),
            clock,
            state: Mutex::default(),
            proven: AtomicU64::new(0),
        }
    }

    /// A token that lasts longer than `at_least`, fetched if need be. Whoever comes during an
    /// exchange waits for it; if its future is dropped, the next one starts another.
    ///
    /// # Errors
    ///
    /// `Credentials` when Amazon names a permanent reason, `Unavailable` after three tries.
    pub(super) async fn access(&self, at_least: TimeDelta) -> Result<Access, MarketplaceError> {
        let mut state = self.state.lock().await;
        if let Some(held) = &state.held
            && held.expires_at - self.clock.now() > at_least
        {
            return Ok(held.access());
        }
        let fresh = self.exchange_patiently().await?;
        state.generation += 1;
        let held = Held {
            token: fresh.0,
            expires_at: fresh.1,
            generation: state.generation,
            replaces_refused: std::mem::take(&mut state.refused),
        };
        Ok(state.held.insert(held).access())
    }

    /// Amazon took a request with this token.
    pub(super) fn accepted(&self, access: &Access) {
        self.proven.fetch_max(access.generation, Ordering::Relaxed);
    }

    /// Drops the token that Amazon refused, unless it was replaced meanwhile; returns what that
    /// means for the request.
    ///
    /// A second refusal, of a token fetched for the first, does not prove the account dead: on
    /// 2023-05-27 every call of everybody was refused so for 25 minutes (selling-partner-api-models
    /// issue 2595). It counts as an outage, so that attempts are spent and pauses grow.
    pub(super) async fn refused(&self, access: &Access) -> MarketplaceError {
        let mut state = self.state.lock().await;
        let Some(held) = state
            .held
            .take_if(|held| held.generation == access.generation)
        else {
            return MarketplaceError::TokenExpired;
        };
        state.refused = true;
        let unproven = self.proven.load(Ordering::Relaxed) < held.generation;
        if held.replaces_refused && unproven {
            MarketplaceError::Unavailable("a fresh access token was refused".to_owned())
        } else {
            MarketplaceError::TokenExpired
        }
    }

    async fn exchange_patiently(&self) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_times(2)
            .with_jitter();
        (|| self.exchange())
            .retry(pauses)
            .when(|error| matches!(error, MarketplaceError::Unavailable(_)))
            .await
    }

    async fn exchange(&self) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
        let asked_at = self.clock.now();
        let form = serde_urlencoded::to_string([
            ("grant_type", "refresh_token"),
            ("refresh_token", self.refresh_token.expose_secret()),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
        ])
        .expect("pairs of strings are always a form");
        let sent = self
            .http
            .post(&self.url)
            .header(
                CONTENT_TYPE,
                "application/x-www-form-urlencoded;charset=UTF-8",
            )
            .timeout(TIMEOUT)
            .body(form)
            .send()
            .await;
        let response = sent.map_err(|error| unavailable(&error.into()))?;
        let status = response.status().as_u16();
        let body = read_capped(response, MAX_ANSWER)
            .await
            .map_err(|error| unavailable(&error))?;
        read_token(status, &body, asked_at)
    }
}

impl Held {
    fn access(&self) -> Access {
        Access {
            token: self.token.clone(),
            generation: self.generation,
        }
    }
}

fn unavailable(error: &HttpError) -> MarketplaceError {
    MarketplaceError::Unavailable(format!("token exchange: {error}"))
}

/// `{"access_token","token_type","expires_in"}`, or `{"error","error_description"}`.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<Number>,
    error: Option<String>,
}

fn read_token(
    status: u16,
    body: &[u8],
    asked_at: DateTime<Utc>,
) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
    let answer: Option<Answer> = serde_json::from_slice::<Object<Answer>>(body)
        .ok()
        .map(|object| object.0);
    let unreadable =
        || MarketplaceError::Unavailable(format!("token exchange: http {status}, no token"));
    let answer = answer.ok_or_else(unreadable)?;
    if let Some(error) = &answer.error {
        return Err(sort(status, error));
    }
    match answer.access_token {
        Some(token) if status == 200 && is_sendable(&token) => {
            let life_s = answer
                .expires_in
                .and_then(Number::whole)
                .unwrap_or(DEFAULT_LIFE_S)
                .clamp(0, LONGEST_LIFE_S);
            Ok((
                SecretString::from(token),
                asked_at + TimeDelta::seconds(life_s),
            ))
        }
        _ => Err(unreadable()),
    }
}

/// Printable ASCII: what a header can carry.
fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Names from the official client libraries; anything that is not known to be permanent may pass.
fn sort(status: u16, error: &str) -> MarketplaceError {
    let advice = match error {
        "invalid_grant" => {
            "the refresh token is revoked or belongs to another application: authorise the \
             application again in Seller Central and set the new refresh token"
        }
        "invalid_client" => {
            "client id or secret is wrong, or the secret has ended: make a new one in Seller Central"
        }
        "invalid_request"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "access_denied" => "check client id, client secret and refresh token in the settings",
        _ => {
            let error = excerpt(error, 60);
            return MarketplaceError::Unavailable(format!("token exchange: http {status} {error}"));
        }
    };
    if status >= 500 {
        return MarketplaceError::Unavailable(format!("token exchange: http {status} {error}"));
    }
    MarketplaceError::Credentials(format!("{error}: {advice}"))
}
