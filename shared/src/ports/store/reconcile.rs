//! Reconciliation: how far each shop is read, and the one transaction that records a page.

use super::StartError;
use super::{ListingRow, NewRun, Record, StoreError};
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::listing::{ItemId, Listing, ListingId, ListingStatus, ShopState};
use crate::domain::money::Yen;
use crate::domain::run::{RunId, RunProgress};
use crate::domain::shop_page::PageCursor;
use crate::domain::wrong_clock::{MOST_OFF, is_future, lasting};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// A reconciliation to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReading {
    /// The run; it has no batches of ASINs.
    pub run: NewRun,
    /// The shops to read; the first has number 1.
    pub shops: Vec<AccountId>,
    /// The ASINs that they list.
    pub asins: u64,
}

/// What to read next in a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadPhase {
    /// A page.
    Pages {
        /// Where it starts; `None` for the first.
        cursor: Option<PageCursor>,
    },
    /// The next listing that was on no page.
    Missing,
}

/// A shop that is still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopRead {
    /// The shop.
    pub account: AccountId,
    /// Whether requests are sent for it.
    pub active: bool,
    /// No requests until then.
    pub parked_until: Option<DateTime<Utc>>,
    /// The number of the next step.
    pub step: u32,
    /// What that step reads.
    pub phase: ReadPhase,
}

/// A stored listing, to compare an item with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownItem {
    /// The listing with its last known shown state, and its desired state.
    pub row: ListingRow,
    /// When it was last edited.
    pub applied_at: Option<DateTime<Utc>>,
    /// It is leased for an edit until then.
    pub busy_until: Option<DateTime<Utc>>,
    /// An edit that is not confirmed may have been on its way until then.
    pub sent_until: Option<DateTime<Utc>>,
}

impl KnownItem {
    /// Whether a page that was requested at `asked_at` is newer than the stored state. It is not
    /// when the listing was edited since, and it may not be while the listing is being edited, or
    /// when an edit without an answer may have been on its way. Instants of a wrong clock do not
    /// count.
    pub fn is_older_than(&self, asked_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let is_newer = |applied| applied > asked_at && !is_future(applied, now);
        let on_its_way = |sent| sent > asked_at && sent <= now + MOST_OFF * 2;
        !self.applied_at.is_some_and(is_newer)
            && lasting(self.busy_until, MOST_OFF, now).is_none()
            && !self.sent_until.is_some_and(on_its_way)
    }
}

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// It differs from the state that we left.
    Drifted,
    /// It sold out, and keeps stock 0 for the cool-down, as before.
    SoldOut,
    /// Not one of our listings.
    Unknown,
    /// The shop sent values that no item can have; the listing is left as it is.
    Impossible,
    /// It no longer exists in the shop.
    Gone,
}

/// A finding for the report, one for each item and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconcileFinding {
    /// BASE's number.
    pub item: ItemId,
    /// The listing; `None` for an unknown item.
    pub listing: Option<ListingId>,
    /// The shop's own code, for an item that is reported by it.
    pub sku: Option<String>,
    /// Its kind.
    pub kind: FindingKind,
    /// Whether it sold out in the shop.
    pub sold_out: bool,
    /// The state that we left.
    pub left: Option<ShopState>,
    /// The state that was found.
    pub found: Option<ShopState>,
}

impl ReconcileFinding {
    /// Whether it is valid: not when its listing was edited while the page was requested.
    /// `unedited` are the listings that were not.
    pub fn is_certain(&self, unedited: &HashSet<ListingId>) -> bool {
        match (self.kind, self.listing) {
            (FindingKind::Drifted | FindingKind::SoldOut, Some(listing)) => {
                unedited.contains(&listing)
            }
            _ => true,
        }
    }
}

/// What the shop shows of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownState {
    /// The listing.
    pub listing: ListingId,
    /// The shown state.
    pub state: ShopState,
    /// Since when it is sold out in the shop, if it is.
    pub sold_out_since: Option<DateTime<Utc>>,
    /// What buyers are asked during a sale of the platform.
    pub sale: Option<Yen>,
}

/// What comes after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// The next page.
    NextPage {
        /// Where it starts.
        cursor: PageCursor,
    },
    /// The last page: listings that were on none are requested one by one, or held.
    PagesDone,
    /// A listing that was on no page was found after all.
    FoundMissing,
    /// A listing that was on no page no longer exists, and becomes `delisted`.
    Gone(ListingId),
}

/// What one step of a shop changes, written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRecord {
    /// The shop's number in the run.
    pub no: u32,
    /// The number of the step; nothing is written when it was recorded before.
    pub step: u32,
    /// When the page was requested: a listing that was edited later is newer than the page.
    pub asked_at: DateTime<Utc>,
    /// Items that were read.
    pub items: u32,
    /// The listings among them.
    pub seen: Vec<ListingId>,
    /// What the shop shows of them.
    pub shown: Vec<ShownState>,
    /// Findings for the report.
    pub findings: Vec<ReconcileFinding>,
    /// Desired states and updates, run, instant and cost, as for a batch. Its products and outcomes
    /// are not written.
    pub record: Record,
    /// What comes after it.
    pub advance: Advance,
}

/// The result of recording a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRecorded {
    /// How far the run is.
    pub progress: RunProgress,
    /// The next step; `None` when the shop is read.
    pub step: Option<u32>,
    /// How many listings were on no page, when they are so many that the shop is held for a person.
    pub missing_held: Option<u64>,
    /// Other runs that have no queued update left because of it.
    pub settled: Vec<RunId>,
}

/// Reads and records reconciliations.
#[async_trait]
pub trait ReconcileStore: Send + Sync {
    /// Writes the run with a row for each shop, in one transaction.
    ///
    /// # Errors
    ///
    /// As [`RunStore::start_run`](super::RunStore::start_run).
    async fn start_reading(&self, reading: &NewReading) -> Result<(), StartError>;

    /// The shop of this number; `None` once it is read, or when its run is not open.
    async fn shop_read(&self, run: RunId, no: u32) -> Result<Option<ShopRead>, StoreError>;

    /// The `listed` listings among `items`.
    async fn known_items(
        &self,
        account: &AccountId,
        items: &[ItemId],
    ) -> Result<Vec<KnownItem>, StoreError>;

    /// The next listing of the shop that this run has seen on no page.
    async fn next_missing(&self, run: RunId, no: u32) -> Result<Option<Listing>, StoreError>;

    /// Writes a step: seen listings, their shown states, desired states, due updates, findings, and
    /// the position in the shop. A listing that was edited after the page was requested, or is
    /// being edited, is not changed, nor is its desired state.
    ///
    /// After the last page, listings that were on none are counted. When they are more of the
    /// shop's listings than the run's guard allows, the shop is held for a person.
    async fn record_page(&self, page: &PageRecord) -> Result<PageRecorded, StoreError>;

    /// Ends the reading of a shop that cannot be read; idempotent.
    async fn give_up_read(
        &self,
        run: RunId,
        no: u32,
        why: &str,
        at: DateTime<Utc>,
    ) -> Result<RunProgress, StoreError>;

    /// Every listing of a shop, of any status.
    async fn listings_of(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Asin, Option<ItemId>, ListingStatus)>, StoreError>;
}
