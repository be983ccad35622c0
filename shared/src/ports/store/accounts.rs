//! Accounts, their tokens, and the memory of lanes, which outlives a process.

use super::{LeaseStore, StoreError};
use crate::domain::account::{AccountId, AccountRefusal, REFRESH_TOKEN_LIVES};
use crate::domain::platform::Platform;
use crate::domain::rate::LanePace;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use std::collections::HashMap;

/// One account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The platform of its shop.
    pub platform: Platform,
    /// Its name for people.
    pub name: String,
    /// Whether requests are sent for it.
    pub active: bool,
    /// No requests until then: its quota is used up, or its proxy fails.
    pub parked_until: Option<DateTime<Utc>>,
    /// Since when a person has to authorise it again.
    pub reauthorise_since: Option<DateTime<Utc>>,
    /// The reason, as text; `None` for a mark of an older program.
    pub reauthorise_why: Option<String>,
    /// [`StoredToken::seed`] of the accounts file at that time.
    pub reauthorise_seed: Option<String>,
    /// Since when its proxy fails; requests are never sent without it.
    pub proxy_failed_since: Option<DateTime<Utc>>,
    /// Since when BASE rejects its fresh access tokens; the program retries by itself.
    pub tokens_refused_since: Option<DateTime<Utc>>,
    /// Since when its platform refuses the shop or its application, and why; the program retries by itself.
    pub refused: Option<(DateTime<Utc>, AccountRefusal)>,
    /// The shop that it belongs to, once an item of it was found there.
    pub shop: Option<ShopBinding>,
}

/// The shop that an account belongs to: a token of another shop is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopBinding {
    /// The platform's id of the shop.
    pub shop_id: String,
    /// [`StoredToken::seed`] of the token that was checked last; `None` if the present one was not.
    pub seed: Option<String>,
}

impl AccountRow {
    /// An account on the default platform, without any problem.
    pub fn new(id: AccountId, name: String, active: bool) -> Self {
        Self {
            id,
            platform: Platform::default(),
            name,
            active,
            parked_until: None,
            reauthorise_since: None,
            reauthorise_why: None,
            reauthorise_seed: None,
            proxy_failed_since: None,
            tokens_refused_since: None,
            refused: None,
            shop: None,
        }
    }
}

/// Why a person has to authorise an account again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReauthoriseMark<'a> {
    /// Since when.
    pub since: DateTime<Utc>,
    /// The reason, as text without a secret.
    pub why: &'a str,
    /// [`StoredToken::seed`] of the accounts file: a different seed means that a person has
    /// authorised the account again.
    pub seed: &'a str,
    /// When the pair was issued that is not accepted. A mark from before that concerns an older one, and is
    /// replaced.
    pub pair_at: Option<DateTime<Utc>>,
}

/// What a platform says of an account as a whole.
#[async_trait]
pub trait StandingStore: Send + Sync {
    /// Records that the platform refuses the account: why, since when, unless that is recorded already,
    /// and until when the account is parked. `None` when it accepts a call: clears all of it.
    async fn set_refused(
        &self,
        account: &AccountId,
        refused: Option<(&AccountRefusal, DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError>;

    /// Binds the account to its shop.
    async fn bind_shop(&self, account: &AccountId, shop: &ShopBinding) -> Result<(), StoreError>;
}

/// The accounts of the accounts file, and their state.
#[async_trait]
pub trait AccountStore: StandingStore {
    /// Takes over id, platform, name and active. An account that is not in `accounts` becomes
    /// inactive; its rows are kept.
    async fn sync_accounts(&self, accounts: &[AccountRow]) -> Result<(), StoreError>;

    /// All accounts, by id.
    async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError>;

    /// One account; `None` if it is not known.
    async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError>;

    /// Parks the account; `false` when it was already parked until then, so that people are
    /// notified once.
    async fn park(&self, account: &AccountId, until: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Marks the account for a person, or clears the mark; `true` when that changed something. A
    /// mark is not changed until it is cleared, or until another seed or a newer pair fails as well.
    async fn set_reauthorise(
        &self,
        account: &AccountId,
        mark: Option<ReauthoriseMark<'_>>,
    ) -> Result<bool, StoreError>;

    /// Records that the account's proxy fails: since when, unless that is recorded already, and
    /// until when the account is parked. `None` when the proxy works: clears both.
    async fn set_proxy_failed(
        &self,
        account: &AccountId,
        failed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError>;

    /// Records that the account's fresh access tokens are rejected now, or with `None` that one was
    /// accepted. Returns since when they are rejected, by the first record; `None` for an account
    /// without a row.
    async fn set_tokens_refused(
        &self,
        account: &AccountId,
        now: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError>;
}

/// A stored token. Debug prints no secret.
#[derive(Debug, Clone)]
pub struct StoredToken {
    /// Authenticates requests.
    pub access_token: SecretString,
    /// Gets the next token pair.
    pub refresh_token: SecretString,
    /// Expiry of the access token.
    pub access_expires_at: DateTime<Utc>,
    /// When the refresh token was issued; it is valid for 30 days.
    pub refreshed_at: DateTime<Utc>,
    /// Fingerprint of the refresh token in the accounts file when it was first used: a different
    /// one in the file means that a person has authorised again, and wins.
    pub seed: String,
}

/// The age of a token, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAge {
    /// The owner: `<platform>/<account>`.
    pub owner: String,
    /// Expiry of the access token.
    pub access_expires_at: DateTime<Utc>,
    /// When the refresh token was issued.
    pub refreshed_at: DateTime<Utc>,
}

impl TokenAge {
    /// When a person has to authorise again, unless the token is refreshed before.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.refreshed_at + REFRESH_TOKEN_LIVES
    }

    /// The ages by the ids of their accounts.
    pub fn by_account(ages: Vec<Self>) -> HashMap<String, Self> {
        let with_id = |age: Self| Some((age.owner.split_once('/')?.1.to_owned(), age));
        ages.into_iter().filter_map(with_id).collect()
    }
}

/// Stores tokens by owner (`<platform>/<account>`), and the leases under which they are refreshed.
#[async_trait]
pub trait TokenStore: LeaseStore {
    /// The token; `None` if there is none yet.
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError>;

    /// Stores the token durably: it is on disk when this returns.
    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError>;

    /// Stores a token that the store has lost, durably, unless the stored one is as new; whether it did.
    async fn restore_token(&self, owner: &str, token: &StoredToken) -> Result<bool, StoreError>;

    /// The ages of all tokens; needs no key.
    async fn token_ages(&self) -> Result<Vec<TokenAge>, StoreError>;
}

/// What a lane must remember when its process dies, so that the next process keeps the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneMemory {
    /// No call before this instant (microseconds since 1970).
    pub opens_at_us: i64,
    /// The lane's pace; its period is 0 for a lane with windows.
    pub pace: LanePace,
    /// Start of the current short window (an hour at BASE), milliseconds since 1970.
    pub hour_ms: i64,
    /// Calls in it; an upper bound.
    pub hour_used: u32,
    /// Start of the current long window (a day at BASE), milliseconds since 1970.
    pub day_ms: i64,
    /// Calls in it; an upper bound.
    pub day_used: u32,
    /// The shop refuses calls until this instant, milliseconds since 1970; 0 for none.
    pub closed_until_ms: i64,
    /// That every request on it is refused; read only, see [`LaneStore::save_refusals`].
    pub refusals: Option<LaneRefusals>,
}

/// Every request on a lane of Amazon was refused for its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneRefusals {
    /// The first refusal.
    pub since: DateTime<Utc>,
    /// The last one.
    pub last: DateTime<Utc>,
}

/// People are told that requests are refused when that has lasted this long.
pub const REFUSALS_TOLD_AFTER: TimeDelta = TimeDelta::minutes(1);
/// A refusal that is older was seen by a process that has ended: even a lane that refusals have
/// slowed down as far as possible sends a request in a shorter time.
const REFUSALS_COUNT_FOR: TimeDelta = TimeDelta::minutes(10);

impl LaneRefusals {
    /// Whether people are told at `now` that Amazon refuses all requests.
    pub fn are_told(&self, now: DateTime<Utc>) -> bool {
        self.last - self.since >= REFUSALS_TOLD_AFTER
            && (now - self.last).abs() < REFUSALS_COUNT_FOR
    }
}

/// Stores the memory of lanes, by name.
#[async_trait]
pub trait LaneStore: Send + Sync {
    /// All of them.
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError>;

    /// Stores one, except its refusals.
    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError>;

    /// Stores the refusals of a lane; `None` when a request was accepted.
    async fn save_refusals(
        &self,
        lane: &str,
        refusals: Option<LaneRefusals>,
    ) -> Result<(), StoreError>;
}
