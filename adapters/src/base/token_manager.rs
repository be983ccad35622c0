//! Manages the tokens of one account: one refresh at a time, and every new pair is stored before use.
//!
//! BASE accepts a refresh token once and returns a new one. If a pair is lost, a person has to authorise
//! the account again. So a refresh that has begun is completed even if the job that needs it is dropped.

use super::account_state::{ShopCheck, Standing};
use super::config::BaseCredentials;
use super::connection::Connection;
use super::exchange::{ExchangeError, TokenGrant, exchange};
use super::refusal::GrantRefusal;
use super::token_records::TokenRecords;
use super::token_rejections::{PASSES_WITHIN, TokenRejections};
use super::token_state::{AccessToken, RefreshGrant, TokenLookup, TokenState};
use chrono::TimeDelta;
use shared::domain::account::NEVER_AUTHORISED;
use shared::ports::shop::ShopError;
use shared::ports::store::StoredToken;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::Instrument;

/// A token from `prepare` outlives a wait for a permit.
pub(super) const LASTING: TimeDelta = TimeDelta::seconds(60);
/// A token must outlive the request to BASE.
pub(super) const LAST_MOMENT: TimeDelta = TimeDelta::seconds(2);

/// Between two checks whether the holder of the lease has stored a pair.
pub(super) const LEASE_PAUSE: Duration = Duration::from_millis(100);
/// Checks before a refresh is given up: 10 s.
pub(super) const LEASE_CHECKS: u32 = 100;

/// A caller gets `Renewing` after this time; the refresh continues. A worker that waited for as long as an
/// exchange may take would lose its listing to another one.
const CALLER_WAITS: Duration = Duration::from_secs(5);

/// The tokens of one account.
pub(super) struct TokenManager {
    pub(super) credentials: BaseCredentials,
    pub(super) connection: Connection,
    pub(super) records: TokenRecords,
    // Locked during the whole refresh on purpose: so all callers share one refresh.
    pub(super) state: Arc<Mutex<TokenState>>,
    /// [`BaseConfig::renewal`](super::BaseConfig::renewal).
    pub(super) renewal: Duration,
    rejections: TokenRejections,
    pub(super) standing: Standing,
    pub(super) shop_check: ShopCheck,
}

/// Runs `work` to its end, even if the future is dropped.
pub(super) async fn complete<T: Send + 'static>(
    work: impl Future<Output = Result<T, ShopError>> + Send + 'static,
) -> Result<T, ShopError> {
    let interrupted = || ShopError::Unavailable("the token refresh was interrupted".to_owned());
    let done = tokio::spawn(work.in_current_span()).await;
    done.unwrap_or_else(|_| Err(interrupted()))
}

impl TokenManager {
    pub(super) fn new(
        credentials: BaseCredentials,
        connection: Connection,
        records: TokenRecords,
        renewal: Duration,
    ) -> Self {
        Self {
            renewal,
            credentials,
            connection,
            records,
            state: Arc::default(),
            rejections: TokenRejections::default(),
            standing: Standing::default(),
            shop_check: ShopCheck::default(),
        }
    }

    /// A token that lasts longer than `at_least`: from memory, from the store, or refreshed.
    ///
    /// A caller that comes during a refresh waits for it. If the future is dropped, a refresh that has
    /// begun continues and is stored.
    ///
    /// # Errors
    ///
    /// `Reauthorise` when BASE refuses the refresh token, and at once while the account is marked for that
    /// and the accounts file has not changed; `Barred` while the account rests, and when BASE refuses the
    /// shop or the application; `TokenRefused` while the account pauses; `Renewing` if a refresh takes
    /// longer than 5 s, here or in another process; `Unavailable` for what may pass.
    pub(super) async fn access(
        self: &Arc<Self>,
        at_least: TimeDelta,
    ) -> Result<AccessToken, ShopError> {
        self.connection.check_breaker()?;
        self.check_standing()?;
        if let Some(until) = self.rejections.paused_at(self.connection.now()) {
            if self.records.still_rejected().await {
                return Err(ShopError::TokenRefused { until });
            }
            self.rejections.reset();
        }
        let found = tokio::time::timeout(CALLER_WAITS, self.find(at_least)).await;
        found.unwrap_or(Err(ShopError::Renewing))
    }

    async fn find(self: &Arc<Self>, at_least: TimeDelta) -> Result<AccessToken, ShopError> {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        // Those who waited for a refresh that was refused do not repeat it.
        self.check_standing()?;
        self.keep_stored(&mut state).await;
        if let Some(token) = state.current()
            && self.lasts(token, at_least)
        {
            return Ok(state.access(token));
        }
        let manager = Arc::clone(self);
        complete(async move { manager.renew(state, at_least).await }).await
    }

    /// A token that another process has stored, or a refreshed one. Only the holder of the account's
    /// lease refreshes: a second process would send a refresh token that is invalid by then.
    async fn renew(
        self: &Arc<Self>,
        mut state: OwnedMutexGuard<TokenState>,
        at_least: TimeDelta,
    ) -> Result<AccessToken, ShopError> {
        if let Some(pair) = state.unsaved.clone() {
            return self.store(&mut state, pair).await;
        }
        for _ in 0..LEASE_CHECKS {
            if let TokenLookup::Valid(token) = self.look_up(&state, at_least).await? {
                return Ok(state.replace(token));
            }
            if self.records.take_lease(self.connection.now()).await? {
                let renewed = self.renew_leased(&mut state, at_least).await;
                self.records.release_lease().await;
                return renewed;
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        Err(ShopError::Renewing)
    }

    /// Looks into the store once more, since the previous holder of the lease may have refreshed.
    async fn renew_leased(
        self: &Arc<Self>,
        state: &mut TokenState,
        at_least: TimeDelta,
    ) -> Result<AccessToken, ShopError> {
        match self.look_up(state, at_least).await? {
            TokenLookup::Valid(token) => Ok(state.replace(token)),
            TokenLookup::RefreshWith(grant) => self.refresh(state, &grant).await,
            TokenLookup::Missing => Err(self.never_authorised().await),
        }
    }

    pub(super) async fn refresh(
        self: &Arc<Self>,
        state: &mut TokenState,
        sent: &RefreshGrant,
    ) -> Result<AccessToken, ShopError> {
        match self.exchange_once(sent).await {
            Ok(pair) => self.keep(state, sent, pair).await,
            Err(ExchangeError::NoAnswer(error)) => Err(error),
            Err(ExchangeError::Refused(GrantRefusal::Unavailable(what))) => {
                Err(ShopError::Unavailable(format!("token refresh: {what}")))
            }
            Err(ExchangeError::Refused(GrantRefusal::Account(refusal))) => {
                Err(self.barred(refusal).await)
            }
            Err(ExchangeError::Refused(GrantRefusal::Grant(why))) => {
                match self.other_pair(state, sent).await? {
                    Some(pair) => Ok(state.replace(pair)),
                    None => Err(self.records.mark(self.connection.now(), &why).await),
                }
            }
        }
    }

    /// Exchanges `grant` for a pair.
    pub(super) async fn exchange(
        &self,
        grant: TokenGrant<'_>,
    ) -> Result<StoredToken, ExchangeError> {
        exchange(
            &self.connection,
            &self.credentials,
            &self.records.seed,
            grant,
        )
        .await
    }

    /// Stores the pair, then takes it into use. While the store is not available the pair stays here,
    /// under the lease: another process would send a refresh token that is invalid by now.
    pub(super) async fn store(
        &self,
        state: &mut TokenState,
        pair: StoredToken,
    ) -> Result<AccessToken, ShopError> {
        if let Err(error) = self.records.save(&pair).await {
            state.unsaved = Some(pair);
            return Err(error);
        }
        state.unsaved = None;
        Ok(state.replace(pair))
    }

    pub(super) async fn never_authorised(&self) -> ShopError {
        let now = self.connection.now();
        self.records.mark(now, NEVER_AUTHORISED).await
    }

    /// BASE accepted a call with this token.
    pub(super) async fn accepted(&self, access: &AccessToken) {
        if self
            .rejections
            .accepted(access.generation, self.connection.now())
        {
            self.clear_rejections().await;
        }
    }

    /// Drops the token that BASE rejected, unless it was replaced meanwhile; returns what that means for
    /// the call.
    pub(super) async fn rejected(&self, access: &AccessToken) -> ShopError {
        let mut state = self.state.lock().await;
        if !state.reject(access) {
            return ShopError::TokenExpired;
        }
        if !self.rejections.rejected(access.generation) {
            return ShopError::TokenExpired;
        }
        let now = self.connection.now();
        let since = self.records.rejected_since(now).await;
        if now - since < PASSES_WITHIN {
            let until = self.rejections.pause(since, now);
            let account = &self.records.account;
            tracing::warn!(%account, %until, "BASE rejects fresh access tokens of account {account}: nothing is sent until {until}");
            return ShopError::TokenRefused { until };
        }
        let why = "fresh access tokens were rejected for half an hour";
        let marked = self.records.mark(now, why).await;
        self.clear_rejections().await;
        marked
    }

    /// The next rejection starts a new count.
    pub(super) async fn clear_rejections(&self) {
        self.rejections.reset();
        self.records.clear_rejected().await;
    }
}
