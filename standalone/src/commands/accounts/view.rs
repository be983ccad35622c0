//! The shops of the accounts file as one JSON object. Times are UTC; no secret is in it.

use app::accounts::AccountEntry;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use shared::domain::account::{AccountId, AccountRefusal, NEVER_AUTHORISED};
use shared::ports::store::{AccountRow, ListingCounts, TokenAge};
use std::collections::HashMap;

/// The shops of the accounts file.
#[derive(Debug, Serialize)]
pub struct AccountsView {
    /// In the order of the file.
    pub accounts: Vec<AccountView>,
}

/// Data from the database, needed for the view.
pub struct AccountFacts {
    pub rows: HashMap<AccountId, AccountRow>,
    /// By account.
    pub ages: HashMap<String, TokenAge>,
    /// By account.
    pub counts: HashMap<AccountId, ListingCounts>,
    /// Host and port of the proxies, by account.
    pub proxies: HashMap<AccountId, String>,
    pub now: DateTime<Utc>,
    /// How long before its expiry a token counts as ending.
    pub warned_before: TimeDelta,
}

#[derive(Debug, Serialize)]
pub struct AccountView {
    pub id: AccountId,
    pub name: String,
    pub active: bool,
    pub listed: u64,
    /// Registered, but not yet in the shop.
    pub pending: u64,
    pub token: TokenView,
    /// Only if it is in the future.
    pub parked_until: Option<DateTime<Utc>>,
    /// Host and port, without user and password.
    pub proxy: Option<String>,
    pub proxy_failed_since: Option<DateTime<Utc>>,
    /// Since when BASE refuses the shop or its application; retried automatically.
    pub refused_since: Option<DateTime<Utc>>,
    pub refused: Option<AccountRefusal>,
    /// The shop at BASE that the account belongs to, once it is known.
    pub shop_id: Option<String>,
}

/// The tokens of a shop.
#[derive(Debug, Serialize)]
pub struct TokenView {
    pub state: TokenStatus,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refreshed_at: Option<DateTime<Utc>>,
    pub age_days: Option<i64>,
    /// Expiry of the refresh token, 30 days after the last refresh.
    pub ends_at: Option<DateTime<Utc>>,
    pub reauthorise_since: Option<DateTime<Utc>>,
    pub reauthorise_why: Option<String>,
    /// Since when BASE rejects new access tokens; retried automatically.
    pub refused_since: Option<DateTime<Utc>>,
}

/// The status of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenStatus {
    /// Never authorised, and no initial token in the file.
    None,
    /// The initial token of the file was not used yet.
    Unused,
    Good,
    /// Expires within the longest of `TOKEN_WARNING_DAYS`.
    Ending,
    /// Expired.
    Ended,
    /// A person must authorise the shop again.
    Reauthorise,
}

impl AccountView {
    pub fn of(shop: &AccountEntry, facts: &AccountFacts) -> Self {
        let row = facts.rows.get(&shop.id);
        let parked = row.and_then(|row| row.parked_until);
        let refused = row.and_then(|row| row.refused.clone());
        let counts = facts.counts.get(&shop.id).copied().unwrap_or_default();
        Self {
            id: shop.id.clone(),
            name: shop.name.clone(),
            active: shop.active,
            listed: counts.listed,
            pending: counts.pending,
            token: TokenView::of(shop, row, facts),
            parked_until: parked.filter(|until| *until > facts.now),
            proxy: facts.proxies.get(&shop.id).cloned(),
            proxy_failed_since: row.and_then(|row| row.proxy_failed_since),
            refused_since: refused.as_ref().map(|(since, _)| *since),
            refused: refused.map(|(_, refusal)| refusal),
            shop_id: row.and_then(|row| Some(row.shop.as_ref()?.shop_id.clone())),
        }
    }
}

impl TokenView {
    fn of(shop: &AccountEntry, row: Option<&AccountRow>, facts: &AccountFacts) -> Self {
        let age = facts.ages.get(shop.id.as_str());
        let ends_at = age.map(TokenAge::ends_at);
        let since = row.and_then(|row| row.reauthorise_since);
        let why = row.and_then(|row| row.reauthorise_why.as_deref());
        let state = match ends_at {
            _ if why == Some(NEVER_AUTHORISED) => TokenStatus::None,
            _ if since.is_some() => TokenStatus::Reauthorise,
            Some(ends) if ends <= facts.now => TokenStatus::Ended,
            Some(ends) if ends - facts.now <= facts.warned_before => TokenStatus::Ending,
            Some(_) => TokenStatus::Good,
            None if shop.has_first_token() => TokenStatus::Unused,
            None => TokenStatus::None,
        };
        Self {
            state,
            access_expires_at: age.map(|age| age.access_expires_at),
            refreshed_at: age.map(|age| age.refreshed_at),
            age_days: age.map(|age| (facts.now - age.refreshed_at).num_days()),
            ends_at,
            reauthorise_since: since,
            reauthorise_why: why.map(str::to_owned),
            refused_since: row.and_then(|row| row.tokens_refused_since),
        }
    }
}
