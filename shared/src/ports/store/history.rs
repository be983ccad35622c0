//! What changed in the shops and why, read from the rows of runs.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::basic_info::BasicInfo;
use crate::domain::desired::HoldReason;
use crate::domain::listing::{Listing, ListingId, ListingStatus, ShopState, Unconfirmed};
use crate::domain::money::Yen;
use crate::domain::observation::JudgedOffer;
use crate::domain::outcome::Outcome;
use crate::domain::product::{Product, Seen};
use crate::domain::run::{RunId, RunKind};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Selects changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesFilter {
    /// From this instant on.
    pub since: DateTime<Utc>,
    /// Only of this product.
    pub asin: Option<Asin>,
    /// Only in this shop.
    pub account: Option<AccountId>,
}

/// One change of a listing, applied or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingChange {
    /// The run that created it.
    pub run: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// The listing.
    pub listing: ListingId,
    /// Its shop.
    pub account: AccountId,
    /// Its product.
    pub asin: Asin,
    /// What the shop showed then.
    pub from: ShopState,
    /// What was wanted, or applied.
    pub to: ShopState,
    /// `queued applied held failed parked delisted cancelled`.
    pub state: String,
    /// The shop's error code, or the reason of a hold.
    pub code: Option<String>,
    /// When it was applied, or reached its state otherwise.
    pub at: DateTime<Utc>,
    /// Amazon's price before and after, if it changed in this run.
    pub amazon: Option<(Yen, Yen)>,
    /// Amazon's answer with the verdict on each offer; `None` when it was deleted by retention.
    pub seen: Option<SeenInterval>,
}

/// One observation of an ASIN, and the time for which it stayed the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenInterval {
    /// First observed.
    pub first_at: DateTime<Utc>,
    /// Last observed.
    pub last_at: DateTime<Utc>,
    /// The class.
    pub outcome: Outcome,
    /// The winning price, when one won.
    pub price: Option<u32>,
    /// Each offer of the last answer with its verdict.
    pub offers: Vec<JudgedOffer>,
}

/// A listing with its desired state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingHistory {
    /// The listing with what the shop shows.
    pub listing: Listing,
    /// The shop's own code.
    pub sku: String,
    /// Its status.
    pub status: ListingStatus,
    /// The newest desired state, its version and when it was computed.
    pub desired: Option<(i64, ShopState, DateTime<Utc>)>,
    /// Why it is held for a person, if it is.
    pub hold: Option<HoldReason>,
    /// When it was last edited in the shop.
    pub applied_at: Option<DateTime<Utc>>,
    /// What may have been sent since, without an answer.
    pub unconfirmed: Option<Unconfirmed>,
}

/// One update and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateHistory {
    /// The run that created it.
    #[serde(rename = "run_id")]
    pub run: RunId,
    /// The account.
    pub account: AccountId,
    /// `queued applied equal held failed parked delisted`.
    pub state: String,
    /// The shop's error code, or the reason of a hold.
    pub code: Option<String>,
    /// What the shop showed then.
    pub from: ShopState,
    /// The desired state.
    pub to: ShopState,
    /// Last change.
    pub at: DateTime<Utc>,
}

/// Everything about one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsinHistory {
    /// The product, if it is known.
    pub product: Option<Product>,
    /// Its basic information, and when Amazon sent it.
    pub info: Option<Seen<BasicInfo>>,
    /// Observations, newest first, at most 20.
    pub seen: Vec<SeenInterval>,
    /// Its listings in all accounts.
    pub listings: Vec<ListingHistory>,
    /// Accounts where it is registered but not yet in the shop, and since when.
    pub pending: Vec<(AccountId, DateTime<Utc>)>,
    /// Its updates, newest first, at most 20.
    pub updates: Vec<UpdateHistory>,
}

/// Reads the history.
#[async_trait]
pub trait HistoryStore: Send + Sync {
    /// One page of the selected changes, newest first, at most `limit` of them: the first page, or
    /// the one after `last`.
    async fn changes(
        &self,
        filter: &ChangesFilter,
        last: Option<&ListingChange>,
        limit: u32,
    ) -> Result<Vec<ListingChange>, StoreError>;

    /// Everything about `asin`; empty for an unknown one.
    async fn asin_history(&self, asin: Asin) -> Result<AsinHistory, StoreError>;
}
