//! The access token of Login with Amazon: one for the process, one exchange at a time.
//!
//! Amazon throttles the exchange separately and asks clients to cache the token (source: "Connecting to
//! the Selling Partner API"). The refresh token does not rotate, so a failed exchange loses nothing.

use super::config::SpApiConfig;
use crate::call_watch::CALLS;
use crate::http::oauth::TokenAnswer;
use crate::http::{FORM, HttpError, excerpt, form, read_capped};
use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use shared::ports::clock::Clock;
use shared::ports::marketplace::MarketplaceError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

const PATH: &str = "/auth/o2/token";
const MAX_ANSWER: usize = 64 * 1024;
/// The exchange is small; three tries of this length fit into a job's lease.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches and caches the access token.
pub(super) struct Lwa {
    config: SpApiConfig,
    clock: Arc<dyn Clock>,
    // Locked during the whole exchange on purpose: so all callers share one exchange.
    state: Mutex<LwaState>,
    /// The newest generation that Amazon has accepted.
    proven: AtomicU64,
}

#[derive(Default)]
struct LwaState {
    cached: Option<CachedToken>,
    generation: u64,
    /// The last token was dropped because Amazon rejected it.
    rejected: bool,
}

struct CachedToken {
    token: SecretString,
    expires_at: DateTime<Utc>,
    generation: u64,
    /// It was fetched because the one before was rejected.
    replaces_rejected: bool,
}

/// A token to send, and its generation in this process.
pub(super) struct LwaAccess {
    pub(super) token: SecretString,
    generation: u64,
}

impl Lwa {
    pub(super) fn new(config: &SpApiConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            config: config.clone(),
            clock,
            state: Mutex::default(),
            proven: AtomicU64::new(0),
        }
    }

    /// A token that lasts longer than `at_least`, fetched if necessary. A caller that comes during an
    /// exchange waits for it; if the exchange's future is dropped, the next caller starts another.
    ///
    /// # Errors
    ///
    /// `Credentials` when Amazon names a permanent reason, `Unavailable` after three tries.
    pub(super) async fn access(&self, at_least: TimeDelta) -> Result<LwaAccess, MarketplaceError> {
        let mut state = self.state.lock().await;
        if let Some(cached) = &state.cached
            && cached.expires_at - self.clock.now() > at_least
        {
            return Ok(cached.access());
        }
        let (token, expires_at) = self.exchange_with_retry().await?;
        state.generation += 1;
        let cached = CachedToken {
            token,
            expires_at,
            generation: state.generation,
            replaces_rejected: std::mem::take(&mut state.rejected),
        };
        Ok(state.cached.insert(cached).access())
    }

    /// Amazon accepted a request with this token.
    pub(super) fn accepted(&self, access: &LwaAccess) {
        self.proven.fetch_max(access.generation, Ordering::Relaxed);
    }

    /// Drops the token that Amazon rejected, unless it was replaced meanwhile; returns what that means
    /// for the request.
    ///
    /// If the replacement is rejected too, that does not prove the credentials invalid: on 2023-05-27
    /// Amazon rejected the calls of all sellers for 25 minutes (selling-partner-api-models issue 2595).
    /// It counts as an outage, so that attempts are spent and pauses grow.
    pub(super) async fn rejected(&self, access: &LwaAccess) -> MarketplaceError {
        let mut state = self.state.lock().await;
        let Some(dropped) = state
            .cached
            .take_if(|cached| cached.generation == access.generation)
        else {
            return MarketplaceError::TokenExpired;
        };
        state.rejected = true;
        let unproven = self.proven.load(Ordering::Relaxed) < dropped.generation;
        if dropped.replaces_rejected && unproven {
            MarketplaceError::Unavailable("a fresh access token was rejected".to_owned())
        } else {
            MarketplaceError::TokenExpired
        }
    }

    async fn exchange_with_retry(&self) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_times(2)
            .with_jitter();
        let is_answer =
            |answer: &Result<_, _>| !matches!(answer, Err(MarketplaceError::Unavailable(_)));
        (|| CALLS.call("Amazon (access token)", self.exchange(), is_answer))
            .retry(pauses)
            .when(|error| matches!(error, MarketplaceError::Unavailable(_)))
            .await
    }

    async fn exchange(&self) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
        let requested_at = self.clock.now();
        let config = &self.config;
        let form = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", config.refresh_token.expose_secret()),
            ("client_id", config.client_id.as_str()),
            ("client_secret", config.client_secret.expose_secret()),
        ]);
        let request = config
            .http
            .post(format!("{}{PATH}", config.lwa_url))
            .header(CONTENT_TYPE, format!("{FORM};charset=UTF-8"))
            .timeout(TIMEOUT)
            .body(form);
        let sent = config.http.send(request).await;
        let response = sent.map_err(|error| unavailable(&error))?;
        let status = response.status().as_u16();
        let body = read_capped(response, MAX_ANSWER).await;
        let body = body.map_err(|error| unavailable(&error))?;
        read_token(status, &body, requested_at)
    }
}

impl CachedToken {
    fn access(&self) -> LwaAccess {
        LwaAccess {
            token: self.token.clone(),
            generation: self.generation,
        }
    }
}

fn unavailable(error: &HttpError) -> MarketplaceError {
    MarketplaceError::Unavailable(format!("token exchange: {error}"))
}

fn read_token(
    status: u16,
    body: &[u8],
    requested_at: DateTime<Utc>,
) -> Result<(SecretString, DateTime<Utc>), MarketplaceError> {
    let no_token =
        || MarketplaceError::Unavailable(format!("token exchange: http {status}, no token"));
    let answer = TokenAnswer::read(body).ok_or_else(no_token)?;
    if let Some(error) = &answer.error {
        return Err(sort(status, error));
    }
    match answer.access_token {
        Some(token) if status == 200 && is_sendable(token.expose_secret()) => {
            Ok((token, requested_at + answer.life))
        }
        _ => Err(no_token()),
    }
}

/// Printable ASCII only: the characters that a header can carry.
fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Error names from the official client libraries; an error that is not known as permanent may pass.
fn sort(status: u16, error: &str) -> MarketplaceError {
    let advice = match error {
        "invalid_grant" => {
            "the refresh token is revoked or belongs to another application: authorise the \
             application again in Seller Central and set the new refresh token"
        }
        "invalid_client" => {
            "client id or secret is wrong, or the secret has expired: create a new one in Seller Central"
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
