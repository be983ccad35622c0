//! Accounts, their tokens, and what the lanes must remember from one process to the next.

use super::{LeaseStore, StoreError};
use crate::domain::account::{AccountId, REFRESH_TOKEN_LIVES};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// One account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The platform of its shop.
    pub platform: Platform,
    /// Its name for people.
    pub name: String,
    /// Gets requests at all.
    pub active: bool,
    /// It waits until then: for its quota, or for its proxy.
    pub parked_until: Option<DateTime<Utc>>,
    /// A person has to authorise it again, since then.
    pub reauthorise_since: Option<DateTime<Utc>>,
    /// Why, in the words of the one who marked it; `None` for a mark of an older program.
    pub reauthorise_why: Option<String>,
    /// [`StoredToken::seed`] of the accounts file at that time.
    pub reauthorise_seed: Option<String>,
    /// The proxy that its requests go through fails since then; nothing is sent past it.
    pub proxy_failed_since: Option<DateTime<Utc>>,
    /// BASE refuses its fresh access tokens since then; it is tried again by itself.
    pub tokens_refused_since: Option<DateTime<Utc>>,
}

impl AccountRow {
    /// An account on the default platform, in no trouble.
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
        }
    }
}

/// Why a person has to authorise an account again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReauthoriseMark<'a> {
    /// Since when.
    pub since: DateTime<Utc>,
    /// In the words of the one who marks it; no secret.
    pub why: &'a str,
    /// [`StoredToken::seed`] of the accounts file: with another one, a person has authorised anew.
    pub seed: &'a str,
}

/// The accounts as the accounts file gives them, and their state.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Takes over id, platform, name and active; an account that is not in `accounts` becomes inactive, its
    /// rows stay.
    async fn sync_accounts(&self, accounts: &[AccountRow]) -> Result<(), StoreError>;

    /// All accounts, by id.
    async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError>;

    /// Parks the account; `true` when it was not parked until then already, so that people are told
    /// once.
    async fn park(&self, account: &AccountId, until: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Marks the account for a person, or clears the mark; `true` when that changed something. A mark
    /// stays as it is until it is cleared, or until another seed is found to be as bad.
    async fn set_reauthorise(
        &self,
        account: &AccountId,
        mark: Option<ReauthoriseMark<'_>>,
    ) -> Result<bool, StoreError>;

    /// Notes that the account's proxy fails: since when, where that is not known yet, and until when
    /// the account waits. `None` when it works: what was noted is gone, and the account waits no more.
    async fn set_proxy_failed(
        &self,
        account: &AccountId,
        failed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError>;

    /// Notes that the account's fresh access tokens are refused now, or with `None` that one was accepted.
    /// Returns since when they are, as the first one noted it; `None` for an account without a row.
    async fn set_tokens_refused(
        &self,
        account: &AccountId,
        now: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError>;
}

/// A token as it is stored. Debug prints no secret.
#[derive(Debug, Clone)]
pub struct StoredToken {
    /// What goes into the request.
    pub access_token: SecretString,
    /// What the next one is asked with.
    pub refresh_token: SecretString,
    /// End of the access token.
    pub access_expires_at: DateTime<Utc>,
    /// When the refresh token was given out; it lives 30 days.
    pub refreshed_at: DateTime<Utc>,
    /// Fingerprint of the refresh token that the accounts file gave at first: a different one in the
    /// file means that a person has authorised anew, and wins.
    pub seed: String,
}

/// How old a token is, told without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAge {
    /// Whose it is: `<platform>/<account>`.
    pub owner: String,
    /// End of the access token.
    pub access_expires_at: DateTime<Utc>,
    /// When the refresh token was given out.
    pub refreshed_at: DateTime<Utc>,
}

impl TokenAge {
    /// When a person has to authorise anew, if the token is not renewed before.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.refreshed_at + REFRESH_TOKEN_LIVES
    }

    /// Whether it is the one of `account`.
    pub fn is_of(&self, account: &AccountId) -> bool {
        let owner = self.owner.split_once('/');
        owner.is_some_and(|(_, owner)| owner == account.as_str())
    }
}

/// Keeps tokens, by owner (`<platform>/<account>`), and the leases under which they are renewed.
#[async_trait]
pub trait TokenStore: LeaseStore {
    /// The token; `None` if there is none yet.
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError>;

    /// Stores the token durably: it is on the disk when this returns.
    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError>;

    /// How old all tokens are; needs no key.
    async fn token_ages(&self) -> Result<Vec<TokenAge>, StoreError>;
}

/// What a lane must remember when its process dies, so that the next one keeps the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneMemory {
    /// Not before this instant (microseconds since 1970).
    pub opens_at_us: i64,
    /// The lane's period in microseconds; 0 for a lane that is counted by windows.
    pub period_us: i64,
    /// Start of the counted short window (an hour at BASE), milliseconds since 1970.
    pub hour_ms: i64,
    /// Calls in it, at most.
    pub hour_used: u32,
    /// Start of the counted long window (a day at BASE), milliseconds since 1970.
    pub day_ms: i64,
    /// Calls in it, at most.
    pub day_used: u32,
    /// The shop said "not before" this instant, milliseconds since 1970; 0 for none.
    pub closed_until_ms: i64,
}

/// Keeps the memory of lanes, by name.
#[async_trait]
pub trait LaneStore: Send + Sync {
    /// All of them.
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError>;

    /// Stores one.
    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError>;
}
