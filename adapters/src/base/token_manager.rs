//! Keeps the tokens of one account: one refresh at a time, and every new pair on the disk before it
//! is used.
//!
//! BASE takes a refresh token once and answers a new one. So a pair that is lost costs a person's
//! visit, and a refresh that has begun is finished even when the job that asked for it is gone.

use super::exchange::{self, Grant, NoPair};
use super::proxy_breaker::Way;
use super::token_rejections::Refusals;
use super::token_state::{Access, State, fingerprint};
use super::{BaseCredentials, Outside, ThroughProxy};
use backon::{ExponentialBuilder, Retryable as _};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use shared::domain::account::AccountId;
use shared::ports::shop::ShopError;
use shared::ports::store::{AccountRow, AccountStore, ReauthoriseMark, StoreError, StoredToken};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::Instrument;
use uuid::Uuid;

/// A token that `prepare` hands over outlives a wait for a permit.
pub(super) const LASTING: TimeDelta = TimeDelta::seconds(60);
/// A token must outlive the way to BASE.
pub(super) const LAST_MOMENT: TimeDelta = TimeDelta::seconds(2);

/// Longer than an exchange with BASE and its row can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Between two looks at what the holder of the lease has stored.
pub(super) const LEASE_PAUSE: Duration = Duration::from_millis(100);
/// Looks until the caller is sent away to try again: 10 s.
pub(super) const LEASE_LOOKS: u32 = 100;

/// How long callers wait for a pair to be stored, until they are sent away and the next one tries.
const PAIR_WAITS: Duration = Duration::from_secs(300);

/// The tokens of one account.
pub(super) struct Keeper {
    credentials: BaseCredentials,
    seed: String,
    owner: String,
    /// Names this process's keeper as the holder of a lease.
    holder: String,
    outside: Arc<Outside>,
    // Held across the refresh on purpose: that is what makes it one for all callers.
    state: Arc<Mutex<State>>,
    refusals: Refusals,
    way: Way,
}

/// What the store has for an account.
enum Found {
    /// A token that will do.
    Lasting(StoredToken),
    /// Only what the next one is asked with.
    RefreshWith(SecretString),
    /// Nothing: it was never authorised.
    Nothing,
}

impl Keeper {
    pub(super) fn new(credentials: BaseCredentials, outside: Arc<Outside>) -> Self {
        Self {
            seed: credentials
                .refresh_token
                .as_ref()
                .map(fingerprint)
                .unwrap_or_default(),
            owner: format!("base/{}", credentials.account),
            holder: Uuid::now_v7().to_string(),
            credentials,
            outside,
            state: Arc::default(),
            refusals: Refusals::default(),
            way: Way::default(),
        }
    }

    pub(super) fn account(&self) -> &AccountId {
        &self.credentials.account
    }

    /// Names the refresh token that the file gave to begin with; empty where it gave none.
    pub(super) fn seed(&self) -> &str {
        &self.seed
    }

    pub(super) fn state(&self) -> Arc<Mutex<State>> {
        Arc::clone(&self.state)
    }

    /// What the file gave to begin with.
    pub(super) fn first_refresh_token(&self) -> Option<SecretString> {
        self.credentials.refresh_token.clone()
    }

    /// The client of this account's requests.
    pub(super) fn http(&self) -> &reqwest::Client {
        match &self.credentials.proxy {
            Some(ThroughProxy(client)) => client,
            None => &self.outside.http,
        }
    }

    pub(super) fn is_proxied(&self) -> bool {
        self.credentials.proxy.is_some()
    }

    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.outside.clock.now()
    }

    pub(super) fn accounts(&self) -> &dyn AccountStore {
        &*self.outside.accounts
    }

    /// A token that lasts longer than `at_least`: from memory, from the store, or refreshed.
    ///
    /// Whoever comes during a refresh waits for it. If the future is dropped, a refresh that has
    /// begun goes on and is stored.
    ///
    /// # Errors
    ///
    /// `Reauthorise` when BASE refuses the refresh token, and at once while the account is marked for
    /// that and the accounts file has not changed; `TokenRefused` while it rests; `Renewing` where another
    /// process has been at it for 10 s; `Unavailable` for what may pass.
    pub(super) async fn access(self: &Arc<Self>, at_least: TimeDelta) -> Result<Access, ShopError> {
        self.way_is_open()?;
        self.does_not_rest()?;
        let state = Arc::clone(&self.state).lock_owned().await;
        if let Some(held) = &state.held
            && self.lasts(&held.token, at_least)
        {
            return Ok(held.access());
        }
        let keeper = Arc::clone(self);
        let renewal =
            tokio::spawn(async move { keeper.renew(state, at_least).await }.in_current_span());
        renewal.await.unwrap_or_else(|_| {
            Err(ShopError::Unavailable(
                "the refresh was broken off".to_owned(),
            ))
        })
    }

    /// A token that another process has stored, or one of our own refresh. Only who holds the
    /// account's lease refreshes: a second process that did so at the same time would ask with a
    /// refresh token that is dead by then.
    async fn renew(
        &self,
        mut state: OwnedMutexGuard<State>,
        at_least: TimeDelta,
    ) -> Result<Access, ShopError> {
        if let Some(pair) = state.unsaved.clone() {
            return self.take(&mut state, pair).await;
        }
        for _ in 0..LEASE_LOOKS {
            if let Found::Lasting(token) = self.look(&state, at_least).await? {
                return Ok(state.hold(token));
            }
            if self.take_lease().await? {
                let renewed = self.renew_leased(&mut state, at_least).await;
                self.end_lease().await;
                return renewed;
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        Err(ShopError::Renewing)
    }

    /// Looks once more, since the one who had the lease before may have refreshed.
    async fn renew_leased(
        &self,
        state: &mut State,
        at_least: TimeDelta,
    ) -> Result<Access, ShopError> {
        match self.look(state, at_least).await? {
            Found::Lasting(token) => Ok(state.hold(token)),
            Found::RefreshWith(refresh_token) => self.refresh(state, &refresh_token).await,
            Found::Nothing => Err(self.never_authorised().await),
        }
    }

    pub(super) async fn never_authorised(&self) -> ShopError {
        self.needs_person("it was never authorised").await
    }

    /// The token of the store that belongs to this account of the file. A person who has put another
    /// refresh token into the file has authorised anew: the file wins. A file without one takes any.
    pub(super) async fn stored(&self) -> Result<Option<StoredToken>, ShopError> {
        let stored = self.outside.tokens.token(&self.owner).await;
        let stored = stored.map_err(|error| store_failed(&error))?;
        Ok(stored.filter(|token| self.is_ours(token)))
    }

    fn is_ours(&self, token: &StoredToken) -> bool {
        self.credentials.refresh_token.is_none() || token.seed == self.seed
    }

    /// What the store has for this account now.
    async fn look(&self, state: &State, at_least: TimeDelta) -> Result<Found, ShopError> {
        let stored = self.stored().await?;
        self.stop_if_marked(stored.as_ref()).await?;
        Ok(match stored {
            Some(token) if self.lasts(&token, at_least) && !state.was_refused(&token) => {
                Found::Lasting(token)
            }
            Some(token) => Found::RefreshWith(token.refresh_token),
            None => match &self.credentials.refresh_token {
                Some(first) => Found::RefreshWith(first.clone()),
                None => Found::Nothing,
            },
        })
    }

    pub(super) async fn take_lease(&self) -> Result<bool, ShopError> {
        let now = self.outside.clock.now();
        let tokens = &self.outside.tokens;
        let taken = tokens.take_lease(&self.owner, &self.holder, now, now + LEASE);
        taken.await.map_err(|error| store_failed(&error))
    }

    pub(super) async fn end_lease(&self) {
        let tokens = &self.outside.tokens;
        if let Err(error) = tokens.end_lease(&self.owner, &self.holder).await {
            tracing::warn!(account = %self.account(), "the lease ends by its time only: {error}");
        }
    }

    pub(super) async fn refresh(
        &self,
        state: &mut State,
        refresh_token: &SecretString,
    ) -> Result<Access, ShopError> {
        let grant = Grant::Refresh(refresh_token);
        match self.exchange(grant).await {
            Ok(pair) => self.take(state, pair).await,
            Err(NoPair::Unavailable(what)) => {
                Err(ShopError::Unavailable(format!("token refresh: {what}")))
            }
            Err(NoPair::Unanswered(error)) => Err(error),
            Err(NoPair::Refused(code)) => {
                match self.stored().await? {
                    // Another process was faster: its pair is the one that counts.
                    Some(token)
                        if token.refresh_token.expose_secret() != refresh_token.expose_secret()
                            && !state.was_refused(&token) =>
                    {
                        Ok(state.hold(token))
                    }
                    _ => Err(self.needs_person(&code).await),
                }
            }
        }
    }

    pub(super) async fn exchange(&self, grant: Grant<'_>) -> Result<StoredToken, NoPair> {
        exchange::exchange(self, &self.outside, &self.credentials, grant).await
    }

    /// Stores the pair, then hands it out. While the store is away the pair waits here, under the
    /// lease: another process would ask with a refresh token that is dead by now.
    pub(super) async fn take(
        &self,
        state: &mut State,
        pair: StoredToken,
    ) -> Result<Access, ShopError> {
        let stored = (|| self.outside.tokens.save_token(&self.owner, &pair))
            .retry(until_stored())
            .when(|error| matches!(error, StoreError::Unavailable(_)))
            .await;
        if let Err(error) = stored {
            state.unsaved = Some(pair);
            return Err(store_failed(&error));
        }
        state.unsaved = None;
        let cleared = self
            .outside
            .accounts
            .set_reauthorise(self.account(), None)
            .await;
        if let Err(error) = cleared {
            tracing::warn!(account = %self.account(), "cannot clear the mark of an account: {error}");
        }
        Ok(state.hold(pair))
    }

    /// Answers at once while the mark stands, so that a dead token is not asked with in a loop, nor by
    /// one process after another. The mark is void once the file has another seed or another process
    /// has refreshed since.
    async fn stop_if_marked(&self, stored: Option<&StoredToken>) -> Result<(), ShopError> {
        let rows = self
            .outside
            .accounts
            .accounts()
            .await
            .map_err(|error| store_failed(&error))?;
        let row = rows.iter().find(|row| row.id == *self.account());
        let stands = |row: &AccountRow| match stored {
            Some(token) => row
                .reauthorise_since
                .is_some_and(|since| token.refreshed_at <= since),
            None => row.reauthorise_seed.as_ref() == Some(&self.seed),
        };
        if row.is_some_and(stands) {
            return Err(ShopError::Reauthorise(self.account().clone()));
        }
        Ok(())
    }

    pub(super) async fn needs_person(&self, why: &str) -> ShopError {
        let mark = ReauthoriseMark {
            since: self.outside.clock.now(),
            why,
            seed: &self.seed,
        };
        let accounts = &self.outside.accounts;
        let marked = accounts.set_reauthorise(self.account(), Some(mark)).await;
        match marked {
            Ok(true) => tracing::warn!(
                account = %self.account(),
                "BASE account {} has to be authorised again: {why}",
                self.account()
            ),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(account = %self.account(), "cannot mark an account: {error}");
            }
        }
        ShopError::Reauthorise(self.account().clone())
    }

    fn lasts(&self, token: &StoredToken, at_least: TimeDelta) -> bool {
        token.access_expires_at - self.outside.clock.now() > at_least
    }
}

/// The pauses of a pair that waits for its store: it is tried soon after the store is back, before
/// somebody else finds the lease at its end.
fn until_stored() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(500))
        .with_total_delay(Some(PAIR_WAITS))
        .without_max_times()
}

/// The vendor did nothing wrong, and the same call may succeed once the store is back.
fn store_failed(error: &StoreError) -> ShopError {
    ShopError::Unavailable(format!("token store: {error}"))
}
