//! Batches: what a handler reads to judge an answer, and the one transaction that records it.

use super::{RequestCost, StoreError};
use crate::domain::account::AccountId;
use crate::domain::asin::{Asin, AsinBatch};
use crate::domain::basic_info::BasicInfo;
use crate::domain::desired::{HoldReason, Urgency};
use crate::domain::listing::{Listing, ListingId, ShopState};
use crate::domain::observation::JudgedOffer;
use crate::domain::outcome::{MissReason, Outcome};
use crate::domain::product::{Change, Product, Seen};
use crate::domain::run::{RunId, RunKind, RunProgress};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A batch that has not reported yet, of a run that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBatch {
    /// Its ASINs.
    pub batch: AsinBatch,
    /// The kind of its run.
    pub kind: RunKind,
    /// The account to which its run is restricted.
    pub account: Option<AccountId>,
}

/// A listing as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingRow {
    /// The listing with what the shop shows.
    pub listing: Listing,
    /// The newest desired state, if one was ever computed, and its version.
    pub desired: Option<(i64, ShopState)>,
    /// Why it waits for a person.
    pub hold: Option<HoldReason>,
    /// Since when it is known to be sold out in the shop.
    pub sold_out_since: Option<DateTime<Utc>>,
}

/// A miss that the backfill has still to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miss {
    /// The product.
    pub asin: Asin,
    /// Requests for it that failed as a whole.
    pub attempts: u32,
}

/// Which part of a run a record reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The batch of this number, answered.
    Batch(u32),
    /// The batch of this number, given up after the last try.
    GivenUp(u32),
    /// Some misses, by the backfill.
    Backfill,
}

/// What one answer (or a batch that is given up) changes, written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Names this record: it is written once, however often it is given.
    pub id: Uuid,
    /// The run.
    pub run: RunId,
    /// Which part of it.
    pub part: Part,
    /// When the answer was there.
    pub at: DateTime<Utc>,
    /// One entry for each ASIN of the part.
    pub asins: Vec<RecordedAsin>,
    /// What the request cost; all zero when none was made.
    pub cost: RequestCost,
}

/// What is known of one ASIN after the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedAsin {
    /// The product as it is now; its parts win over stored ones that are older.
    pub product: Product,
    /// What the answer told. The last one recorded is the run's outcome of this ASIN.
    pub outcome: Outcome,
    /// For a run that reads the cache: whether it answered.
    pub cache_hit: Option<bool>,
    /// Why the backfill must fetch it, if so. In the backfill itself: why it is still missing.
    pub miss: Option<MissReason>,
    /// What changed.
    pub change: Change,
    /// Each offer with its verdict, as `explain` shows it; `None` where nothing was asked.
    pub offers: Option<Vec<JudgedOffer>>,
    /// What becomes of each of its listings.
    pub listings: Vec<ListingVerdict>,
    /// Its basic information, where that was asked for: newer than what is stored it wins, part by part.
    pub info: Option<Seen<BasicInfo>>,
    /// The account that gets a `pending` listing of it, unless it has a listing already.
    pub pending_in: Option<AccountId>,
}

/// What becomes of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingVerdict {
    /// The listing.
    pub listing: ListingId,
    /// Its desired state.
    pub desired: ShopState,
    /// The version that the desired state gets if it is stored: one above the one that was read,
    /// or the same when the state is the same.
    pub version: i64,
    /// Waits for a person.
    pub hold: Option<HoldReason>,
    /// The update that is due, if any.
    pub update: Option<Urgency>,
}

/// Reads and records batches.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// The batch; `None` when it has reported, or when its run is not open.
    async fn batch(&self, run: RunId, no: u32) -> Result<Option<OpenBatch>, StoreError>;

    /// What is known of `asins`; an ASIN of which nothing is known is left out.
    async fn products(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError>;

    /// The `listed` listings of `asins` in active accounts, or in the given one.
    async fn listings(
        &self,
        asins: &[Asin],
        account: Option<&AccountId>,
    ) -> Result<Vec<ListingRow>, StoreError>;

    /// Writes `record` in one transaction, a handful of statements whatever the number of rows:
    /// products (newer wins, by part), outcomes and misses keyed by (run, asin), observations,
    /// desired states, due updates, the batch closed, the run's counters.
    ///
    /// Where the run hides more than its guard allows, what it hides with this record and what it has
    /// still to send is written as held in the same transaction; records that hide something take
    /// turns at that, so that no more are sent than the guard allows, however many workers record.
    ///
    /// A batch that has reported already, or whose run is not open, changes nothing. For
    /// [`Part::Backfill`] the misses of `record` become fetched or failed.
    ///
    /// Returns the progress after it.
    async fn record(&self, record: &Record) -> Result<RunProgress, StoreError>;

    /// Misses of the run that are still to be fetched, at most `limit`, those with the fewest
    /// attempts first.
    async fn open_misses(&self, run: RunId, limit: u32) -> Result<Vec<Miss>, StoreError>;

    /// Counts one failed request against each of `asins`.
    async fn count_miss_attempt(&self, run: RunId, asins: &[Asin]) -> Result<(), StoreError>;
}
