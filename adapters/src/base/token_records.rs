//! The stored rows about the tokens of one account: the pair, its lease, and the marks for people.

use super::config::BaseCredentials;
use super::token_state::RefreshGrant;
use backon::{ExponentialBuilder, Retryable as _};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use shared::domain::account::{AccountId, AccountRefusal};
use shared::domain::wrong_clock::is_future;
use shared::ports::shop::ShopError;
use shared::ports::store::{
    AccountRow, AccountStore, ReauthoriseMark, ShopBinding, StoreError, StoredToken, TokenStore,
};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Longer than an exchange with BASE and storing its result can take.
const LEASE: Duration = Duration::from_secs(60);

/// How long a new pair waits for the store before its callers get an error; the next call tries again.
const PAIR_WAITS: Duration = Duration::from_secs(300);

/// Reads and writes the rows of one account.
pub(super) struct TokenRecords {
    pub(super) account: AccountId,
    /// Names the account in the token and lease tables.
    owner: String,
    /// Names this process as the holder of a lease.
    holder: String,
    /// Fingerprint of the refresh token in the accounts file; empty if the file has none.
    pub(super) seed: String,
    tokens: Arc<dyn TokenStore>,
    accounts: Arc<dyn AccountStore>,
}

impl TokenRecords {
    pub(super) fn new(
        credentials: &BaseCredentials,
        tokens: Arc<dyn TokenStore>,
        accounts: Arc<dyn AccountStore>,
    ) -> Self {
        let seed = credentials.refresh_token.as_ref().map(fingerprint);
        Self {
            account: credentials.account.clone(),
            owner: format!("base/{}", credentials.account),
            holder: Uuid::now_v7().to_string(),
            seed: seed.unwrap_or_default(),
            tokens,
            accounts,
        }
    }

    /// The stored pair that descends from the refresh token in the accounts file. A person who writes
    /// another refresh token into the file has authorised the account anew, so the file wins. Without one
    /// in the file, any pair counts.
    pub(super) async fn pair(&self) -> Result<Option<StoredToken>, ShopError> {
        Ok(self.descendant(self.stored().await?))
    }

    async fn stored(&self) -> Result<Option<StoredToken>, ShopError> {
        let stored = self.tokens.token(&self.owner).await;
        stored.map_err(|error| store_failed(&error))
    }

    fn descendant(&self, stored: Option<StoredToken>) -> Option<StoredToken> {
        stored.filter(|token| self.seed.is_empty() || token.seed == self.seed)
    }

    /// As [`TokenRecords::pair`], unless the store has lost the newer pair that this process has `held`:
    /// after a restore or a fail-over. Then that one is stored again. A pair that was stored under a clock
    /// of the future counts as the older one.
    pub(super) async fn newest(
        &self,
        held: Option<&StoredToken>,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredToken>, ShopError> {
        let stored = self.stored().await?;
        let lost = held.filter(|held| {
            let stored_at = stored.as_ref().map(|stored| stored.refreshed_at);
            stored_at.is_none_or(|at| at < held.refreshed_at) && !is_future(held.refreshed_at, now)
        });
        let Some(held) = lost else {
            return Ok(self.descendant(stored));
        };
        let restored = self.tokens.restore_token(&self.owner, held).await;
        if !restored.map_err(|error| store_failed(&error))? {
            return self.pair().await;
        }
        let account = &self.account;
        tracing::warn!(%account, "the database had an older token pair of account {account}; stored the newer one again");
        self.clear_mark().await;
        Ok(Some(held.clone()))
    }

    /// Whether the store has a successor of the refresh token `sent` by now. A token of the accounts file
    /// that was never used also replaces a pair of another seed. A pair that is older than `sent` comes
    /// from a store that was taken back.
    pub(super) async fn has_successor(
        &self,
        sent: &RefreshGrant,
        now: DateTime<Utc>,
    ) -> Result<bool, ShopError> {
        Ok(self.stored().await?.is_some_and(|stored| {
            let follows = match sent.issued_at {
                None => stored.seed == self.seed,
                Some(at) => stored.refreshed_at >= at || is_future(at, now),
            };
            follows && stored.refresh_token.expose_secret() != sent.token.expose_secret()
        }))
    }

    /// Stores a new pair, and clears the mark that a person has to authorise the account. Retries while
    /// the store is not available.
    pub(super) async fn save(&self, pair: &StoredToken) -> Result<(), ShopError> {
        (|| self.tokens.save_token(&self.owner, pair))
            .retry(until_stored(PAIR_WAITS))
            .when(StoreError::may_pass)
            .await
            .map_err(|error| store_failed(&error))?;
        self.clear_mark().await;
        Ok(())
    }

    async fn clear_mark(&self) {
        let account = &self.account;
        if let Err(error) = self.accounts.set_reauthorise(account, None).await {
            tracing::warn!(%account, "could not clear the mark of account {account}: {error}");
        }
    }

    /// Whether this process may refresh the tokens now.
    pub(super) async fn take_lease(&self, now: DateTime<Utc>) -> Result<bool, ShopError> {
        let (owner, holder) = (&self.owner, &self.holder);
        let taken = self
            .tokens
            .take_lease(owner, holder, now, now + LEASE)
            .await;
        taken.map_err(|error| store_failed(&error))
    }

    /// Lets other processes refresh the tokens. Retries while the store is not available, since no process
    /// of the account could renew until the end of the lease.
    pub(super) async fn release_lease(&self) {
        let released = (|| self.tokens.end_lease(&self.owner, &self.holder))
            .retry(until_stored(LEASE))
            .when(StoreError::may_pass)
            .await;
        if let Err(error) = released {
            tracing::warn!(account = %self.account, "could not release the token lease, which has expired by now or will soon: {error}");
        }
    }

    /// `Reauthorise` while the account is marked, so that an invalid refresh token is not sent in a loop,
    /// nor by one process after another. The mark is void once the file has another refresh token or
    /// another process has refreshed since.
    pub(super) async fn check_mark(
        &self,
        pair: Option<&StoredToken>,
        now: DateTime<Utc>,
    ) -> Result<(), ShopError> {
        let row = self.accounts.account(&self.account).await;
        let row = row.map_err(|error| store_failed(&error))?;
        let is_valid = |row: &AccountRow| match pair {
            // A pair of the future was stored under a wrong clock: storing one clears the mark.
            Some(token) => row.reauthorise_since.is_some_and(|since| {
                token.refreshed_at <= since || is_future(token.refreshed_at, now)
            }),
            None => row.reauthorise_seed.as_ref() == Some(&self.seed),
        };
        match row.filter(|row| is_valid(row)) {
            Some(row) => Err(self.reauthorise(row.reauthorise_why.as_deref().unwrap_or("?"))),
            None => Ok(()),
        }
    }

    /// Marks the account: a person has to authorise it again. The mark is no older than the stored pair, unless that
    /// is of the future for this clock; then the mark is replaced once it is not.
    pub(super) async fn mark(&self, now: DateTime<Utc>, why: &str) -> ShopError {
        let stored = self.stored().await.ok().flatten();
        let pair_at = stored.map(|pair| pair.refreshed_at);
        let pair_at = pair_at.filter(|at| !is_future(*at, now));
        let mark = ReauthoriseMark {
            since: pair_at.map_or(now, |at| at.max(now)),
            why,
            seed: &self.seed,
            pair_at,
        };
        let account = &self.account;
        match self.accounts.set_reauthorise(account, Some(mark)).await {
            Ok(true) => {
                tracing::warn!(%account, "BASE account {account} has to be authorised again: {why}");
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%account, "could not mark account {account}: {error}"),
        }
        self.reauthorise(why)
    }

    fn reauthorise(&self, why: &str) -> ShopError {
        ShopError::Reauthorise {
            account: self.account.clone(),
            why: why.to_owned(),
        }
    }

    /// The shop that the account belongs to, if it is known.
    pub(super) async fn shop(&self) -> Result<Option<ShopBinding>, ShopError> {
        let row = self.accounts.account(&self.account).await;
        let row = row.map_err(|error| store_failed(&error))?;
        Ok(row.and_then(|row| row.shop))
    }

    /// Stores the shop that the account belongs to.
    pub(super) async fn bind(&self, shop: &ShopBinding) -> Result<(), ShopError> {
        let bound = self.accounts.bind_shop(&self.account, shop).await;
        bound.map_err(|error| store_failed(&error))
    }

    /// Stores that BASE refuses the account, or with `None` that it accepts a call.
    pub(super) async fn refused(
        &self,
        refused: Option<(&AccountRefusal, DateTime<Utc>, DateTime<Utc>)>,
    ) {
        let account = &self.account;
        if let Err(error) = self.accounts.set_refused(account, refused).await {
            tracing::warn!(%account, "could not store whether BASE refuses account {account}: {error}");
        }
    }

    /// Stores that fresh tokens are rejected, and returns since when: all processes share that time, since
    /// each of them sees only some of the rejections.
    pub(super) async fn rejected_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let account = &self.account;
        let stored = self.accounts.set_tokens_refused(account, Some(now)).await;
        let since = stored.unwrap_or_else(|error| {
            tracing::warn!(%account, "could not store that tokens are rejected: {error}");
            None
        });
        since.unwrap_or(now)
    }

    /// Whether no process has had a token accepted since this one paused.
    pub(super) async fn still_rejected(&self) -> bool {
        match self.accounts.account(&self.account).await {
            Ok(row) => row.is_some_and(|row| row.tokens_refused_since.is_some()),
            Err(_) => true,
        }
    }

    /// Clears the time since when fresh tokens are rejected.
    pub(super) async fn clear_rejected(&self) {
        let account = &self.account;
        if let Err(error) = self.accounts.set_tokens_refused(account, None).await {
            tracing::warn!(%account, "could not store that tokens are accepted: {error}");
        }
    }
}

/// Frequent retries within this time, so that a row is stored soon after the store is back; a pair before
/// another process takes over the expired lease.
fn until_stored(within: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(500))
        .with_total_delay(Some(within))
        .without_max_times()
}

/// BASE did nothing wrong, and the same call may succeed once the store is back.
fn store_failed(error: &StoreError) -> ShopError {
    ShopError::NoTokens(error.to_string())
}

/// Identifies a refresh token without revealing it: the first 16 bytes of its SHA-256, in hexadecimal.
fn fingerprint(refresh_token: &SecretString) -> String {
    let digest = Sha256::digest(refresh_token.expose_secret());
    let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    digits.collect()
}
