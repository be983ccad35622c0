//! The connection of one account to BASE: directly, or only through the account's own proxy.

use super::circuit_breaker::CircuitBreaker;
use super::config::{BaseConfig, BaseCredentials, ProxiedClient};
use crate::call_watch::CALLS;
use crate::http::{FORM, HttpClient, HttpError, read_capped};
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use shared::domain::account::AccountId;
use shared::ports::clock::Clock;
use shared::ports::shop::ShopError;
use shared::ports::store::AccountStore;
use std::sync::Arc;

/// Sends the requests of one account.
pub(super) struct Connection {
    account: AccountId,
    /// The name under which missing answers of BASE are reported.
    callee: String,
    base_url: String,
    http: HttpClient,
    proxied: bool,
    breaker: CircuitBreaker<String>,
    clock: Arc<dyn Clock>,
    accounts: Arc<dyn AccountStore>,
}

impl Connection {
    pub(super) fn new(
        config: &BaseConfig,
        credentials: &BaseCredentials,
        clock: Arc<dyn Clock>,
        accounts: Arc<dyn AccountStore>,
    ) -> Self {
        let proxy = credentials.proxy.clone();
        Self {
            account: credentials.account.clone(),
            callee: format!("BASE (shop {})", credentials.account),
            base_url: config.base_url.clone(),
            proxied: proxy.is_some(),
            http: proxy.map_or_else(|| config.http.clone(), |ProxiedClient(client)| client),
            breaker: CircuitBreaker::default(),
            clock,
            accounts,
        }
    }

    /// A `GET` of `path`.
    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base_url))
    }

    /// A `POST` of `form` to `path`.
    pub(super) fn post(&self, path: &str, form: String) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base_url));
        request.header(CONTENT_TYPE, FORM).body(form)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// `Proxy` while the breaker is open.
    pub(super) fn check_breaker(&self) -> Result<(), ShopError> {
        match self.breaker.open_at(self.now()) {
            Some(open) => Err(ShopError::Proxy {
                until: open.until,
                why: open.why,
            }),
            None => Ok(()),
        }
    }

    /// As [`Connection::send_unwatched`], and reports when no answer comes for long.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(u16, Vec<u8>), ShopError> {
        self.check_breaker()?;
        let call = self.send_unwatched(request, limit);
        let is_answer = |answer: &Result<_, _>| !matches!(answer, Err(ShopError::Unavailable(_)));
        CALLS.call(&self.callee, call, is_answer).await
    }

    /// Sends the request, and reads the status and a body of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// `Proxy` where the proxy failed or the breaker is open, `Unavailable` where no answer came.
    pub(super) async fn send_unwatched(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(u16, Vec<u8>), ShopError> {
        self.check_breaker()?;
        let answer = match self.http.send(request).await {
            Ok(response) => {
                let status = response.status().as_u16();
                read_capped(response, limit)
                    .await
                    .map(|body| (status, body))
            }
            Err(error) => Err(error),
        };
        match answer {
            Err(HttpError::NotSent(why) | HttpError::Unreachable(why)) if self.proxied => {
                Err(self.proxy_failed(&why).await)
            }
            Err(error) => Err(ShopError::Unavailable(error.to_string())),
            Ok((407, _)) if self.proxied => {
                let why = "it requires another user or password (http 407)";
                Err(self.proxy_failed(why).await)
            }
            Ok(answer) => {
                self.proxy_answered().await;
                Ok(answer)
            }
        }
    }

    async fn proxy_failed(&self, why: &str) -> ShopError {
        let (now, account) = (self.now(), &self.account);
        let (until, first) = self.breaker.failed(now, why.to_owned());
        if first {
            tracing::warn!(%account, %until, "the proxy of account {account} fails, nothing is sent until {until}: {why}");
            let failed = Some((now, until));
            if let Err(error) = self.accounts.set_proxy_failed(account, failed).await {
                tracing::warn!(%account, "could not store the failure of a proxy: {error}");
            }
        }
        ShopError::Proxy {
            until,
            why: why.to_owned(),
        }
    }

    async fn proxy_answered(&self) {
        if !self.breaker.answered() {
            return;
        }
        let account = &self.account;
        if let Err(error) = self.accounts.set_proxy_failed(account, None).await {
            tracing::warn!(%account, "could not clear the stored failure of a proxy: {error}");
        }
    }
}
