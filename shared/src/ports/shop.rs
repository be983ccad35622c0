//! A shop platform, as the job handlers use it.

use super::limiter::Permit;
use crate::domain::account::{AccountId, AccountRefusal};
use crate::domain::lane::Lane;
use crate::domain::listing::{ItemId, ShopState};
use crate::domain::quota::Window;
use crate::domain::retry::Remedy;
use crate::domain::shop_page::{ItemView, PageCursor, ShopPage};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Why a call to the shop failed. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The account's quota is used up for this window.
    #[error("the shop refused the call: the quota is used up ({code})")]
    Quota {
        /// The window.
        window: Window,
        /// The platform's error code.
        code: &'static str,
    },
    /// Down or overloaded: 5xx, `db_error`, a cut connection, a time-out, an unreadable answer.
    #[error("the shop is not available: {0}")]
    Unavailable(String),
    /// The shop has the item, and tells a price, visibility or stock that no item can have.
    #[error("the shop answers with {0}")]
    Impossible(String),
    /// The shop does not know the item (any more): `bad_item_id`, `no_item_id`, `no_item`.
    #[error("the shop does not know the item ({0})")]
    UnknownItem(String),
    /// The API may not edit this kind of item.
    #[error("the shop does not allow the item to be edited ({0})")]
    NotEditable(String),
    /// The shop refused a value of this item, by its error code.
    #[error("the shop refused the item ({0})")]
    ItemRefused(String),
    /// The shop refused the call for another reason, by its error code.
    #[error("the shop refused the call ({0})")]
    Refused(String),
    /// The access token expired before its time; it is dropped, and the same call succeeds with another
    /// permit.
    #[error("the shop's access token has expired")]
    TokenExpired,
    /// Another process is refreshing the access token and has not stored it yet, or has crashed: its lease
    /// expires within a minute. The call has waited already.
    #[error("another process is still refreshing the shop's access token")]
    Renewing,
    /// The tokens of the account cannot be read or stored now; nothing was sent.
    #[error("the shop's tokens cannot be read or stored: {0}")]
    NoTokens(String),
    /// Fresh access tokens are rejected, one after the other. That may pass, so the account pauses: nothing
    /// is sent until then.
    #[error("the shop rejects fresh access tokens; the account pauses until {until}")]
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
    /// The platform refuses the shop or its application, whatever the call. Nothing is sent until then.
    #[error("the shop's platform refuses the {}: {}", .refusal.party.as_str(), .refusal.why)]
    Barred {
        /// Who is refused, and why.
        refusal: AccountRefusal,
        /// The next try.
        until: DateTime<Utc>,
    },
    /// The account has to be authorised again by a person.
    #[error("account {account} has to be authorised again: {why}")]
    Reauthorise {
        /// The account.
        account: AccountId,
        /// The reason, as text without a secret.
        why: String,
    },
}

/// The database, where the tokens are, is asked again after this time.
const NO_TOKENS_PAUSE: Duration = Duration::from_secs(1);

/// What a check of an account has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckedShop {
    /// The platform's id of the shop; `None` if the token may not read it.
    pub shop_id: Option<String>,
    /// The shop's name at the platform, if the token may read it.
    pub name: Option<String>,
}

impl ShopError {
    /// The one place that decides what a job does about this error.
    pub fn remedy(&self) -> Remedy {
        match self {
            // The caller gets the end of the window from the limiter, and the end of other pauses from the
            // error.
            Self::Quota { .. }
            | Self::Proxy { .. }
            | Self::TokenRefused { .. }
            | Self::Barred { .. }
            | Self::TokenExpired
            | Self::Renewing => Remedy::Wait(Duration::ZERO),
            Self::Unavailable(_) | Self::Impossible(_) => Remedy::TryAgain,
            Self::NoTokens(_) => Remedy::Pause(NO_TOKENS_PAUSE),
            Self::UnknownItem(_)
            | Self::NotEditable(_)
            | Self::ItemRefused(_)
            | Self::Refused(_) => Remedy::GiveUp,
            Self::Reauthorise { .. } => Remedy::Stop,
        }
    }

    /// Whether an edit was refused because of its item, and not because of the account or the call: then
    /// the item itself has to be checked.
    pub fn is_about_the_item(&self) -> bool {
        matches!(
            self,
            Self::UnknownItem(_) | Self::NotEditable(_) | Self::ItemRefused(_)
        )
    }

    /// Whether an edit that ends like this may have been made: no answer came, or one that does not say.
    pub fn leaves_doubt(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Impossible(_) | Self::Proxy { .. } | Self::Refused(_)
        )
    }

    /// The word under which the report counts it.
    pub fn code(&self) -> &str {
        match self {
            Self::Quota { code, .. } => code,
            Self::Unavailable(_) => "unavailable",
            Self::Impossible(_) => "impossible_values",
            Self::UnknownItem(code)
            | Self::NotEditable(code)
            | Self::ItemRefused(code)
            | Self::Refused(code) => code,
            Self::TokenExpired => "token_expired",
            Self::Renewing => "token_renewal",
            Self::NoTokens(_) => "token_store",
            Self::TokenRefused { .. } => "token_refused",
            Self::Proxy { .. } => "proxy_failed",
            Self::Barred { .. } => "barred",
            Self::Reauthorise { .. } => "reauthorise",
        }
    }
}

/// Edits and reads the items of shops: of all accounts on one platform, or on all.
#[async_trait]
pub trait Shop: Send + Sync {
    /// The lane on which calls for `account` need their permits, with its quota.
    fn lane(&self, account: &AccountId) -> Lane;

    /// Gets an access token that lasts, and makes sure once in a process that it is one of the account's own
    /// shop. Needs no permit: token requests do not count, and a further request takes its own.
    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError>;

    /// Asks the platform whether it accepts calls for the account, and whether its token may read and edit
    /// items; changes no item. For people: it tries again also what is refused at present.
    async fn check(&self, account: &AccountId) -> Result<CheckedShop, ShopError> {
        self.prepare(account).await?;
        Ok(CheckedShop::default())
    }

    /// Sets price, visibility and stock of an item in one call, and spends `permit`. The values are
    /// absolute, so sending them twice does no harm. A stock of `None` stays unchanged.
    ///
    /// Returns the item as the answer tells it, which need not be as it was sent.
    ///
    /// # Errors
    ///
    /// After one that [leaves doubt](ShopError::leaves_doubt), the edit may have been made.
    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError>;

    /// Reads one page of the shop's items, and spends `permit`: the first one, or the one at `cursor` of
    /// the page before. Items that are deleted meanwhile may shift others to earlier pages.
    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError>;

    /// Reads one item, and spends `permit`; `None` if the shop has no such item.
    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError>;
}
