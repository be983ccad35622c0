//! What changed in the shops, and why: read from the rows that runs leave behind.

use super::{SeenInterval, StoreError};
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::listing::{ListingId, ShopState};
use crate::domain::money::Yen;
use crate::domain::run::{RunId, RunKind};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Which changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesAsked {
    /// From this instant on.
    pub since: DateTime<Utc>,
    /// Only of this product.
    pub asin: Option<Asin>,
    /// Only in this shop.
    pub account: Option<AccountId>,
}

/// One change of a listing, made or not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingChange {
    /// The run that found it due.
    pub run: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// The listing.
    pub listing: ListingId,
    /// Its shop.
    pub account: AccountId,
    /// Its product.
    pub asin: Asin,
    /// What was shown when it was found due.
    pub from: ShopState,
    /// What was wanted, or applied.
    pub to: ShopState,
    /// `queued applied held failed parked delisted cancelled`.
    pub state: String,
    /// The shop's error code, or the reason of a hold.
    pub code: Option<String>,
    /// When it was applied, or came to its state otherwise.
    pub at: DateTime<Utc>,
    /// Amazon's price before and after, where the run has seen it change.
    pub amazon: Option<(Yen, Yen)>,
    /// What Amazon said, with the verdict on each offer; `None` when that is not kept any more.
    pub seen: Option<SeenInterval>,
}

/// Reads the history.
#[async_trait]
pub trait HistoryStore: Send + Sync {
    /// One page of what was asked for, newest first, at most `limit` changes: the first, or the one
    /// after `last`.
    async fn changes(
        &self,
        asked: &ChangesAsked,
        last: Option<&ListingChange>,
        limit: u32,
    ) -> Result<Vec<ListingChange>, StoreError>;
}
