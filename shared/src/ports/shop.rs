//! BASE, as the handlers see it.

use super::limiter::Permit;
use crate::domain::account::AccountId;
use crate::domain::lane::Lane;
use crate::domain::listing::{ItemId, ShopState};
use crate::domain::quota::Window;
use crate::domain::retry::Remedy;
use crate::domain::shop_page::ShopPage;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Why a call to the shop failed. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The account's quota is used up for this window.
    #[error("base refused the call: the quota of the {} is used up", match .0 { Window::Hour => "hour", Window::Day => "day" })]
    Quota(Window),
    /// Down or overloaded: 5xx, `db_error`, a cut connection, a time-out, an unreadable answer.
    #[error("base is not available: {0}")]
    Unavailable(String),
    /// The shop does not know the item (any more): `bad_item_id`, `no_item_id`, `no_item`.
    #[error("base does not know the item ({0})")]
    UnknownItem(String),
    /// The API may not edit this kind of item.
    #[error("base does not allow the item to be edited ({0})")]
    NotEditable(String),
    /// A value was refused, by the shop's error code.
    #[error("base refused the call ({0})")]
    Refused(String),
    /// The access token expired before its time; it is dropped, and the same call succeeds with another
    /// permit.
    #[error("the base access token has expired")]
    TokenExpired,
    /// Another process is refreshing the access token and has not stored it yet, or has crashed: its lease
    /// expires within a minute. The call has waited already.
    #[error("another process is still refreshing the base access token")]
    Renewing,
    /// Fresh access tokens are rejected, one after the other. That may pass, so the account pauses: nothing
    /// is sent until then.
    #[error("base rejects fresh access tokens; the account pauses until {until}")]
    TokenRefused {
        /// The next try.
        until: DateTime<Utc>,
    },
    /// The account's proxy fails. Nothing is sent without it; the next attempt is at `until`.
    #[error("the proxy of the account fails: {why}")]
    Proxy {
        /// Nothing is sent before.
        until: DateTime<Utc>,
        /// Without its address.
        why: String,
    },
    /// The account has to be authorised again by a person.
    #[error("base account {0} has to be authorised again")]
    Reauthorise(AccountId),
}

impl ShopError {
    /// The one place that decides what a job does about this error.
    pub fn remedy(&self) -> Remedy {
        match self {
            // The caller knows the end of the window from the limiter, and that of a rest or of the wait for
            // a proxy from the error.
            Self::Quota(_)
            | Self::Proxy { .. }
            | Self::TokenRefused { .. }
            | Self::TokenExpired
            | Self::Renewing => Remedy::Wait(Duration::ZERO),
            Self::Unavailable(_) => Remedy::TryAgain,
            Self::UnknownItem(_) | Self::NotEditable(_) | Self::Refused(_) => Remedy::GiveUp,
            Self::Reauthorise(_) => Remedy::Stop,
        }
    }

    /// Whether an edit was refused for the item that it is about, and not for the account or the call:
    /// then the item itself has to be looked at.
    pub fn is_about_the_item(&self) -> bool {
        match self {
            Self::UnknownItem(_) | Self::NotEditable(_) => true,
            Self::Refused(code) => matches!(
                code.as_str(),
                "validation_error" | "bad_params" | "bad_variation_id" | "invalid_request"
            ),
            _ => false,
        }
    }

    /// The word under which the report counts it.
    pub fn code(&self) -> &str {
        match self {
            Self::Quota(Window::Hour) => "hour_api_limit",
            Self::Quota(Window::Day) => "day_api_limit",
            Self::Unavailable(_) => "unavailable",
            Self::UnknownItem(code) | Self::NotEditable(code) | Self::Refused(code) => code,
            Self::TokenExpired => "token_expired",
            Self::Renewing => "token_renewal",
            Self::TokenRefused { .. } => "token_refused",
            Self::Proxy { .. } => "proxy_failed",
            Self::Reauthorise(_) => "reauthorise",
        }
    }
}

/// Edits items of a shop.
#[async_trait]
pub trait Shop: Send + Sync {
    /// The lane on which calls for `account` need their permits.
    fn lane(&self, account: &AccountId) -> Lane;

    /// Makes ready for a call: an access token that will last. Needs no permit: the token endpoint
    /// is not counted.
    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError>;

    /// Sets price, visibility and stock of an item in one call, and spends `permit`. Absolute values,
    /// so that sending it twice does no harm. A stock of `None` is left as it is.
    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<(), ShopError>;

    /// Reads one page of the shop's items in the order in which they were made, from the one after
    /// `offset`, and spends `permit`. What is deleted meanwhile shifts the rest to earlier pages.
    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        offset: u32,
    ) -> Result<ShopPage, ShopError>;

    /// Asks for the item by its path, and spends `permit`: what the shop shows, `None` if it is gone.
    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ShopState>, ShopError>;
}
