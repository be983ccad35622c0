//! Reconciliation: how far each shop is read, and the one transaction that takes a page over.

use super::StartError;
use super::{ListingRow, NewRun, Record, StoreError};
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::listing::{ItemId, Listing, ListingId, ListingStatus, ShopState};
use crate::domain::run::{RunId, RunProgress};
use crate::domain::shop_page::PageCursor;
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

/// What is due in a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// A page.
    Pages {
        /// Where it starts; `None` for the first.
        cursor: Option<PageCursor>,
    },
    /// The next of the listings that were on no page.
    Missing,
}

/// A shop that is still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopRead {
    /// The shop.
    pub account: AccountId,
    /// Gets requests at all.
    pub active: bool,
    /// Its quota is used up until then.
    pub parked_until: Option<DateTime<Utc>>,
    /// The step that is due.
    pub step: u32,
    /// What it is.
    pub phase: Phase,
}

/// A listing as it is known before its item is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownItem {
    /// The listing with what we left, and its desired state.
    pub row: ListingRow,
    /// When it was last brought to a state.
    pub applied_at: Option<DateTime<Utc>>,
    /// An edit is on its way until then.
    pub busy_until: Option<DateTime<Utc>>,
}

impl KnownItem {
    /// Newer wins: whether what a page says, asked for at `asked_at`, is newer than what we know. What was
    /// edited since is not, and of what is being edited nobody can say.
    pub fn is_older_than(&self, asked_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.applied_at.is_none_or(|applied| applied <= asked_at)
            && self.busy_until.is_none_or(|busy| busy <= now)
    }
}

/// What was found about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// It looks otherwise than we left it.
    Drifted,
    /// It sold out and rests, as it did before.
    SoldOut,
    /// None of our listings.
    Unknown,
    /// Gone from the shop.
    Gone,
}

/// Something for the report, one an item and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// BASE's number.
    pub item: ItemId,
    /// The listing; `None` for an item that we do not know.
    pub listing: Option<ListingId>,
    /// The shop's own code, of an item that we do not know.
    pub sku: Option<String>,
    /// What it is.
    pub kind: FoundKind,
    /// It sold out in the shop.
    pub sold_out: bool,
    /// As we left it.
    pub left: Option<ShopState>,
    /// As it was found.
    pub found: Option<ShopState>,
}

impl Finding {
    /// Whether it stands: what was edited while the page was on its way is none of it.
    pub fn is_certain(&self, taken: &HashSet<ListingId>) -> bool {
        match (self.kind, self.listing) {
            (FoundKind::Drifted | FoundKind::SoldOut, Some(listing)) => taken.contains(&listing),
            _ => true,
        }
    }
}

/// What the shop shows of a listing from now on, as far as we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The listing.
    pub listing: ListingId,
    /// What it shows.
    pub state: ShopState,
    /// Since when it is sold out in the shop.
    pub sold_out_since: Option<DateTime<Utc>>,
}

/// What comes after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// The next page.
    NextPage {
        /// Where it starts.
        cursor: PageCursor,
    },
    /// It was the last page: what was on none is asked for, or held.
    PagesDone,
    /// The next listing that was on no page; this one was found after all.
    FoundMissing,
    /// The same; this one is gone, and becomes `delisted`.
    Gone(ListingId),
}

/// What one step of a shop changes, written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRecord {
    /// The shop's number in the run.
    pub no: u32,
    /// The step; when it was recorded before, nothing is written.
    pub step: u32,
    /// When the page was asked for: what was edited later is newer than the page.
    pub asked_at: DateTime<Utc>,
    /// Items that were read.
    pub items: u32,
    /// The listings among them.
    pub seen: Vec<ListingId>,
    /// What is taken over.
    pub taken: Vec<Taken>,
    /// What is told.
    pub findings: Vec<Finding>,
    /// Desired states and updates, run, instant and cost, as for a batch; its products and outcomes are
    /// not written.
    pub record: Record,
    /// What comes after it.
    pub advance: Advance,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRecorded {
    /// How far the run is.
    pub progress: RunProgress,
    /// The step that is due now; `None` when the shop is read.
    pub step: Option<u32>,
    /// So many listings were on no page that nothing is done about them without a person.
    pub missing_held: Option<u64>,
    /// Other runs that have no queued update left by it.
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

    /// The shop of this number; `None` when it is read, or when its run is not open.
    async fn shop_read(&self, run: RunId, no: u32) -> Result<Option<ShopRead>, StoreError>;

    /// The `listed` listings among `items`.
    async fn known_items(
        &self,
        account: &AccountId,
        items: &[ItemId],
    ) -> Result<Vec<KnownItem>, StoreError>;

    /// The next listing of the shop that this run has seen on no page.
    async fn next_missing(&self, run: RunId, no: u32) -> Result<Option<Listing>, StoreError>;

    /// Writes a step: what is seen, what is taken over, desired states, due updates, findings, the place
    /// in the shop. What was edited after the page was asked for, or is being edited, is left as it is,
    /// with its desired state.
    ///
    /// After the last page, what was on none is counted: where that is more than the run's guard allows
    /// of the shop's listings, the shop is held, and the run waits for a person.
    async fn record_page(&self, page: &PageRecord) -> Result<PageRecorded, StoreError>;

    /// Ends the reading of a shop that cannot be read; idempotent.
    async fn give_up_read(
        &self,
        run: RunId,
        no: u32,
        why: &str,
        at: DateTime<Utc>,
    ) -> Result<RunProgress, StoreError>;

    /// Every listing of a shop, whatever became of it.
    async fn listings_of(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Asin, Option<ItemId>, ListingStatus)>, StoreError>;
}
