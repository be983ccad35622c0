//! Batches: what a handler reads to evaluate an answer, and the one transaction that records it.

use super::{RequestCost, StoreError};
use crate::domain::account::AccountId;
use crate::domain::asin::{Asin, AsinBatch};
use crate::domain::basic_info::BasicInfo;
use crate::domain::desired::{HoldReason, Urgency};
use crate::domain::listing::{Listing, ListingId, ShopState, Unconfirmed};
use crate::domain::money::Yen;
use crate::domain::observation::JudgedOffer;
use crate::domain::outcome::{MissReason, Outcome};
use crate::domain::product::{Change, Product, Seen};
use crate::domain::run::{RunId, RunKind, RunProgress};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A batch without a record yet, of an open run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBatch {
    /// Its ASINs.
    pub batch: AsinBatch,
    /// The kind of its run.
    pub kind: RunKind,
    /// The account to which its run is restricted, if any.
    pub account: Option<AccountId>,
    /// A cached value that was seen since then is fresh, whatever its age: the start of the newest run for
    /// prices and stock that had ended when this run began. `None` for a run that does not read the cache.
    pub fresh_since: Option<DateTime<Utc>>,
}

/// A listing with its desired state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingRow {
    /// The listing with the state that the shop shows.
    pub listing: Listing,
    /// The version of the newest desired state, and the state, if one was ever computed.
    pub desired: Option<(i64, ShopState)>,
    /// Why it is held for a person, if it is.
    pub hold: Option<HoldReason>,
    /// Since when it is known to be sold out in the shop, if it is.
    pub sold_out_since: Option<DateTime<Utc>>,
    /// What buyers are asked during a sale of the platform, as far as known.
    pub sale: Option<Yen>,
    /// What may have been sent since it was last known what the shop shows.
    pub unconfirmed: Option<Unconfirmed>,
}

/// A miss that the backfill still has to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miss {
    /// The product.
    pub asin: Asin,
    /// Requests for it that failed as a whole.
    pub attempts: u32,
}

/// The part of a run that a record completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPart {
    /// The batch of this number, answered.
    Batch(u32),
    /// The batch of this number, given up after the last try.
    GivenUp(u32),
    /// Some misses, fetched by the backfill.
    Backfill,
}

/// The changes of one answer, or of a batch that is given up; written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The idempotency key: the record is written once, however often it is passed.
    pub id: Uuid,
    /// The run.
    pub run: RunId,
    /// The part of it.
    pub part: RecordPart,
    /// When the answer was received.
    pub at: DateTime<Utc>,
    /// One entry for each ASIN of the part.
    pub asins: Vec<RecordedAsin>,
    /// The cost of the request; all zero when none was made.
    pub cost: RequestCost,
}

/// The result for one ASIN.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedAsin {
    /// The product as it is now; each of its parts replaces an older stored one.
    pub product: Product,
    /// The class of the answer. The last recorded one is the run's outcome for this ASIN.
    pub outcome: Outcome,
    /// For a run that reads the cache: whether it was a hit.
    pub cache_hit: Option<bool>,
    /// Why the backfill must fetch it, if it must. In the backfill itself: why it is still missing.
    pub miss: Option<MissReason>,
    /// What the vendor said instead of an answer, for a miss.
    pub why: Option<String>,
    /// What changed.
    pub change: Change,
    /// Each offer with its verdict, as `explain` shows it; `None` when no request was made.
    pub offers: Option<Vec<JudgedOffer>>,
    /// The decision for each of its listings.
    pub listings: Vec<ListingDecision>,
    /// Its basic information, if it was requested: each part replaces an older stored one.
    pub info: Option<Seen<BasicInfo>>,
    /// The account that gets a `pending` listing for it, unless it already has a listing.
    pub pending_in: Option<AccountId>,
}

/// What was decided for a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingDecision {
    /// The listing.
    pub listing: ListingId,
    /// Its desired state.
    pub desired: ShopState,
    /// The version that the desired state gets when it is stored: one above the version that was
    /// read, or the same for the same state.
    pub version: i64,
    /// Why it is held for a person, if it is.
    pub hold: Option<HoldReason>,
    /// The update that is due, if any.
    pub update: Option<Urgency>,
}

/// The result of recording an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerRecorded {
    /// Whether the rows are those of this record: written now, or by an earlier call of the same id. Otherwise its
    /// batch was recorded by another, or its run was not open any more.
    pub written: bool,
    /// How far the run is.
    pub progress: RunProgress,
}

/// Reads and records batches.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// The batch; `None` when it is recorded, or when its run is not open.
    async fn batch(&self, run: RunId, no: u32) -> Result<Option<OpenBatch>, StoreError>;

    /// The known products of `asins`; unknown ones are left out.
    async fn products(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError>;

    /// The `listed` listings of `asins` in active accounts, or in the given one.
    async fn listings(
        &self,
        asins: &[Asin],
        account: Option<&AccountId>,
    ) -> Result<Vec<ListingRow>, StoreError>;

    /// Writes `record` in one transaction, with a fixed number of statements for any number of
    /// rows: products (the newer part wins), outcomes and misses keyed by (run, asin),
    /// observations, desired states, due updates, the end of the batch, the run's counters.
    ///
    /// When the run hides more than its guard allows, the hides of this record and all that are not
    /// sent yet become held in the same transaction. Records that hide something are serialised
    /// there, so that no more hides are sent than the guard allows, however many workers record.
    ///
    /// A batch that is already recorded, or whose run is not open, changes nothing. For
    /// [`RecordPart::Backfill`] the misses of `record` become fetched or failed.
    ///
    /// Returns the progress after it.
    async fn record(&self, record: &Record) -> Result<AnswerRecorded, StoreError>;

    /// Misses of the run that are still to be fetched, at most `limit`, ordered by the number of
    /// attempts.
    async fn open_misses(&self, run: RunId, limit: u32) -> Result<Vec<Miss>, StoreError>;

    /// Marks the misses of the run that are still to be fetched as left out: nobody asks for them.
    async fn leave_out_misses(&self, run: RunId) -> Result<(), StoreError>;

    /// Counts one failed request against each of `asins`.
    async fn count_miss_attempt(&self, run: RunId, asins: &[Asin]) -> Result<(), StoreError>;
}
